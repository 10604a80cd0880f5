"""Grafana's macros and variables, expanded as its PostgreSQL data source expands them.

After the data source's macros.go and the interpolation of variables in the browser: what is chosen of a variable that
takes several is quoted and listed, what is chosen of a single one stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

Chosen = Mapping[str, str | list[str]]
_MACRO = re.compile(r"\$__(\w+)\(([^)]*)\)")
_GROUPS = frozenset({"timeGroup", "timeGroupAlias"})


def expand(sql: str, chosen: Chosen, start: datetime, end: datetime, *, interval_ms: int = 60_000) -> str:
    """The statement that reaches the database; fails for a variable or a macro that nothing defines.

    Only macros that are the same with TimescaleDB and without are known here: our statements use no others.
    """
    sql = sql.replace("$__interval_ms", str(interval_ms))
    sql = re.sub(r"\$(?!__)\{?(\w+)\}?", lambda found: _choice(chosen[found[1]]), sql)
    sql = _MACRO.sub(lambda found: _macro(found[1], found[2], start, end), sql)
    assert "$" not in sql, f"not expanded: {sql[sql.index('$') :][:40]}"
    return sql


def _choice(value: str | list[str]) -> str:
    if isinstance(value, str):
        return value
    return ",".join("'" + one.replace("'", "''") + "'" for one in value)


def _moment(time: datetime) -> str:
    return f"'{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


def _macro(name: str, argument: str, start: datetime, end: datetime) -> str:
    assert name not in _GROUPS, f"$__{name} is not the same with TimescaleDB and without"
    expanded = {
        "timeFrom": _moment(start),
        "timeTo": _moment(end),
        "timeFilter": f"{argument} BETWEEN {_moment(start)} AND {_moment(end)}",
    }
    return expanded[name]
