"""Series of many devices together: by hamlet and for the commune, from hours and days, exact at the edges."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.world import COMMUNE, NOW, World

ROUTE = f"/api/v1/communes/{COMMUNE}/series"
HOUR = NOW.replace(minute=0)


def ask(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    named = {"from" if name == "start" else "to" if name == "end" else name: v for name, v in parameters.items()}
    answer = client.get(ROUTE, params=named)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def at(**ago: float) -> str:
    return (NOW - timedelta(**ago)).isoformat()


def points(told: dict[str, Any], column: str) -> list[tuple[datetime, str, Any]]:
    return [(datetime.fromisoformat(p["time"]), p["group"], p["values"][column]) for p in told["points"]]


@pytest.fixture
def stations(world: World) -> World:
    """Two stations in one hamlet, a third in another, and a camera."""
    world.device("env-01", hamlet="thon-1")
    world.device("env-02", hamlet="thon-1")
    world.device("env-03", hamlet="thon-2")
    world.device("cam-01", "camera")
    return world


def test_the_mean_of_a_hamlet_is_over_all_its_readings(stations: World, client: httpx.Client) -> None:
    stations.send("env-01", {"ts": at(minutes=90), "pm25": 10}, {"ts": at(minutes=80), "pm25": 20})
    stations.send("env-02", {"ts": at(minutes=85), "pm25": 60})
    stations.send("env-03", {"ts": at(minutes=85), "pm25": 5}, {"ts": at(minutes=5), "pm25": 7})
    told = ask(client, kind="environment", by="hamlet", fields="pm25", bucket="1h")
    assert points(told, "pm25.mean") == [
        (HOUR - timedelta(hours=2), "thon-1", 30),
        (HOUR - timedelta(hours=2), "thon-2", 5),
        (HOUR, "thon-2", 7),
    ]


def test_one_hamlet_may_be_asked_for_and_the_commune_as_a_whole(stations: World, client: httpx.Client) -> None:
    stations.send("env-01", {"ts": at(minutes=10), "pm25": 10})
    stations.send("env-03", {"ts": at(minutes=10), "pm25": 20})
    hamlet = ask(client, kind="environment", by="hamlet", hamlet="thon-2", fields="pm25")
    assert points(hamlet, "pm25.mean") == [(HOUR, "thon-2", 20)]
    whole = ask(client, kind="environment", fields="pm25", aggregate="mean,min,max,count", bucket="1d")
    (point,) = whole["points"]
    assert point["group"] == COMMUNE
    assert point["values"] == {"pm25.mean": 15, "pm25.min": 10, "pm25.max": 20, "pm25.count": 2}


def test_rises_of_counters_are_added_up_device_by_device(world: World, client: httpx.Client) -> None:
    for code, first in (("lamp-01", 100.0), ("lamp-02", 7.0)):
        world.device(code, "lighting")
        world.send(
            code,
            {"ts": at(days=3), "energy_total": first, "lamp_on": False},
            {"ts": at(minutes=20), "energy_total": first + 2, "lamp_on": True},
            {"ts": at(minutes=10), "energy_total": first + 3, "lamp_on": False},
        )
    told = ask(client, kind="lighting", fields="energy_total", bucket="1h", aggregate="increase", start=at(hours=5))
    assert sum(value for _, _, value in points(told, "energy_total.increase")) == 6
    told = ask(client, kind="lighting", fields="lamp_on", bucket="1h", aggregate="changes,seconds", start=at(hours=5))
    assert sum(value for _, _, value in points(told, "lamp_on.changes")) == 4
    assert sum(value for _, _, value in points(told, "lamp_on.seconds")) == 2 * 600
    assert [column["unit"] for column in told["columns"]] == [None, "s"]


def test_rain_is_summed_where_nothing_else_is_asked_for(stations: World, client: httpx.Client) -> None:
    stations.send("env-01", {"ts": at(minutes=12), "rainfall": 1.5}, {"ts": at(minutes=10), "rainfall": 2.25})
    told = ask(client, kind="environment", fields="rainfall")
    assert points(told, "rainfall.sum") == [(HOUR, COMMUNE, 3.75)]


def test_pages_follow_each_other_without_a_gap(stations: World, client: httpx.Client) -> None:
    for minutes in range(30, 600, 60):
        stations.send("env-01", {"ts": at(minutes=minutes), "pm25": minutes})
        stations.send("env-03", {"ts": at(minutes=minutes), "pm25": minutes + 1})
    whole = ask(client, kind="environment", by="hamlet", fields="pm25")["points"]
    found: list[Any] = []
    cursor: str | None = None
    while cursor is not None or not found:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = ask(client, kind="environment", by="hamlet", fields="pm25", limit=3, **more)
        found += page["points"]
        cursor = page["next_cursor"]
    assert found == whole
    assert len(whole) == 20


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"kind": "environment", "bucket": "5m"}, "bad-bucket"),
        ({"kind": "environment", "bucket": "90m"}, "bad-bucket"),
        ({"kind": "toaster"}, "invalid-parameter"),
        ({"kind": "environment", "fields": "pm25", "aggregate": "last"}, "bad-aggregate"),
        ({"kind": "environment", "fields": "nothing"}, "unknown-field"),
        ({"kind": "environment", "bucket": "1h", "from": "2020-01-01T00:00:00Z"}, "too-many-buckets"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    stations: World, client: httpx.Client, parameters: dict[str, str], problem: str
) -> None:
    answer = client.get(ROUTE, params=parameters)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(problem)


def test_an_unknown_commune_is_not_found(client: httpx.Client) -> None:
    assert client.get("/api/v1/communes/nowhere/series", params={"kind": "camera"}).status_code == 404


def test_a_commune_without_such_devices_has_no_points(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    assert ask(client, kind="wifi", fields="clients")["points"] == []
