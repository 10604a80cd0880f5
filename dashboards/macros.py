"""Grafana's macros and variables, expanded as its PostgreSQL data source expands them: what reaches the database.

After the data source's macros.go and the interpolation of variables in the browser: what is chosen of a variable that
takes several is quoted and listed, what is chosen of a single one stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from dashboards.errors import DashboardError

Chosen = Mapping[str, str | list[str]]
"""What the reader has chosen of each variable: one value, or several."""
_MACRO = re.compile(r"\$__(\w+)\(([^)]*)\)")


def expand(sql: str, chosen: Chosen, start: datetime, end: datetime, *, interval_ms: int = 60_000) -> str:
    """The statement that reaches the database.

    Only macros that are the same with TimescaleDB and without are known here, since our statements use no others.
    Raises DashboardError for any other, and for a variable that is not chosen.
    """
    sql = sql.replace("$__interval_ms", str(interval_ms))
    sql = re.sub(r"\$(?!__)\{?(\w+)\}?", lambda found: _choice(found[1], chosen), sql)
    sql = _MACRO.sub(lambda found: _macro(found[1], found[2], start, end), sql)
    if "$" in sql:
        raise DashboardError(f"not expanded: {sql[sql.index('$') :][:40]}")
    return sql


def _choice(name: str, chosen: Chosen) -> str:
    if name not in chosen:
        raise DashboardError(f"nothing is chosen for ${name}")
    value = chosen[name]
    if isinstance(value, str):
        return value
    return ",".join("'" + one.replace("'", "''") + "'" for one in value)


def _moment(time: datetime) -> str:
    return f"'{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


def _macro(name: str, argument: str, start: datetime, end: datetime) -> str:
    expanded = {
        "timeFrom": _moment(start),
        "timeTo": _moment(end),
        "timeFilter": f"{argument} BETWEEN {_moment(start)} AND {_moment(end)}",
    }
    if name not in expanded:
        raise DashboardError(f"$__{name} is not the same with TimescaleDB and without")
    return expanded[name]
