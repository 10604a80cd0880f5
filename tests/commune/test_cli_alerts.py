"""`commune alerts`: what a person at the machine does with alerts."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from commune.cli.common import os_actor
from devices.model import Text
from storage.alerts import open_alert
from storage.connect import connect
from tests.api.world import NOW


@pytest.fixture
def number(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of an alert that is open."""
    monkeypatch.setenv("COMMUNE_DATABASE_URL", database_url)
    with closing(connect(database_url, autocommit=True)) as connection:
        open_alert(connection, "flood_level_1", "gia-loc/wl-001", NOW, Text("Nước cao", "High water"))
    return "1"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


def test_an_alert_is_listed_taken_on_and_silenced(number: str) -> None:
    assert "open         serious  Nước cao" in run("list").stdout
    assert os_actor() in run("acknowledge", number).stdout
    assert run("silence", number, "--hours", "2").exit_code == 0
    shown = json.loads(run("show", number, "--json").stdout)
    assert (shown["state"], shown["acknowledged_by"], shown["silenced_by"]) == ("silenced", os_actor(), os_actor())
    assert run("silence", number, "--hours", "0").exit_code == 0
    assert [one["state"] for one in json.loads(run("list", "--json").stdout)] == ["acknowledged"]
    assert "acknowledged_by    " + os_actor() in run("show", number).stdout


def test_an_alert_that_is_not_there_ends_the_command(number: str) -> None:
    for command in ("show", "acknowledge", "silence"):
        result = run(command, "99")
        assert (result.exit_code, "there is no alert 99" in result.stderr) == (1, True)


def test_no_alert_is_said_so(number: str) -> None:
    assert "There are no alerts" in run("list", "--commune", "nowhere").stderr


def test_the_rules_are_told_without_a_database() -> None:
    assert "flood_level_3    critical" in run("rules").stdout
    assert {rule["name"] for rule in json.loads(run("rules", "--json").stdout)} >= {"rain_1h", "device_offline"}
