"""Reports over HTTP, from readings that ingest's writer has stored."""

from __future__ import annotations

import httpx
import pytest

from devices.registry import DeviceState
from reports.evapotranspiration import extraterrestrial_radiation, hargreaves, penman_monteith_day, wind_at_2_m
from tests.api.reporting import at, hourly, received, report, values, weather
from tests.api.world import World


def test_a_year_is_judged_by_its_own_limits(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=3600)
    parts = {item["part"] for item in report(client, "air-quality/exceedances", period="2025")["items"]}
    assert {"pm25 year", "no2 year"} <= parts


def test_rain_is_summed_and_its_risk_is_told(client: httpx.Client, world: World) -> None:
    world.device("wl-001", "water_level", interval_seconds=3600)
    world.device("env-dry", interval_seconds=3600)
    world.send("wl-001", *({"ts": at(hour), "rainfall": 20} for hour in (-10, -9)))
    hourly(world, "wl-001", [{"rainfall": 15 if 10 <= hour < 18 else 0} for hour in range(24)])
    (gauge,) = report(client, "rain")["items"]
    told = values(gauge)
    assert (told["rain_1h"], told["rain_3h"], told["rain_24h"]) == (0, 0, 120)
    assert (told["largest_1h"], told["largest_3h"], told["rain_total"]) == (15, 45, 120)
    assert (told["days_of_rain_before"], told["rainy_days"], told["landslide_level"]) == (1, 1, 1)
    assert gauge["words"]["rain"]["vi"] == "mưa rất to"
    assert gauge["words"]["landslide_colour"]["vi"] == "xanh dương nhạt"
    assert gauge["figures"]["rain_24h"]["completeness"] == 1
    (commune,) = report(client, "rain", by="commune")["items"]
    assert values(commune)["rain_24h"] == 120


def test_et0_is_by_penman_monteith_where_it_can_be_and_else_by_hargreaves(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=3600, place=(20.87, 106.3))
    world.device("env-002", interval_seconds=3600, place=(20.87, 106.3))
    hourly(world, "env-001", [weather(hour) for hour in range(24)])
    hourly(world, "env-002", [{"temperature": weather(hour)["temperature"]} for hour in range(24)])
    first, second = report(client, "evapotranspiration")["items"]
    assert first["figures"]["et0"]["method"] == "penman_monteith"
    assert second["figures"]["et0"]["method"] == "hargreaves"
    exact = penman_monteith_day(
        latitude=20.87, elevation_m=10, day_of_year=323, t_max=21.5, t_min=12.3, rh_max=84, rh_min=63,
        wind_2_m=wind_at_2_m(2.078, 2), solar=22.07,
    )  # fmt: skip
    simple = hargreaves(21.5, 12.3, extraterrestrial_radiation(20.87, 323))
    assert first["figures"]["et0"]["value"] == pytest.approx(float(exact), abs=0.01)
    assert second["figures"]["et0"]["value"] == pytest.approx(float(simple), abs=0.01)
    (mean,) = report(client, "evapotranspiration", by="commune")["items"]
    assert mean["figures"]["et0"]["inputs"] == 2
    assert first["time"] == "2026-11-18T17:00:00Z"


def test_each_zone_says_whether_it_needs_water(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=3600)
    hourly(world, "env-001", [weather(hour) | {"rainfall": 0} for hour in range(24)])
    world.device("irr-001", "irrigation", interval_seconds=3600)
    for zone, members in {"rau": {"soil_moisture": 22}, "lua": {"field_tube_level": -16}}.items():
        hourly(world, "irr-001", [{"zone": zone, **members} for _ in range(24)])
    rice, vegetables = report(client, "irrigation")["items"]
    assert (rice["part"], vegetables["part"]) == ("lua", "rau")
    assert rice["figures"]["need"]["method"] == "wetting_and_drying"
    assert values(rice)["need"] == pytest.approx((50 + 0.18 * 160) / 0.75, abs=0.1)
    assert values(vegetables)["depletion"] == pytest.approx(1000 * (0.37 - 0.22) * 0.4)
    assert values(vegetables)["need"] == pytest.approx(80)
    assert {item["words"]["irrigate"]["vi"] for item in (rice, vegetables)} == {"cần tưới"}
    (commune,) = report(client, "irrigation", by="commune")["items"]
    assert values(commune)["zones_due"] == 2


def test_lamps_tell_energy_saving_availability_and_faults(client: httpx.Client, world: World) -> None:
    for code in ("lamp-001", "lamp-002"):
        world.device(code, "lighting", interval_seconds=3600)
    lit = [hour < 6 or hour >= 18 for hour in range(24)]
    world.send("lamp-001", {"ts": at(-1), "energy_total": 9.9, "burning_time": 99})
    hourly(
        world,
        "lamp-001",
        [
            {"lamp_on": on, "energy_total": 10 + 0.1 * hour, "burning_time": 100 + 0.5 * hour, "lamp_failure": False}
            for hour, on in enumerate(lit)
        ],
    )
    hourly(
        world,
        "lamp-002",
        [{"lamp_on": False, "lamp_failure": on, "failure_cause": "gear" if on else "none"} for on in lit],
    )
    first, second = report(client, "lighting", old_watts=250)["items"]
    told = values(first)
    assert told["energy"] == pytest.approx(2.4)
    assert told["baseline"] == pytest.approx(250 * 12.5 / 1000)
    assert told["saving"] == pytest.approx(1 - 2.4 / 3.125, abs=1e-4)
    assert told["hours_required"] == pytest.approx(12.9, abs=0.2)
    assert told["availability"] == pytest.approx(12 / told["hours_required"], abs=0.04)
    assert values(second)["availability"] == 0
    assert (values(second)["fault_gear"], values(second)["fault_unreachable"]) == (12, 0)
    assert values(second)["energy"] is None
    (commune,) = report(client, "lighting", by="commune")["items"]
    assert values(commune)["energy"] == pytest.approx(2.4)
    assert values(commune)["saving"] is None
    assert values(commune)["availability"] == pytest.approx(told["availability"] / 2, abs=1e-3)


def test_availability_tells_silence_from_faults(client: httpx.Client, world: World) -> None:
    for code in ("cam-001", "cam-002"):
        world.device(code, "camera", interval_seconds=3600)
    world.device("wifi-001", "wifi", interval_seconds=3600)
    good = {"recording": True, "signal_loss": False, "tamper": False}
    hourly(world, "cam-001", [good | {"tamper": hour >= 18} for hour in range(24)])
    hourly(world, "cam-002", [good] * 12)
    hourly(
        world, "wifi-001", [{"radio": "5g", "clients": 1, "backhaul_loss": 60 if hour < 3 else 0} for hour in range(24)]
    )
    told = {item["device"]: values(item) for item in report(client, "availability")["items"]}
    assert told == {
        "cam-001": {"availability": 0.75, "availability_known": 0.75},
        "cam-002": {"availability": 0.5, "availability_known": 1},
        "wifi-001": {"availability": 0.875, "availability_known": 0.875},
    }
    kinds = report(client, "availability", by="kind")["items"]
    assert [(item["kind"], values(item)["availability"]) for item in kinds] == [("camera", 0.625), ("wifi", 0.875)]
    assert kinds[0]["words"]["available_when"]["en"].startswith("recording")
    assert len(report(client, "availability", kind="wifi")["items"]) == 1


def test_data_quality_is_valid_complete_clean_and_live(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=3600)
    world.device("env-002", interval_seconds=3600)
    hourly(world, "env-001", [{"pm25": 10}] * 18)
    world.write(world.message("env-001", {"ts": at(0), "pm25": 10}, received(20)))
    world.write(world.message("env-001", {"ts": at(18), "pm25": 10, "pm10": 99_999}, received(23.5)))
    first, second = report(client, "data-quality")["items"]
    assert values(first) == {
        "valid": round(20 / 21, 4),
        "complete": round(19 / 24, 4),
        "clean": round(19 / 20, 4),
        "live": round(18 / 24, 4),
        "on_time": round(18 / 19, 4),
        "alive": round(19 / 24, 4),
        "score": 0.75,
    }
    assert values(second)["valid"] is None
    assert first["figures"]["complete"] | {"method": ""} == {
        "value": 0.7917, "unit": "", "method": "", "inputs": 19, "expected": 24, "completeness": 0.7917,
    }  # fmt: skip


def test_a_device_is_not_expected_before_it_was_there_and_a_planned_one_not_at_all(
    client: httpx.Client, world: World
) -> None:
    world.device("cam-new", "camera", interval_seconds=3600)
    world.device("cam-plan", "camera", interval_seconds=3600, state=DeviceState.PLANNED)
    world.send("cam-new", *({"ts": at(hour), "recording": True} for hour in range(18, 24)))
    (only,) = report(client, "availability")["items"]
    assert (only["device"], values(only)["availability"]) == ("cam-new", 1)
    assert only["figures"]["availability"]["expected"] == 6
