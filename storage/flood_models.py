"""What gauges have taught about their floods, and what the rules look at hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql
from psycopg.rows import class_row

from devices.model import Kind
from storage.sql import query
from storage.tables import table

MOST_OF_A_JUMP = 1000
"""A jump of the sequence numbers counts as so many missing messages at most."""


@dataclass(frozen=True, slots=True)
class FloodModel:
    """The forecast of a gauge, and how it did on the part of the past that it was not fitted to."""

    device_id: int
    weights: list[float]
    error_cm: float
    fitted_from: datetime
    fitted_until: datetime
    level_cm: float | None = None
    floods: int = 0
    hits: int = 0
    false_alarms: int = 0
    lead_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """A device that measures rain or water."""

    device_id: int
    kind: str
    subject: str
    name: str
    hamlet: str | None
    newest: datetime
    tags: list[str]


def put_flood_model(connection: Connection[Any], model: FloodModel) -> None:
    """Keep what a gauge has taught."""
    connection.execute(query("put_flood_model"), asdict(model))


def list_flood_models(connection: Connection[Any]) -> list[FloodModel]:
    """What the gauges in service have taught."""
    with connection.cursor(row_factory=class_row(FloodModel)) as cursor:
        return cursor.execute(query("list_flood_models")).fetchall()


def delete_flood_model(connection: Connection[Any], device_id: int) -> bool:
    """Forget what a gauge has taught; False where it had taught nothing."""
    return connection.execute(query("delete_flood_model"), {"device_id": device_id}).rowcount > 0


def gauges(connection: Connection[Any], kinds: Sequence[str]) -> list[Gauge]:
    """Active devices of some kinds that have sent a reading."""
    with connection.cursor(row_factory=class_row(Gauge)) as cursor:
        return cursor.execute(query("rain_and_water_gauges"), {"kinds": list(kinds)}).fetchall()


def hours_before(
    connection: Connection[Any], kind: Kind, field: str, device_ids: Sequence[int], at: datetime, hours: int
) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Sum and mean of a field in the hours up to a moment, the oldest first, NaN where nothing was received by then."""
    statement = sql.SQL(query("hours_before")).format(table=table(kind), field=sql.Identifier("r", field))
    found: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    values = {"device_ids": list(device_ids), "at": at, "hours": hours}
    for device_id, hour, total, mean in connection.execute(statement, values):
        sums, means = found.setdefault(device_id, (np.full(hours, np.nan), np.full(hours, np.nan)))
        sums[hours - 1 - hour], means[hours - 1 - hour] = total, mean
    return found


def missing_numbers(
    connection: Connection[Any], kind: Kind, start: datetime, end: datetime, at: datetime
) -> dict[int, int]:
    """How many sequence numbers are missing by device in (start, end], of what was received before `at`."""
    statement = sql.SQL(query("missing_numbers")).format(table=table(kind))
    values = {"start": start, "end": end, "at": at, "most": MOST_OF_A_JUMP}
    return {device_id: int(missing) for device_id, missing in connection.execute(statement, values)}
