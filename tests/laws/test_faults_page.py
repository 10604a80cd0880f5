"""The page of faults and the tests of faults are the same list."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEYS = ROOT / "tests" / "journeys"
PAGE = (ROOT / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")
OTHERS = ("test_chaos.py", "test_verify.py")
"""Journeys of which only some are about faults."""


def names_in(*names: str) -> list[str]:
    """The names of the tests in these files of the journeys."""
    found = []
    for name in names:
        tree = ast.parse((JOURNEYS / name).read_text(encoding="utf-8"))
        found += [
            node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
    return found


FAULTS = names_in(*sorted(path.name for path in JOURNEYS.glob("test_faults_*.py")))


def rows() -> list[list[str]]:
    """The cells of the rows of every table on the page, without the heads."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| fault |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", FAULTS)
def test_every_test_of_a_fault_has_a_row_that_says_what_was_injected_and_what_was_counted(name: str) -> None:
    (row,) = (row for row in rows() if len(row) == 4 and row[-1] == f"`{name}`")
    assert all(row), row


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))
    assert named
    assert named <= {*FAULTS, *names_in(*OTHERS)}


def test_every_protection_that_was_taken_out_names_the_test_that_failed() -> None:
    taken_out = [row for row in rows() if len(row) == 3 and row[0] != "protection taken out"]
    assert len(taken_out) >= 8
    assert all(re.fullmatch(r"`test_[a-z0-9_]+`", row[-1]) for row in taken_out)
