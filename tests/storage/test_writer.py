"""The batch writer: whatever the batches, the tables end as a simple model says, and the books agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, DataError

from devices.registry import Device
from storage.arrivals import Arrival, Outcome
from storage.books import Worker, forget_deliveries, settled_packets, was_settled
from storage.history import HistoryWriter, series_of
from storage.ledger import check, sequence_gaps, totals
from storage.registry import add_device
from storage.writer import Writer
from tests.storage.arrivals import ENVIRONMENT, IRRIGATION, NOON, RECEIVED, make_arrival, make_reading


@pytest.fixture
def station(connection: Connection[Any]) -> int:
    return add_device(connection, Device("gia-loc", "cb-mt-01", "environment"))


@pytest.fixture
def pump(connection: Connection[Any]) -> int:
    return add_device(connection, Device("gia-loc", "bom-01", "irrigation"))


def write(connection: Connection[Any], *arrivals: Arrival) -> Outcome:
    return Writer(connection).write(arrivals)


def test_a_batch_of_several_kinds_is_one_transaction(connection: Connection[Any], station: int, pump: int) -> None:
    outcome = write(
        connection,
        make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 0, pm25=1.0)),
        make_arrival(pump, IRRIGATION, make_reading(IRRIGATION, 0, pump_on=True, soil_moisture=31.5)),
    )
    assert (outcome.stored, dict(outcome.readings_by_kind)) == (2, {"environment": 1, "irrigation": 1})
    assert connection.execute("SELECT pump_on, soil_moisture FROM irrigation").fetchall() == [(True, 31.5)]


def test_readings_of_different_keys_at_one_time_are_different(connection: Connection[Any], pump: int) -> None:
    outcome = write(
        connection,
        make_arrival(
            pump,
            IRRIGATION,
            make_reading(IRRIGATION, 0, keys=("north",), soil_moisture=30.0),
            make_reading(IRRIGATION, 0, keys=("south",), soil_moisture=40.0),
        ),
    )
    assert outcome.readings_by_kind["irrigation"] == 2
    assert connection.execute("SELECT key FROM latest ORDER BY key").fetchall() == [("north",), ("south",)]


def test_a_batch_that_fails_leaves_nothing(connection: Connection[Any], station: int) -> None:
    good = make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 0, pm25=1.0))
    bad = make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 1, firmware="a\x00b"))
    with pytest.raises(DataError):
        write(connection, good, bad)
    assert connection.execute("SELECT count(*) FROM environment").fetchone() == (0,)
    assert totals(connection).received == 0


def test_what_was_settled_is_remembered_for_each_session(connection: Connection[Any], station: int) -> None:
    writer = Writer(connection)
    worker = Worker("session-a", RECEIVED, received=2, in_hand=0)
    for batch in (1, 2):
        arrival = make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, batch, pm25=1.0), packet_id=batch)
        arrival.checksum = 0xDEADBEEF
        writer.write([arrival], worker=worker, batch=batch)
    assert list(settled_packets(connection, "session-a")) == [(1, 0xDEADBEEF, 7), (2, 0xDEADBEEF, 7)]
    assert was_settled(connection, "session-a", 2)
    assert not was_settled(connection, "session-a", 3)
    assert not was_settled(connection, "session-b", 2)


def test_only_as_many_packets_are_remembered_as_there_are_packet_ids(connection: Connection[Any]) -> None:
    for batch, count in enumerate((40_000, 40_000, 40_000)):
        connection.execute(
            "INSERT INTO delivery (client_id, batch, count, messages) VALUES ('a', %s, %s, '')", (batch, count)
        )
    forget_deliveries(connection, "a")
    assert connection.execute("SELECT batch FROM delivery ORDER BY batch").fetchall() == [(1,), (2,)]


def test_redeliveries_are_counted_and_are_no_part_of_the_sum(connection: Connection[Any], station: int) -> None:
    Writer(connection).write([], redelivered=[(station, RECEIVED, 2)])
    sums = totals(connection)
    assert (sums.redelivered, sums.received, sums.difference) == (2, 0, 0)


def test_the_day_of_the_ledger_is_the_day_in_viet_nam(connection: Connection[Any], station: int) -> None:
    for hour in (16, 17):  # 17:00 UTC is midnight in Viet Nam
        arrival = make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, hour, pm25=1.0))
        arrival.received_at = datetime(2026, 11, 20, hour, 30, tzinfo=UTC)
        write(connection, arrival)
    days = connection.execute("SELECT day::text, stored FROM ledger ORDER BY day").fetchall()
    assert days == [("2026-11-20", 1), ("2026-11-21", 1)]


def test_history_counts_readings_and_no_messages(connection: Connection[Any], station: int) -> None:
    history = HistoryWriter(connection)
    series = series_of(station, [make_reading(ENVIRONMENT, minute, pm25=float(minute)) for minute in range(100)])
    assert history.write(ENVIRONMENT, [series]).stored == 100
    assert history.write(ENVIRONMENT, [series]).duplicate == 100
    sums = totals(connection)
    assert (sums.received, sums.readings_stored, sums.readings_duplicate) == (0, 100, 100)
    assert list(check(connection)) == []


def test_missing_sequence_numbers_are_found_and_late_ones_fill_their_gap(
    connection: Connection[Any], station: int
) -> None:
    def send(*pairs: tuple[int, int]) -> None:
        write(
            connection,
            *(make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, m, seq, pm25=1.0)) for m, seq in pairs),
        )

    def found() -> list[tuple[int, int]]:
        return [(gap.missing, gap.restarts) for gap in sequence_gaps(connection, NOON, NOON + timedelta(days=1))]

    send((0, 10), (1, 11), (5, 15))
    assert found() == [(3, 0)]
    send((3, 13))
    assert found() == [(2, 0)]
    send((2, 12), (4, 14))
    assert found() == []
    send((6, 0), (7, 1))
    assert found() == [(0, 1)]


def test_the_check_names_a_reading_that_vanished(connection: Connection[Any], station: int) -> None:
    write(connection, make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 0, pm25=1.0)))
    assert list(check(connection)) == []
    connection.execute("DELETE FROM environment")
    (gap,) = check(connection)
    assert gap.detail == f"readings stored of device {station}: the ledger says 1, the tables hold 0"


def test_the_check_is_not_deceived_by_differences_that_cancel_out(
    connection: Connection[Any], station: int, pump: int
) -> None:
    write(
        connection,
        make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 0, pm25=1.0)),
        make_arrival(pump, IRRIGATION, make_reading(IRRIGATION, 0, pump_on=True)),
    )
    connection.execute("UPDATE ledger SET stored = 2, readings_stored = 2 WHERE device_id = %s", [station])
    connection.execute("UPDATE ledger SET stored = 0, readings_stored = 0 WHERE device_id = %s", [pump])
    assert totals(connection).difference == 0
    assert [(gap.ledger, gap.found) for gap in check(connection)] == [(1, 2), (1, 0), (2, 1), (0, 1)]


Model = dict[int, dict[str, float]]
FIELDS = ("pm25", "pm10")
one_reading = st.tuples(
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([1.0, 2.0]), min_size=1),
)
batches = st.lists(st.lists(st.lists(one_reading, min_size=1, max_size=3), min_size=1, max_size=4), max_size=5)


def apply(model: Model, minute: int, values: dict[str, float]) -> str:
    """What the contract says of one more reading: its fate, and the model after it."""
    known = model.get(minute)
    if known is None:
        model[minute] = dict(values)
        return "stored"
    if any(name in known and known[name] != value for name, value in values.items()):
        return "conflict"
    fate = "duplicate" if values.keys() <= known.keys() else "merged"
    known.update(values)
    return fate


@given(sent=batches)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_batches_end_as_the_contract_says(connection: Connection[Any], station: int, sent: Any) -> None:
    connection.execute("TRUNCATE environment, latest, dead_letter, ledger")
    model: Model = {}
    fates = {"stored": 0, "merged": 0, "duplicate": 0, "conflict": 0}
    for batch in sent:
        arrivals = []
        for message in batch:
            for minute, values in message:
                fates[apply(model, minute, values)] += 1
            arrivals.append(
                make_arrival(station, ENVIRONMENT, *(make_reading(ENVIRONMENT, m, **values) for m, values in message))
            )
        write(connection, *arrivals)
    rows = connection.execute("SELECT time, pm25, pm10 FROM environment ORDER BY time").fetchall()
    assert rows == [
        (NOON + timedelta(minutes=minute), values.get("pm25"), values.get("pm10"))
        for minute, values in sorted(model.items())
    ]
    sums = totals(connection)
    assert sums.difference == 0
    assert (sums.readings_stored, sums.readings_merged, sums.readings_duplicate, sums.readings_dead_lettered) == tuple(
        fates.values()
    )
    assert list(check(connection)) == []
    newest = connection.execute('SELECT "values" FROM latest').fetchall()
    for name in FIELDS:
        having = [minute for minute, values in model.items() if name in values]
        if having:
            stamp = (NOON + timedelta(minutes=max(having))).timestamp()
            assert newest[0][0][name] == [model[max(having)][name], stamp]
