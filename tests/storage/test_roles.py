"""What each role may and may not do, tried as that role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from devices.catalogue import KINDS
from devices.model import Kind
from devices.registry import Commune, Device
from storage.connect import connect
from storage.editions import Edition, edition_of
from storage.errors import DatabaseUnavailable, StorageError
from storage.registry import add_commune, add_device
from storage.roles import Role, set_passwords
from tests.storage.schema import count_of

INSERT = (
    "INSERT INTO {} (device_id, time, received_at, time_source, battery) "
    "VALUES (1, timestamptz '2026-11-20 03:15+00', now(), 0, 80) "
)


@pytest.fixture
def stocked_url(database_url: str) -> str:
    """A database with one device of each kind and one reading of each."""
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        for name, kind in KINDS.items():
            add_device(connection, Device("gia-loc", f"{name}-1", name))
            connection.execute(sql.SQL(INSERT).format(sql.Identifier(kind.name)))
    return database_url


@contextmanager
def session(url: str, role: Role) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session that wears a role."""
    with closing(connect(url, role=role, autocommit=True)) as connection:
        yield connection


def denied(connection: psycopg.Connection[Any], statement: str) -> None:
    """Assert that a statement is refused for want of a right."""
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def relations(url: str) -> list[tuple[str, str]]:
    """Every table and view of ours and every chunk of a hypertable, as the superuser sees them."""
    with closing(connect(url)) as connection:
        return connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE n.nspname IN ('commune', 'wall', '_timescaledb_internal') AND c.relkind IN ('r', 'v') "
            "AND (n.nspname <> '_timescaledb_internal' OR c.relname LIKE '%\\_chunk')"
        ).fetchall()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_ingest_may_insert_update_and_read_readings_and_never_delete_them(stocked_url: str, kind: Kind) -> None:
    with session(stocked_url, Role.INGEST) as connection:
        connection.execute(sql.SQL(INSERT + "ON CONFLICT DO NOTHING").format(sql.Identifier(kind.name)))
        connection.execute(f"UPDATE {kind.name} SET battery = 81")
        assert connection.execute(f"SELECT battery FROM {kind.name}").fetchall() == [(81,)]
        denied(connection, f"DELETE FROM {kind.name}")
        denied(connection, f"TRUNCATE {kind.name}")
        denied(connection, f"DROP TABLE {kind.name}")


def test_ingest_writes_into_chunks_that_are_not_there_yet(stocked_url: str) -> None:
    with session(stocked_url, Role.INGEST) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY wifi (device_id, time, received_at, time_source) FROM STDIN") as copy:
            for week in range(5):
                copy.write_row((1, f"2024-0{week + 1}-01T00:00:00Z", "2026-11-20T00:00:00Z", 0))
        assert count_of(connection, "SELECT count(*) FROM wifi") == 6


def test_ingest_reads_only_what_it_needs_and_keeps_no_registry(stocked_url: str) -> None:
    with session(stocked_url, Role.INGEST) as connection:
        assert count_of(connection, "SELECT count(*) FROM device JOIN commune USING (commune_id)") == len(KINDS)
        for table in ("hamlet", "site", "schema_migration", "kind"):
            denied(connection, f"SELECT FROM commune.{table}")
        denied(connection, "SELECT FROM wall.device")
        denied(connection, "UPDATE device SET kind = 'wifi'")
        denied(connection, "UPDATE registry_generation SET generation = 0")
        denied(connection, "DELETE FROM dead_letter")
        denied(connection, "DELETE FROM ledger")


NOT_FOR_READERS = {"sign_in_failure", "provider_sign_in", "broker_account_gone", "registration_request"}
"""What only those read who let people in, or keep the broker in step."""


def test_read_reads_everything_but_secrets_and_writes_nothing(stocked_url: str) -> None:
    with session(stocked_url, Role.READ) as connection:
        for schema, name in relations(stocked_url):
            if schema != "_timescaledb_internal" and name not in NOT_FOR_READERS:
                connection.execute(f'SELECT FROM {schema}."{name}"')
        for table in NOT_FOR_READERS:
            denied(connection, f"SELECT FROM commune.{table}")
        denied(connection, "SELECT password_hash FROM person")
        for table in (*KINDS, "device", "latest", "ledger", "dead_letter", "schema_migration"):
            denied(connection, f"DELETE FROM commune.{table}")
            denied(connection, f"INSERT INTO commune.{table} DEFAULT VALUES")
        denied(connection, "UPDATE environment SET temperature = 0")
        denied(connection, "CREATE TABLE commune.mine ()")
        denied(connection, "CREATE TABLE public.mine ()")


def test_grafana_sees_the_wall_and_nothing_else(stocked_url: str) -> None:
    found = relations(stocked_url)
    with session(stocked_url, Role.GRAFANA) as connection:
        for schema, name in found:
            if schema == "wall":
                connection.execute(f'SELECT FROM wall."{name}"')
            else:
                denied(connection, f'SELECT FROM {schema}."{name}"')
        denied(connection, "CREATE VIEW wall.mine AS SELECT 1")
        with pytest.raises(psycopg.Error):
            connection.execute("DELETE FROM wall.device")
        denied(connection, "SELECT commune.merge_latest('{}', '{}')")
    assert {schema for schema, _ in found} >= {"commune", "wall"}


def test_grafana_buckets_times_as_its_macros_write_them(stocked_url: str) -> None:
    with closing(connect(stocked_url, autocommit=True)) as connection:
        set_passwords(connection, {Role.GRAFANA: "for this test"})
        plain = edition_of(connection) is Edition.PLAIN
    url = make_conninfo(stocked_url, user=Role.GRAFANA, password="for this test")
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("wall, public",)
        rows = connection.execute(
            """SELECT time_bucket('300.000s',time) AS "time", device, avg(battery) FROM environment GROUP BY 1, 2"""
        ).fetchall()
        assert [(device, battery) for _, device, battery in rows] == [("environment-1", 80)]
        found = connection.execute("SELECT to_regprocedure('wall.time_bucket(interval, timestamptz)')").fetchone()
        assert (found != (None,)) is plain


def test_admin_keeps_the_registry_and_leaves_the_books_of_migration_alone(stocked_url: str) -> None:
    with session(stocked_url, Role.ADMIN) as connection:
        before = count_of(connection, "SELECT generation FROM registry_generation")
        add_device(connection, Device("gia-loc", "cam-2", "camera"))
        assert count_of(connection, "SELECT generation FROM registry_generation") > before
        connection.execute("DELETE FROM environment")
        denied(connection, "DELETE FROM schema_migration")
        denied(connection, "DELETE FROM kind")
        denied(connection, "CREATE TABLE commune.mine ()")


def test_a_password_makes_a_role_an_account_and_a_wrong_one_is_refused(database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as connection:
        set_passwords(connection, {Role.READ: "mật khẩu ' \\ 1"})
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'commune_read'").fetchone()
        assert stored is not None
        assert stored[0].startswith("SCRAM-SHA-256$")
    url = make_conninfo(database_url, user=Role.READ, password="mật khẩu ' \\ 1")
    with closing(connect(url)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("commune_read",)
        assert count_of(connection, "SELECT count(*) FROM device") == 0
        with pytest.raises(StorageError, match="commune_read may not alter the role commune_ingest"):
            set_passwords(connection, {Role.INGEST: "taken over"})
    with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
        connect(make_conninfo(database_url, user=Role.READ, password="guess"))


def test_passwords_are_refused_for_strangers_and_when_empty(database_url: str, empty_database_url: str) -> None:
    with closing(connect(database_url, autocommit=True)) as connection:
        with pytest.raises(StorageError, match="postgres is none of our roles"):
            set_passwords(connection, {"postgres": "x"})
        with pytest.raises(StorageError, match="the password of commune_read is empty"):
            set_passwords(connection, {Role.READ: ""})


def test_repair_adds_readings_and_changes_the_state_of_dead_letters_and_deletes_nothing(stocked_url: str) -> None:
    with closing(connect(stocked_url, autocommit=True)) as connection:
        connection.execute(
            "INSERT INTO dead_letter (received_at, level, reason, detail, topic, payload) "
            "VALUES (now(), 'message', 'not_json', 'd', 't', 'p')"
        )
    with session(stocked_url, Role.REPAIR) as connection:
        connection.execute(sql.SQL(INSERT + "ON CONFLICT DO NOTHING").format(sql.Identifier("environment")))
        connection.execute("UPDATE environment SET temperature = 20 WHERE temperature IS NULL")
        connection.execute("UPDATE dead_letter SET state = 'discarded', state_changed_at = now(), settles = false")
        denied(connection, "UPDATE dead_letter SET payload = 'forged'")
        for table in ("dead_letter", "ledger", "environment", "device", "alert", "broker_drop"):
            denied(connection, f"DELETE FROM {table}")
        for table in ("delivery", "ingest_worker", "broker_watch", "alert", "hamlet", "schema_migration"):
            denied(connection, f"SELECT FROM commune.{table}")
        denied(connection, "UPDATE device SET state = 'retired'")
        denied(connection, "CREATE TABLE commune.mine ()")
