"""Personal data is recognised by name, and masked in raw bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.catalogue import KINDS
from devices.codec import mask_personal_data
from devices.personal import is_personal
from tests.devices.strategies import json_values, patient

PERSONAL = (
    "imsi", "IMSI", "sim_imsi", "imei", "deviceImei", "msisdn", "iccid", "phone", "phoneNumber", "phone-number", "mac",
    "MAC", "client_mac", "clientMAC", "macAddress", "bssid", "ssid_client", "client.ip", "userName", "plate",
    "license_plate", "bien_so", "bienSoXe", "face", "faceId", "face_embedding", "khuon_mat", "so_dien_thoai", "sdt",
    "cccd", "ho_ten", "email",
)  # fmt: skip
HARMLESS = (
    "temperature", "humidity", "surface", "interface", "machine", "template", "ip", "name", "ssid", "clients", "radio",
    "station_pressure", "", "123", "phonon", "imp",
)  # fmt: skip


@pytest.mark.parametrize("name", PERSONAL)
def test_a_personal_name_is_recognised_however_it_is_spelled(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_name_is_left_alone(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_of_the_catalogue_is_personal(kind: str) -> None:
    assert [field.name for field in KINDS[kind].fields if is_personal(field.name)] == []


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        (b'{"imsi":"452040123456789","pm25":1}', b'{"imsi":"***","pm25":1}'),
        (b'{ "imsi" : 452040123456789 , "pm25":1}', b'{ "imsi" : "***" , "pm25":1}'),
        (b'{"phone":"09\\"12","pm25":NaN}', b'{"phone":"***","pm25":NaN}'),
        (b'{"a":[{"mac":"aa"},{"mac":"bb"}]}', b'{"a":[{"mac":"***"},{"mac":"***"}]}'),
        (b'{"client_mac":["aa","bb"],"pm25":1}', b'{"client_mac": "***", "pm25": 1}'),
        (b'{"\\u0069msi":"452","pm25":1}', b'{"imsi": "***", "pm25": 1}'),
        (b'{"imsi":"45204', b'{"imsi":"***"'),
        (b'{"mac":["aa","bb"],"pm25":', b'{"mac":"***"'),
        (b'"imei":"1",\xff', b'"imei":"***",\xff'),
        (b'{"imsi":null}', b'{"imsi":null}'),
        (b'{"pm25": 1.50}', b'{"pm25": 1.50}'),
        (b"\xff\x00", b"\xff\x00"),
        (b"", b""),
    ],
)
def test_the_raw_bytes_are_kept_without_the_personal_values(payload: bytes, kept: bytes) -> None:
    assert mask_personal_data(payload) == kept


@patient
@given(st.sampled_from(PERSONAL), st.text("0123456789", min_size=9, max_size=15), st.booleans(), json_values)
def test_no_spelling_of_json_lets_an_identity_through(name: str, identity: str, escape: bool, beside: object) -> None:
    document = {"beside": beside, "list": [{name: f"<{identity}>"}], name: {"inner": [f"<{identity}>"]}}
    payload = json.dumps(document, ensure_ascii=escape).encode(errors="replace")
    masked = mask_personal_data(payload)
    assert f"<{identity}>".encode() not in masked
    assert name in json.loads(masked)


@patient
@given(st.sampled_from(PERSONAL), json_values)
def test_masking_twice_is_masking_once(name: str, value: object) -> None:
    once = mask_personal_data(json.dumps([{name: value}, value]).encode())
    assert mask_personal_data(once) == once
