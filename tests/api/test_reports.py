"""Reports over HTTP, from readings that ingest's writer has stored."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from devices.catalogue import KINDS
from devices.people import Role
from devices.registry import DeviceState
from reports.evapotranspiration import extraterrestrial_radiation, hargreaves, penman_monteith_day, wind_at_2_m
from tests.api.world import COMMUNE, NOW, World, token

MIDNIGHT = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""19 November 2026, 00:00 in UTC+7: the day before that of the API's clock."""
DAY = "2026-11-19"
# Hourly means of PM2.5 in the sample calculation of QĐ 1459, section 2.3 a.
SAMPLE_PM25 = [26.9, 24.7, 20.5, 23.5, 19.5, 16.5, 19.0, 16.5, 20.3, 22.4, 19.6, 20.6]


def at(hours: float) -> str:
    return (MIDNIGHT + timedelta(hours=hours)).isoformat()


def received(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours, seconds=2)


def hourly(world: World, code: str, readings: list[dict[str, Any]]) -> None:
    """One reading at the beginning of each hour of the day, received at once."""
    world.write(
        *(world.message(code, {"ts": at(hour), **members}, received(hour)) for hour, members in enumerate(readings))
    )


def report(client: httpx.Client, name: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/reports/{COMMUNE}/{name}", params={"period": DAY} | parameters)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    for item in told["items"]:
        for figure in item["figures"].values():
            assert figure["method"] in told["methods"]
    return told


def values(item: dict[str, Any]) -> dict[str, Any]:
    return {name: figure["value"] for name, figure in item["figures"].items()}


@pytest.fixture
def stations(world: World) -> World:
    """Two stations that report once an hour: one with the air of the decision's sample, one in another hamlet."""
    for code, hamlet in (("env-001", "thon-1"), ("env-002", "thon-2")):
        world.device(code, hamlet=hamlet, interval_seconds=3600, name=f"Trạm {code}")
    hourly(world, "env-001", [{"pm25": 30}] * 8 + [{"pm25": mean} for mean in SAMPLE_PM25] + [{"pm25": 20}] * 4)
    hourly(world, "env-002", [{"pm10": 160, "no2": 210 if hour == 9 else 20} for hour in range(24)])
    return world


@pytest.mark.usefixtures("stations")
def test_the_hourly_index_is_that_of_the_decision_with_all_that_a_public_board_must_show(client: httpx.Client) -> None:
    told = report(client, "air-quality/hourly", device="env-001")
    assert len(told["items"]) == 24
    hour = told["items"][19]
    assert hour["time"] == "2026-11-19T12:00:00Z"
    assert hour["figures"]["vn_aqi"] == {
        "value": 41, "unit": "", "method": "vn_aqi_hourly", "inputs": 1, "expected": 6, "completeness": 0.1667,
    }  # fmt: skip
    assert values(hour)["aqi_pm25"] == 41
    assert values(hour)["aqi_no2"] is None
    words = {name: text["vi"] for name, text in hour["words"].items()}
    assert (words["level"], words["colour"], words["rgb"]) == ("Tốt", "Xanh", "#00E400")
    assert (words["station"], words["main_pollutant"]) == ("Trạm env-001", "Bụi mịn PM2.5")
    assert words["quality"].startswith("Tham khảo")
    assert words["advice"] and words["advice_sensitive"]
    assert told["methods"]["vn_aqi_hourly"]["source"].startswith("QĐ 1459/QĐ-TCMT")


@pytest.mark.usefixtures("stations")
def test_the_day_of_a_commune_is_that_of_its_worst_station(client: httpx.Client) -> None:
    by_device = {item["device"]: values(item) for item in report(client, "air-quality/daily")["items"]}
    assert by_device["env-001"]["vn_aqi"] == 48
    assert (by_device["env-002"]["aqi_pm10"], by_device["env-002"]["aqi_no2"]) == (105, 101)
    (commune,) = report(client, "air-quality/daily", by="commune")["items"]
    assert commune["words"]["station"]["vi"] == "Trạm env-002"
    assert commune["figures"]["vn_aqi"]["value"] == 105
    assert (commune["figures"]["vn_aqi"]["inputs"], commune["figures"]["vn_aqi"]["expected"]) == (2, 2)
    hamlets = report(client, "air-quality/daily", by="hamlet")["items"]
    assert [(item["hamlet"], values(item)["vn_aqi"]) for item in hamlets] == [("thon-1", 48), ("thon-2", 105)]


@pytest.mark.usefixtures("stations")
def test_exceedances_come_with_their_events(client: httpx.Client) -> None:
    items = {item["part"]: item for item in report(client, "air-quality/exceedances", device="env-002")["items"]}
    assert set(items) == {
        "so2 1h",
        "so2 24h",
        "co 1h",
        "co 8h",
        "no2 1h",
        "no2 24h",
        "o3 1h",
        "o3 8h",
        "pm10 24h",
        "pm25 24h",
    }
    assert values(items["no2 1h"]) == {"exceedances": 1, "largest": 210, "limit": 200}
    assert items["no2 1h"]["evidence"] == [{"time": "2026-11-19T02:00:00Z", "value": 210.0, "of": "env-002"}]
    assert values(items["pm10 24h"]) == {"exceedances": 1, "largest": 160, "limit": 150}
    assert values(items["o3 8h"]) == {"exceedances": 0, "largest": None, "limit": 120}
    assert items["o3 8h"]["figures"]["largest"]["completeness"] == 0
    (dust,) = (
        item for item in report(client, "air-quality/exceedances", by="commune")["items"] if item["part"] == "pm25 24h"
    )
    assert values(dust)["limit"] == 45


@pytest.mark.usefixtures("stations")
def test_hours_ahead_are_neither_told_nor_missing(client: httpx.Client) -> None:
    told = report(client, "air-quality/hourly", period="2026-11-20", device="env-001")
    assert [item["time"] for item in told["items"]][-1] == "2026-11-20T03:00:00Z"
    assert len(told["items"]) == 11


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


def weather(hour: int) -> dict[str, Any]:
    """The day of FAO-56, example 18, as far as a station can tell it."""
    return {
        "temperature": 12.3 if hour == 5 else 21.5 if hour == 14 else 17,
        "relative_humidity": 84 if hour == 5 else 63 if hour == 14 else 70,
        "wind_speed": 2.078,
        "solar_radiation": 22.07 / 0.0864,
    }


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


REPORTS = (
    "air-quality/hourly", "air-quality/daily", "air-quality/exceedances", "rain", "evapotranspiration", "irrigation",
    "lighting", "availability", "data-quality",
)  # fmt: skip


@pytest.mark.parametrize("by", ["device", "hamlet", "kind", "commune"])
def test_a_commune_without_devices_and_one_whose_devices_are_silent_have_reports(
    client: httpx.Client, world: World, by: str
) -> None:
    for name in REPORTS:
        assert report(client, name, by=by)["items"] == []
    for kind in KINDS:
        world.device(f"{kind}-01", kind, state=DeviceState.REGISTERED)
    for name in REPORTS:
        for item in report(client, name, by=by)["items"]:
            assert item["figures"]
            assert (item["device"] is None) == (by != "device")
    for name in REPORTS:
        for item in report(client, name, by=by, period="2027-01-01")["items"]:
            assert item["time"] is None
            assert all(figure["expected"] == 0 for key, figure in item["figures"].items() if key != "limit")


@pytest.mark.usefixtures("stations")
def test_a_report_is_a_spreadsheet_that_reads_vietnamese(client: httpx.Client) -> None:
    answer = client.get(f"/api/v1/reports/{COMMUNE}/air-quality/daily", params={"period": DAY, "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"{COMMUNE}-vn_aqi_daily.csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (first["device"], first["vn_aqi"], first["vn_aqi_method"], first["level"]) == (
        "env-001",
        "48",
        "vn_aqi_daily",
        "Tốt",
    )
    assert (second["vn_aqi"], second["level"], second["aqi_co"]) == ("105", "Kém", "")


@pytest.mark.parametrize(
    ("parameters", "type_", "words"),
    [
        ({"period": "2026-13"}, "bad-range", "is not a period"),
        ({"period": "2026", "from": "2026-01-01T00:00:00Z"}, "bad-range", "either period"),
        ({"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "bad-range", "longer than 366 days"),
        ({"by": "province"}, "invalid-parameter", "by"),
    ],
)
def test_a_wrong_question_is_answered_with_the_right_form(
    client: httpx.Client, world: World, parameters: dict[str, str], type_: str, words: str
) -> None:
    answer = client.get(f"/api/v1/reports/{COMMUNE}/air-quality/daily", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"/api/v1/problems/{type_}"
    assert words in answer.json()["detail"]


def test_a_report_of_too_many_rows_is_refused_before_it_is_made(client: httpx.Client, world: World) -> None:
    for number in range(3):
        world.device(f"env-{number:03}")
    answer = client.get(f"/api/v1/reports/{COMMUNE}/air-quality/hourly", params={"period": "2025"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/api/v1/problems/report-too-large"
    assert "26280 rows" in answer.json()["detail"]


def test_availability_is_told_for_kinds_that_have_a_definition(client: httpx.Client, world: World) -> None:
    answer = client.get(f"/api/v1/reports/{COMMUNE}/availability", params={"kind": "lighting"})
    assert answer.status_code == 422
    assert "camera" in answer.json()["allowed"]


def test_the_rules_are_told_and_a_viewer_may_read_reports(client: httpx.Client, world: World) -> None:
    headers = token(world.url, Role.VIEWER)
    answer = client.get("/api/v1/reports/rules", headers=headers)
    assert answer.json()["rules"]["completeness"] == {"hour": 0.75, "long": 0.75}
    assert client.get(f"/api/v1/reports/{COMMUNE}/rain", headers=headers).json()["items"] == []
    assert NOW > MIDNIGHT
