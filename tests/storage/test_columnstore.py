"""Old readings as columns: late data ends in them as anywhere else, and every answer stays.

Every test runs on every edition. Where there is no columnstore the old readings are rows, and the rest must hold alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection, OperationalError

from devices.catalogue import KINDS
from devices.readings import Reading, TimeSource, Value
from devices.registry import Commune, Device
from storage.arrivals import Arrival, Outcome
from storage.columnstore import Chunk, columnstore_states, compress_old, has_columnstore
from storage.connect import connect
from storage.history import HistoryWriter, series_of
from storage.ledger import check as ledger_check
from storage.ledger import totals
from storage.places import add_commune
from storage.reading_retention import Horizon, delete_old
from storage.registry import add_device
from storage.rollups import check, compute_noted
from storage.tables import enable_columnstore
from storage.writer import Writer
from tests.waiting import wait_until

START = datetime(2026, 9, 3, tzinfo=UTC)
"""Where a chunk of TimescaleDB begins: a Thursday in UTC."""
NOW = START + timedelta(days=60)
AFTER_DAYS = 30
KIND = KINDS["irrigation"]
PUMPS = ("bom-1", "bom-2")
ZONES = ("", "north")
OLD = timedelta(days=28)
HOURS = 24 * 35
"""So long the history is: four chunks that are old, and one that is not wholly so."""


@pytest.fixture(scope="module")
def url(module_database_url: str) -> str:
    """A database with a history of five weeks, rolled up, in which whatever is old is columns if it can be."""
    with closing(connect(module_database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        batch = [series_of(add_device(connection, Device("gia-loc", code, KIND.name)), history()) for code in PUMPS]
        HistoryWriter(connection).write(KIND, batch)
        compute(connection)
        chunks = compress(connection)
        assert len(chunks) == (4 if has_columnstore(connection) else 0)
    return module_database_url


@pytest.fixture
def admin(url: str) -> Iterator[Connection[Any]]:
    with closing(connect(url, role="commune_admin", autocommit=True)) as connection:
        yield connection


@pytest.fixture
def ingest(url: str) -> Iterator[Connection[Any]]:
    """Who may insert and update, and never delete."""
    with closing(connect(url, role="commune_ingest", autocommit=True)) as connection:
        yield connection


def said(hour: float, zone: str = "", **values: Value) -> Reading:
    at = START + timedelta(hours=hour)
    return Reading(at, TimeSource.DEVICE, None, None, (zone,), tuple(values.get(field.name) for field in KIND.values))


def history() -> list[Reading]:
    """Every hour each zone says how wet its soil is and what its meter shows; the rest is not said."""
    return [
        said(hour, zone, soil_moisture=20.0 + hour % 24, water_total=float(hour))
        for hour in range(HOURS)
        for zone in ZONES
    ]


def number(connection: Connection[Any], code: str) -> int:
    row = connection.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def receive(connection: Connection[Any], code: str, *readings: Reading) -> Outcome:
    arrival = Arrival("t", b"{}", NOW, number(connection, code), KIND, list(readings), size=2)
    return Writer(connection).write([arrival])


def compute(connection: Connection[Any]) -> None:
    list(compute_noted(connection, NOW))


def compress(connection: Connection[Any], *, dry_run: bool = False) -> list[Chunk]:
    return list(compress_old(connection, NOW, AFTER_DAYS, kinds=[KIND.name], dry_run=dry_run))


def stored(connection: Connection[Any], code: str, hour: float, zone: str = "") -> tuple[Any, ...] | None:
    return connection.execute(
        "SELECT soil_moisture, water_total, valve_open FROM irrigation"
        " WHERE device_id = %s AND zone = %s AND time = %s",
        [number(connection, code), zone, START + timedelta(hours=hour)],
    ).fetchone()


def assert_exact(connection: Connection[Any], hour: float) -> None:
    """The rollups of a day answer what the readings say, noted and computed, and the ledger agrees with the tables."""
    start = START + timedelta(hours=hour)
    for _ in range(2):
        assert list(check(connection, start, start + timedelta(hours=1), kinds=[KIND.name])) == []
        compute(connection)
    assert list(ledger_check(connection)) == []


def assert_all_columns(connection: Connection[Any]) -> None:
    """Nothing is left as rows behind the horizon, where there is a columnstore."""
    compress(connection)
    states = columnstore_states(connection)
    if has_columnstore(connection):
        (state,) = states
        assert (state.columnar, state.partial) == (4, 0)
    else:
        assert states == []


def test_what_is_old_is_columns_where_the_edition_has_them(admin: Connection[Any]) -> None:
    assert_all_columns(admin)
    assert compress(admin) == []
    assert list(check(admin, START, START + timedelta(days=36), kinds=[KIND.name])) == []


def test_columns_take_less_room_than_rows(admin: Connection[Any]) -> None:
    if has_columnstore(admin):
        rows = admin.execute("SELECT sum(before_compression_total_bytes) FROM chunk_compression_stats('irrigation')")
        columns = admin.execute("SELECT sum(after_compression_total_bytes) FROM chunk_compression_stats('irrigation')")
        (before,), (after,) = rows.fetchall()[0], columns.fetchall()[0]
        assert after < before
    else:
        assert compress(admin) == []


def test_a_late_batch_is_stored_merged_recognised_and_refused(admin: Connection[Any], ingest: Connection[Any]) -> None:
    outcome = receive(
        ingest,
        "bom-1",
        said(50.5, soil_moisture=33.0),  # new
        said(51, soil_moisture=23.0, water_total=51.0),  # said before
        said(52, valve_open=True),  # adds to what was said
        said(53, soil_moisture=99.0),  # contradicts
        said(53, "north", water_total=53.0),  # said before, of another zone
    )
    assert dict(outcome.readings_by_kind) == {KIND.name: 1}
    assert dict(outcome.reasons) == {"conflict": 1}
    assert stored(admin, "bom-1", 50.5) == (33.0, None, None)
    assert stored(admin, "bom-1", 51) == (23.0, 51.0, None)
    assert stored(admin, "bom-1", 52) == (24.0, 52.0, True)
    assert stored(admin, "bom-1", 53) == (25.0, 53.0, None)
    assert_exact(admin, 51)
    assert_all_columns(admin)
    assert stored(admin, "bom-1", 52) == (24.0, 52.0, True)
    assert_exact(admin, 51)


def test_a_late_batch_of_new_readings_alone_is_stored(admin: Connection[Any], ingest: Connection[Any]) -> None:
    readings = [said(200 + minute / 60, soil_moisture=1.0 + minute) for minute in range(1, 60)]
    assert receive(ingest, "bom-2", *readings).stored == 1
    assert stored(admin, "bom-2", 200 + 30 / 60) == (31.0, None, None)
    assert_exact(admin, 200)
    assert_all_columns(admin)
    assert_exact(admin, 200)


def test_late_history_is_stored_merged_recognised_and_refused(admin: Connection[Any]) -> None:
    late = [
        said(70, valve_open=False),
        said(70.5, valve_open=True),
        said(71, water_total=71.0),
        said(72, water_total=1),
    ]
    settled = HistoryWriter(admin).write(KIND, [series_of(number(admin, "bom-2"), late)])
    assert (settled.stored, settled.merged, settled.duplicate, len(settled.conflicts)) == (1, 1, 1, 1)
    assert stored(admin, "bom-2", 70) == (42.0, 70.0, False)
    assert_exact(admin, 70)


def test_a_merge_into_every_stretch_of_a_chunk_ends_well(admin: Connection[Any], ingest: Connection[Any]) -> None:
    """TimescaleDB limits how much of a columnstore one statement may open."""
    spread = [said(hour, zone, firmware="2.0") for hour in range(170, 670, 9) for zone in ZONES]
    assert receive(ingest, "bom-1", *spread).stored == 1
    found = admin.execute("SELECT count(*) FROM irrigation WHERE firmware = '2.0'").fetchone()
    assert found == (len(spread),)
    assert receive(ingest, "bom-1", *spread).duplicate == 1
    assert_exact(admin, 170)
    assert_all_columns(admin)


def test_merges_into_fresh_readings_leave_the_columns_alone(admin: Connection[Any], ingest: Connection[Any]) -> None:
    """A plan for any row at all would open every columnstore of the kind, to look for the row there."""
    assert_all_columns(admin)
    assert receive(ingest, "bom-2", *(said(hour, valve_open=True) for hour in range(700, 730))).stored == 1
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE%irrigation%'"
    assert ingest.execute(kept).fetchone() == (0,)
    if has_columnstore(admin):
        assert [state.partial for state in columnstore_states(admin)] == [0]
    found = admin.execute("SELECT count(*) FROM irrigation WHERE time >= %s AND valve_open", [START + OLD]).fetchone()
    assert found == (30,)


def at_once(ingest: Connection[Any], url: str, first: Reading, then: Reading) -> Outcome:
    """What becomes of a reading that a writer begins to write while another one is not yet committed."""
    with (
        closing(connect(url, role="commune_ingest", autocommit=True)) as later,
        closing(connect(url, autocommit=True)) as onlooker,
        ThreadPoolExecutor(1) as threads,
    ):
        with ingest.transaction():
            receive(ingest, "bom-1", first)
            outcome = threads.submit(persist, later, "bom-1", then)
            pid = later.info.backend_pid
            waits = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
            wait_until(lambda: onlooker.execute(waits, [pid]).fetchone() == (True,), "the later one waits")
        return outcome.result(timeout=60)


def test_of_two_merges_at_once_the_later_one_is_judged_by_the_first(
    admin: Connection[Any], ingest: Connection[Any], url: str
) -> None:
    """The later one waits for the first, and is refused for contradicting it; where it must, after another try."""
    then = said(100, valve_open=True, soil_moisture=24.0)
    assert dict(at_once(ingest, url, said(100, valve_open=False), then).reasons) == {"conflict": 1}
    assert stored(admin, "bom-1", 100) == (24.0, 100.0, False)
    assert_exact(admin, 100)


def test_two_merges_at_once_that_complement_each_other_both_stand(
    admin: Connection[Any], ingest: Connection[Any], url: str
) -> None:
    outcome = at_once(ingest, url, said(101, valve_open=False), said(101, battery=71.0))
    assert (dict(outcome.reasons), outcome.duplicate) == ({}, 0)
    assert stored(admin, "bom-1", 101) == (25.0, 101.0, False)
    battery = "SELECT battery FROM irrigation WHERE time = %s AND zone = '' AND device_id = %s"
    assert admin.execute(battery, [START + timedelta(hours=101), number(admin, "bom-1")]).fetchone() == (71.0,)
    assert_exact(admin, 101)


def test_of_two_equal_merges_at_once_one_is_a_duplicate(
    admin: Connection[Any], ingest: Connection[Any], url: str
) -> None:
    outcome = at_once(ingest, url, said(102, valve_open=False), said(102, valve_open=False))
    assert (dict(outcome.reasons), outcome.duplicate) == ({}, 1)
    assert_exact(admin, 102)


def persist(connection: Connection[Any], code: str, *readings: Reading) -> Outcome:
    """Write as ingest does: again where the database says that another was at it."""
    while True:
        try:
            return receive(connection, code, *readings)
        except OperationalError:
            continue


def test_a_chunk_with_an_hour_that_is_not_rolled_up_stays_as_it_is(
    admin: Connection[Any], ingest: Connection[Any]
) -> None:
    receive(ingest, "bom-2", said(120.25, soil_moisture=3.0))
    assert compress(admin) == []
    compute(admin)
    chunks = compress(admin)
    if has_columnstore(admin):
        assert [(chunk.start, chunk.again) for chunk in chunks] == [(START, True)]
    else:
        assert chunks == []


def test_a_dry_run_tells_the_same_and_changes_nothing(admin: Connection[Any], ingest: Connection[Any]) -> None:
    receive(ingest, "bom-2", said(130.25, soil_moisture=3.0))
    compute(admin)
    told = compress(admin, dry_run=True)
    assert compress(admin, dry_run=True) == told
    assert all(chunk.bytes_after is None for chunk in told)
    assert [replace(chunk, bytes_after=None) for chunk in compress(admin)] == told
    assert len(told) == (1 if has_columnstore(admin) else 0)


def test_a_chunk_that_somebody_writes_to_is_left_for_the_next_time(
    admin: Connection[Any], ingest: Connection[Any]
) -> None:
    receive(ingest, "bom-2", said(140.25, soil_moisture=3.0))
    compute(admin)
    with ingest.transaction(force_rollback=True):
        ingest.execute("INSERT INTO irrigation SELECT * FROM irrigation LIMIT 0")
        ingest.execute("UPDATE irrigation SET soil_moisture = 1 WHERE time = %s", [START + timedelta(hours=140.25)])
        assert compress(admin) == []
    assert_all_columns(admin)


def test_what_is_dropped_with_age_is_counted_and_the_answers_stay(admin: Connection[Any]) -> None:
    """The last test of this module with a database: it takes the oldest chunks away."""
    compute(admin)
    assert_all_columns(admin)
    before = admin.execute("SELECT * FROM wall.irrigation_daily ORDER BY device, zone, time").fetchall()
    count = admin.execute("SELECT count(*) FROM irrigation").fetchone()
    assert count is not None
    spans = list(delete_old(admin, NOW, {KIND.name: Horizon(reading_days=40)}))
    gone = sum(span.rows for span in spans)
    assert gone > 0
    assert admin.execute("SELECT count(*) FROM irrigation").fetchone() == (count[0] - gone,)
    assert totals(admin).readings_deleted == gone
    assert list(ledger_check(admin)) == []
    assert admin.execute("SELECT * FROM wall.irrigation_daily ORDER BY device, zone, time").fetchall() == before
    if has_columnstore(admin):
        assert [state.columnar for state in columnstore_states(admin)] == [2]


def test_the_readings_of_a_device_and_its_keys_lie_together_in_order_of_time() -> None:
    statement = enable_columnstore(KINDS["signal_probe"]).as_string()
    assert "compress_segmentby = 'device_id, operator, technology'" in statement
    assert "compress_orderby = 'time'" in statement
