"""The alerts of a period, as reports count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query


@dataclass(frozen=True, slots=True)
class PeriodAlert:
    """An alert that was open at some time of a period; `device` None where it is about more than one."""

    kind: str
    severity: str
    opened_at: datetime
    closed_at: datetime | None
    acknowledged_at: datetime | None
    device: str | None
    device_kind: str | None
    hamlet: str | None


def alerts_of_period(connection: Connection[Any], commune: str, start: datetime, end: datetime) -> list[PeriodAlert]:
    """The alerts of a commune that were open at any time from `start` up to `end`, oldest first."""
    with connection.cursor(row_factory=class_row(PeriodAlert)) as cursor:
        values = {"commune": commune, "start": start, "end": end}
        return cursor.execute(query("alerts_of_period"), values).fetchall()
