"""Series of a device's fields between two times: the readings as they are, or in buckets.

A range is half open: `start` belongs to it, `end` does not. Buckets of any width are counted from `BUCKET_ORIGIN`, a
Monday at midnight in UTC+7, so a bucket of one day is a day of Viet Nam and one of seven days is a week from Monday. A
bucket that the range cuts holds only what lies within the range; a bucket without any reading is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection, sql

from devices.model import Field, Kind
from devices.readings import TimeSource, Value
from storage.rollups import HOUR
from storage.series_buckets import device_statement, group_statement, stretch_parameters, stretches
from storage.series_sql import PREVIOUS_TIME, SeriesColumn, after_key, raw_statement
from storage.sql import query

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
    found = stretches(begin, end, width, _settled(connection, kind, end))
    statement = device_statement(kind, columns, found, resuming=after is not None)
    parameters: dict[str, object] = {"device_id": device_id, "start": begin, "end": end, "width": width}
    parameters |= {"origin": BUCKET_ORIGIN} | stretch_parameters(found)
    rows = _fetch(connection, statement, parameters, limit, after)
    keys = 1 + len(kind.keys)
    points = [Point(row[0], row[1:keys], row[keys:]) for row in rows]
    return _page(points, limit)


def _settled(connection: Connection[Any], kind: Kind, end: datetime) -> datetime | None:
    """The beginning of the last hours before a moment that are noted one after the other; None where the last is not.

    A hint only: the rollups are exact with any notes.
    """
    noted = [hour for (hour,) in connection.execute(query("noted_hours_before"), {"kind": kind.name, "end": end})]
    if not noted or noted[0] < end - 3 * HOUR:
        return None
    settled: datetime = noted[0]
    for hour in noted[1:]:
        if hour == settled - HOUR:
            settled = hour
    return settled


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


@dataclass(frozen=True, slots=True)
class GroupPoint:
    """A bucket of a group of devices, and the columns asked for."""

    time: datetime
    member: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """At most `limit` buckets of groups, by time and group, and the last of them where there is a rest."""

    points: list[GroupPoint]
    after: tuple[datetime, str] | None


def members_of(connection: Connection[Any], commune: str, kind: Kind, hamlet: str | None = None) -> dict[int, str]:
    """The numbers of the devices of a kind in a commune, or in one hamlet of it, each with the code of its hamlet.

    The code is empty for a device that lies in none.
    """
    parameters = {"commune": commune, "kind": kind.name, "hamlet": hamlet}
    return dict(connection.execute(query("members_by_hamlet"), parameters).fetchall())


def group_series(
    connection: Connection[Any],
    kind: Kind,
    members: Mapping[int, str],
    columns: Sequence[SeriesColumn],
    start: datetime,
    end: datetime,
    *,
    width: timedelta,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> GroupPage:
    """Aggregates of the columns over groups of devices in buckets of `width`; `members` gives each device its group."""
    begin = start if after is None else max(start, after[0])
    found = stretches(begin, end, width, _settled(connection, kind, end))
    statement = group_statement(kind, columns, found, resuming=after is not None)
    parameters: dict[str, object] = {"devices": list(members), "members": list(members.values()), "limit": limit + 1}
    parameters |= {"start": begin, "end": end, "width": width, "origin": BUCKET_ORIGIN} | stretch_parameters(found)
    if after is not None:
        parameters |= {"after_time": after[0], "after_member": after[1]}
    rows = connection.execute(statement, parameters).fetchall()
    points = [GroupPoint(row[0], row[1], row[2:]) for row in rows]
    if len(points) <= limit:
        return GroupPage(points, None)
    return GroupPage(points[:limit], (points[limit - 1].time, points[limit - 1].member))
