"""Whatever the bytes: nothing raises, and every member is a reading or a fault."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta

import orjson
from hypothesis import given
from hypothesis import strategies as st

from devices.codec import decode_event, decode_status, decode_telemetry, encode_telemetry, mask_personal_data
from devices.fields import UNPRINTABLE
from devices.model import Behaviour, Kind
from devices.readings import Event, Fault, Reading, Status, TimeSource, Value
from devices.reasons import REASONS, Level
from tests.devices.strategies import (
    RECEIVED_AT,
    device_times,
    doubtful_members,
    json_values,
    kinds,
    patient,
    valid_members,
)

members_of_a_kind = kinds.flatmap(lambda kind: st.tuples(st.just(kind), doubtful_members(kind)))
valid_members_of_a_kind = kinds.flatmap(lambda kind: st.tuples(st.just(kind), valid_members(kind)))

fragments = st.binary(max_size=20) | st.sampled_from(
    [
        b'{"battery":',
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b'"',
        b"\\",
        b"1e999",
        b"NaN",
        b"-Infinity",
        b"1",
        b'"ts":',
        b"null",
    ]
)


def assert_storable(reading: Reading, kind: Kind) -> None:
    """What PostgreSQL and the writer take for granted of a reading."""
    assert reading.time <= RECEIVED_AT + timedelta(seconds=120)
    assert (reading.device_time is not None) == (reading.time_source is TimeSource.NOT_BELIEVED)
    assert reading.seq is None or (type(reading.seq) is int and 0 <= reading.seq < 2**63)
    assert len(reading.keys) == len(kind.keys)
    assert any(value is not None for value in reading.values)
    for field, value in zip(kind.values, reading.values, strict=True):
        if value is None:
            continue
        if field.minimum is not None and field.maximum is not None:
            assert type(value) is float
            assert field.minimum <= value <= field.maximum
        elif field.behaviour is Behaviour.STATE:
            assert type(value) is bool
        else:
            assert type(value) is str
            assert not UNPRINTABLE.search(value)


def assert_keepable(fault: Fault) -> None:
    """What a dead letter takes for granted of a fault."""
    assert (fault.field is not None) == (REASONS[fault.reason][0] is Level.FIELD and fault.count == 1)
    for text in (fault.detail, fault.field or "", fault.value or ""):
        assert not UNPRINTABLE.search(text)
        text.encode()
    assert len(fault.value or "") <= 200


def assert_settled(payload: bytes, kind: Kind) -> None:
    readings, faults = decode_telemetry(payload, kind, RECEIVED_AT)
    assert readings or faults
    for reading in readings:
        assert_storable(reading, kind)
    for fault in faults:
        assert_keepable(fault)


@patient
@given(st.binary(), kinds)
def test_any_bytes_are_readings_or_faults(payload: bytes, kind: Kind) -> None:
    assert_settled(payload, kind)


@patient
@given(json_values, kinds)
def test_any_json_is_readings_or_faults(document: object, kind: Kind) -> None:
    assert_settled(json.dumps(document).encode(), kind)


@patient
@given(members_of_a_kind)
def test_every_member_of_a_doubtful_reading_is_stored_or_named(sent: tuple[Kind, dict[str, object]]) -> None:
    kind, member = sent
    payload = json.dumps(member).encode()
    assert_settled(payload, kind)
    readings, faults = decode_telemetry(payload, kind, RECEIVED_AT)
    if not readings:
        return
    named = [fault.field for fault in faults]
    kept = sum(value is not None for value in readings[0].values)
    sent_fields = [name for name, value in member.items() if value is not None and name not in ("ts", "seq")]
    keys = [name for name in sent_fields if name in {field.name for field in kind.keys}]
    assert kept + len(named) - named.count("seq") + len(keys) == len(sent_fields)


@patient
@given(st.lists(fragments), kinds)
def test_fragments_of_json_are_readings_or_faults(pieces: list[bytes], kind: Kind) -> None:
    assert_settled(b"".join(pieces), kind)


@patient
@given(valid_members_of_a_kind, st.none() | device_times, st.none() | st.integers(0, 2**63 - 1))
def test_fast_and_patient_parser_agree(
    sent: tuple[Kind, dict[str, Value]], time: datetime | None, seq: int | None
) -> None:
    kind, member = sent
    payload = encode_telemetry(kind, time, seq, member)
    with_mark = b"\xef\xbb\xbf" + payload  # a byte order mark, which orjson refuses
    assert decode_telemetry(with_mark, kind, RECEIVED_AT) == decode_telemetry(payload, kind, RECEIVED_AT)


@patient
@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_status_or_a_fault_and_an_event_or_a_fault(payload: bytes) -> None:
    for note in (decode_status(payload, RECEIVED_AT), decode_event(payload, RECEIVED_AT)):
        if isinstance(note, Fault):
            assert_keepable(note)
        else:
            assert isinstance(note, Status | Event)
            assert note.time <= RECEIVED_AT + timedelta(seconds=120)


@patient
@given(st.dictionaries(st.sampled_from(["state", "event", "ts", "a", "imei"]), json_values))
def test_the_detail_of_a_note_is_json_that_the_database_takes(member: dict[str, object]) -> None:
    for name, decode in (("state", decode_status), ("event", decode_event)):
        note = decode(json.dumps({**member, name: "online"}).encode(), RECEIVED_AT)
        if isinstance(note, Fault):
            continue
        detail = orjson.loads(note.detail)
        assert type(detail) is dict
        assert name not in detail
        assert "\x00" not in json.dumps(detail, ensure_ascii=False)
        assert all(math.isfinite(value) for value in detail.values() if type(value) is float)


@patient
@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_masking_takes_any_bytes_and_changes_nothing_that_is_not_personal(payload: bytes) -> None:
    after = mask_personal_data(payload)
    assert after == payload or b"***" in after
    assert mask_personal_data(after) == after
