"""What may be asked of reports over HTTP, and what is answered where there is nothing to tell."""

from __future__ import annotations

import httpx
import pytest

from devices.catalogue import KINDS
from devices.people import Role
from devices.registry import DeviceState
from tests.api.reporting import MIDNIGHT, report
from tests.api.world import COMMUNE, NOW, World, token

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
    module_client: httpx.Client, parameters: dict[str, str], type_: str, words: str
) -> None:
    answer = module_client.get(f"/api/v1/reports/{COMMUNE}/air-quality/daily", params=parameters)
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


def test_availability_is_told_for_kinds_that_have_a_definition(module_client: httpx.Client) -> None:
    answer = module_client.get(f"/api/v1/reports/{COMMUNE}/availability", params={"kind": "lighting"})
    assert answer.status_code == 422
    assert "camera" in answer.json()["allowed"]


def test_the_rules_are_told_and_a_viewer_may_read_reports(module_client: httpx.Client, module_world: World) -> None:
    headers = token(module_world.url, Role.VIEWER)
    answer = module_client.get("/api/v1/reports/rules", headers=headers)
    assert answer.json()["rules"]["completeness"] == {"hour": 0.75, "long": 0.75}
    assert module_client.get(f"/api/v1/reports/{COMMUNE}/rain", headers=headers).json()["items"] == []
    assert NOW > MIDNIGHT
