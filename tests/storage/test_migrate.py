"""Migrations: all ways lead to the same schema, and none destroys."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commune.stack.postgres import PostgresServer
from devices.catalogue import KINDS
from storage import snapshot
from storage.catalogue_sync import plan
from storage.connect import connect
from storage.editions import Edition, edition_of, timescale_state
from storage.errors import MigrationRefused, StorageError
from storage.migrate import MIGRATIONS, migrate, read_files
from storage.sql import query
from storage.wall import FIXED_VIEWS
from tests.storage.catalogues import smaller
from tests.storage.schema import count_of, describe_schema

PROGRAM = """
import sys
from contextlib import closing
from storage.connect import connect
from storage.migrate import migrate
with closing(connect(sys.argv[1])) as connection:
    print("ready", flush=True)
    sys.stdin.readline()
    print(len(migrate(connection).files))
"""

COUNT = len(read_files())
NEXT = f"{COUNT + 1:04d}"
"""The number of the migration that comes after the newest one."""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to a database that has not been migrated."""
    with closing(connect(empty_database_url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def fresh_schema(database_url: str) -> dict[str, list[str]]:
    """The schema of a fresh install."""
    with closing(connect(database_url, autocommit=True)) as connection:
        return describe_schema(connection)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the migrations that a test may spoil."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


def test_a_database_that_grew_step_by_step_equals_a_fresh_install(
    empty: psycopg.Connection[Any], fresh_schema: dict[str, list[str]]
) -> None:
    for file in read_files():
        migrate(empty, kinds=smaller(), upto=file.number)
    assert describe_schema(empty) != fresh_schema
    migrate(empty)
    assert describe_schema(empty) == fresh_schema


def test_growing_keeps_what_is_stored(empty: psycopg.Connection[Any]) -> None:
    migrate(empty, kinds=smaller())
    empty.execute(
        "INSERT INTO environment (device_id, time, received_at, time_source, temperature) "
        "VALUES (1, now(), now(), 0, 24.5)"
    )
    migrate(empty)
    found = empty.execute("SELECT temperature, relative_humidity FROM environment").fetchall()
    assert found == [(24.5, None)]


def test_a_plain_database_becomes_a_hypertable_one_where_timescaledb_has_come(
    empty: psycopg.Connection[Any], fresh_schema: dict[str, list[str]]
) -> None:
    """On plain PostgreSQL the second migration finds nothing to do; either way the result is a fresh install's."""
    ready = timescale_state(empty).can_create
    empty.execute(query("create_migration_ledger"))
    for file in read_files():
        empty.execute(file.text)
        empty.execute(query("note_migration"), {"number": file.number, "name": file.name, "sha256": file.sha256})
    for statement in plan(snapshot.take(empty), KINDS, timescaledb=False):
        empty.execute(statement.as_bytes(empty))
    for week in range(3):
        empty.execute(
            "INSERT INTO wifi (device_id, time, received_at, time_source, clients) "
            "VALUES (1, timestamptz '2026-11-01' + %s * interval '7 days', now(), 0, 5)",
            [week],
        )
    assert migrate(empty).changed is ready
    assert count_of(empty, "SELECT count(*) FROM wifi") == 3
    assert describe_schema(empty) == fresh_schema


def test_the_edition_is_the_best_that_the_server_offers(empty: psycopg.Connection[Any]) -> None:
    offered = timescale_state(empty).can_create
    report = migrate(empty)
    assert (report.edition is not Edition.PLAIN) is offered
    assert report.edition is edition_of(empty)
    assert ("TimescaleDB" in report.description) is offered


def test_migrating_again_does_nothing(database_url: str) -> None:
    with closing(connect(database_url)) as connection:
        before = describe_schema(connection)
        connection.commit()
        report = migrate(connection)
        assert not report.changed
        assert describe_schema(connection) == before


def test_a_dry_run_prints_the_statements_and_changes_nothing(empty: psycopg.Connection[Any]) -> None:
    report = migrate(empty, dry_run=True)
    assert report.files == tuple(f"{file.number:04d}_{file.name}" for file in read_files())
    assert any('CREATE TABLE "commune"."environment"' in statement for statement in report.statements)
    assert count_of(empty, "SELECT count(*) FROM pg_namespace WHERE nspname IN ('commune', 'wall')") == 0
    assert count_of(empty, "SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'") == 0


def test_a_dry_run_of_a_grown_catalogue_names_the_new_column_and_adds_none(empty: psycopg.Connection[Any]) -> None:
    migrate(empty, kinds=smaller())
    before = describe_schema(empty)
    report = migrate(empty, dry_run=True)
    assert 'ALTER TABLE "commune"."environment" ADD COLUMN "relative_humidity" double precision' in report.statements
    assert describe_schema(empty) == before


def test_processes_that_migrate_at_once_all_succeed_and_one_does_the_work(
    empty_database_url: str, fresh_schema: dict[str, list[str]]
) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, empty_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sorted(said) == ["0\n", "0\n", f"{COUNT}\n"]
    with closing(connect(empty_database_url)) as connection:
        assert describe_schema(connection) == fresh_schema


def test_two_databases_of_one_server_migrate_at_once(
    postgres_server: PostgresServer, empty_database_url: str, fresh_schema: dict[str, list[str]]
) -> None:
    """They share the roles of the server."""
    postgres_server.create_database("second")
    urls = [empty_database_url, postgres_server.url("second")]
    try:
        started = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for url in urls
        ]
        said = [process.communicate("\n", timeout=60)[0] for process in started]
        assert said == [f"ready\n{COUNT}\n", f"ready\n{COUNT}\n"]
        for url in urls:
            with closing(connect(url)) as connection:
                assert describe_schema(connection) == fresh_schema
    finally:
        postgres_server.drop_database("second")


def test_a_file_that_was_changed_after_it_was_applied_is_refused(database_url: str, directory: Path) -> None:
    path = directory / "0002_registry.sql"
    path.write_text(path.read_text(encoding="utf-8") + "\nDROP TABLE commune.device;\n", encoding="utf-8")
    with (
        closing(connect(database_url)) as connection,
        pytest.raises(MigrationRefused, match=r"0002_registry\.sql was changed after it was applied"),
    ):
        migrate(connection, directory=directory)


def test_an_older_program_refuses_a_newer_database(database_url: str, directory: Path) -> None:
    (directory / f"{NEXT}_later.sql").write_text("CREATE TABLE commune.later (number integer);\n", encoding="utf-8")
    with closing(connect(database_url)) as connection:
        assert migrate(connection, directory=directory).files == (f"{NEXT}_later",)
        with pytest.raises(MigrationRefused, match=rf"{NEXT}_later, which this program does not know.*newer program"):
            migrate(connection)


def test_a_file_that_fails_leaves_nothing_of_itself_and_all_before_it(database_url: str, directory: Path) -> None:
    (directory / f"{NEXT}_good.sql").write_text("CREATE TABLE commune.good (number integer);\n", encoding="utf-8")
    bad = directory / f"{COUNT + 2:04d}_bad.sql"
    bad.write_text("CREATE TABLE commune.half (number integer);\nSELECT 1 / 0;\n", encoding="utf-8")
    with closing(connect(database_url)) as connection:
        with pytest.raises(StorageError, match="division by zero"):
            migrate(connection, directory=directory)
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relname IN ('good', 'half') ORDER BY relname"
        ).fetchall()
        assert names == [("good",)]
        connection.commit()
        bad.write_text("CREATE TABLE commune.half (number integer);\n", encoding="utf-8")
        assert migrate(connection, directory=directory).files == (f"{COUNT + 2:04d}_bad",)
        assert count_of(connection, "SELECT count(*) FROM pg_views WHERE schemaname = 'wall'") == 3 * len(KINDS) + len(
            FIXED_VIEWS
        )


def test_views_of_the_wall_do_not_stand_in_the_way_of_a_migration(database_url: str, directory: Path) -> None:
    change = "ALTER TABLE commune.device ALTER COLUMN name TYPE varchar(200);\n"
    (directory / f"{NEXT}_narrower.sql").write_text(change, encoding="utf-8")
    with closing(connect(database_url)) as connection:
        migrate(connection, directory=directory)
        assert count_of(connection, "SELECT count(*) FROM wall.device") == 0


@pytest.mark.parametrize("name", ["0999_gap.sql", "0003_repeat.sql", f"{NEXT}-dash.sql", "notes.sql"])
def test_a_file_that_breaks_the_numbering_is_named(directory: Path, name: str) -> None:
    (directory / name).write_text("SELECT 1;\n", encoding="utf-8")
    with pytest.raises(StorageError, match=r"migrations are numbered|a migration is named like"):
        read_files(directory)


def test_a_connection_inside_a_transaction_is_refused(database_url: str) -> None:
    with closing(connect(database_url)) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(StorageError, match="not inside a transaction"):
            migrate(connection)


def test_a_migration_gives_the_connection_back_as_it_was(database_url: str) -> None:
    with closing(connect(database_url)) as connection:
        connection.execute("SET lock_timeout = '7s'")
        connection.commit()
        migrate(connection)
        assert not connection.autocommit
        assert connection.execute("SHOW lock_timeout").fetchone() == ("7s",)
        assert count_of(connection, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_a_migration_that_waits_too_long_for_a_lock_says_what_to_do(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.migrate.LOCK_TIMEOUT_SECONDS", 0.05)
    with closing(connect(empty_database_url)) as first, closing(connect(empty_database_url)) as second:
        first.execute(query("take_migration_lock"))
        with pytest.raises(StorageError, match="another migration runs"):
            migrate(second)
