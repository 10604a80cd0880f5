"""What happened at a device, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import httpx

from tests.api.world import NOW, World

PATH = "/api/v1/devices/gia-loc/env-01/events"


def test_statuses_come_newest_first_and_in_pages(client: httpx.Client, world: World) -> None:
    world.device("env-01")
    for minutes, state in ((3, "online"), (2, "offline"), (1, "online")):
        world.status("env-01", state, NOW - timedelta(minutes=minutes))
    first = client.get(PATH, params={"limit": 2}).json()
    assert [(one["channel"], one["name"]) for one in first["items"]] == [("status", "online"), ("status", "offline")]
    rest = client.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in rest["items"]] == ["online"]
    assert rest["next_cursor"] is None


def test_an_unknown_device_is_a_problem_in_words(client: httpx.Client, world: World) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 404
    assert "env-01" in answer.json()["reason"]["vi"]
    assert world.numbers == {}
