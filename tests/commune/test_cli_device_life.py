"""The life of a device on the command line, and the trail that every command leaves."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from commune.cli.common import os_actor
from devices.registry import Commune, Hamlet, HamletType
from storage.connect import connect
from storage.places import add_commune, add_hamlet

BOUNDARY = '{"type": "Polygon", "coordinates": [[[106, 20], [107, 20], [107, 21], [106, 21], [106, 20]]]}'
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str) -> Run:
    """Run a command on a registry with two communes, a hamlet and a lamp."""
    with closing(connect(database_url, autocommit=True)) as connection:
        for code in ("gia-loc", "vo-nhai"):
            add_commune(connection, Commune(code, code, "-", 20.5, 106.5))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn 1", HamletType.THON, boundary=BOUNDARY))

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments, env={"COMMUNE_DATABASE_URL": database_url})
        assert result.exit_code == code, result.output
        return result

    place = ("--latitude", "20.5", "--longitude", "106.5")
    run("devices", "add", "den-1", "--kind", "lighting", "--commune", "gia-loc", "--serial", "S1", *place)
    return run


def shown(run: Run, *arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_a_device_that_is_added_has_the_hamlet_of_its_place_and_one_outside_is_warned_of(run: Run) -> None:
    assert shown(run, "devices", "show", "den-1")["hamlet"] == "thon-1"
    place = ("--latitude", "22", "--longitude", "106.5")
    told = run("devices", "add", "den-2", "--kind", "lighting", "--commune", "gia-loc", *place)
    assert "outside the hamlets" in told.stderr


def test_a_state_is_changed_with_its_reason_and_a_senseless_one_is_refused(run: Run) -> None:
    assert "den-1 is in maintenance" in run("devices", "state", "den-1", "maintenance", "--note", "kẹt").stdout
    assert shown(run, "devices", "state", "den-1", "retired")["version"] == 3
    assert "at its end" in run("devices", "state", "den-1", "active", code=1).stderr
    assert "no device 'den-9'" in run("devices", "state", "den-9", "active", code=1).stderr


def test_new_hardware_under_the_old_code_needs_a_new_serial_number(run: Run) -> None:
    assert "other than the old one's (S1)" in run("devices", "replace", "den-1", "--serial", "S1", code=1).stderr
    run("devices", "replace", "den-1", "--serial", "S2", "--model", "M2", "--note", "sét đánh")
    device = shown(run, "devices", "show", "den-1")
    assert (device["serial"], device["model"], device["state"]) == ("S2", "M2", "registered")
    assert "swapped   device gia-loc/den-1: " in run("devices", "history", "den-1").stdout


def test_a_new_device_takes_the_place_and_the_chain_is_told(run: Run) -> None:
    run("devices", "replace", "den-1", "--code", "den-2", "--serial", "S2")
    assert shown(run, "devices", "show", "den-1")["state"] == "retired"
    for code in ("den-1", "den-2"):
        chain = shown(run, "devices", "history", code)["chain"]
        assert [(link["code"], link["serial"]) for link in chain] == [("den-1", "S1"), ("den-2", "S2")]
    again = run("devices", "add", "den-2", "--kind", "lighting", "--commune", "gia-loc", code=1)
    assert "the device code 'den-2' is taken" in again.stderr


def test_a_code_that_two_communes_use_wants_the_commune(run: Run) -> None:
    run("devices", "add", "den-1", "--kind", "lighting", "--commune", "vo-nhai")
    assert "add --commune (gia-loc, vo-nhai)" in run("devices", "state", "den-1", "retired", code=1).stderr
    run("devices", "state", "den-1", "retired", "--commune", "vo-nhai")


def test_every_command_leaves_the_user_of_the_machine_in_the_trail(run: Run) -> None:
    run(
        "communes",
        "add",
        "tan-ky",
        "--name",
        "Tân Kỳ",
        "--province",
        "Nghệ An",
        "--latitude",
        "19",
        "--longitude",
        "105",
    )
    entries = shown(run, "audit")
    assert {entry["actor"] for entry in entries if entry["subject"] in ("tan-ky", "gia-loc/den-1")} == {os_actor()}
    assert os_actor() == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    assert [entry["subject"] for entry in shown(run, "audit", "gia-loc/den-1")] == ["gia-loc/den-1"]
    assert [entry["subject_kind"] for entry in shown(run, "audit", "--kind", "hamlet")] == ["hamlet"]
    assert shown(run, "audit", "--actor", "person:lan") == []
    assert shown(run, "audit", "--since", "2020-01-01", "--until", "2020-01-02") == []
    assert "created   commune tan-ky: " in run("audit", "--actor", os_actor()).stdout


def test_a_device_is_described_anew_and_keeps_the_state_that_it_is_in(run: Run) -> None:
    run("devices", "state", "den-1", "maintenance")
    add = ("devices", "add", "den-1", "--kind", "lighting", "--commune", "gia-loc", "--replace")
    run(*add, "--name", "Đèn chợ")
    assert shown(run, "devices", "show", "den-1")["state"] == "maintenance"
    run("devices", "state", "den-1", "retired")
    assert "at its end" in run(*add, code=1).stderr


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_hamlet_is_given_its_boundary_from_a_file(run: Run, tmp_path: Path, wrapped: bool) -> None:
    file = tmp_path / "thon-2.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(BOUNDARY.replace("[106", "[104"))}
    file.write_text(json.dumps(feature if wrapped else feature["geometry"]), encoding="utf-8")
    add = ("communes", "add-hamlet", "thon-2", "--commune", "gia-loc", "--name", "Thôn 2", "--boundary", str(file))
    run(*add)
    place = ("--latitude", "20.5", "--longitude", "105")
    run("devices", "add", "den-2", "--kind", "lighting", "--commune", "gia-loc", *place)
    assert shown(run, "devices", "show", "den-2")["hamlet"] == "thon-2"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read as GeoJSON"),
        ("[1]", "of type Polygon or MultiPolygon"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}', "is not closed"),
    ],
)
def test_a_boundary_that_is_none_is_refused_in_words(run: Run, tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "thon-2.geojson"
    file.write_text(content, encoding="utf-8")
    add = ("communes", "add-hamlet", "thon-2", "--commune", "gia-loc", "--name", "Thôn 2", "--boundary", str(file))
    assert words in run(*add, code=1).stderr
