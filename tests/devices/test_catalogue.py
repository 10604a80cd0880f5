"""The catalogue against an independent transcription of the field's definitions."""

from __future__ import annotations

import pytest

from devices.catalogue import KINDS
from devices.model import Behaviour

# name, behaviour, unit, minimum, maximum; as the definitions have them, where they give a range.
EXPECTED = """
environment temperature g °C -40 60
environment relative_humidity g % 0 100
environment pressure g hPa 850 1100
environment pm1 g µg/m³ 0 1000
environment pm25 g µg/m³ 0 1000
environment pm10 g µg/m³ 0 2000
environment co g µg/m³ 0 200000
environment no2 g µg/m³ 0 5000
environment so2 g µg/m³ 0 5000
environment o3 g µg/m³ 0 2000
environment noise g dB(A) 20 140
environment illuminance g lx 0 200000
environment uv_index g - 0 20
environment solar_radiation g W/m² 0 1500
environment rainfall g mm 0 100
environment wind_speed g m/s 0 75
environment wind_direction g ° 0 360
water_level level g cm -1000 5000
water_level rainfall g mm 0 100
water_level flow g m³/s 0 50000
water_level water_temperature g °C 0 50
irrigation zone k
irrigation soil_moisture g % 0 100
irrigation soil_temperature g °C
irrigation soil_ec g µS/cm 0 20000
irrigation valve_open s
irrigation flow_rate g L/min 0 10000
irrigation water_total c m³
irrigation pump_on s
irrigation pump_power g W
irrigation line_pressure g kPa 0 2000
irrigation tank_level g % 0 100
irrigation field_tube_level g cm -100 50
lighting lamp_on s
lighting dimming g % 0 100
lighting voltage g V 0 480
lighting current g A 0 100
lighting active_power g W 0 100000
lighting power_factor g - 0 1
lighting energy_total c kWh
lighting burning_time c h
lighting lamp_failure s
lighting failure_cause l none bus_power unreachable gear lamp_open lamp_short thermal
lighting illuminance g lx
lighting case_temperature g °C
camera bitrate g kbit/s 0 100000
camera frame_rate g fps 0 120
camera frames_lost c -
camera recording s
camera storage_used g % 0 100
camera retention_days g d 0 3650
camera tamper s
camera signal_loss s
camera clock_offset g s -86400 86400
camera temperature g °C
loudspeaker volume g % 0 100
loudspeaker playing s
loudspeaker bulletin_id l
loudspeaker bulletin_priority l thong_thuong uu_tien khan_cap
loudspeaker mains_power s
loudspeaker storage_free g % 0 100
loudspeaker temperature g °C
loudspeaker amplifier_fault s
wifi radio k
wifi clients g - 0 10000
wifi rx_bytes_total c B
wifi tx_bytes_total c B
wifi channel_utilisation g % 0 100
wifi noise_floor g dBm -120 0
wifi backhaul_rtt g ms 0 10000
wifi backhaul_loss g % 0 100
wifi channel l
signal_probe operator k 452-01 452-02 452-04 452-05
signal_probe technology k NR_SA NR_NSA LTE UMTS GSM NONE
signal_probe latitude g ° -90 90
signal_probe longitude g ° -180 180
signal_probe gnss_accuracy g m
signal_probe speed g m/s
signal_probe band l
signal_probe ss_rsrp g dBm -156 -31
signal_probe ss_rsrq g dB -43 20
signal_probe ss_sinr g dB -23 40
signal_probe rsrp g dBm -156 -44
signal_probe rsrq g dB -34 3
signal_probe sinr g dB -23 40
signal_probe download g Mbit/s 0 10000
signal_probe upload g Mbit/s 0 10000
signal_probe latency g ms 0 10000
signal_probe access_ok s
signal_probe surroundings l outdoor indoor vehicle
notice_board power_on s
notice_board brightness g % 0 100
notice_board ambient_light g lx
notice_board temperature g °C
notice_board faulty_modules g -
notice_board content_id l
notice_board content_ok s
notice_board door_open s
"""
ROWS = [line.split() for line in EXPECTED.split("\n") if line]
BEHAVIOURS = {
    "g": Behaviour.GAUGE,
    "c": Behaviour.COUNTER,
    "s": Behaviour.STATE,
    "l": Behaviour.LABEL,
    "k": Behaviour.KEY,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_field_is_declared_as_the_definitions_have_it(row: list[str]) -> None:
    kind, name, behaviour, *rest = row
    field = KINDS[kind].by_name[name]
    assert field.behaviour is BEHAVIOURS[behaviour]
    if not field.is_number:
        assert field.unit is None
        assert list(field.choices) == rest
        return
    assert field.unit is not None
    assert (field.unit.symbol or "-") == rest[0]
    if len(rest) > 1:
        assert (field.minimum, field.maximum) == (float(rest[1]), float(rest[2]))


def test_kinds_and_own_fields_are_those_of_the_definitions_in_their_order() -> None:
    assert list(KINDS) == list(dict.fromkeys(row[0] for row in ROWS))
    for kind in KINDS.values():
        assert [field.name for field in kind.own_fields] == [row[1] for row in ROWS if row[0] == kind.name]


def test_every_kind_has_battery_rssi_uptime_and_firmware() -> None:
    for kind in KINDS.values():
        assert [field.name for field in kind.fields][-4:] == ["battery", "rssi", "uptime", "firmware"]
        assert kind.by_name["rssi"].minimum == -150
        assert kind.by_name["uptime"].behaviour is Behaviour.COUNTER


def test_only_the_signal_probe_requires_its_keys() -> None:
    assert [field.name for field in KINDS["signal_probe"].keys if field.required] == ["operator", "technology"]
    assert not KINDS["irrigation"].by_name["zone"].required
    assert not KINDS["wifi"].by_name["radio"].required


def test_only_the_direction_of_the_wind_is_circular() -> None:
    circular = [(kind.name, field.name) for kind in KINDS.values() for field in kind.fields if field.circular]
    assert circular == [("environment", "wind_direction")]
