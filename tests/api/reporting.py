"""A day of readings for reports, and what the API tells of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.api.world import COMMUNE, World

MIDNIGHT = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""19 November 2026, 00:00 in UTC+7: the day before that of the API's clock."""
DAY = "2026-11-19"


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


def weather(hour: int) -> dict[str, Any]:
    """The day of FAO-56, example 18, as far as a station can tell it."""
    return {
        "temperature": 12.3 if hour == 5 else 21.5 if hour == 14 else 17,
        "relative_humidity": 84 if hour == 5 else 63 if hour == 14 else 70,
        "wind_speed": 2.078,
        "solar_radiation": 22.07 / 0.0864,
    }
