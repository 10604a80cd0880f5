"""A storm with flood, cuts, a restart and two weeks' late data: what is foretold opens and closes, and none else.

It is lived through once for the whole module, on a simulated clock, with few devices; `commune simulate storm` lives
through all of it.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from simulators.errors import BadFleet
from simulators.storms import build_storm, load_storm
from storage.connect import connect

STORM = """
[storm]
seed = 7
start = "2025-08-21T09:00:00+07:00"
hours = 25
look_seconds = 900
susceptibility = "high"
broker_away = [2.0, 2.75]

[storm.levels]
mn-01 = [250, 320, 390]
mn-06 = [140, 170, 200]

[[fault]]
name = "gateway_dump"
devices = ["mn-02"]
every = 28800
holds = 1209600

[[fault]]
name = "late"
devices = ["mn-06"]
delays = [420, 1209600]
"""
DEVICES = "mn-01,mn-02,mn-06,cb-mt-01,cs-01,cs-02,cs-03,cs-10,cs-11,cs-12,tt-02,tt-03,tt-05,tt-06,bt-01,bt-02"
RULES = '[rain]\nusual_susceptibility = "high"\n'
Lived = dict[str, Any]


def command(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words], env={"COMMUNE_DATABASE_URL": url})


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storm") / "storm.manifest"


@pytest.fixture(scope="module")
def lived(module_database_url: str, manifest: Path) -> Lived:
    """What `commune simulate storm` says of it."""
    plan = manifest.with_suffix(".toml")
    plan.write_text(STORM, encoding="utf-8")
    words = ("--storm", str(plan), "--devices", DEVICES, "--manifest", str(manifest))
    result = command(module_database_url, "storm", *words, "--json")
    assert result.stdout, result.output
    report: Lived = json.loads(result.stdout)
    assert result.exit_code == (1 if report["differences"] else 0)
    return report


def test_the_alerts_that_are_foretold_open_and_close_and_none_else(lived: Lived) -> None:
    assert lived["differences"] == []
    assert lived["compared"]["alerts"] == len(lived["foretold"]) > 10


def test_it_has_a_flood_a_cut_for_each_feeder_a_restart_and_late_data(lived: Lived) -> None:
    kinds = Counter(one["kind"] for one in lived["foretold"])
    assert {"flood_level_1", "flood_level_2", "rain_1h", "rain_24h", "device_offline"} <= kinds.keys()
    cuts = {one["subject"]: one["members"] for one in lived["foretold"] if one["kind"] == "place_silent"}
    assert cuts == {
        "gia-loc/feeder:471": ["gia-loc/cs-01", "gia-loc/cs-02", "gia-loc/cs-03"],
        "gia-loc/feeder:473": ["gia-loc/cs-10", "gia-loc/cs-11", "gia-loc/cs-12"],
    }
    assert (kinds["system_silent"], kinds["broker_restart"]) == (1, 1)
    assert lived["faults"].keys() == {"gateway_dump", "late"}


def test_the_same_may_be_verified_again(lived: Lived, module_database_url: str, manifest: Path) -> None:
    result = command(module_database_url, "verify", "--manifest", str(manifest))
    assert result.exit_code == 0, result.output
    assert f"{len(lived['foretold'])} alerts compared" in result.stdout


def test_the_storm_replayed_from_what_is_stored_tells_what_the_storm_that_was_lived_told(
    lived: Lived, module_database_url: str, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    start, end = (datetime.fromtimestamp(int(lived["run"][name]), UTC).isoformat() for name in ("start", "end"))
    environment = {"COMMUNE_DATABASE_URL": module_database_url, "COMMUNE_REPORT_RULES_FILE": str(rules)}
    words = ("replay", "--from", start, "--until", end, "--look-seconds", "900", "--json")
    result = CliRunner().invoke(app, ["alerts", *words], env=environment)
    assert result.stdout, result.output
    found = json.loads(result.stdout)
    assert (found["not_replayed"], found["not_lived"]) == ([], [])
    assert len(found["replayed"]) == lived["compared"]["alerts"] - 1, "all but the restart of the broker"


def test_an_alert_too_many_and_one_too_few_are_found_out(
    lived: Lived, module_database_url: str, manifest: Path
) -> None:
    with closing(connect(module_database_url, autocommit=True)) as session:
        session.execute("UPDATE alert SET kind = 'rain_3h' WHERE kind = 'broker_restart'")
    result = command(module_database_url, "verify", "--manifest", str(manifest))
    with closing(connect(module_database_url, autocommit=True)) as session:
        session.execute("UPDATE alert SET kind = 'broker_restart' WHERE kind = 'rain_3h' AND subject LIKE '127%'")
    assert result.exit_code == 1
    assert "no alert broker_restart was opened" in result.stdout
    assert "nothing calls for the alert rain_3h" in result.stdout


def test_a_database_that_has_lived_already_is_refused(lived: Lived, module_database_url: str, tmp_path: Path) -> None:
    result = command(module_database_url, "storm", "--manifest", str(tmp_path / "m"), "--devices", "mn-01")
    assert (result.exit_code, "give the storm an empty one" in result.stderr) == (1, True)


def test_a_device_that_the_commune_does_not_have_is_refused(module_database_url: str, tmp_path: Path) -> None:
    result = command(module_database_url, "storm", "--manifest", str(tmp_path / "m"), "--devices", "mn-01,mn-99")
    assert (result.exit_code, "has no mn-99" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("document", "says"),
    [({}, "no table"), ({"storm": {"seed": 1}}, "start"), ({"storm": {"start": "soon"}}, "soon")],
)
def test_a_storm_that_is_none_is_refused(document: dict[str, Any], says: str) -> None:
    with pytest.raises(BadFleet, match=says):
        build_storm("mine", document)


def test_the_storm_that_comes_with_it_can_be_read() -> None:
    storm = load_storm("storm")
    assert storm.thresholds["flood_level_2", "mn-01"] == 320
    assert storm.without({"mn-01", "mn-02"}).levels.keys() == {"mn-03", "mn-06"}
    with pytest.raises(BadFleet, match="storm nowhere"):
        load_storm("nowhere")
