"""`.env.example` is complete: every setting with its default, and nothing that is no setting."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from commune.settings import PREFIX, Settings
from tests.commune import compose

FIELDS = {PREFIX + name.upper(): field for name, field in Settings.model_fields.items()}
EXAMPLE = compose.example()


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_stands_in_the_example_with_its_default(name: str) -> None:
    default = FIELDS[name].default
    expected = "" if default is None else str(default)
    assert name in EXAMPLE, f"add to .env.example its description as a comment, and then: # {name}={expected}"
    value, is_commented = EXAMPLE[name]
    assert value == expected
    assert is_commented or value == "", "a default that stands uncommented would outlive a change of it"


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLE if name.startswith(PREFIX)))
def test_every_commune_variable_of_the_example_is_a_setting(name: str) -> None:
    assert name in FIELDS


def test_every_other_variable_of_the_example_is_one_that_compose_asks_for() -> None:
    asked = {name for name, _, _ in compose.references()}
    assert {name for name in EXAMPLE if not name.startswith(PREFIX)} <= asked


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_is_explained_in_the_example_with_its_own_words(name: str) -> None:
    lines = compose.ENV_EXAMPLE.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if f"{name}=" in line)
    words: list[str] = []
    while at > 0 and lines[at - 1].startswith("# ") and "=" not in lines[at - 1]:
        at -= 1
        words.insert(0, lines[at].removeprefix("# "))
    assert textwrap.fill(FIELDS[name].description or "", 10_000) in " ".join(words)


def test_a_variable_stands_once() -> None:
    names = [
        line.removeprefix("# ").split("=")[0] for line in compose.ENV_EXAMPLE.read_text().splitlines() if "=" in line
    ]
    repeated = {name for name in names if name in EXAMPLE and names.count(name) > 1}
    assert repeated == set()


def test_git_never_takes_the_filled_in_file() -> None:
    assert ".env" in Path(compose.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
