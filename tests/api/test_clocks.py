"""The clocks of devices over HTTP and on the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from commune.cli import app as command_line
from tests.api.world import NOW, World


@pytest.fixture
def clocks(world: World) -> World:
    """A station that is right, one that is seven hours ahead, one that is ten minutes behind, one that is silent."""
    for code, offset in (("env-right", 0), ("env-ahead", 7 * 3600), ("env-behind", -600)):
        world.device(code)
        for minutes in range(20):
            at = NOW - timedelta(minutes=minutes)
            world.send(code, {"ts": (at + timedelta(seconds=offset)).isoformat(), "pm25": minutes}, received_at=at)
    world.device("env-silent", "camera")
    return world


def listed(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/devices/clocks", params=parameters)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.usefixtures("clocks")
def test_each_device_has_its_offset_and_what_it_means(client: httpx.Client) -> None:
    told = {item["code"]: item for item in listed(client)["items"]}
    assert {code: (item["state"], item["skewed"], item["offset_seconds"]) for code, item in told.items()} == {
        "env-ahead": ("ahead", True, 25200),
        "env-behind": ("behind", True, -600),
        "env-right": ("right", False, 0),
        "env-silent": ("unknown", False, None),
    }
    counts = [(item["believed"], item["absent"], item["not_believed"]) for item in told.values()]
    assert counts == [(0, 0, 20), (20, 0, 0), (20, 0, 0), (0, 0, 0)]
    assert told["env-right"]["received_at"] == "2026-11-20T03:15:00Z"


@pytest.mark.usefixtures("clocks")
def test_skewed_clocks_alone_are_found_over_all_pages(client: httpx.Client) -> None:
    found: list[str] = []
    parameters: dict[str, Any] = {"skewed": True, "limit": 2}
    while True:
        page = listed(client, **parameters)
        found += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        parameters["cursor"] = page["next_cursor"]
    assert found == ["env-ahead", "env-behind"]


@pytest.mark.usefixtures("clocks")
def test_clocks_are_filtered_by_kind_and_commune(client: httpx.Client) -> None:
    assert [item["code"] for item in listed(client, kind="camera")["items"]] == ["env-silent"]
    assert listed(client, commune="elsewhere")["items"] == []


def run(world: World, *arguments: str) -> str:
    result = CliRunner().invoke(
        command_line, ["devices", "clocks", *arguments], env={"COMMUNE_DATABASE_URL": world.url}
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_line_says_the_same(clocks: World) -> None:
    told = json.loads(run(clocks, "--json"))
    assert [(item["code"], item["state"]) for item in told] == [
        ("env-ahead", "ahead"), ("env-behind", "behind"), ("env-right", "right"), ("env-silent", "unknown"),
    ]  # fmt: skip
    assert told[0]["offset_seconds"] == 25200
    assert [item["code"] for item in json.loads(run(clocks, "--json", "--skewed-only"))] == ["env-ahead", "env-behind"]
    lines = run(clocks).splitlines()
    assert "ahead" in lines[0] and "+25,200.0 s" in lines[0] and "not believed 20" in lines[0]


def test_without_a_skewed_clock_the_command_line_says_so(world: World) -> None:
    assert run(world, "--skewed-only").strip() == "No clock is off by more than two minutes."
    result = CliRunner().invoke(
        command_line, ["devices", "clocks", "--kind", "kettle"], env={"COMMUNE_DATABASE_URL": world.url}
    )
    assert result.exit_code == 2
