"""Rows of what each target came to, one a day: a trend is made of what was seen then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.errors import driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class TargetDay:
    """What a target of a plan came to on a day: value and bounds in the target's unit, and the verdict's name."""

    profile: str
    target: str
    day: date
    value: float | None
    low: float | None
    high: float | None
    outcome: str


def put_target_days(connection: Connection[Any], scope: str, days: Iterable[TargetDay]) -> None:
    """Keep what the targets of a commune, or of a province by the code of its profile, came to."""
    rows = [asdict(day) | {"scope": scope} for day in days]
    with driver_errors(), connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(query("put_target_day"), rows)


def list_target_days(connection: Connection[Any], scope: str, *, since: date, until: date) -> list[TargetDay]:
    """What they came to in some days, by plan, target and day."""
    values = {"scope": scope, "since": since, "until": until}
    with driver_errors(), connection.cursor(row_factory=class_row(TargetDay)) as cursor:
        return cursor.execute(query("target_days"), values).fetchall()
