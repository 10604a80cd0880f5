"""The catalogue's step adds, and refuses in words what would change or destroy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from devices.catalogue import KINDS
from devices.model import Behaviour, Kind, Text, state
from storage import snapshot
from storage.connect import connect
from storage.editions import Edition, edition_of
from storage.errors import MigrationRefused
from storage.migrate import migrate
from storage.tables import FIXED_COLUMNS, columns, identity
from tests.storage.catalogues import with_kind
from tests.storage.schema import count_of, describe_schema


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A migrated database."""
    with closing(connect(database_url, autocommit=True)) as connection:
        yield connection


def refused(connection: psycopg.Connection[Any], kinds: dict[str, Kind]) -> tuple[str, ...]:
    """The reasons for which a catalogue is refused; asserts that nothing was changed."""
    before = describe_schema(connection)
    with pytest.raises(MigrationRefused) as raised:
        migrate(connection, kinds=kinds)
    assert describe_schema(connection) == before
    return raised.value.reasons


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_its_table_with_its_columns_identity_and_comments(
    database: psycopg.Connection[Any], kind: Kind
) -> None:
    found = database.execute(
        "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute AS a "
        "WHERE a.attrelid = %s::regclass AND a.attnum > 0 ORDER BY a.attnum",
        [f"commune.{kind.name}"],
    ).fetchall()
    assert found == [(column.name, column.comment) for column in columns(kind)]
    assert snapshot.take(database).identities[kind.name] == identity(kind)


def test_rows_of_a_reading_start_with_the_fixed_columns_then_keys_then_values() -> None:
    names = [column.name for column in columns(KINDS["signal_probe"])]
    assert names[:8] == [*(column.name for column in FIXED_COLUMNS), "operator", "technology"]
    assert all(column.comment for column in columns(KINDS["signal_probe"]))


def test_comments_carry_the_vietnamese_meaning_and_the_unit(database: psycopg.Connection[Any]) -> None:
    found = database.execute(
        "SELECT col_description('environment'::regclass, attnum) FROM pg_attribute "
        "WHERE attrelid = 'environment'::regclass AND attname = 'pm25'"
    ).fetchone()
    meaning = KINDS["environment"].by_name["pm25"].meaning.vi
    assert found == (f"{meaning} [µg/m³]",)


def test_tables_are_hypertables_of_weeks_where_timescaledb_is(database: psycopg.Connection[Any]) -> None:
    if edition_of(database) is Edition.PLAIN:
        assert count_of(database, "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'") == 0
        return
    found = database.execute(
        "SELECT hypertable_name, column_name, time_interval::text FROM timescaledb_information.dimensions"
    ).fetchall()
    assert sorted(found) == sorted((name, "time", "7 days") for name in KINDS)


def test_a_new_field_becomes_a_column_and_shows_on_the_wall(database: psycopg.Connection[Any]) -> None:
    camera = KINDS["camera"]
    grown = replace(
        camera, own_fields=(*camera.own_fields, state("lens_dirty", Text("Bẩn", "Dirty"), Text("Bẩn", "Dirty")))
    )
    report = migrate(database, kinds=KINDS | {"camera": grown})
    assert 'ALTER TABLE "commune"."camera" ADD COLUMN "lens_dirty" boolean' in report.statements
    database.execute("SELECT lens_dirty FROM wall.camera")
    assert not migrate(database, kinds=KINDS | {"camera": grown}).changed


def test_a_new_meaning_becomes_a_new_comment_and_nothing_else(database: psycopg.Connection[Any]) -> None:
    wifi = KINDS["wifi"]
    first = replace(wifi.own_fields[0], meaning=Text("Nghĩa mới", "New meaning"))
    kinds = KINDS | {"wifi": replace(wifi, own_fields=(first, *wifi.own_fields[1:]))}
    report = migrate(database, kinds=kinds)
    assert len(report.statements) == 1
    assert report.statements[0].startswith(f'COMMENT ON COLUMN "commune"."wifi"."{first.name}" IS ')


def test_a_field_that_left_the_catalogue_is_refused(database: psycopg.Connection[Any]) -> None:
    (reason,) = refused(database, with_kind("environment", ("pm25", None)))
    assert reason.startswith("commune.environment.pm25: expected a field of this name in the catalogue, found none")


def test_a_changed_type_is_refused_with_both_types(database: psycopg.Connection[Any]) -> None:
    (reason,) = refused(database, with_kind("lighting", ("lamp_on", Behaviour.LABEL)))
    assert reason.startswith("commune.lighting.lamp_on: expected text, found boolean")


def test_a_kind_that_left_the_catalogue_is_refused(database: psycopg.Connection[Any]) -> None:
    (reason,) = refused(database, {name: kind for name, kind in KINDS.items() if name != "wifi"})
    assert reason.startswith("commune.wifi: expected a kind of this name in the catalogue, found none")


def test_a_changed_set_of_keys_is_refused(database: psycopg.Connection[Any]) -> None:
    reasons = refused(database, with_kind("signal_probe", ("band", Behaviour.KEY)))
    assert "commune.signal_probe.band: expected text NOT NULL, found text; a type is never changed" in reasons[0]
    assert (
        "expected the identity (device_id, operator, technology, band, time), found (device_id, operator" in reasons[1]
    )


def test_all_that_stands_in_the_way_is_named_at_once(database: psycopg.Connection[Any]) -> None:
    kinds = with_kind("camera", ("tamper", None), ("bitrate", Behaviour.STATE))
    reasons = refused(database, {name: kind for name, kind in kinds.items() if name != "wifi"})
    assert [reason.partition(":")[0] for reason in reasons] == [
        "commune.wifi",
        "commune.camera.tamper",
        "commune.camera.bitrate",
    ]


def test_a_kind_must_not_take_the_name_of_another_table_or_view(database: psycopg.Connection[Any]) -> None:
    camera = KINDS["camera"]
    for name in ("device", "schema_migration"):
        reasons = refused(database, KINDS | {name: replace(camera, name=name)})
        assert any(f"commune.{name}: expected no such table" in reason for reason in reasons)


@pytest.mark.parametrize("name", ["time", "received_at", "device", "commune_name"])
def test_a_field_must_not_take_the_name_of_a_column_that_every_kind_has(
    database: psycopg.Connection[Any], name: str
) -> None:
    field = state(name, Text("?", "?"), Text("?", "?"))
    kinds = KINDS | {"camera": replace(KINDS["camera"], own_fields=(field,))}
    assert refused(database, kinds) == (
        f"devices/catalogue: camera.{name} bears the name of a column that every kind has",
    )


def test_a_column_that_someone_made_by_hand_is_refused_and_named(database: psycopg.Connection[Any]) -> None:
    database.execute("ALTER TABLE environment ADD COLUMN by_hand integer")
    (reason,) = refused(database, KINDS)
    assert reason.startswith("commune.environment.by_hand")


def test_a_lost_unique_index_is_refused(database: psycopg.Connection[Any]) -> None:
    database.execute("DROP INDEX environment_identity")
    (reason,) = refused(database, KINDS)
    assert reason.startswith("commune.environment: expected the identity (device_id, time), found no such index")


def test_a_grant_and_a_view_that_were_lost_come_back(database: psycopg.Connection[Any]) -> None:
    before = describe_schema(database)
    database.execute("REVOKE ALL ON environment FROM commune_ingest")
    database.execute("DROP VIEW wall.environment")
    migrate(database)
    assert describe_schema(database) == before
