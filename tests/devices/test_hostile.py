"""Messages that mean harm, or come from a broken device: what is decided, and what it may cost."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.faults import MAX_LISTED
from devices.payloads import MAX_BYTES, MAX_READINGS
from devices.readings import Fault, Reading
from devices.reasons import Reason
from tests.devices.strategies import RECEIVED_AT

ENVIRONMENT = KINDS["environment"]
MEMORY_BYTES = 50_000_000
# The budget of one message is 50 ms; a busy machine may take many times that, an attack takes minutes.
PATIENCE_SECONDS = 5


def decode(payload: bytes) -> tuple[list[Reading], list[Fault]]:
    return decode_telemetry(payload, ENVIRONMENT, RECEIVED_AT)


def the_fault(payload: bytes) -> Fault:
    readings, faults = decode(payload)
    assert readings == []
    (fault,) = faults
    return fault


def beside_pm25(member: bytes) -> tuple[list[Reading], list[Fault]]:
    """What becomes of one hostile member beside a good one, which must be stored."""
    readings, faults = decode(b'{"pm25":31.4,' + member + b"}")
    assert [reading.values[4] for reading in readings] == [31.4]
    return readings, faults


@pytest.mark.parametrize(
    "payload", [b'{"firmware":"\xff"}', b"\xc3\x28", b'{"pm25":1}\xfe', b'{"firmware":"\xed\xa0\x80"}']
)
def test_invalid_utf_8_is_not_json_and_the_byte_is_named(payload: bytes) -> None:
    fault = the_fault(payload)
    assert fault.reason is Reason.NOT_JSON
    assert "is not UTF-8" in fault.detail


def test_a_lone_surrogate_sets_its_field_aside() -> None:
    _, (fault,) = beside_pm25(b'"firmware":"\\ud800"')
    assert (fault.reason, fault.field, fault.value) == (Reason.WRONG_TYPE, "firmware", "�")


def test_a_byte_order_mark_is_forgiven() -> None:
    readings, faults = decode(b'\xef\xbb\xbf{"pm25":1}')
    assert (len(readings), faults) == (1, [])


def test_a_nul_at_the_end_is_explained() -> None:
    assert "NUL byte" in the_fault(b'{"pm25":1}\x00').detail


@pytest.mark.parametrize("payload", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_an_empty_payload_is_not_json(payload: bytes) -> None:
    assert the_fault(payload).detail == "the payload is empty"


@pytest.mark.parametrize(
    "payload", [b"{'pm25':1}", b'{"pm25":1', b'{"pm25":1}{"pm25":1}', b"pm25=1", b'{"pm25":01}', b"\x00"]
)
def test_what_is_not_json_is_refused_whole(payload: bytes) -> None:
    assert the_fault(payload).reason is Reason.NOT_JSON


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"9" * 400])
def test_what_is_no_finite_number_is_set_aside_and_the_rest_is_stored(number: bytes) -> None:
    _, (fault,) = beside_pm25(b'"pm10":' + number)
    assert (fault.reason, fault.field) == (Reason.NOT_A_NUMBER, "pm10")


def test_nan_as_a_time_sets_the_reading_aside() -> None:
    assert the_fault(b'{"ts":NaN,"pm25":1}').reason is Reason.BAD_TIME


def test_a_number_as_text_is_named_as_such() -> None:
    _, (fault,) = beside_pm25(b'"pm10":"52.0"')
    assert (fault.reason, fault.value) == (Reason.WRONG_TYPE, "52.0")
    assert "a number in quotes" in fault.detail


@pytest.mark.parametrize("second", [b"2", b'"1"', b"true", b"null", b"[1]", b"1.5"])
def test_a_name_that_contradicts_itself_is_not_believed(second: bytes) -> None:
    _, (fault,) = beside_pm25(b'"pm10":1,"pm10":' + second)
    assert (fault.reason, fault.field) == (Reason.DUPLICATE_NAME, "pm10")


def test_a_name_that_repeats_itself_is_believed() -> None:
    readings, faults = beside_pm25(b'"pm10":1,"pm10":1')
    assert (readings[0].values[5], faults) == (1.0, [])


def test_a_contradiction_is_found_behind_escapes_and_inside_arrays() -> None:
    _, faults = decode(b'[{"pm25":1,"pm\\u0032\\u0035":2,"firmware":"a\\"b"},{"pm10":3}]')
    assert [(fault.reason, fault.index) for fault in faults] == [(Reason.DUPLICATE_NAME, 0)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"ts":"2026-11-20T03:15:00Z","ts":"2026-11-20T03:14:00Z","pm25":1}', Reason.BAD_TIME),
        (b'{"pm25":1,"seq":1,"seq":2}', Reason.BAD_SEQ),
    ],
)
def test_a_contradictory_time_or_number_is_not_believed_either(payload: bytes, reason: Reason) -> None:
    _, (fault,) = decode(payload)
    assert fault.reason is reason


def test_a_contradictory_key_leaves_the_reading_without_identity() -> None:
    payload = b'{"operator":"452-01","operator":"452-04","technology":"LTE","rsrp":-90}'
    readings, (fault,) = decode_telemetry(payload, KINDS["signal_probe"], RECEIVED_AT)
    assert (readings, fault.reason) == ([], Reason.BAD_KEY)


@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_deep_nesting_is_not_json(depth: int) -> None:
    fault = the_fault(b'{"pm25":' + b"[" * depth + b"]" * depth + b"}")
    assert (fault.reason, fault.detail) == (Reason.NOT_JSON, "the payload is nested too deeply")


@pytest.mark.parametrize("depth", [100, 500, 900, 1000, 1023, 1100])
def test_nesting_at_any_depth_does_not_raise(depth: int) -> None:
    _, faults = decode(b'{"pm25":31.4,"nobody":' + b'{"a":[' * (depth // 2) + b"]}" * (depth // 2) + b"}")
    assert [fault.reason for fault in faults] in ([Reason.UNKNOWN_FIELD], [Reason.NOT_JSON])


def of_size(piece: bytes) -> bytes:
    """An array of as many pieces as a message may have bytes."""
    return b"[" + b",".join([piece] * ((MAX_BYTES - 2) // (len(piece) + 1))) + b"]"


def test_a_message_of_the_full_size_is_read_and_one_byte_more_is_refused_unread() -> None:
    blank = b" " * (MAX_BYTES - len(b'{"pm25":1}'))
    assert len(decode(b'{"pm25":1}' + blank)[0]) == 1
    fault = the_fault(b'{"pm25":1}' + blank + b" ")
    assert (fault.reason, fault.detail) == (Reason.TOO_LARGE, "262145 bytes; 262144 are allowed")


def test_an_array_of_a_hundred_thousand_is_too_many() -> None:
    fault = the_fault(of_size(b"1"))
    assert (fault.reason, fault.index) == (Reason.TOO_LARGE, None)
    assert "10000 readings are allowed" in fault.detail
    assert the_fault(of_size(b"NaN")).reason is Reason.TOO_LARGE


COSTLY: dict[str, Callable[[], bytes]] = {
    "a million members": lambda: b"{" + b",".join(b'"m%d":1' % n for n in range(1_000_000)) + b"}",
    "an array of a million": lambda: b"[" + b",".join([b'{"pm25":1}'] * 1_000_000) + b"]",
    "as many unknown names as fit": lambda: b"{" + b",".join(b'"%d":1' % n for n in range(25_000)) + b"}",
    "as many personal names as fit": lambda: b"{" + b",".join(b'"mac%d":1' % n for n in range(20_000)) + b"}",
    "one name again and again": lambda: b"{" + b",".join(b'"pm1":%d' % n for n in range(21_000)) + b"}",
    "as many readings as are allowed": lambda: b"[" + b",".join([b'{"pm1":1}'] * MAX_READINGS) + b"]",
    "as many bad readings as are allowed": lambda: b"[" + b",".join([b'{"pm1":-1,"pm10":"1"}'] * MAX_READINGS) + b"]",
    "as many bad times as are allowed": lambda: b"[" + b",".join([b'{"ts":"now","pm1":1}'] * MAX_READINGS) + b"]",
    "as many empty objects as fit": lambda: of_size(b"{}"),
    "as many empty lists as fit": lambda: of_size(b"[]"),
    "as many contradictions as are allowed": lambda: b"[" + b",".join([b'{"pm1":1,"pm1":2}'] * MAX_READINGS) + b"]",
    "as many leap seconds as fit": lambda: of_size(b'{"ts":"2016-12-31T23:59:60Z","pm1":1}'),
    "a number of as many digits as fit": lambda: b'{"pm25":' + b"9" * 262_000 + b"}",
    "a text of quotes": lambda: b'{"firmware":"' + b'\\"' * 131_000 + b'"}',
    "a time of as many digits as fit": lambda: b'{"ts":"' + b"2" * 262_000 + b'"}',
    "only brackets": lambda: b"[" * MAX_BYTES,
    "only quotes": lambda: b'"' * MAX_BYTES,
}


@pytest.mark.parametrize("what", COSTLY)
def test_no_message_costs_much_memory_or_much_time(what: str) -> None:
    payload = COSTLY[what]()
    begun = time.monotonic()
    readings, faults = decode(payload)
    assert time.monotonic() - begun < PATIENCE_SECONDS
    assert readings or faults
    assert len(faults) <= 2 * MAX_LISTED + 2
    del readings, faults
    tracemalloc.start()
    try:
        decode(payload)
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("what", ["a million members", "an array of a million"])
def test_a_message_that_is_too_large_is_refused_before_it_is_parsed(what: str) -> None:
    assert the_fault(COSTLY[what]()).reason is Reason.TOO_LARGE
