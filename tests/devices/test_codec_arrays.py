"""The native payload: stored batches."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.readings import Fault, Reading, TimeSource
from devices.reasons import REASONS, Level, Reason
from tests.devices.strategies import RECEIVED_AT

SECOND = timedelta(seconds=1)


def decode(document: object) -> tuple[list[Reading], list[Fault]]:
    return decode_telemetry(orjson.dumps(document), KINDS["environment"], RECEIVED_AT)


def at(when: datetime, **fields: object) -> dict[str, object]:
    return {"ts": when.isoformat(), "pm25": 1, **fields}


def test_a_stored_batch_is_as_many_readings_in_its_own_order() -> None:
    times = [RECEIVED_AT - minutes * 60 * SECOND for minutes in (30, 10, 20)]
    readings, faults = decode([at(when, seq=seq) for seq, when in enumerate(times)])
    assert faults == []
    assert [reading.time for reading in readings] == times
    assert [(reading.index, reading.seq) for reading in readings] == [(0, 0), (1, 1), (2, 2)]


def test_an_array_of_one_is_the_same_as_the_object() -> None:
    member = {"pm25": 1, "seq": 7}
    assert decode([member]) == decode(member)


def test_bad_members_are_set_aside_and_the_others_are_stored() -> None:
    old = RECEIVED_AT - SECOND
    readings, faults = decode([at(old), 5, at(old, ts="yesterday"), at(old, pm25=-1), at(old, pm10="x"), [at(old)]])
    assert [reading.index for reading in readings] == [0, 4]
    assert [(fault.index, fault.reason) for fault in faults] == [
        (1, Reason.NOT_AN_OBJECT),
        (2, Reason.BAD_TIME),
        (3, Reason.OUT_OF_RANGE),
        (3, Reason.EMPTY),
        (4, Reason.WRONG_TYPE),
        (5, Reason.NOT_AN_OBJECT),
    ]


def test_untimed_readings_lie_a_microsecond_apart_the_last_at_the_receipt() -> None:
    readings, _ = decode([{"pm25": 1}, {"pm25": 2, "ts": None}, {"pm25": 3}])
    assert [reading.time_source for reading in readings] == [TimeSource.ABSENT] * 3
    assert [(RECEIVED_AT - reading.time).microseconds for reading in readings] == [2, 1, 0]


def test_a_batch_from_a_clock_that_is_ahead_keeps_its_spacing_and_ends_at_the_receipt() -> None:
    ahead = RECEIVED_AT + timedelta(days=400)
    times = [ahead, ahead + 60 * SECOND, ahead + 30 * SECOND]
    readings, faults = decode([at(when) for when in times])
    assert faults == []
    assert [reading.time_source for reading in readings] == [TimeSource.NOT_BELIEVED] * 3
    assert [reading.device_time for reading in readings] == times
    assert [(RECEIVED_AT - reading.time).seconds for reading in readings] == [60, 0, 30]


def test_in_a_mixed_batch_only_the_readings_that_are_ahead_are_moved() -> None:
    ahead = RECEIVED_AT + timedelta(hours=2)
    readings, _ = decode([at(RECEIVED_AT - SECOND), at(ahead - SECOND), at(ahead)])
    assert [reading.time for reading in readings] == [RECEIVED_AT - SECOND, RECEIVED_AT - SECOND, RECEIVED_AT]
    assert [reading.time_source for reading in readings] == [
        TimeSource.DEVICE,
        TimeSource.NOT_BELIEVED,
        TimeSource.NOT_BELIEVED,
    ]


def test_an_empty_array_is_a_fault_of_the_message() -> None:
    readings, (fault,) = decode([])
    assert readings == []
    assert (fault.reason, fault.index) == (Reason.EMPTY, None)


def test_a_bare_number_or_text_is_no_reading() -> None:
    for document in (5, "5", True, None, 1.5):
        readings, (fault,) = decode(document)
        assert readings == []
        assert (fault.reason, fault.index) == (Reason.NOT_AN_OBJECT, None)


def test_faults_beyond_a_hundred_are_counted_in_one_that_stands_for_them() -> None:
    readings, faults = decode([{"pm25": 1, "pm10": -5}] * 250 + [7] * 150)
    assert len(readings) == 250
    fields = [fault for fault in faults if REASONS[fault.reason][0] is Level.FIELD]
    others = [fault for fault in faults if REASONS[fault.reason][0] is Level.READING]
    assert (len(fields), len(others)) == (101, 101)
    assert (sum(fault.count for fault in fields), sum(fault.count for fault in others)) == (250, 150)
    assert (fields[-1].reason, fields[-1].detail) == (Reason.OUT_OF_RANGE, "and 150 more fields")
    assert (others[-1].reason, others[-1].detail) == (Reason.NOT_AN_OBJECT, "and 50 more readings")
