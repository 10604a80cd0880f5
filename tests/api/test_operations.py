"""What the screen of an operations centre is told: everything first, then what changed, and who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from alerts.rules import Override
from api.operations_feed import Feed, Picture, changes
from api.operations_picture import gravest_first, kinds_of, limits_of, river_of
from devices.people import Role
from storage.alert_desk import AlertOverride, DeskAlert, put_override
from storage.connect import connect
from storage.errors import DatabaseUnavailable
from storage.fleet import FleetDevice, LineState
from storage.gauges import GaugeRow
from storage.rollups import compute_noted
from tests.api.conftest import Clock, application, serve
from tests.api.world import NOW, World, token

PATH = "/api/v1/operations"
GAUGE = GaugeRow(1, 215.0, NOW, 190.0, NOW - timedelta(hours=1))


def device(code: str = "wl-01", kind: str = "water_level", state: LineState = LineState.ON) -> FleetDevice:
    """A device as the registry has it."""
    texts = ("model", "maker", "serial", "note", "name")
    nothing = [one.name for one in fields(FleetDevice) if one.name not in texts]
    known: dict[str, Any] = dict.fromkeys(nothing) | dict.fromkeys(texts, "")
    known |= {
        "device_id": 1,
        "commune": "gia-loc",
        "code": code,
        "kind": kind,
        "expected_interval_seconds": 60,
        "lifecycle": "active",
        "registered_at": NOW,
        "updated_at": NOW,
        "version": 1,
        "tags": [],
        "state": state,
    }
    return FleetDevice(**known)


def alert(number: int, severity: str, opened_at: datetime) -> DeskAlert:
    """An open alert."""
    return DeskAlert(
        alert_id=number,
        kind="device_offline",
        subject=f"gia-loc/{number}",
        severity=severity,
        commune="gia-loc",
        device=None,
        members=[],
        opened_at=opened_at,
        seen_at=opened_at,
        closed_at=None,
        detail_vi="",
        detail_en="",
        acknowledged_at=None,
        acknowledged_by=None,
        silenced_until=None,
        silenced_by=None,
        version=1,
    )


def test_a_screen_that_knows_nothing_is_told_everything_even_what_is_null() -> None:
    picture = {"at": 1, "devices": {"a": "on"}, "ingest_behind_seconds": None}
    assert changes({}, picture) == picture


def test_a_screen_is_told_the_time_always_and_else_only_what_changed() -> None:
    before = {"at": 1, "air": [1], "rivers": [2], "devices": {"a": "on", "b": "on", "c": "off"}}
    assert changes(before, before | {"at": 2}) == {"at": 2}
    after = before | {"at": 3, "rivers": [3], "devices": {"a": "on", "b": "late", "d": "never"}}
    told = changes(before, after)
    assert told == {"at": 3, "rivers": [3], "devices": {"b": "late", "d": "never", "c": None}}


def test_kinds_are_counted_by_state_in_the_order_of_the_catalogue() -> None:
    fleet = [device("w1"), device("w2", state=LineState.OFF), device("e1", "environment", LineState.NEVER)]
    found = kinds_of(fleet)
    assert [(one.kind, one.on, one.late, one.off, one.never) for one in found] == [
        ("environment", 0, 0, 0, 1),
        ("water_level", 1, 0, 1, 0),
    ]


def test_the_gravest_alert_comes_first_and_of_the_same_gravity_the_newest() -> None:
    given = [
        alert(1, "warning", NOW),
        alert(2, "critical", NOW - timedelta(hours=5)),
        alert(3, "critical", NOW - timedelta(hours=1)),
        alert(4, "info", NOW),
    ]
    assert [one.alert_id for one in gravest_first(given)] == [3, 2, 1, 4]


def test_the_alarm_levels_of_a_gauge_are_those_that_are_set_for_it() -> None:
    set_otherwise = {
        ("flood_level_1", 1): Override(threshold=200),
        ("flood_level_2", 1): Override(threshold=260, enabled=False),
    }
    assert limits_of(1, set_otherwise) == [200, None, None]
    assert limits_of(2, set_otherwise) == [None, None, None]


def test_a_river_is_told_with_alarm_and_trend_and_says_when_its_level_is_old() -> None:
    river = river_of(GAUGE, device(), [200.0, 260.0, 310.0])
    assert (river.id, river.name, river.alarm, river.cm_an_hour, river.trend) == (
        "gia-loc/wl-01",
        "wl-01",
        1,
        25,
        "rising",
    )
    assert river.is_fresh
    silent = river_of(replace(GAUGE, before_cm=None), device(state=LineState.OFF), [None, None, None])
    assert (silent.is_fresh, silent.alarm, silent.trend) == (False, None, None)


def run_apart(looking: Coroutine[None, None, list[bytes]]) -> list[bytes]:
    """Run in a thread of its own: the browser of other tests leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, looking).result()


def test_many_screens_cost_one_reading_and_share_a_failure() -> None:
    reads: list[int] = []

    def read() -> Picture:
        reads.append(1)
        if len(reads) > 1:
            raise DatabaseUnavailable("gone")
        return {"at": len(reads)}

    async def look() -> list[bytes]:
        feed = Feed(read, interval_seconds=0.05)
        streams = [feed.events(stream_seconds=0.04) for _ in range(5)]
        first = [[event async for event in stream] for stream in streams[:1]]
        await asyncio.gather(*(feed.newest() for _ in range(5)), return_exceptions=True)
        return first[0]

    events = run_apart(look())
    assert events == [b"retry: 1500\n\n", b'data: {"at":1}\n\n']
    assert len(reads) == 2


def test_a_database_that_is_gone_is_told_and_the_stream_goes_on() -> None:
    answers: list[Picture | None] = [{"at": 1}, None, {"at": 2}]

    def read() -> Picture:
        answer = answers.pop(0) if answers else {"at": 3}
        if answer is None:
            raise DatabaseUnavailable("gone")
        return answer

    async def look() -> list[bytes]:
        found = []
        async for event in Feed(read, interval_seconds=0.02).events(stream_seconds=30):
            found.append(event)
            if len(found) == 4:
                return found
        raise AssertionError("the stream ended")

    assert run_apart(look())[1:] == [
        b'data: {"at":1}\n\n',
        b"event: trouble\ndata: {}\n\n",
        b'data: {"at":2}\n\n',
    ]


@pytest.fixture(scope="module")
def village(module_database_url: str) -> World:
    """A gauge that rises above its first alarm level, a station with hours of dust, and an alert."""
    world = World(module_database_url)
    world.commune()
    world.device("wl-01", "water_level", name="Cống Đò Đáy")
    world.device("env-01", name="Trạm UBND", interval_seconds=1800)
    world.device("old-01", "wifi")
    for minutes in range(0, 181, 30):
        at = NOW - timedelta(minutes=minutes)
        world.send("wl-01", {"ts": at.isoformat(), "level": 215 - minutes / 3}, received_at=at)
    for minutes in range(15, 60 * 14, 30):
        at = NOW - timedelta(minutes=minutes)
        world.send("env-01", {"ts": at.isoformat(), "pm25": 60.0}, received_at=at)
    world.alert("wl-01")
    with closing(connect(world.url, autocommit=True)) as session:
        list(compute_noted(session, NOW, wait=True))
        for number, level in enumerate((200, 260, 310), start=1):
            put_override(session, AlertOverride(f"flood_level_{number}", "gia-loc", device="wl-01", threshold=level))
    return world


@pytest.fixture(scope="module")
def served(village: World) -> Iterator[str]:
    """The address of the API over the village."""
    with serve(application(village.url, Clock())) as address:
        yield address


@pytest.fixture(scope="module")
def viewer(served: str, village: World) -> Iterator[httpx.Client]:
    """A machine that may look."""
    with httpx.Client(base_url=served, headers=token(village.url, Role.VIEWER), timeout=30) as client:
        yield client


def test_the_picture_has_devices_alerts_air_and_rivers(viewer: httpx.Client) -> None:
    told = viewer.get(PATH).json()
    assert told["place"] == "Xã Gia Lộc, Hải Phòng"
    assert told["devices"]["gia-loc/wl-01"] == "on"
    assert told["ingest_behind_seconds"] is None
    assert told["alerts"]["warning"] == 1
    assert told["alerts"]["items"][0]["device"] == "wl-01"
    (river,) = told["rivers"]
    assert (river["level_cm"], river["alarm"], river["cm_an_hour"], river["trend"]) == (215, 1, 20, "rising")
    assert river["limits_cm"] == [200, 260, 310]


def test_the_air_is_told_in_the_words_and_the_colour_of_the_decision(viewer: httpx.Client) -> None:
    (air,) = viewer.get(PATH).json()["air"]
    assert (air["index"], air["level"]["vi"], air["rgb"]) == (117, "Kém", "#FF7E00")
    assert (air["main_pollutant"]["vi"], air["indicative"]) == ("Bụi mịn PM2.5", True)
    assert air["hour"] == "2026-11-20T02:00:00Z"


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """The data of each event of a stream."""
    for line in answer.iter_lines():
        if line.startswith("data: "):
            yield orjson.loads(line.removeprefix("data: "))


def test_the_stream_tells_everything_and_then_the_change_as_it_comes(viewer: httpx.Client, village: World) -> None:
    with viewer.stream("GET", f"{PATH}/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = events(answer)
        assert next(told)["devices"]["gia-loc/old-01"] == "never"
        village.send("old-01", {"radio": "2.4", "clients": 4})
        change = next(event for event in told if "devices" in event)
    assert change["devices"] == {"gia-loc/old-01": "on"}
    assert "rivers" not in change
    assert (
        'commune_api_request_seconds_count{method="GET",route="/api/v1/operations/stream"}'
        not in viewer.get("/metrics").text
    )


def test_nobody_without_a_role_hears_the_stream(served: str) -> None:
    assert httpx.get(f"{served}{PATH}/stream").status_code == 401
