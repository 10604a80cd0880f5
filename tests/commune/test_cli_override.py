"""`commune alerts override` and `forecast`: rules set otherwise for a place, taken back; what gauges learned."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from tests.api.world import World

GAUGE = ("flood_level_1", "--commune", "gia-loc", "--device", "wl-001")


@pytest.fixture(scope="module")
def world(module_database_url: str) -> World:
    world = World(module_database_url)
    world.commune()
    world.device("wl-001", "water_level")
    return world


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words], env={"COMMUNE_DATABASE_URL": world.url})


def there(world: World) -> list[tuple[str, str | None, str | None, bool, float | None]]:
    found = json.loads(run(world, "override", "list", "--json").stdout)
    return [tuple(one[n] for n in ("rule", "hamlet", "device", "enabled", "threshold")) for one in found]


def test_what_is_set_for_a_gauge_is_listed_changed_and_undone_step_by_step(world: World) -> None:
    assert "Nothing is set otherwise" in run(world, "override", "list").stderr
    assert (
        "flood_level_1 gia-loc/wl-001: threshold 150"
        in run(world, "override", "set", *GAUGE, "--threshold", "150").stdout
    )
    run(world, "override", "set", *GAUGE, "--threshold", "160", "--margin", "3")
    assert there(world) == [("flood_level_1", None, "wl-001", True, 160.0)]
    assert "threshold 150" in run(world, "override", "undo", *GAUGE).stdout
    assert there(world) == [("flood_level_1", None, "wl-001", True, 150.0)]
    assert "threshold 160, margin 3" in run(world, "override", "undo", *GAUGE).stdout, "undoing twice is doing it again"
    assert run(world, "override", "remove", *GAUGE).exit_code == 0
    assert there(world) == []
    assert "threshold 160, margin 3" in run(world, "override", "undo", *GAUGE).stdout
    assert "as the rule has it" in run(world, "override", "undo", *GAUGE).stdout
    assert there(world) == []


def test_a_rule_is_switched_off_for_a_hamlet(world: World) -> None:
    place = ("battery_low", "--commune", "gia-loc", "--hamlet", "thon-1")
    assert "off" in run(world, "override", "set", *place, "--off").stdout
    assert "battery_low gia-loc/thon-1: tắt / off" in run(world, "override", "list", "--rule", "battery_low").stdout
    assert "as the rule has it" in run(world, "override", "undo", *place).stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("set", "flood_level_9", "--commune", "gia-loc"), 2, "is no rule; there is device_offline"),
        (("set", "ledger_gap", "--commune", "gia-loc"), 2, "cannot be set for a place"),
        (("set", *GAUGE, "--hamlet", "thon-1"), 2, "name a hamlet or a device"),
        (("set", "rain_1h", "--commune", "nowhere"), 1, "no such place in the registry: nowhere"),
        (("remove", "rain_1h", "--commune", "gia-loc"), 1, "nothing is set otherwise here"),
        (("undo", "rain_1h", "--commune", "gia-loc"), 1, "nothing was ever set here"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(world: World, words: tuple[str, ...], code: int, says: str) -> None:
    result = run(world, "override", *words)
    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr


def test_a_gauge_that_has_seen_too_little_says_so_and_has_no_forecast(world: World) -> None:
    world.send("wl-001", {"level": 100, "rainfall": 1})
    result = run(world, "forecast", "--fit", "--days", "30")
    assert result.exit_code == 0, result.output
    assert "gia-loc/wl-001: 0 hours after rain are known; 500 are needed" in result.stderr
    assert "No gauge has learned a forecast" in result.stderr
    assert json.loads(run(world, "forecast", "--json").stdout) == []
