"""The native payload: one reading, its fields, its time."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from devices.catalogue import KINDS
from devices.codec import decode_telemetry, encode_telemetry
from devices.readings import Fault, Reading, TimeSource, Value
from devices.reasons import Reason
from tests.devices.strategies import RECEIVED_AT

ENVIRONMENT = KINDS["environment"]
PROBE = KINDS["signal_probe"]


def decode(payload: object, kind: str = "environment") -> tuple[list[Reading], list[Fault]]:
    return decode_telemetry(payload if isinstance(payload, bytes) else orjson.dumps(payload), KINDS[kind], RECEIVED_AT)


def values_of(reading: Reading, kind: str = "environment") -> dict[str, Value]:
    """The fields that were sent, by name."""
    pairs = zip(KINDS[kind].values, reading.values, strict=True)
    return {field.name: value for field, value in pairs if value is not None}


def only(payload: object, kind: str = "environment") -> dict[str, Value]:
    """The values of the one reading of a payload without a fault."""
    readings, faults = decode(payload, kind)
    assert faults == []
    (reading,) = readings
    return values_of(reading, kind)


def field_fault(name: str, value: object, kind: str = "environment") -> Fault:
    """The one fault of a field, beside which the rest of the reading is stored."""
    readings, faults = decode({"battery": 50, name: value, **_keys(kind)}, kind)
    assert [values_of(reading, kind) for reading in readings] == [{"battery": 50.0}]
    (fault,) = faults
    assert (fault.index, fault.field) == (0, name)
    return fault


def _keys(kind: str) -> dict[str, str]:
    return {"operator": "452-04", "technology": "LTE"} if kind == "signal_probe" else {}


def test_the_payload_of_the_contract_is_one_reading_without_a_fault() -> None:
    payload = (
        b'{"ts": "2026-11-20T03:15:00Z", "seq": 4711, "pm25": 31.4, "pm10": 52.0,'
        b' "temperature": 24.6, "relative_humidity": 71}'
    )
    readings, faults = decode(payload)
    assert faults == []
    (reading,) = readings
    assert reading.time == RECEIVED_AT - timedelta(seconds=2)
    assert (reading.time_source, reading.device_time) == (TimeSource.DEVICE, None)
    assert (reading.seq, reading.index, reading.keys) == (4711, 0, ())
    assert values_of(reading) == {"temperature": 24.6, "relative_humidity": 71.0, "pm25": 31.4, "pm10": 52.0}


def test_numbers_become_floats_states_booleans_and_labels_text() -> None:
    values = only({"lamp_on": 1, "lamp_failure": False, "dimming": 80, "failure_cause": "none"}, "lighting")
    assert values == {"lamp_on": True, "lamp_failure": False, "dimming": 80.0, "failure_cause": "none"}
    assert [type(value) for value in values.values()] == [bool, float, bool, str]


def test_a_label_given_as_a_number_is_kept_as_text() -> None:
    assert only({"channel": 36}, "wifi") == {"channel": "36"}


@pytest.mark.parametrize(("sent", "kept"), [(True, True), (False, False), (1, True), (0, False), (1.0, True)])
def test_a_state_may_be_sent_as_true_false_one_or_zero(sent: object, kept: bool) -> None:
    assert only({"recording": sent}, "camera") == {"recording": kept}


@pytest.mark.parametrize("bound", [-40, 60, -40.0, 60.0, 0])
def test_the_bounds_of_a_range_belong_to_it(bound: float) -> None:
    assert only({"temperature": bound}) == {"temperature": float(bound)}


def test_null_is_as_good_as_not_sent() -> None:
    assert only({"ts": None, "seq": None, "pm25": 10, "pm10": None, "nobody": None}) == {"pm25": 10.0}


@pytest.mark.parametrize(
    ("name", "value", "kind", "reason"),
    [
        ("humidity", 71, "environment", Reason.UNKNOWN_FIELD),
        ("Temperature", 24.6, "environment", Reason.UNKNOWN_FIELD),
        ("", 1, "environment", Reason.UNKNOWN_FIELD),
        ("temperature", "24.6", "environment", Reason.WRONG_TYPE),
        ("temperature", True, "environment", Reason.WRONG_TYPE),
        ("temperature", [24.6], "environment", Reason.WRONG_TYPE),
        ("temperature", {"value": 24.6}, "environment", Reason.WRONG_TYPE),
        ("temperature", 60.01, "environment", Reason.OUT_OF_RANGE),
        ("temperature", -40.01, "environment", Reason.OUT_OF_RANGE),
        ("temperature", 10**19, "environment", Reason.OUT_OF_RANGE),
        ("temperature", -999, "environment", Reason.SENTINEL),
        ("temperature", -127.0, "environment", Reason.SENTINEL),
        ("pm25", 65535, "environment", Reason.SENTINEL),
        ("noise", 32767, "environment", Reason.SENTINEL),
        ("level", -999, "water_level", Reason.SENTINEL),
        ("clock_offset", -9999.0, "camera", Reason.SENTINEL),
        ("ss_rsrp", 2147483647, "signal_probe", Reason.SENTINEL),
        ("uptime", -1, "environment", Reason.OUT_OF_RANGE),
        ("recording", 2, "camera", Reason.WRONG_TYPE),
        ("recording", "true", "camera", Reason.WRONG_TYPE),
        ("failure_cause", "broken", "lighting", Reason.NOT_A_CHOICE),
        ("firmware", "", "environment", Reason.WRONG_TYPE),
        ("firmware", "v" * 65, "environment", Reason.WRONG_TYPE),
        ("firmware", "v1\x00", "environment", Reason.WRONG_TYPE),
        ("firmware", "v1\x1b[31m", "environment", Reason.WRONG_TYPE),
        ("firmware", 1.5, "environment", Reason.WRONG_TYPE),
        ("firmware", True, "environment", Reason.WRONG_TYPE),
        ("seq", -1, "environment", Reason.BAD_SEQ),
        ("seq", 1.5, "environment", Reason.BAD_SEQ),
        ("seq", "1", "environment", Reason.BAD_SEQ),
        ("seq", True, "environment", Reason.BAD_SEQ),
        ("seq", 2**63, "environment", Reason.BAD_SEQ),
        ("seq", {}, "environment", Reason.BAD_SEQ),
    ],
)
def test_one_bad_field_is_set_aside_and_the_rest_is_stored(name: str, value: object, kind: str, reason: Reason) -> None:
    fault = field_fault(name, value, kind)
    assert fault.reason is reason
    assert fault.detail
    assert fault.value is not None


@pytest.mark.parametrize(("number", "stays"), [(-127, "rssi"), (65535, "illuminance"), (999, "pm25")])
def test_an_error_code_of_some_sensors_is_a_measurement_of_others(number: int, stays: str) -> None:
    assert only({stays: number}) == {stays: float(number)}


def test_a_counter_may_pass_any_number_on_its_way() -> None:
    assert only({"rx_bytes_total": 2147483647}, "wifi") == {"rx_bytes_total": 2147483647.0}


@pytest.mark.parametrize(("seq", "kept"), [(0, 0), (2**63 - 1, 2**63 - 1), (4711.0, 4711)])
def test_a_sequence_number_is_a_whole_number_that_the_database_holds(seq: float, kept: int) -> None:
    readings, faults = decode({"seq": seq, "pm25": 1})
    assert (readings[0].seq, faults) == (kept, [])


@pytest.mark.parametrize(
    "name", ["imsi", "IMEI", "msisdn", "clientMac", "phone_number", "plate", "ssid_client", "so_dien_thoai"]
)
def test_personal_data_is_named_but_its_value_is_not_kept(name: str) -> None:
    readings, faults = decode({"battery": 50, name: "452040123456789"})
    (fault,) = faults
    assert (fault.reason, fault.field, fault.value) == (Reason.PERSONAL_DATA, name, None)
    assert "452040123456789" not in repr((readings, faults))


def test_personal_data_inside_a_wrong_value_is_masked() -> None:
    fault = field_fault("clients", [{"mac": "aa:bb:cc:dd:ee:ff", "rssi": -60}], "wifi")
    assert fault.reason is Reason.WRONG_TYPE
    assert fault.value == '[{"mac":"***","rssi":-60}]'


def test_a_long_offending_value_is_shortened_and_freed_of_control_characters() -> None:
    fault = field_fault("temperature", "\x00" + "9" * 1000)
    assert fault.value == "\N{REPLACEMENT CHARACTER}" + "9" * 199


def test_a_long_or_unprintable_name_is_shortened_too() -> None:
    _, (fault,) = decode({"battery": 1, "\x00" + "n" * 1000: 1})
    assert fault.field == "\N{REPLACEMENT CHARACTER}" + "n" * 199


@pytest.mark.parametrize("payload", [b"{}", b'{"seq":1}', b'{"ts":"2026-11-20T03:15:00Z","seq":1}', b'{"pm25":null}'])
def test_a_reading_that_says_nothing_is_empty(payload: bytes) -> None:
    readings, faults = decode(payload)
    assert readings == []
    assert [(fault.reason, fault.index, fault.field) for fault in faults] == [(Reason.EMPTY, 0, None)]


def test_a_reading_whose_only_field_is_bad_is_empty_and_says_why() -> None:
    readings, faults = decode({"temperature": 99})
    assert readings == []
    assert [fault.reason for fault in faults] == [Reason.OUT_OF_RANGE, Reason.EMPTY]


def test_keys_are_part_of_the_reading() -> None:
    readings, _ = decode({"operator": "452-04", "technology": "NR_SA", "ss_rsrp": -95}, "signal_probe")
    assert readings[0].keys == ("452-04", "NR_SA")


@pytest.mark.parametrize(
    ("zone", "kept"), [("khu-a", "khu-a"), ("Ruộng số 2", "Ruộng số 2"), (3, "3"), (None, ""), ("", "")]
)
def test_an_optional_key_may_be_text_or_number_or_absent(zone: object, kept: str) -> None:
    readings, faults = decode({"zone": zone, "soil_moisture": 30}, "irrigation")
    assert faults == []
    assert readings[0].keys == (kept,)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "operator is missing"),
        ({"operator": "452-04"}, "technology is missing"),
        ({"operator": "452-04", "technology": ""}, "technology is missing"),
        ({"operator": "452-03", "technology": "LTE"}, "operator: expected one of 452-01"),
        ({"operator": 45204, "technology": "LTE"}, "operator: expected one of"),
        ({"operator": "452-04", "technology": ["LTE"]}, "technology: a list"),
    ],
)
def test_a_reading_without_its_identity_is_set_aside_whole(keys: dict[str, object], said: str) -> None:
    readings, faults = decode({"rsrp": -95, **keys}, "signal_probe")
    assert readings == []
    (fault,) = faults
    assert fault.reason is Reason.BAD_KEY
    assert said in fault.detail


@pytest.mark.parametrize("zone", ["a/b", "a\n", "z" * 65, 1.5, True])
def test_an_optional_key_that_is_there_must_be_usable(zone: object) -> None:
    readings, faults = decode({"zone": zone, "soil_moisture": 30}, "irrigation")
    assert readings == []
    assert [fault.reason for fault in faults] == [Reason.BAD_KEY]


def test_a_bad_time_sets_the_reading_aside_whole_and_says_milliseconds() -> None:
    readings, faults = decode({"ts": 1795144500000, "pm25": 31.4, "nobody": 1})
    assert readings == []
    (fault,) = faults
    assert (fault.reason, fault.index, fault.value) == (Reason.BAD_TIME, 0, "1795144500000")
    assert "milliseconds" in fault.detail


def test_a_reading_without_a_time_has_that_of_its_receipt_and_says_so() -> None:
    (reading,), _ = decode({"pm25": 1})
    assert (reading.time, reading.time_source, reading.device_time) == (RECEIVED_AT, TimeSource.ABSENT, None)


def test_a_clock_two_minutes_ahead_is_still_believed_and_one_microsecond_more_is_not() -> None:
    limit = RECEIVED_AT + timedelta(seconds=120)
    (reading,), _ = decode({"ts": limit.isoformat(), "pm25": 1})
    assert (reading.time, reading.time_source, reading.device_time) == (limit, TimeSource.DEVICE, None)
    ahead = limit + timedelta(microseconds=1)
    (reading,), faults = decode({"ts": ahead.isoformat(), "pm25": 1})
    assert (reading.time, reading.time_source, reading.device_time) == (RECEIVED_AT, TimeSource.NOT_BELIEVED, ahead)
    assert faults == []


def test_old_readings_are_welcome_at_any_age() -> None:
    (reading,), faults = decode({"ts": "2001-02-03T04:05:06Z", "pm25": 1})
    assert (reading.time.year, reading.time_source, faults) == (2001, TimeSource.DEVICE, [])


def test_what_a_simulator_encodes_is_what_the_contract_shows() -> None:
    values: dict[str, Value] = {"pm25": 31.4, "temperature": None, "relative_humidity": 71.0}
    payload = encode_telemetry(ENVIRONMENT, RECEIVED_AT, 4711, values)
    assert orjson.loads(payload) == {
        "ts": "2026-11-20T03:15:02Z", "seq": 4711, "pm25": 31.4, "relative_humidity": 71.0
    }  # fmt: skip


def test_a_simulator_may_send_neither_time_nor_sequence_number() -> None:
    assert encode_telemetry(ENVIRONMENT, None, None, {"pm25": 1.0}) == b'{"pm25":1.0}'


def test_a_field_that_the_kind_has_not_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="kind signal_probe has no field pm25"):
        encode_telemetry(PROBE, None, None, {"pm25": 1.0})
