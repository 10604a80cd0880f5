"""The clocks of devices from what is stored: whichever way their time was taken, and however late they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from psycopg import Connection

from devices.clocks import ClockState
from devices.registry import Device
from ingest.again import interpreter
from storage.clocks import MOST_MESSAGES, DeviceClock, device_clocks
from storage.registry import add_device, all_devices
from storage.writer import Writer

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Sent = tuple[datetime, Any]
"""When a message was received, and what it says."""


def receive(connection: Connection[Any], code: str, messages: list[Sent], kind: str = "environment") -> None:
    """Write messages as ingest does."""
    read = interpreter({(known.commune, known.code): known for known in all_devices(connection)})
    topic = f"xa/gia-loc/{kind}/{code}/telemetry"
    Writer(connection).write([read(topic, orjson.dumps(body), at) for at, body in messages])


def live(offset: timedelta, count: int = 30, until: datetime = NOW) -> list[Sent]:
    """A message a minute, half a second on the way, by a clock with an offset."""
    return [
        (until - n * MINUTE, {"ts": _text(until - n * MINUTE - timedelta(seconds=0.5) + offset), "pm25": n})
        for n in range(count)
    ]


def _text(moment: datetime) -> str:
    return moment.isoformat()


def clock_of(connection: Connection[Any], code: str = "tram-1", **wanted: Any) -> DeviceClock:
    (found,) = [device for device in device_clocks(connection, **wanted) if device.code == code]
    return found


@pytest.mark.parametrize(
    ("offset", "state", "believed", "not_believed"),
    [
        (timedelta(0), ClockState.RIGHT, 30, 0),
        (timedelta(seconds=90), ClockState.RIGHT, 30, 0),
        (timedelta(hours=7), ClockState.AHEAD, 0, 30),
        (timedelta(minutes=-10), ClockState.BEHIND, 30, 0),
        (timedelta(days=-40), ClockState.BEHIND, 30, 0),
    ],
)
def test_an_offset_is_found_whether_the_time_was_believed_or_not(
    connection: Connection[Any], offset: timedelta, state: ClockState, believed: int, not_believed: int
) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    receive(connection, "tram-1", live(offset))
    found = clock_of(connection)
    assert found.clock.state is state
    assert found.clock.offset_seconds == pytest.approx(offset.total_seconds() - 0.5, abs=0.01)
    assert (found.believed, found.absent, found.not_believed) == (believed, 0, not_believed)
    assert (found.clock.messages, found.received_at) == (30, NOW)


def test_of_a_stored_batch_only_its_newest_reading_counts(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    for hour in range(12):
        at = NOW - timedelta(hours=hour)
        batch = [{"ts": _text(at - n * MINUTE - timedelta(seconds=1)), "pm25": n} for n in range(60)]
        receive(connection, "tram-1", [(at, batch)])
    found = clock_of(connection)
    assert (found.clock.state, found.clock.messages, found.believed) == (ClockState.RIGHT, 12, 720)
    assert found.clock.offset_seconds == pytest.approx(-1, abs=0.01)


def test_what_was_stored_while_the_network_was_away_does_not_matter(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    late = [
        (NOW - timedelta(hours=1, seconds=n), {"ts": _text(NOW - (200 + n) * MINUTE), "pm25": n}) for n in range(60)
    ]
    receive(connection, "tram-1", live(timedelta(0)) + late)
    found = clock_of(connection)
    assert found.clock.state is ClockState.RIGHT
    assert found.clock.offset_seconds == pytest.approx(-0.5, abs=0.01)


def test_readings_without_a_time_are_counted_and_say_nothing_of_the_clock(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    receive(connection, "tram-1", [(NOW - n * MINUTE, {"pm25": n}) for n in range(20)])
    found = clock_of(connection)
    assert (found.clock.state, found.clock.messages, found.absent) == (ClockState.UNKNOWN, 0, 20)


def test_a_clock_that_was_mended_is_judged_by_what_it_sends_now(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    receive(connection, "tram-1", live(timedelta(hours=-3), until=NOW - timedelta(days=2)))
    assert clock_of(connection).clock.state is ClockState.BEHIND
    receive(connection, "tram-1", live(timedelta(0)))
    found = clock_of(connection)
    assert (found.clock.state, found.believed) == (ClockState.RIGHT, 30)
    assert clock_of(connection, span=timedelta(days=9)).believed == 60


def test_kinds_with_keys_are_told_by_message_and_not_by_reading(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "wifi"))
    messages = [
        (at, [{"ts": body["ts"], "radio": radio, "clients": 3} for radio in ("2.4", "5")])
        for at, body in live(timedelta(minutes=5))
    ]
    receive(connection, "tram-1", messages, kind="wifi")
    found = clock_of(connection)
    assert (found.clock.state, found.clock.messages, found.not_believed) == (ClockState.AHEAD, 30, 60)


def test_only_the_newest_messages_are_compared_and_all_readings_are_counted(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "tram-1", "environment"))
    receive(connection, "tram-1", live(timedelta(0), MOST_MESSAGES + 40))
    found = clock_of(connection)
    assert (found.clock.messages, found.believed) == (MOST_MESSAGES, MOST_MESSAGES + 40)


def test_devices_come_in_pages_with_those_that_have_sent_nothing(connection: Connection[Any]) -> None:
    for code, kind in (("a-1", "camera"), ("b-2", "environment"), ("c-3", "lighting")):
        add_device(connection, Device("gia-loc", code, kind))
    receive(connection, "b-2", live(timedelta(0)))
    first = device_clocks(connection, limit=2)
    second = device_clocks(connection, limit=2, after=(first[-1].commune, first[-1].code))
    assert [device.code for device in first + second] == ["a-1", "b-2", "c-3"]
    assert [device.clock.state for device in first] == [ClockState.UNKNOWN, ClockState.RIGHT]
    assert first[0].received_at is None
    assert [device.code for device in device_clocks(connection, kind="lighting")] == ["c-3"]
    assert device_clocks(connection, commune="elsewhere") == []
