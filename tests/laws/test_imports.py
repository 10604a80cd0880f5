"""The directions of imports are a law: it holds, and every contract of it bites."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in CONFIGURATION["contracts"]}

VIOLATIONS = {
    "rooms": [
        ("devices/planted.py", "import storage"),
        ("broker/planted.py", "import storage"),
        ("storage/planted.py", "import reports"),
        ("ingest/planted.py", "import api"),
        ("api/planted.py", "import commune"),
    ],
    "database-driver": [("ingest/planted.py", "import psycopg"), ("commune/planted.py", "import psycopg_pool")],
    "broker-client": [("ingest/planted.py", "import paho.mqtt.client"), ("simulators/planted.py", "import paho.mqtt")],
    "witness": [("simulators/planted.py", "import storage"), ("simulators/planted.py", "import ingest")],
    "ground": [("devices/planted.py", "import socket"), ("devices/planted.py", "import urllib.request")],
}
"""For each contract, modules that break it: where one is planted, and what it imports."""
PLANTS = [(contract, path, line) for contract, plants in VIOLATIONS.items() for path, line in plants]


def lint(directory: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    return subprocess.run(
        [LINT_IMPORTS, "--config", "pyproject.toml", "--no-cache", *chosen],
        cwd=directory,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms, in which a test may plant what it likes; it takes its plant out again."""
    directory = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", directory)
    for package in CONFIGURATION["root_packages"]:
        shutil.copytree(ROOT / package, directory / package, ignore=lambda folder, names: [
            name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())
        ])  # fmt: skip
    return directory


def test_every_contract_holds() -> None:
    linted = lint(ROOT)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in linted.stdout


def test_every_room_is_under_the_law() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert set(CONFIGURATION["root_packages"]) == rooms


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_violation_is_known_for_every_contract(contract: str) -> None:
    assert VIOLATIONS[contract]


@pytest.mark.parametrize(("contract", "path", "line"), PLANTS, ids=lambda value: str(value).replace("import ", ""))
def test_a_planted_violation_is_caught(copy: Path, contract: str, path: str, line: str) -> None:
    plant = copy / path
    plant.write_text(line + "\n", encoding="utf-8")
    try:
        linted = lint(copy, contract)
    finally:
        plant.unlink()
    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in linted.stdout
    assert path.removesuffix(".py").replace("/", ".") in linted.stdout
