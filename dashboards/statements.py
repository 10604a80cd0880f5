"""The statements of panels and variables that no catalogue decides, from `dashboards/queries/*.sql`.

They are written as storage/queries/ are. Grafana, not this program, expands their macros and variables and runs them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from dashboards.errors import DashboardError
from storage.sql import parse


@cache
def _statements() -> dict[str, str]:
    found: dict[str, str] = {}
    for source in sorted(files("dashboards").joinpath("queries").iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".sql"):
            found |= parse(source.read_text(encoding="utf-8"), f"dashboards/queries/{source.name}")
    return found


def names() -> tuple[str, ...]:
    """The names of all statements."""
    return tuple(_statements())


def statement(name: str, **names_of_ours: str) -> str:
    """The statement of this name, without its comments, which Grafana before 13.1 would cut a query at.

    `{kind}`, `{health}` and `{column}` in it are replaced by names of ours. Raises DashboardError when there is none.
    """
    try:
        lines = _statements()[name].splitlines()
    except KeyError:
        raise DashboardError(f"dashboards/queries/ has no statement named {name}") from None
    found = "\n".join(line for line in lines if not line.startswith("--"))
    for placeholder, word in names_of_ours.items():
        found = found.replace(f"{{{placeholder}}}", word)
    return found
