"""Readings that are deleted with age: only what is rolled up, counted in the ledger, and the answers stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from psycopg import Connection

from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.registry import Commune, Device
from storage.arrivals import Arrival
from storage.connect import connect
from storage.editions import Edition, edition_of
from storage.ledger import check as ledger_check
from storage.ledger import totals
from storage.places import add_commune
from storage.reading_retention import Horizon, Span, delete_old
from storage.registry import add_device
from storage.rollups import check, compute_noted, note_range, states
from storage.writer import Writer

START = datetime(2026, 9, 2, 17, tzinfo=UTC)
"""A midnight in Viet Nam; the chunks of TimescaleDB begin seven hours later, on a Thursday in UTC."""
NOW = START + timedelta(days=60)
OLD = {"irrigation": Horizon(reading_days=30)}
Rows = list[tuple[Any, ...]]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    """A connection in the role of maintenance, to a database with two devices."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        for code in ("irr-1", "irr-2"):
            add_device(connection, Device("gia-loc", code, "irrigation"))
        yield connection


def number(connection: Connection[Any], code: str) -> int:
    row = connection.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def receive(connection: Connection[Any], code: str, *readings: tuple[float, float]) -> None:
    """Readings of a meter: hours from START, and what it shows."""
    members = [{"ts": (START + timedelta(hours=h)).isoformat(), "water_total": v} for h, v in readings]
    payload = orjson.dumps(members)
    at = START + timedelta(hours=max(hours for hours, _ in readings), minutes=1)
    decoded, faults = decode_telemetry(payload, KINDS["irrigation"], at)
    assert not faults
    Writer(connection).write([Arrival("t", payload, at, number(connection, code), KINDS["irrigation"], decoded)])


def fill(connection: Connection[Any]) -> None:
    """Two devices that report every six hours for sixty days."""
    for code in ("irr-1", "irr-2"):
        for begin in range(0, 24 * 60, 240):
            receive(connection, code, *((hour, float(hour)) for hour in range(begin, begin + 240, 6)))


def compute(connection: Connection[Any]) -> None:
    list(compute_noted(connection, NOW))


def delete(connection: Connection[Any], horizons: dict[str, Horizon] = OLD, *, dry_run: bool = False) -> list[Span]:
    return list(delete_old(connection, NOW, horizons, dry_run=dry_run))


def days(connection: Connection[Any]) -> Rows:
    return connection.execute(
        "SELECT device, time, water_total_increase, water_total_count FROM wall.irrigation_daily ORDER BY device, time"
    ).fetchall()


def hours(connection: Connection[Any]) -> Rows:
    return connection.execute(
        "SELECT device, time, water_total_increase FROM wall.irrigation_hourly ORDER BY device, time"
    ).fetchall()


def oldest(connection: Connection[Any]) -> datetime:
    row = connection.execute("SELECT min(time) FROM irrigation").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def test_old_readings_go_and_every_answer_of_the_rollups_stays(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    before = days(connection), hours(connection)
    assert delete(connection)
    assert oldest(connection) > START + timedelta(days=22)
    assert oldest(connection) <= START + timedelta(days=30)
    assert (days(connection), hours(connection)) == before
    assert delete(connection) == []


def test_what_is_deleted_is_counted_and_the_ledger_agrees(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    spans = delete(connection)
    gone = sum(span.rows for span in spans)
    kept = connection.execute("SELECT count(*) FROM irrigation").fetchone()
    assert kept == (2 * 240 - gone,)
    assert gone > 0
    assert list(ledger_check(connection)) == []
    assert (totals(connection).readings_stored, totals(connection).readings_deleted) == (480, gone)
    (wrong,) = connection.execute(
        "SELECT count(*) FROM ledger WHERE readings_deleted > readings_stored OR readings_deleted < 0"
    ).fetchall()
    assert wrong == (0,)


def test_nothing_goes_that_is_not_rolled_up(connection: Connection[Any]) -> None:
    fill(connection)
    assert delete(connection) == []
    compute(connection)
    receive(connection, "irr-1", (30.5, 31.0))  # late, in the second day
    delete(connection)
    assert oldest(connection) <= START + timedelta(hours=30)
    compute(connection)
    assert delete(connection)
    assert oldest(connection) > START + timedelta(days=22)
    assert list(ledger_check(connection)) == []


def test_a_dry_run_tells_the_same_and_deletes_nothing(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    told = delete(connection, dry_run=True)
    assert oldest(connection) == START
    assert totals(connection).readings_deleted == 0
    assert delete(connection) == told


def test_a_rollup_is_never_computed_from_readings_that_are_gone(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    delete(connection)
    before = days(connection), hours(connection)
    note_range(connection, ["irrigation"], START, NOW)
    compute(connection)
    assert (days(connection), hours(connection)) == before
    assert list(check(connection, START, NOW, kinds=["irrigation"])) == []


def test_what_comes_for_a_final_hour_is_kept_and_changes_no_answer(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    delete(connection)
    before = days(connection), hours(connection)
    receive(connection, "irr-1", (6.0, 6.0))  # what was deleted comes again
    receive(connection, "irr-1", (6.5, 400.0))  # and something new in the same hour
    compute(connection)
    assert (days(connection), hours(connection)) == before
    delete(connection)
    assert oldest(connection) == START + timedelta(hours=6)
    (state,) = (state for state in states(connection, NOW) if state.kind == "irrigation")
    assert (state.after_final, state.waiting) == (1, 0)
    assert list(ledger_check(connection)) == []


def test_a_device_that_had_said_nothing_in_a_final_hour_still_shows_in_it(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    delete(connection)
    add_device(connection, Device("gia-loc", "irr-3", "irrigation"))
    receive(connection, "irr-3", (6.1, 10.0), (6.2, 12.0), (7.3, 15.0))
    compute(connection)
    receive(connection, "irr-3", (6.4, 13.0))  # the rest of the hour comes in another batch
    compute(connection)
    late = [row for row in hours(connection) if row[0] == "irr-3"]
    assert late == [("irr-3", START + timedelta(hours=6), 3.0), ("irr-3", START + timedelta(hours=7), 2.0)]
    assert [row for row in days(connection) if row[0] == "irr-3"] == [("irr-3", START, 5.0, 4)]


def test_hours_go_after_their_readings_and_the_days_stay(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    before = days(connection)
    spans = delete(connection, {"irrigation": Horizon(reading_days=30, hourly_days=40)})
    assert {span.what for span in spans} == {"readings", "hours"}
    assert days(connection) == before
    first = min(time for _, time, _ in hours(connection))
    assert first == START + timedelta(days=20)
    receive(connection, "irr-1", (8.0, 500.0))
    compute(connection)
    assert days(connection) == before


def test_a_kind_that_is_kept_for_ever_is_left_alone(connection: Connection[Any]) -> None:
    fill(connection)
    compute(connection)
    assert delete(connection, {"camera": Horizon(reading_days=1)}) == []
    assert delete(connection, {"irrigation": Horizon()}) == []
    assert oldest(connection) == START


def test_what_a_writer_has_in_hand_is_left_for_the_next_time(connection: Connection[Any], database_url: str) -> None:
    fill(connection)
    compute(connection)
    with closing(connect(database_url)) as other:
        other.execute("UPDATE irrigation SET soil_moisture = 1 WHERE time < %s", [START + timedelta(hours=1)])
        other.execute("SET lock_timeout = '1s'")
        if edition_of(connection) is not Edition.PLAIN:
            assert delete(connection) == []
            assert oldest(connection) == START
        other.rollback()
    assert delete(connection)


def test_a_merge_into_what_is_being_deleted_undoes_the_deletion(connection: Connection[Any], database_url: str) -> None:
    """The writer's note is seen before the deletion is committed, or the writer's row is."""
    fill(connection)
    compute(connection)
    receive(connection, "irr-1", (0.0, 0.0))
    with closing(connect(database_url, autocommit=True)) as other:
        receive_field(other, "irr-1", hour=0.0)
    delete(connection)
    assert oldest(connection) == START
    compute(connection)
    found = connection.execute(
        "SELECT soil_moisture_mean FROM wall.irrigation_hourly WHERE device = 'irr-1' AND time = %s", [START]
    ).fetchone()
    assert found == (20,)


def receive_field(connection: Connection[Any], code: str, *, hour: float) -> None:
    """A field that a stored reading lacked."""
    at = START + timedelta(hours=hour)
    payload = orjson.dumps([{"ts": at.isoformat(), "soil_moisture": 20}])
    decoded, _ = decode_telemetry(payload, KINDS["irrigation"], at + timedelta(days=59))
    Writer(connection).write([Arrival("t", payload, NOW, number(connection, code), KINDS["irrigation"], decoded)])
