"""What must become of a message: worked out from the protocol, and the same as the product's own decoder says."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from devices.catalogue import KINDS
from devices.codec import decode_event, decode_status, decode_telemetry
from devices.readings import Fault, TimeSource
from devices.reasons import Reason
from devices.topics import Channel, parse
from simulators import expect as module
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.expect import MICROSECONDS, Expected, expect
from simulators.faults import FAULTS
from simulators.fleet import load_fleet, outgoing
from tests.simulators.moments import HOUR, at

NOW = at("2026-11-20 10:00")
TS = "2026-11-20T02:59:00Z"
REGISTERED = {"tram-01": "environment", "song-01": "signal_probe", "mn-01": "water_level"}


def of(payload: object, device: str = "tram-01", channel: str = "telemetry", kind: str | None = None) -> Expected:
    """What must become of a payload that arrives now."""
    sent = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    topic = f"xa/gia-loc/{kind or REGISTERED.get(device, 'environment')}/{device}/{channel}"
    return expect(topic, sent, NOW * MICROSECONDS, REGISTERED)


def letters(expected: Expected) -> list[tuple[str, str, int | None, str | None]]:
    return [(letter.level, letter.reason.value, letter.index, letter.field) for letter in expected.letters]


@pytest.mark.parametrize(
    ("payload", "letter"),
    [
        (b"", ("message", "not_json", None, None)),
        (b'{"pm25": 3', ("message", "not_json", None, None)),
        (b'{"pm25": 3}\x00', ("message", "not_json", None, None)),
        (b'{"pm25": 3, "firmware": "\xff"}', ("message", "not_json", None, None)),
        (b"[" + b"1," * 140_000 + b"1]", ("message", "too_large", None, None)),
        (3, ("reading", "not_an_object", None, None)),
        ([], ("reading", "empty", None, None)),
        ({"ts": TS}, ("reading", "empty", 0, None)),
        ({"ts": 1.7e12, "pm25": 3}, ("reading", "bad_time", 0, None)),
        ({"ts": "1970-01-01T00:00:01Z", "pm25": 3}, ("reading", "bad_time", 0, None)),
        ({"ts": "2026-11-20T02:59:00", "pm25": 3}, ("reading", "bad_time", 0, None)),
        ({"ts": TS, "pm10": 1, "pm25": "3"}, ("field", "wrong_type", 0, "pm25")),
        ({"ts": TS, "pm10": 1, "pm25": True}, ("field", "wrong_type", 0, "pm25")),
        ({"ts": TS, "pm10": 1, "pm25": 1000.5}, ("field", "out_of_range", 0, "pm25")),
        ({"ts": TS, "pm10": 1, "pm25": -999}, ("field", "sentinel", 0, "pm25")),
        (b'{"pm10": 1, "pm25": NaN}', ("field", "not_a_number", 0, "pm25")),
        ({"ts": TS, "pm10": 1, "colour": "red"}, ("field", "unknown_field", 0, "colour")),
        ({"ts": TS, "pm10": 1, "firmware": 3.5}, ("field", "wrong_type", 0, "firmware")),
        ({"ts": TS, "pm10": 1, "firmware": ""}, ("field", "wrong_type", 0, "firmware")),
    ],
)
def test_what_cannot_be_taken_is_set_aside_at_its_level(payload: object, letter: tuple[Any, ...]) -> None:
    expected = of(payload)
    assert letters(expected) == [letter]
    assert len(expected.readings) == (letter[0] == "field")


def test_a_sentinel_within_the_range_is_none_the_less_no_number() -> None:
    expected = of({"ts": TS, "level": -999, "rainfall": 0}, "mn-01")
    assert letters(expected) == [("field", "sentinel", 0, "level")]
    assert expected.readings[0].values == {"rainfall": 0.0}


def test_strangers_and_wrong_kinds_are_set_aside_whole() -> None:
    assert letters(of({"pm25": 3}, "la-01")) == [("message", "unknown_device", None, None)]
    assert letters(of({"pm25": 3}, kind="camera")) == [("message", "wrong_kind", None, None)]


def test_a_time_is_believed_up_to_two_minutes_ahead() -> None:
    for seconds, source in ((119, TimeSource.DEVICE), (121, TimeSource.NOT_BELIEVED), (-(10**7), TimeSource.DEVICE)):
        (reading,) = of({"ts": NOW + seconds, "pm25": 3, "seq": 7}).readings
        assert (reading.source, reading.time, reading.seq) == (source, (NOW + seconds) * MICROSECONDS, 7)
    assert of({"pm25": 3}).readings[0].source is TimeSource.ABSENT


def test_keys_are_part_of_a_reading_and_without_a_required_one_there_is_none() -> None:
    (reading,) = of({"ts": TS, "operator": "452-04", "technology": "LTE", "rsrp": -90}, "song-01").readings
    assert reading.key == "452-04/LTE"
    assert letters(of({"ts": TS, "technology": "LTE", "rsrp": -90}, "song-01")) == [("reading", "bad_key", 0, None)]


def test_of_more_than_a_hundred_bad_fields_one_letter_stands_for_the_rest() -> None:
    expected = of([{"ts": NOW - place, "pm10": 1, "pm25": -999} for place in range(130)])
    assert len(expected.readings) == 130
    assert len(expected.letters) == 101
    assert letters(expected)[-1] == ("field", "sentinel", None, None)


def test_statuses_and_events_are_taken_with_what_else_they_say() -> None:
    status = of({"state": "online", "ts": TS, "reason": "boot"}, channel="status").note
    assert status is not None
    assert (status.word, status.detail) == ("online", {"reason": "boot"})
    event = of({"event": "door_open", "state": "wide"}, channel="event").note
    assert event is not None
    assert (event.word, event.source, event.detail) == ("door_open", TimeSource.ABSENT, {"state": "wide"})
    ahead = of({"event": "door_open", "ts": NOW + 999}, channel="event").note
    assert ahead is not None
    assert ahead.detail == {"ts": NOW + 999}
    assert letters(of({"state": "asleep"}, channel="status")) == [("message", "bad_status", None, None)]
    assert letters(of({"ts": TS}, channel="event")) == [("message", "bad_event", None, None)]


def test_the_product_says_the_same_of_everything_that_a_fleet_with_every_fault_sends(
    sample: SampleCommune, fleet: dict[str, Simulator]
) -> None:
    """Two readings of one contract, which share no code, on some thousand messages."""
    everything = load_fleet("all-faults")
    stricken = [s for s in fleet.values() if everything.faults_of(s)]
    registered = {device.code: device.kind for device in sample.devices}
    seen: set[str] = set()
    for parcel in outgoing(everything, stricken)(NOW, NOW + 2 * HOUR):
        topic = parse(parcel.message.topic)
        received = datetime.fromtimestamp(parcel.due, UTC)
        expected = expect(parcel.message.topic, parcel.message.payload, parcel.due * MICROSECONDS, registered)
        seen.update(parcel.done)
        if topic.device not in registered:
            assert letters(expected) == [("message", "unknown_device", None, None)]
        elif topic.channel is Channel.TELEMETRY:
            check_readings(expected, parcel.message.payload, topic.kind, received)
        else:
            decode = decode_status if topic.channel is Channel.STATUS else decode_event
            assert not isinstance(decode(parcel.message.payload, received), Fault)
            assert expected.note is not None
    assert seen == FAULTS.keys()


def check_readings(expected: Expected, payload: bytes, kind: str, received: datetime) -> None:
    readings, faults = decode_telemetry(payload, KINDS[kind], received)
    assert sorted((f.reason.value, f.index or 0, f.field or "") for f in faults) == sorted(
        (letter.reason.value, letter.index or 0, letter.field or "") for letter in expected.letters
    )
    assert len(readings) == len(expected.readings)
    for ours, theirs in zip(expected.readings, readings, strict=True):
        names = [field.name for field in KINDS[kind].values]
        said = {name: value for name, value in zip(names, theirs.values, strict=True) if value is not None}
        assert (ours.values, ours.source, ours.seq) == (said, theirs.time_source, theirs.seq)
        assert ours.key == "/".join(theirs.keys)
        if ours.source is TimeSource.DEVICE:
            assert ours.time == round(theirs.time.timestamp() * MICROSECONDS)


@pytest.mark.parametrize("name", ["expect", "fates", "found", "manifest", "verify"])
def test_the_witness_uses_nothing_of_the_decoder_that_it_is_to_judge(name: str) -> None:
    tree = ast.parse((Path(module.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    forbidden = {f"devices.{part}" for part in ("codec", "payloads", "fields", "times", "notes", "faults", "personal")}
    assert not imported & forbidden
    assert not {name for name in imported if name and name.split(".")[0] in ("ingest", "storage")}


def test_every_reason_that_a_fault_promises_is_a_reason() -> None:
    words = " ".join(fault.outcome.en for fault in FAULTS.values())
    promised = {reason for reason in Reason if f"({reason.value})" in words}
    assert {reason.value for reason in promised} >= {
        *("not_json", "unknown_device", "wrong_type", "out_of_range", "sentinel", "bad_time", "conflict"),
    }
