"""Devices over HTTP: lists, filters, states, one device, newest values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from devices.registry import DeviceState
from tests.api.conftest import Clock
from tests.api.world import COMMUNE, NOW, World


def codes(client: httpx.Client, **parameters: str | int) -> list[str]:
    answer = client.get("/api/v1/devices", params=parameters)
    assert answer.status_code == 200, answer.text
    return [device["code"] for device in answer.json()["items"]]


def state(client: httpx.Client, code: str) -> str:
    return str(client.get(f"/api/v1/devices/{COMMUNE}/{code}").json()["state"])


def test_without_devices_the_list_is_empty(client: httpx.Client) -> None:
    assert client.get("/api/v1/devices").json() == {"at": "2026-11-20T03:15:00Z", "items": [], "next_cursor": None}


def test_devices_are_listed_by_commune_and_code(world: World, client: httpx.Client) -> None:
    world.commune("an-tan")
    for code in ("env-02", "env-10", "env-01"):
        world.device(code)
    world.device("zzz", commune="an-tan")
    assert codes(client) == ["zzz", "env-01", "env-02", "env-10"]


def test_filters_narrow_the_list(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.device("cam-01", "camera", hamlet="thon-2")
    world.device("cam-02", "camera", state=DeviceState.RETIRED)
    world.send("env-01", {"temperature": 20})
    assert codes(client, kind="camera") == ["cam-01", "cam-02"]
    assert codes(client, kind="camera", lifecycle="retired") == ["cam-02"]
    assert codes(client, hamlet="thon-2") == ["cam-01"]
    assert codes(client, state="on") == ["env-01"]
    assert codes(client, state="never") == ["cam-01", "cam-02"]
    assert codes(client, commune="elsewhere") == []


@pytest.mark.parametrize(
    ("silent_seconds", "expected"), [(0, "on"), (120, "on"), (121, "late"), (300, "late"), (301, "off")]
)
def test_a_device_is_late_after_two_intervals_of_silence_and_off_after_five(
    world: World, client: httpx.Client, clock: Clock, silent_seconds: int, expected: str
) -> None:
    world.device("env-01", interval_seconds=60)
    world.send("env-01", {"temperature": 20})
    clock.time = NOW + timedelta(seconds=silent_seconds)
    assert state(client, "env-01") == expected
    assert codes(client, state=expected) == ["env-01"]


def test_the_receivers_clock_decides_the_state_not_the_devices(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": "2026-11-01T00:00:00Z", "temperature": 20})
    device = client.get(f"/api/v1/devices/{COMMUNE}/env-01").json()
    assert device["state"] == "on"
    assert device["reading_time"] == "2026-11-01T00:00:00Z"
    assert device["seen_at"] == "2026-11-20T03:15:00Z"


def test_a_last_will_turns_a_device_off_and_its_next_reading_on_again(
    world: World, client: httpx.Client, clock: Clock
) -> None:
    world.device("env-01")
    world.send("env-01", {"temperature": 20})
    world.status("env-01", "offline", NOW + timedelta(seconds=10))
    clock.time = NOW + timedelta(seconds=20)
    assert state(client, "env-01") == "off"
    world.send("env-01", {"temperature": 21}, received_at=NOW + timedelta(seconds=15))
    assert state(client, "env-01") == "on"


def test_a_device_that_only_said_it_is_online_counts_as_heard(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    assert state(client, "env-01") == "never"
    world.status("env-01", "online")
    assert state(client, "env-01") == "on"


def test_one_device_tells_its_place_and_its_dead_letters(world: World, client: httpx.Client) -> None:
    world.device("env-01", name="Trạm 1")
    world.send("env-01", {"temperature": 20, "pm25": -5})
    device = client.get(f"/api/v1/devices/{COMMUNE}/env-01").json()
    assert (device["name"], device["hamlet_name"], device["latitude"]) == ("Trạm 1", "Thôn 1", 20.871)
    assert (device["expected_interval_seconds"], device["lifecycle"]) == (60, "active")
    assert device["open_dead_letters"] == 1


def test_an_unknown_device_is_answered_with_codes_that_look_alike(world: World, client: httpx.Client) -> None:
    world.device("env-001")
    world.device("cam-001", "camera")
    answer = client.get(f"/api/v1/devices/{COMMUNE}/env-01")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/api/v1/problems/unknown-device"
    assert answer.json()["did_you_mean"][0] == "env-001"
    unknown = client.get("/api/v1/devices/gia-lok/env-001")
    assert unknown.json()["type"] == "/api/v1/problems/unknown-commune"
    assert unknown.json()["did_you_mean"] == ["gia-loc"]


def test_latest_values_come_with_unit_and_a_time_each(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send(
        "env-01",
        {"ts": "2026-11-20T03:00:00Z", "temperature": 24.6, "pm25": 31.4},
        {"ts": "2026-11-20T03:10:00Z", "temperature": 25.0, "firmware": "1.2"},
    )
    answer = client.get(f"/api/v1/devices/{COMMUNE}/env-01/latest").json()
    (entry,) = answer["items"]
    assert answer["at"] == "2026-11-20T03:15:00Z"
    assert entry["values"] == {
        "temperature": {"value": 25.0, "unit": "°C", "time": "2026-11-20T03:10:00Z"},
        "pm25": {"value": 31.4, "unit": "µg/m³", "time": "2026-11-20T03:00:00Z"},
        "firmware": {"value": "1.2", "unit": None, "time": "2026-11-20T03:10:00Z"},
    }


def test_latest_values_keep_the_keys_apart(world: World, client: httpx.Client) -> None:
    world.device("probe-01", "signal_probe")
    place: dict[str, Any] = {"latitude": 20.87, "longitude": 106.3}
    world.send(
        "probe-01",
        {"operator": "452-04", "technology": "NR_SA", "ss_rsrp": -95, **place},
        {"operator": "452-02", "technology": "LTE", "rsrp": -101, "access_ok": True, **place},
    )
    items = client.get(f"/api/v1/devices/{COMMUNE}/probe-01/latest").json()["items"]
    assert [item["keys"] for item in items] == [
        {"operator": "452-02", "technology": "LTE"},
        {"operator": "452-04", "technology": "NR_SA"},
    ]
    assert items[0]["values"]["access_ok"]["value"] is True
    assert "ss_rsrp" not in items[0]["values"]


def test_a_device_that_sent_nothing_has_no_latest_values(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    assert client.get(f"/api/v1/devices/{COMMUNE}/env-01/latest").json()["items"] == []


def test_latest_of_a_kind_has_all_its_devices_and_no_other(world: World, client: httpx.Client) -> None:
    for code in ("env-01", "env-02", "env-03"):
        world.device(code)
    world.device("cam-01", "camera")
    world.send("cam-01", {"recording": True})
    world.send("env-02", {"temperature": 22})
    world.send("env-01", {"temperature": 21})
    answer = client.get("/api/v1/latest", params={"kind": "environment"}).json()
    assert [(i["code"], i["values"]["temperature"]["value"]) for i in answer["items"]] == [
        ("env-01", 21.0),
        ("env-02", 22.0),
    ]
    assert client.get("/api/v1/latest", params={"kind": "environment", "commune": "other"}).json()["items"] == []


def test_latest_without_a_kind_says_that_it_is_required(client: httpx.Client) -> None:
    answer = client.get("/api/v1/latest")
    assert answer.status_code == 422
    assert answer.json()["allowed"] == {"kind": "required"}
