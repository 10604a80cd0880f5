"""docker-compose.yml as Compose reads it: YAML with merges, then interpolation of every value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
ENV_EXAMPLE = ROOT / ".env.example"

_REFERENCE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-?+])(?P<operand>[^{}$]*))?\}|(?P<bad>))"
)
_ENV_LINE = re.compile(r"^(?P<commented># )?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


class InterpolationError(Exception):
    """A value cannot be filled in: a required variable is missing, or the form is not Compose's."""


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Fill in `$NAME`, `${NAME}` and its forms with :- - :? ? :+ +; `$$` is one `$`. Without nesting."""

    def replace(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        if match["bad"] is not None:
            raise InterpolationError(f"{text!r}: write $$ for a $")
        return _resolve(match["name"] or match["plain"], match["operator"] or "", match["operand"] or "", variables)

    return _REFERENCE.sub(replace, text)


def _resolve(name: str, operator: str, operand: str, variables: Mapping[str, str]) -> str:
    value = variables.get(name)
    absent = not value if operator.startswith(":") else value is None
    if operator.endswith("-"):
        return operand if absent else value or ""
    if operator.endswith("+"):
        return "" if absent else operand
    if operator.endswith("?") and absent:
        raise InterpolationError(f"required variable {name} is missing a value: {operand}")
    return value or ""


def fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """Interpolate every text in a tree of YAML; keys stay as they are."""
    if isinstance(value, str):
        return interpolate(value, variables)
    if isinstance(value, list):
        return [fill_in(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: fill_in(item, variables) for key, item in value.items()}
    return value


def raw() -> dict[str, Any]:
    """docker-compose.yml before interpolation, anchors and merges resolved."""
    document: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return document


def load(variables: Mapping[str, str]) -> dict[str, Any]:
    """docker-compose.yml as Compose would run it with these variables; raises InterpolationError."""
    document: dict[str, Any] = fill_in(raw(), variables)
    return document


def references() -> list[tuple[str, str, str]]:
    """Every (variable, operator, operand) that docker-compose.yml asks for; extension fields included."""
    text = yaml.safe_dump(raw())
    return [
        (match["name"] or match["plain"], match["operator"] or "", match["operand"] or "")
        for match in _REFERENCE.finditer(text)
        if match["name"] or match["plain"]
    ]


def example() -> dict[str, tuple[str, bool]]:
    """Every variable of .env.example: its value there, and whether its line is commented out."""
    text = ENV_EXAMPLE.read_text(encoding="utf-8")
    return {match["name"]: (match["value"], bool(match["commented"])) for match in _ENV_LINE.finditer(text)}


def filled_in_example() -> dict[str, str]:
    """The .env of someone who followed the instructions: a password of its own for each variable that wants one."""
    return {
        name: value or f"secret of {name} $1 @:/#"
        for name, (value, is_commented) in example().items()
        if not is_commented
    }
