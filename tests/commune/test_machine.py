"""What the machine must have, and what we say when it has not."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

from commune.stack import machine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has none of our programs."""
    monkeypatch.setattr(machine, "has", lambda _: False)


@pytest.mark.usefixtures("bare")
def test_root_needs_debootstrap_and_no_broker_of_the_machine() -> None:
    packages = machine.missing_packages(root=True, for_another=False)
    assert "debootstrap" in packages
    assert "mosquitto" not in packages


@pytest.mark.usefixtures("bare")
def test_anyone_else_needs_the_machines_broker() -> None:
    assert machine.missing_packages(root=False, for_another=False) == ["curl", "mosquitto", "mosquitto-clients"]


@pytest.mark.usefixtures("bare")
def test_who_uses_sudo_gets_the_broker_too() -> None:
    assert {"debootstrap", "mosquitto"} <= set(machine.missing_packages(root=True, for_another=True))


def test_a_python_that_cannot_make_environments_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "has", lambda _: True)
    assert machine.missing_packages(root=True, for_another=False) == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert machine.missing_packages(root=True, for_another=False) == ["python3-venv"]


@pytest.mark.usefixtures("bare")
def test_tests_need_a_browser_and_a_clock_that_jumps_and_nothing_else_does() -> None:
    ours = {"chromium", "faketime"}
    assert ours <= set(machine.missing_packages(root=True, for_another=False, for_tests=True))
    assert not ours & set(machine.missing_packages(root=True, for_another=False))


def test_any_browser_of_the_family_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "has", lambda program: program != "chromium")
    assert machine.missing_packages(root=True, for_another=False, for_tests=True) == []


@pytest.mark.parametrize(
    ("tool", "sentence"), [("apt-get", "sudo apt-get"), ("dnf", "sudo dnf"), ("brew", "brew install")]
)
def test_the_advice_is_a_command_of_the_machines_own_package_manager(
    monkeypatch: pytest.MonkeyPatch, tool: str, sentence: str
) -> None:
    monkeypatch.setattr(machine, "has", lambda program: program == tool)
    advice = machine.advice(["mosquitto"])
    assert sentence in advice
    assert "mosquitto" in advice


@pytest.mark.parametrize(("tool", "name"), [("apt-get", "faketime"), ("dnf", "libfaketime"), ("brew", "libfaketime")])
def test_the_advice_names_what_only_tests_need_as_that_package_manager_does(
    monkeypatch: pytest.MonkeyPatch, tool: str, name: str
) -> None:
    monkeypatch.setattr(machine, "has", lambda program: program == tool)
    assert f" {name}" in machine.advice(["chromium", "faketime"])
    assert "chromium" in machine.advice(["chromium", "faketime"])
    assert "chromium" not in machine.advice(["faketime"])


@pytest.mark.usefixtures("bare")
def test_a_machine_of_another_kind_is_told_the_names() -> None:
    assert "missing on this machine: mosquitto" in machine.advice(["mosquitto"])


def test_no_package_may_start_a_service_meanwhile(tmp_path: Path) -> None:
    policy = tmp_path / machine.POLICY
    with machine.no_service_starts(tmp_path):
        assert subprocess.run([policy, "mosquitto", "start"], check=False).returncode == 101
    assert not policy.exists()


def test_a_policy_of_the_machine_itself_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / machine.POLICY
    policy.parent.mkdir(parents=True)
    policy.write_text("theirs")
    with machine.no_service_starts(tmp_path):
        assert policy.read_text() == "theirs"
    assert policy.read_text() == "theirs"


def test_a_python_that_is_too_old_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (99, 0))
    assert machine.main() == 1
    assert "PYTHON=" in capsys.readouterr().err


def test_without_rights_it_says_what_to_install_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "has", lambda program: program == "apt-get")
    assert machine.main() == 1
    error = capsys.readouterr().err
    assert "sudo apt-get install --yes curl mosquitto mosquitto-clients" in error
    assert "systemctl disable --now mosquitto" in error


def test_on_a_machine_that_has_everything_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "has", lambda _: True)
    assert machine.main() == 0
    assert capsys.readouterr().err == ""


def test_make_alone_lists_every_target() -> None:
    listing = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("system", "venv", "timescaledb", "demo", "test", "lint", "types", "laws", "lock", "clean"):
        assert f"make {target} " in listing


def test_ci_runs_make_test_and_fails_on_any_error() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert "export CI=true" in script
    assert "make test" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_whole_suite_runs_on_timescaledb_where_ci_says_so() -> None:
    plan = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "test"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "CI": "true"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "pytest --edition timescaledb" in plan
    assert "pytest --edition plain tests/storage tests/api" in plan
