"""Reports of the air over HTTP, of two stations with a day of readings that ingest's writer has stored."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from tests.api.reporting import DAY, hourly, report, values
from tests.api.world import COMMUNE, World

# Hourly means of PM2.5 in the sample calculation of QĐ 1459, section 2.3 a.
SAMPLE_PM25 = [26.9, 24.7, 20.5, 23.5, 19.5, 16.5, 19.0, 16.5, 20.3, 22.4, 19.6, 20.6]


@pytest.fixture(scope="module")
def stations(module_world: World) -> World:
    """Two stations that report once an hour: one with the air of the decision's sample, one in another hamlet."""
    world = module_world
    for code, hamlet in (("env-001", "thon-1"), ("env-002", "thon-2")):
        world.device(code, hamlet=hamlet, interval_seconds=3600, name=f"Trạm {code}")
    hourly(world, "env-001", [{"pm25": 30}] * 8 + [{"pm25": mean} for mean in SAMPLE_PM25] + [{"pm25": 20}] * 4)
    hourly(world, "env-002", [{"pm10": 160, "no2": 210 if hour == 9 else 20} for hour in range(24)])
    return world


@pytest.mark.usefixtures("stations")
def test_the_hourly_index_is_that_of_the_decision_with_all_that_a_public_board_must_show(
    module_client: httpx.Client,
) -> None:
    told = report(module_client, "air-quality/hourly", device="env-001")
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
def test_the_day_of_a_commune_is_that_of_its_worst_station(module_client: httpx.Client) -> None:
    by_device = {item["device"]: values(item) for item in report(module_client, "air-quality/daily")["items"]}
    assert by_device["env-001"]["vn_aqi"] == 48
    assert (by_device["env-002"]["aqi_pm10"], by_device["env-002"]["aqi_no2"]) == (105, 101)
    (commune,) = report(module_client, "air-quality/daily", by="commune")["items"]
    assert commune["words"]["station"]["vi"] == "Trạm env-002"
    assert commune["figures"]["vn_aqi"]["value"] == 105
    assert (commune["figures"]["vn_aqi"]["inputs"], commune["figures"]["vn_aqi"]["expected"]) == (2, 2)
    hamlets = report(module_client, "air-quality/daily", by="hamlet")["items"]
    assert [(item["hamlet"], values(item)["vn_aqi"]) for item in hamlets] == [("thon-1", 48), ("thon-2", 105)]


@pytest.mark.usefixtures("stations")
def test_exceedances_come_with_their_events(module_client: httpx.Client) -> None:
    items = {item["part"]: item for item in report(module_client, "air-quality/exceedances", device="env-002")["items"]}
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
        item
        for item in report(module_client, "air-quality/exceedances", by="commune")["items"]
        if item["part"] == "pm25 24h"
    )
    assert values(dust)["limit"] == 45


@pytest.mark.usefixtures("stations")
def test_hours_ahead_are_neither_told_nor_missing(module_client: httpx.Client) -> None:
    told = report(module_client, "air-quality/hourly", period="2026-11-20", device="env-001")
    assert [item["time"] for item in told["items"]][-1] == "2026-11-20T03:00:00Z"
    assert len(told["items"]) == 11


@pytest.mark.usefixtures("stations")
def test_a_report_is_a_spreadsheet_that_reads_vietnamese(module_client: httpx.Client) -> None:
    answer = module_client.get(f"/api/v1/reports/{COMMUNE}/air-quality/daily", params={"period": DAY, "format": "csv"})
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
