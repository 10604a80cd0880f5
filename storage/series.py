"""Series of a device's fields between two times: the readings as they are, or in buckets.

A range is half open: `start` belongs to it, `end` does not. Buckets of any width are counted from `BUCKET_ORIGIN`, a
Monday at midnight in UTC+7, so a bucket of one day is a day of Viet Nam and one of seven days is a week from Monday. A
bucket that the range cuts holds only what lies within the range; a bucket without any reading is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection, sql

from devices.model import Field, Kind
from devices.readings import TimeSource, Value
from storage.series_buckets import device_statement, stretch_parameters, stretches
from storage.series_sql import PREVIOUS_TIME, SeriesColumn, after_key, raw_statement

BUCKET_ORIGIN = datetime(2000, 1, 2, 17, tzinfo=UTC)
"""Monday 3 January 2000, 00:00 in UTC+7."""


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a row in the order of a series: its time (or its bucket's start) and its keys."""

    time: datetime
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One row of a series. `time_source` is None for a bucket; `values` are in the order of the columns asked for."""

    time: datetime
    keys: tuple[str, ...]
    values: tuple[Value, ...]
    time_source: TimeSource | None = None


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """At most `limit` rows of a series, and where the rest begins: None when there is no rest."""

    points: list[Point]
    after: Position | None


def raw_series(
    connection: Connection[Any],
    kind: Kind,
    device_id: int,
    fields: Sequence[Field],
    start: datetime,
    end: datetime,
    *,
    limit: int,
    after: Position | None = None,
) -> SeriesPage:
    """Readings that carry any of the fields, by time and keys."""
    statement = raw_statement(kind, fields, resuming=after is not None)
    parameters: dict[str, object] = {"device_id": device_id, "end": end}
    parameters["start"] = start if after is None else max(start, after.time)
    rows = _fetch(connection, statement, parameters, limit, after)
    keys = 2 + len(kind.keys)
    points = [Point(row[0], row[2:keys], row[keys:], TimeSource(row[1])) for row in rows]
    return _page(points, limit)


def bucketed_series(
    connection: Connection[Any],
    kind: Kind,
    device_id: int,
    columns: Sequence[SeriesColumn],
    start: datetime,
    end: datetime,
    *,
    width: timedelta,
    limit: int,
    after: Position | None = None,
) -> SeriesPage:
    """Aggregates of the columns in buckets of `width`, by bucket and keys."""
    begin = start if after is None else max(start, after.time)
    found = stretches(begin, end, width)
    statement = device_statement(kind, columns, found, resuming=after is not None)
    parameters: dict[str, object] = {"device_id": device_id, "start": begin, "end": end, "width": width}
    parameters |= {"origin": BUCKET_ORIGIN} | stretch_parameters(found)
    rows = _fetch(connection, statement, parameters, limit, after)
    keys = 1 + len(kind.keys)
    points = [Point(row[0], row[1:keys], row[keys:]) for row in rows]
    return _page(points, limit)


def _fetch(
    connection: Connection[Any],
    statement: sql.Composed,
    parameters: dict[str, object],
    limit: int,
    after: Position | None,
) -> list[tuple[Any, ...]]:
    """Run a statement for one row more than the page holds: it tells whether there is a rest."""
    parameters["limit"] = limit + 1
    if after is not None:
        parameters[PREVIOUS_TIME] = after.time
        parameters.update({after_key(place): key for place, key in enumerate(after.keys)})
    return connection.execute(statement, parameters).fetchall()


def _page(points: list[Point], limit: int) -> SeriesPage:
    if len(points) <= limit:
        return SeriesPage(points, None)
    last = points[limit - 1]
    return SeriesPage(points[:limit], Position(last.time, last.keys))
