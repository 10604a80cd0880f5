"""Times of receipt: distinct for one device, whatever its backlog, and near the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Reading, TimeSource
from ingest.receipt import LARGEST_SHIFT, MICROSECOND, ReceiptTimes

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def untimed(count: int, last: datetime) -> list[Reading]:
    """An array as the codec reads it: a microsecond apart, the newest at the time of receipt."""
    return [
        Reading(last - (count - 1 - place) * MICROSECOND, TimeSource.ABSENT, None, None, (), (1.0,), place)
        for place in range(count)
    ]


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 30)), min_size=1, max_size=30))
def test_no_two_readings_of_a_device_share_a_time_and_their_order_is_kept(backlog: list[tuple[int, int]]) -> None:
    times = ReceiptTimes()
    received = NOW
    given_times: list[datetime] = []
    for count, microseconds in backlog:
        received += timedelta(microseconds=microseconds)
        readings = untimed(count, received)
        times.place(len(given_times), 1, readings)
        given_times += [reading.time for reading in readings]
    assert given_times == sorted(set(given_times))
    assert given_times[-1] - received <= len(given_times) * MICROSECOND


def test_devices_do_not_move_each_other() -> None:
    times = ReceiptTimes()
    first, second = untimed(1, NOW), untimed(1, NOW)
    times.place(0, 1, first)
    times.place(1, 2, second)
    assert first[0].time == second[0].time == NOW


def test_a_delivery_that_is_read_again_keeps_its_place_until_it_is_settled() -> None:
    times = ReceiptTimes()
    times.place(0, 1, untimed(3, NOW))
    read: list[list[Reading]] = [untimed(2, NOW) for _ in range(3)]
    times.place(1, 1, read[0])
    times.place(2, 1, untimed(2, NOW))
    times.place(1, 1, read[1])
    assert [reading.time for reading in read[1]] == [reading.time for reading in read[0]]
    times.settled([0, 1, 2])
    times.place(1, 1, read[2])
    assert min(reading.time for reading in read[2]) > max(reading.time for reading in read[1])


def test_a_believed_time_is_left_alone() -> None:
    times = ReceiptTimes()
    times.place(0, 1, untimed(1, NOW))
    reading = Reading(NOW, TimeSource.DEVICE, None, None, (), (1.0,))
    times.place(1, 1, [reading])
    assert reading.time == NOW


def test_readings_of_a_clock_that_is_not_believed_stay_at_the_time_of_receipt() -> None:
    times = ReceiptTimes()
    times.place(0, 1, untimed(1, NOW))
    minute = timedelta(minutes=1)
    readings = [
        Reading(NOW - place * minute, TimeSource.NOT_BELIEVED, NOW + minute, None, (), (1.0,)) for place in (0, 1)
    ]
    times.place(1, 1, readings)
    assert [reading.time for reading in readings] == [NOW, NOW - minute]


def test_when_our_own_clock_was_set_back_the_clock_is_right() -> None:
    times = ReceiptTimes()
    times.place(0, 1, untimed(1, NOW + LARGEST_SHIFT * 2))
    readings = untimed(1, NOW)
    times.place(1, 1, readings)
    assert readings[0].time == NOW
