"""History written as columns leaves what the same readings leave that come as messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from devices.catalogue import KINDS
from devices.model import Kind
from devices.readings import Reading, TimeSource, Value
from devices.registry import Device
from storage.arrivals import Arrival, Settled
from storage.history import HistoryWriter, moment, series_of
from storage.ledger import check, totals
from storage.registry import add_device
from storage.writer import Writer

MIDNIGHT = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""Midnight in Viet Nam."""
KIND = KINDS["signal_probe"]
OPERATORS, TECHNOLOGIES = ("452-01", "452-04"), ("LTE", "NR_SA")
Found = list[tuple[Any, ...]]


def reading(minute: int, keys: tuple[str, ...] = ("452-04", "LTE"), kind: Kind = KIND, **values: Value) -> Reading:
    return Reading(
        MIDNIGHT + timedelta(minutes=minute),
        TimeSource.DEVICE,
        None,
        minute,
        keys,
        tuple(values.get(field.name) for field in kind.values),
    )


@pytest.fixture
def probe(connection: Connection[Any]) -> int:
    return add_device(connection, Device("gia-loc", "song-01", "signal_probe"))


def write(connection: Connection[Any], device_id: int, *readings: Reading) -> Settled:
    return HistoryWriter(connection).write(KIND, [series_of(device_id, readings)])


def tables(connection: Connection[Any]) -> tuple[Found, Found, Found]:
    """What is stored, what is newest, and the ledger's readings."""
    return (
        connection.execute("SELECT * FROM signal_probe ORDER BY device_id, operator, technology, time").fetchall(),
        connection.execute('SELECT device_id, key, time, received_at, "values" FROM latest ORDER BY 1, 2').fetchall(),
        connection.execute(
            "SELECT device_id, day, readings_stored, readings_merged, readings_duplicate, readings_dead_lettered "
            "FROM ledger ORDER BY 1, 2"
        ).fetchall(),
    )


numbers = st.one_of(st.none(), st.sampled_from([-90.0, -100.5]))
some_readings = st.lists(
    st.builds(
        lambda minute, operator, technology, rsrp, latency: reading(
            minute, (operator, technology), rsrp=rsrp, latency=latency, access_ok=True
        ),
        st.integers(-3, 3),
        st.sampled_from(OPERATORS),
        st.sampled_from(TECHNOLOGIES),
        numbers,
        numbers,
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(some_readings, min_size=1, max_size=3))
def test_the_tables_end_as_if_every_reading_had_been_a_message(
    connection: Connection[Any], probe: int, batches: list[list[Reading]]
) -> None:
    ends: list[tuple[Found, Found, Found]] = []
    ordered = [sorted(batch, key=lambda found: found.time) for batch in batches]
    for by_message in (True, False):
        connection.execute("TRUNCATE signal_probe, latest, ledger, dead_letter")
        for batch in ordered:
            if by_message:
                arrivals = [Arrival("", b"", r.time, probe, KIND, readings=[r]) for r in batch]
                Writer(connection).write(arrivals)
            else:
                write(connection, probe, *batch)
        ends.append(tables(connection))
    assert ends[0] == ends[1]
    assert list(check(connection)) == []


def test_history_is_stored_once_and_counts_on_the_day_of_each_reading(connection: Connection[Any], probe: int) -> None:
    readings = [reading(minute, rsrp=-90.0 - minute % 7) for minute in range(-60, 2000)]
    assert write(connection, probe, *readings) == Settled(stored=2060)
    assert write(connection, probe, *readings) == Settled(duplicate=2060)
    ledger = connection.execute(
        "SELECT day::text, received, readings_stored, readings_duplicate FROM ledger ORDER BY 1"
    )
    assert ledger.fetchall() == [
        ("2026-11-20", 0, 60, 60),
        ("2026-11-21", 0, 1440, 1440),
        ("2026-11-22", 0, 560, 560),
    ]


def test_history_completes_what_is_stored_and_sets_aside_what_contradicts_it(
    connection: Connection[Any], probe: int
) -> None:
    write(connection, probe, reading(0, rsrp=-90.0), reading(1, rsrp=-91.0))
    settled = write(
        connection, probe, reading(0, rsrp=-90.0, latency=30.0), reading(1, rsrp=-99.0), reading(2, rsrp=-92.0)
    )
    assert (settled.stored, settled.merged, settled.duplicate, len(settled.conflicts)) == (1, 1, 0, 1)
    rows = connection.execute("SELECT rsrp, latency FROM signal_probe ORDER BY time").fetchall()
    assert rows == [(-90.0, 30.0), (-91.0, None), (-92.0, None)]
    letters = connection.execute("SELECT reason, device_id, received_at FROM dead_letter").fetchall()
    assert letters == [("conflict", probe, MIDNIGHT + timedelta(minutes=1))]
    sums = totals(connection)
    assert (sums.received, sums.readings_stored, sums.readings_merged, sums.readings_dead_lettered) == (0, 3, 1, 1)


def test_the_newest_value_of_each_field_is_known_however_long_it_has_been_absent(
    connection: Connection[Any], probe: int
) -> None:
    first = [reading(0, rsrp=-90.0, latency=30.0)]
    write(connection, probe, *first, *(reading(minute, rsrp=-80.0) for minute in range(1, 500)))
    write(connection, probe, *(reading(minute, rsrp=-70.0) for minute in range(-500, 0)))
    row = connection.execute('SELECT key, time, "values" FROM latest').fetchall()
    start = MIDNIGHT.timestamp()
    assert row == [
        (
            "452-04/LTE",
            MIDNIGHT + timedelta(minutes=499),
            {"rsrp": [-80.0, start + 499 * 60], "latency": [30.0, start]},
        )
    ]


def test_readings_of_several_devices_and_keys_are_kept_apart(connection: Connection[Any], probe: int) -> None:
    other = add_device(connection, Device("gia-loc", "song-02", "signal_probe"))
    mixed = [reading(minute, ("452-04", TECHNOLOGIES[minute % 2]), rsrp=-90.0) for minute in range(10)]
    batch = [series_of(device, mixed) for device in (probe, other)]
    assert HistoryWriter(connection).write(KIND, batch).stored == 20
    newest = connection.execute("SELECT device_id, key, time FROM latest ORDER BY 1, 2").fetchall()
    assert newest == [
        (device, f"452-04/{technology}", MIDNIGHT + timedelta(minutes=8 + TECHNOLOGIES.index(technology)))
        for device in sorted((probe, other))
        for technology in TECHNOLOGIES
    ]


def test_times_keep_their_microseconds(connection: Connection[Any], probe: int) -> None:
    time = MIDNIGHT + timedelta(microseconds=123_457)
    one = replace(reading(0, rsrp=-90.0), time=time)
    series = series_of(probe, [one])
    assert moment(int(series.times[0])) == time
    assert series.reading(0) == one
    write(connection, probe, one)
    assert connection.execute("SELECT time, received_at FROM signal_probe").fetchone() == (time, time)


def test_a_batch_that_the_database_refuses_leaves_nothing(connection: Connection[Any], probe: int) -> None:
    unknown = series_of(probe, [reading(0, rsrp=-90.0)])._replace(device_id=2**31)
    with pytest.raises(Exception, match=r"out of range|integer"):
        HistoryWriter(connection).write(KIND, [series_of(probe, [reading(0, rsrp=-90.0)]), unknown])
    assert tables(connection) == ([], [], [])
