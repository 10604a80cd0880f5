"""The README's commands: each is run as it stands, or shown to be the very command that is run here."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from commune.stack.installations import Flavour

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = ("shell", "sh", "bash", "console")
HANDLED = ["make demo", "make test"]
UNATTENDED = "--seconds 8 --days 0.05 --devices 18 --json"


def blocks() -> list[tuple[str, str]]:
    """The fenced blocks: language and content."""
    return FENCE.findall(README.read_text(encoding="utf-8"))


def recipe(*arguments: str) -> list[str]:
    """What make would run, a line each; nothing is run."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for name in ("CI", "COMMUNE_TEST_EDITION", "TEST_ARGUMENTS", "DEMO_ARGUMENTS"):
        environment.pop(name, None)
    result = subprocess.run(
        ["make", "--dry-run", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_every_command_is_one_that_a_test_below_runs() -> None:
    commands = [line for language, content in blocks() if language in SHELLS for line in content.splitlines()]
    assert commands == HANDLED


def test_every_block_says_what_it_is() -> None:
    assert {language for language, _ in blocks()} <= {*SHELLS, "text"}


def test_make_demo_ends_with_a_sum_that_holds(local_directory: Path, flavour: Flavour) -> None:
    *_, command = recipe("demo", f"DEMO_ARGUMENTS={UNATTENDED}")
    assert command == f"exec .venv/bin/commune demo {UNATTENDED}"
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COMMUNE_")}
    environment["COMMUNE_LOCAL_DIRECTORY"] = str(local_directory)
    result = subprocess.run(
        ["bash", "-c", f"{command} --edition {flavour}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert result.returncode == 0, result.stderr
    sums = json.loads(result.stdout.splitlines()[-1])
    settled = sums["stored"] + sums["duplicate"] + sums["dead_lettered"]
    assert sums["published"] == sums["received"] == settled > 0
    assert sums["in_hand"] == 0
    for name in ("database:", "broker:", "commune:", "page:", "API:", "terminal:"):
        shown = next(content for language, content in blocks() if language == "text")
        assert f"\n{name} " in f"\n{shown}"
        assert f"\n{name} " in f"\n{result.stderr}"


def test_make_test_runs_what_ci_runs() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
    lines = recipe("test")
    for command in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f".venv/bin/{command}" in lines
    assert sum(line.startswith(".venv/bin/pytest --edition ") for line in lines) == 2
    assert any(line.startswith(".venv/bin/pytest --edition plain tests/storage tests/api ") for line in lines)


@pytest.mark.parametrize("phrase", ["received = stored + duplicate + dead-lettered + in hand", "docs/architecture.svg"])
def test_the_promise_and_the_picture_are_there(phrase: str) -> None:
    assert phrase in README.read_text(encoding="utf-8")
