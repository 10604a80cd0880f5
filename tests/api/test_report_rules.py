"""Reports follow the rules of the commune."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from reports.rules import read_rules
from tests.api.conftest import Clock, application
from tests.api.reporting import at, hourly, report, values, weather
from tests.api.world import World

RULES = """
[completeness]
hour = 0.25
long = 0.5

[air]
reference_stations = ["gia-loc/env-001"]

[rain]
rainy_day_mm = 5
susceptibility = { "gia-loc" = "low", "gia-loc/thon-2" = "high", "gia-loc/wl-003" = "very_high" }

[irrigation]
efficiency = 1.0
rice = { refill_cm = -10, flood_cm = 3, drainable = 0.2 }

[irrigation.crops.onion]
coefficient = 1.05
root_depth_m = 0.4
depletion_fraction = 0.3
field_capacity = 0.32

[irrigation.crops.rice]
coefficient = 1.2

[irrigation.zones]
"gia-loc/irr-001/z1" = { crop = "onion", area_m2 = 500 }
"gia-loc/irr-002" = { crop = "rice" }

[lighting]
old_watts = 100
lit_from = 19:00:00
lit_until = 05:00:00

[lighting.lamps."gia-loc/lamp-002"]
old_watts = 250

[availability.working_hours.camera]
begin = 08:00:00
end = 12:00:00
"""


@pytest.fixture
def app(database_url: str, clock: Clock) -> FastAPI:
    """The application of a commune that has rules of its own."""
    return application(database_url, clock, report_rules=read_rules(RULES))


def by_code(client: httpx.Client, name: str, **parameters: Any) -> dict[str, dict[str, Any]]:
    return {item["device"]: item for item in report(client, name, **parameters)["items"]}


def test_the_rules_are_told_as_they_are_in_force(client: httpx.Client, world: World) -> None:
    told = client.get("/api/v1/reports/rules").json()["rules"]
    assert told["completeness"] == {"hour": 0.25, "long": 0.5}
    assert told["lighting"]["lit_from"] == "19:00:00"
    assert told["irrigation"]["zones"]["gia-loc/irr-001/z1"] == {"crop": "onion", "area_m2": 500.0}


def test_a_station_of_reference_quality_is_not_called_indicative(client: httpx.Client, world: World) -> None:
    for code in ("env-001", "env-002"):
        world.device(code, interval_seconds=3600)
        hourly(world, code, [{"pm25": 20}] * 24)
    words = {code: item["words"]["quality"]["en"] for code, item in by_code(client, "air-quality/daily").items()}
    assert words["env-001"] == "Reference equipment."
    assert words["env-002"].startswith("Indicative")


def test_means_need_the_share_that_the_commune_asks_for(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=900)
    world.device("env-002", interval_seconds=600)
    for code in ("env-001", "env-002"):
        hourly(world, code, [{"pm25": 20}] * 12)
    told = {code: values(item)["vn_aqi"] for code, item in by_code(client, "air-quality/daily").items()}
    assert told == {"env-001": 40, "env-002": None}


def test_the_most_exact_susceptibility_counts_for_a_gauge(client: httpx.Client, world: World) -> None:
    for code, hamlet in (("wl-001", "thon-1"), ("wl-002", "thon-2"), ("wl-003", "thon-2")):
        world.device(code, "water_level", hamlet=hamlet, interval_seconds=3600)
        world.send(code, {"ts": at(-3), "rainfall": 6})
        hourly(world, code, [{"rainfall": 60 if hour in (8, 9) else 0} for hour in range(24)])
    told = by_code(client, "rain")
    assert [values(item)["landslide_level"] for item in told.values()] == [1, 2, 3]
    assert [item["words"]["susceptibility"]["vi"] for item in told.values()] == [
        "nguy cơ thấp", "nguy cơ cao", "nguy cơ rất cao",
    ]  # fmt: skip
    assert values(told["wl-001"])["days_of_rain_before"] == 1


def test_a_zone_has_its_crop_soil_and_area(client: httpx.Client, world: World) -> None:
    world.device("env-001", interval_seconds=3600)
    hourly(world, "env-001", [weather(hour) | {"rainfall": 0.5} for hour in range(24)])
    for code in ("irr-001", "irr-002"):
        world.device(code, "irrigation", interval_seconds=3600)
    hourly(
        world,
        "irr-001",
        [{"zone": "z1", "soil_moisture": 27, "water_total": 100 + 0.25 * hour} for hour in range(24)],
    )
    hourly(world, "irr-002", [{"field_tube_level": -10.0}] * 24)
    told = by_code(client, "irrigation")
    onions, rice = values(told["irr-001"]), values(told["irr-002"])
    assert onions["depletion"] == pytest.approx(1000 * (0.32 - 0.27) * 0.4)
    assert onions["need"] == pytest.approx(20)
    assert told["irr-001"]["words"]["irrigate"]["en"] == "not yet"
    assert onions["etc"] == pytest.approx(1.05 * onions["et0"], abs=0.01)
    assert onions["irrigation"] == pytest.approx(23 * 0.25 / 500 * 1000)
    assert (onions["rain"], onions["effective_rain"]) == (12, pytest.approx(9.6))
    assert rice["need"] == pytest.approx(30 + 0.2 * 100)
    assert told["irr-002"]["words"]["irrigate"]["en"] == "irrigate"


def test_lamps_are_required_by_the_schedule_and_compared_with_what_stood_there(
    client: httpx.Client, world: World
) -> None:
    for code in ("lamp-001", "lamp-002"):
        world.device(code, "lighting", interval_seconds=3600)
        world.send(code, {"ts": at(-1), "lamp_on": False, "energy_total": 0.0, "burning_time": 0.0})
        hourly(
            world,
            code,
            [
                {"lamp_on": hour < 6 or hour >= 18, "energy_total": 0.05 * (hour + 1), "burning_time": 0.5 * (hour + 1)}
                for hour in range(24)
            ],
        )
    told = {code: values(item) for code, item in by_code(client, "lighting").items()}
    assert told["lamp-001"]["hours_required"] == 10
    assert told["lamp-001"]["availability"] == 1
    assert told["lamp-001"]["hours_lit_by_day"] == 2
    assert told["lamp-001"]["baseline"] == pytest.approx(1.2)
    assert told["lamp-002"]["baseline"] == pytest.approx(3.0)
    assert told["lamp-001"]["saving"] == pytest.approx(0)
    assert told["lamp-002"]["saving"] == pytest.approx(0.6)
    (both,) = report(client, "lighting", by="hamlet")["items"]
    assert values(both)["saving"] == pytest.approx(1 - 2.4 / 4.2, abs=1e-4)


def test_a_kind_with_working_hours_is_held_to_those(client: httpx.Client, world: World) -> None:
    world.device("cam-001", "camera", interval_seconds=3600)
    hourly(world, "cam-001", [{"recording": 8 <= hour < 11} for hour in range(24)])
    told = by_code(client, "availability")["cam-001"]["figures"]["availability"]
    assert (told["value"], told["inputs"], told["expected"]) == (0.75, 4, 4)
    assert timedelta(hours=told["expected"]) == timedelta(hours=4)
