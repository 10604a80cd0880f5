"""Water gauges as they stand: the newest level of each, and where it stood an hour before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A gauge's newest level and the last one an hour to three hours before it, None where there is none.

    Levels in cm above the gauge's zero.
    """

    device_id: int
    level_cm: float
    at: datetime
    before_cm: float | None
    before_at: datetime | None


def list_gauges(connection: Connection[Any]) -> list[GaugeRow]:
    """Every gauge in use that has told a level."""
    with connection.cursor(row_factory=class_row(GaugeRow)) as cursor:
        return cursor.execute(query("gauges")).fetchall()
