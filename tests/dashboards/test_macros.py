"""Macros and variables are expanded as Grafana expands them, and what is not known is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboards.errors import DashboardError
from dashboards.macros import Chosen, expand

START = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
END = START + timedelta(hours=6)


@pytest.mark.parametrize(
    ("sql", "chosen", "expanded"),
    [
        ("commune IN ($commune)", {"commune": ["a", "b"]}, "commune IN ('a','b')"),
        ("name IN (${name})", {"name": ["O'Neil"]}, "name IN ('O''Neil')"),
        ("device = '$device'", {"device": "env-1"}, "device = 'env-1'"),
        ("$__timeFrom()::timestamptz", {}, "'2026-11-20T03:15:00Z'::timestamptz"),
        ("$__timeFilter(g.time)", {}, "g.time BETWEEN '2026-11-20T03:15:00Z' AND '2026-11-20T09:15:00Z'"),
        ("'$__interval_ms milliseconds'", {}, "'60000 milliseconds'"),
    ],
)
def test_what_reaches_the_database(sql: str, chosen: Chosen, expanded: str) -> None:
    assert expand(sql, chosen, START, END) == expanded


def test_times_of_another_zone_reach_it_in_utc() -> None:
    local = START.astimezone(timezone(timedelta(hours=7)))
    assert expand("$__timeFrom()", {}, local, END) == "'2026-11-20T03:15:00Z'"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("$hamlet", r"nothing is chosen for \$hamlet"),
        ("$__timeGroup(time, '5m')", "is not the same with TimescaleDB and without"),
        ("price > 5 $ ", r"not expanded: \$"),
    ],
)
def test_what_nobody_defines_is_named(sql: str, words: str) -> None:
    with pytest.raises(DashboardError, match=words):
        expand(sql, {}, START, END)
