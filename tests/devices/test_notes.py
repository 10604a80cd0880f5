"""Statuses and events."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from devices.codec import decode_event, decode_status
from devices.payloads import MAX_NOTE_BYTES
from devices.readings import Event, Fault, Status, TimeSource
from devices.reasons import Reason
from tests.devices.strategies import RECEIVED_AT


def status(payload: bytes) -> Status:
    decoded = decode_status(payload, RECEIVED_AT)
    assert isinstance(decoded, Status)
    return decoded


def event(payload: bytes) -> Event:
    decoded = decode_event(payload, RECEIVED_AT)
    assert isinstance(decoded, Event)
    return decoded


@pytest.mark.parametrize(
    ("payload", "online"),
    [
        (b"online", True),
        (b"offline", False),
        (b"Offline\r\n", False),
        (b'"online"', True),
        (b'{"state":"online"}', True),
        (b'{"state":"OFFLINE","ts":null}', False),
    ],
)
def test_a_status_is_an_object_or_the_bare_word_of_a_will(payload: bytes, online: bool) -> None:
    assert status(payload) == Status(RECEIVED_AT, TimeSource.ABSENT, online, "{}")


def test_a_status_keeps_its_time_and_what_else_it_says() -> None:
    said = status(b'{"state":"online","ts":"2026-11-20T03:00:00Z","uplink":"4G","boot":{"count":3}}')
    assert (said.time, said.time_source) == (RECEIVED_AT - timedelta(minutes=15, seconds=2), TimeSource.DEVICE)
    assert orjson.loads(said.detail) == {"uplink": "4G", "boot": {"count": 3}}


@pytest.mark.parametrize(
    "payload",
    [
        b"onlin",
        b'{"state":"on"}',
        b'{"state":true}',
        b'{"status":"online"}',
        b'["online"]',
        b'{"state":"online","state":"offline"}',
        b'{"state":"online","a":1,"a":2}',
    ],
)
def test_what_says_neither_online_nor_offline_is_a_bad_status(payload: bytes) -> None:
    fault = decode_status(payload, RECEIVED_AT)
    assert isinstance(fault, Fault)
    assert fault.reason in (Reason.BAD_STATUS, Reason.NOT_JSON)


def test_an_event_has_a_name_a_time_and_a_detail() -> None:
    said = event(b'{"event":"door_opened","ts":1795143602,"cabinet":2}')
    assert said == Event(RECEIVED_AT - timedelta(minutes=15), TimeSource.DEVICE, "door_opened", '{"cabinet":2}')


def test_an_event_from_a_clock_that_is_ahead_is_placed_at_its_receipt_and_keeps_the_clock_in_its_detail() -> None:
    said = event(b'{"event":"boot","ts":"2027-01-01T00:00:00Z"}')
    assert (said.time, said.time_source) == (RECEIVED_AT, TimeSource.NOT_BELIEVED)
    assert orjson.loads(said.detail) == {"ts": "2027-01-01T00:00:00Z"}


@pytest.mark.parametrize("name", [None, "", "n" * 65, 5, ["door"], "a\x00b", "a\nb"])
def test_an_event_needs_a_name_of_1_to_64_characters(name: object) -> None:
    fault = decode_event(orjson.dumps({"event": name}), RECEIVED_AT)
    assert isinstance(fault, Fault)
    assert fault.reason is Reason.BAD_EVENT


@pytest.mark.parametrize("decode", [decode_status, decode_event])
def test_a_bad_time_sets_the_note_aside(decode: object) -> None:
    assert callable(decode)
    fault = decode(b'{"state":"online","event":"boot","ts":"yesterday"}', RECEIVED_AT)
    assert fault.reason is Reason.BAD_TIME


def test_a_note_larger_than_16_kib_is_refused() -> None:
    payload = b'{"event":"boot","log":"' + b"x" * MAX_NOTE_BYTES + b'"}'
    fault = decode_event(payload, RECEIVED_AT)
    assert isinstance(fault, Fault)
    assert fault.reason is Reason.TOO_LARGE


def test_personal_data_in_an_event_is_masked_at_any_depth() -> None:
    said = event(b'{"event":"car","plate":"29A-123.45","seen":[{"face_id":7,"speed":12}],"imsi":null}')
    assert orjson.loads(said.detail) == {"plate": "***", "seen": [{"face_id": "***", "speed": 12}], "imsi": None}


def test_a_nul_in_a_detail_is_replaced_and_text_that_looks_like_one_is_not() -> None:
    said = event(b'{"event":"boot","a":"x\\u0000y","b":"\\\\u0000","c":"\\\\\\u0000"}')
    assert orjson.loads(said.detail) == {"a": "x�y", "b": "\\u0000", "c": "\\�"}


@pytest.mark.parametrize("depth", [70, 300, 2000, 8000])
def test_a_deeply_nested_event_is_set_aside(depth: int) -> None:
    fault = decode_event(b'{"event":"boot","a":' + b"[" * depth + b"]" * depth + b"}", RECEIVED_AT)
    assert isinstance(fault, Fault)
    assert fault.reason in (Reason.BAD_EVENT, Reason.NOT_JSON)


def test_a_lone_surrogate_sets_the_event_aside() -> None:
    fault = decode_event(b'{"event":"boot","a":"\\ud800"}', RECEIVED_AT)
    assert isinstance(fault, Fault)
    assert fault.reason is Reason.BAD_EVENT
