"""The example units start commands that exist, as nobody in particular, with nothing of the machine to write to."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
import typer

from commune.cli import app
from commune.reference import commands

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PAGE = (ROOT / "docs" / "how-to" / "run-the-processes.md").read_text(encoding="utf-8")
HARDENING = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "RestrictNamespaces": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}

every_unit = pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)


def service(path: Path) -> configparser.SectionProxy:
    """The section [Service] of a unit."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    assert parser["Install"]["WantedBy"] == "multi-user.target"
    return parser["Service"]


def test_there_is_a_unit_for_each_long_running_process() -> None:
    assert [path.stem for path in UNITS] == ["commune-api", "commune-ingest", "commune-maintain"]


@every_unit
def test_a_unit_starts_the_command_of_its_name_with_settings_of_its_own(path: Path) -> None:
    _, name = path.stem.split("-", 1)
    program, *arguments = service(path)["ExecStart"].split()
    assert program == "/opt/smart-commune/.venv/bin/commune"
    assert arguments == [name]
    assert f"commune {name}" in dict(commands(typer.main.get_command(app)))  # type: ignore[arg-type]
    assert service(path)["EnvironmentFile"] == f"/etc/smart-commune/{name}.env"
    assert f"/etc/smart-commune/{name}.env" in PAGE


@every_unit
def test_a_unit_starts_again_by_itself_and_runs_as_an_account_of_its_own(path: Path) -> None:
    assert service(path)["Restart"] == "always"
    assert service(path)["User"] == "commune"


@every_unit
def test_a_unit_may_do_nothing_but_use_the_network(path: Path) -> None:
    found = service(path)
    assert {name: found.get(name) for name in HARDENING} == HARDENING
