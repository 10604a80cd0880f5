"""docs/how-to/add-a-kind.md, followed in a copy of the repository up to the laws that it speaks of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-kind.md").read_text(encoding="utf-8")
ROOMS = ("alerts", "api", "broker", "commune", "dashboards", "deploy", "devices", "docs", "ingest", "reports")
COPIED = (*ROOMS, "simulators", "storage", "tests", "pyproject.toml")


def block(after: str, language: str) -> str:
    """The first fenced block of a language after a phrase of the page."""
    found = re.search(rf"```{language}\n(.*?)^```$", PAGE.split(after, 1)[1], re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def edit(path: Path, above: str, lines: str) -> None:
    """Put lines above the first line of a file that begins so."""
    before, found, after = path.read_text(encoding="utf-8").partition(above)
    assert found, f"{path.name} has no {above!r}"
    path.write_text(before + lines + found + after, encoding="utf-8")


def run(copy: Path, *arguments: str) -> str:
    """Run Python in the copy, and nothing of the repository itself."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COMMUNE_")}
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository in which the page has been followed."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    kinds, simulators = tmp_path / "devices" / "catalogue", tmp_path / "simulators"
    (kinds / "salinity.py").write_text(block("`devices/catalogue/salinity.py`", "python"), encoding="utf-8")
    name = block("in the import and in `KINDS`", "python")
    edit(kinds / "__init__.py", "    signal_probe,\n", name)
    edit(
        kinds / "__init__.py", "        notice_board,\n    )", f"    {block('in the import and in `KINDS`', 'python')}"
    )
    edit(tmp_path / "devices" / "units.py", "\nALL = ", block("above `ALL`", "python"))
    (simulators / "devices" / "salinity.py").write_text(
        block("`simulators/devices/salinity.py`", "python"), encoding="utf-8"
    )
    edit(
        simulators / "devices" / "__init__.py",
        "from simulators.devices.signal_probe",
        block("in the imports and in `SIMULATORS`", "python"),
    )
    edit(simulators / "devices" / "__init__.py", "        NoticeBoard,\n", "        SalinityProbe,\n")
    sample = simulators / "communes" / "gia-loc.toml"
    sample.write_text(sample.read_text("utf-8") + "\n" + block("gia-loc.toml", "toml"), encoding="utf-8")
    edit(simulators / "communes" / "build.py", '    "signal_probe": (', block("and in `MAKERS`", "python"))
    edit(tmp_path / "api" / "static" / "icons.js", "  signal_probe:", block("icons.js", "javascript"))
    return tmp_path


def test_following_the_page_makes_a_kind_that_the_laws_accept(copy: Path) -> None:
    program = ("-c", "from commune.cli import main; main()")
    assert block("Write the reference pages", "shell") == "commune docs build\n"
    run(copy, *program, "docs", "build")
    preview = block("What a simulated probe would say", "shell").split()
    assert "salinity" in run(copy, *program, *preview[1:])
    laws = block("The laws of the catalogue", "shell").split()
    assert " passed" in run(copy, "-m", *laws, "-q", "-p", "no:cacheprovider")
