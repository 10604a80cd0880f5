"""What has come of one device since a moment."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from devices.catalogue import KINDS
from storage.connect import connect
from storage.fleet import FleetFilter, list_fleet
from storage.live import Heard, heard_since
from tests.api.world import NOW, World


@pytest.fixture
def world(database_url: str) -> World:
    """A commune with a station of which something came an hour ago."""
    world = World(database_url)
    world.commune()
    world.device("env-01", name="Trạm cổng Đình Đông")
    world.send("env-01", {"temperature": 20, "pm25": 9000, "ts": "2026-11-20T02:15:00Z"}, received_at=HOUR_AGO)
    return world


HOUR_AGO = NOW - timedelta(hours=1)


def heard(world: World, since_seconds_ago: float = 60) -> Heard:
    """What has come since so many seconds before NOW."""
    with closing(connect(world.url)) as connection:
        since = NOW - timedelta(seconds=since_seconds_ago)
        return heard_since(connection, KINDS["environment"], world.numbers["env-01"], since)


def test_what_came_before_the_moment_is_not_heard(world: World) -> None:
    now = heard(world)
    assert (now.readings, now.faults, now.happenings, now.clock_ahead_seconds) == ([], [], [], None)
    before = heard(world, 3700)
    assert before.readings[0].values["temperature"].value == 20
    assert [(fault.reason, fault.field, fault.times) for fault in before.faults] == [("out_of_range", "pm25", 1)]


def test_faults_of_one_sort_are_one_entry_with_the_words_of_the_last(world: World) -> None:
    for value in (5000, 6000):
        world.send("env-01", {"temperature": 21, "pm25": value}, received_at=NOW)
    world.send("env-01", {"temperatur": 21}, received_at=NOW)
    found = {(fault.reason, fault.field): fault for fault in heard(world).faults}
    assert found["out_of_range", "pm25"].times == 2
    assert found["out_of_range", "pm25"].value == "6000"
    assert ("unknown_field", "temperatur") in found


def test_a_clock_that_is_ahead_is_told_by_how_much(world: World) -> None:
    ahead = (NOW + timedelta(hours=7)).isoformat()
    world.send("env-01", {"ts": ahead, "temperature": 21}, received_at=NOW)
    assert heard(world).clock_ahead_seconds == pytest.approx(7 * 3600)


def test_statuses_and_counts_of_the_day_come_along(world: World) -> None:
    world.status("env-01", "online", NOW)
    now = heard(world)
    assert [happened.name for happened in now.happenings] == ["online"]
    assert (now.counts.received, now.counts.stored) == (2, 2)


@pytest.mark.parametrize("text", ["dinh dong", "ĐÌNH ĐÔNG", "env-0", "cổng"])
def test_a_search_heeds_neither_case_nor_accents(world: World, text: str) -> None:
    world.device("cam-01", "camera", name="Camera chợ")
    with closing(connect(world.url)) as connection:
        found = list_fleet(connection, FleetFilter(text=text), now=NOW)
    assert [device.code for device in found] == ["env-01"]


def test_a_search_for_a_sign_of_patterns_finds_only_that_sign(world: World) -> None:
    with closing(connect(world.url)) as connection:
        assert list_fleet(connection, FleetFilter(text="%"), now=NOW) == []
