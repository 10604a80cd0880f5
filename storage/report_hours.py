"""Hours × devices for reports: what the rollups say of fields in each hour of a period, as numpy arrays.

A period is half open and of whole hours. A device that has no reading in an hour has NaN there, and 0 as its count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from devices.model import Behaviour, Kind
from storage.rollup_parts import part_name, register
from storage.rollup_tables import Grain, exact
from storage.sql import query

Floats = NDArray[np.float64]
Stream = tuple[int, tuple[str, ...]]
"""The number of a device and its keys; no keys where they are not asked for."""

LOOKBACK = timedelta(days=31)
"""So far before a period the last reading of a counter is looked for."""


class Part(StrEnum):
    """One number for all readings of a field in an hour."""

    COUNT = "n"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    SHARE = "share"
    """Of a state: the share of readings in which it is true."""
    LAST = "last"
    """Of a label: the word that was told last."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A part of a field that a report needs."""

    field: str
    part: Part = Part.MEAN


@dataclass(frozen=True, slots=True)
class Hours:
    """What was asked for. Every array is hours × streams."""

    streams: list[Stream]
    values: dict[Ask, Floats]
    words: dict[Ask, NDArray[np.object_]]

    def __getitem__(self, ask: Ask) -> Floats:
        """The numbers of a part."""
        return self.values[ask]


_PARTS = {
    Part.COUNT: "sum({n})",
    Part.MEAN: "sum({sum}) / sum({n})",
    Part.MIN: "min({min})",
    Part.MAX: "max({max})",
    Part.SUM: "sum({sum})",
    Part.SHARE: "sum({true})::double precision / sum({n})",
    Part.LAST: "(array_agg({last}) FILTER (WHERE {last} IS NOT NULL))[1]",
}
_STORED = ("n", "sum", "min", "max", "true", "last")


def _column(kind: Kind, ask: Ask) -> sql.Composed:
    form = _PARTS[ask.part]
    field = kind.by_name[ask.field]
    parts = {name: sql.Identifier("r", part_name(field, name)) for name in _STORED if f"{{{name}}}" in form}
    return sql.SQL(form).format(**parts)


def read_hours(
    connection: Connection[Any],
    kind: Kind,
    device_ids: Sequence[int],
    asks: Sequence[Ask],
    start: datetime,
    end: datetime,
    *,
    by_keys: bool = False,
) -> Hours:
    """The parts asked for, of each device in the order given; with `by_keys` of each device and keys that have any.

    Without `by_keys` an hour's readings under all keys are taken together.
    """
    keys = [key.name for key in kind.keys] if by_keys else []
    columns = sql.SQL(", ").join(_column(kind, ask) for ask in asks)
    statement = sql.SQL(query("report_hours")).format(
        columns=columns, keys=_names(keys, "r"), view=exact(kind, Grain.HOUR)
    )
    rows = connection.execute(statement, _period(device_ids, start, end)).fetchall()
    streams = _streams(device_ids, rows, len(keys), by_keys)
    place, hour = _places(streams, rows, len(keys))
    shape = (_hours(start, end), len(streams))
    values: dict[Ask, Floats] = {}
    words: dict[Ask, NDArray[np.object_]] = {}
    for at, ask in enumerate(asks, start=2 + len(keys)):
        found = [row[at] for row in rows]
        if kind.by_name[ask.field].behaviour is Behaviour.LABEL and ask.part is Part.LAST:
            words[ask] = np.full(shape, None, dtype=np.object_)
            words[ask][hour, place] = found
        else:
            values[ask] = np.full(shape, 0.0 if ask.part is Part.COUNT else np.nan)
            values[ask][hour, place] = np.array(found, dtype=np.float64)
    return Hours(streams, values, words)


def read_increases(
    connection: Connection[Any],
    kind: Kind,
    device_ids: Sequence[int],
    field: str,
    start: datetime,
    end: datetime,
    *,
    by_keys: bool = False,
) -> tuple[list[Stream], Floats]:
    """By how much a counter rose in each hour, hours × streams, aware of resets; NaN where it was not read.

    A counter belongs to one combination of keys; without `by_keys` the rises under all keys are added up.
    """
    keys = [key.name for key in kind.keys]
    counter = kind.by_name[field]
    statement = sql.SQL(query("report_increases")).format(
        view=exact(kind, Grain.HOUR),
        register=register(counter),
        **{name: sql.Identifier("r", part_name(counter, name)) for name in ("n", "first", "last", "lost")},
        keys=_names(keys, "stepped"),
        raw_keys=_names(keys, "r"),
        partition=_more(keys, None),
        raw_partition=_more(keys, "r"),
    )
    rows = connection.execute(statement, _period(device_ids, start, end) | {"lookback": LOOKBACK}).fetchall()
    streams = _streams(device_ids, rows, len(keys), by_keys)
    place, hour = _places(streams, rows, len(keys) if by_keys else 0)
    total, told = np.zeros((_hours(start, end), len(streams))), np.zeros((_hours(start, end), len(streams)), dtype=bool)
    rises = np.array([row[-1] for row in rows], dtype=np.float64)
    known = np.isfinite(rises)
    np.add.at(total, (hour[known], place[known]), rises[known])
    told[hour[known], place[known]] = True
    return streams, np.where(told, total, np.nan)


def read_moments(
    connection: Connection[Any], kind: Kind, device_ids: Sequence[int], start: datetime, end: datetime
) -> Floats:
    """How many readings each device has in each hour, by the field that it tells most often.

    Readings of several zones or radios at one moment are one: of a kind with keys, those count that have the value of
    the first key under which there are most.
    """
    counts = sql.SQL(", ").join(sql.Identifier("r", part_name(field, "n")) for field in kind.values)
    statement = sql.SQL(query("report_moments")).format(
        counts=counts, view=exact(kind, Grain.HOUR), first_key=_more([key.name for key in kind.keys[:1]], "r")
    )
    return _counted(connection.execute(statement, _period(device_ids, start, end)), device_ids, start, end)


def read_late(
    connection: Connection[Any],
    kind: Kind,
    device_ids: Sequence[int],
    delays_seconds: Sequence[float],
    start: datetime,
    end: datetime,
) -> Floats:
    """How many moments of each device in each hour were received later than the delay allowed to it.

    NaN in hours whose readings were deleted with age: nothing tells any more when they came.
    """
    statement = sql.SQL(query("report_late")).format(table=sql.Identifier("commune", kind.name))
    parameters = _period(device_ids, start, end) | {
        "delays": [float(delay) for delay in delays_seconds],
        "least_delay": timedelta(seconds=min(delays_seconds, default=0.0)),
    }
    late = _counted(connection.execute(statement, parameters), device_ids, start, end)
    row = connection.execute(query("report_raw_from"), {"kind": kind.name}).fetchone()
    if row is not None and row[0] is not None and row[0] > start:
        late[: _hours(start, min(row[0], end))] = np.nan
    return late


def _counted(rows: Iterable[tuple[Any, ...]], device_ids: Sequence[int], start: datetime, end: datetime) -> Floats:
    """Counts of device, hour and number as hours × devices."""
    column = {number: place for place, number in enumerate(device_ids)}
    counts = np.zeros((_hours(start, end), len(column)))
    for number, hour, count in rows:
        counts[hour, column[number]] = count
    return counts


def _period(device_ids: Sequence[int], start: datetime, end: datetime) -> dict[str, object]:
    return {"device_ids": list(device_ids), "start": start, "end": end}


def _hours(start: datetime, end: datetime) -> int:
    return int((end - start) // timedelta(hours=1))


def _names(keys: Sequence[str], of: str) -> sql.Composed:
    """Columns, each followed by a comma."""
    return sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(of, key)) for key in keys)


def _more(keys: Sequence[str], of: str | None) -> sql.Composed:
    """Columns, each after a comma."""
    named = [sql.Identifier(of, key) if of else sql.Identifier(key) for key in keys]
    return sql.SQL("").join(sql.SQL(", {}").format(name) for name in named)


def _streams(device_ids: Sequence[int], rows: Sequence[tuple[Any, ...]], keys: int, by_keys: bool) -> list[Stream]:
    if not by_keys:
        return [(number, ()) for number in device_ids]
    order = {number: place for place, number in enumerate(device_ids)}
    return sorted({(row[0], tuple(row[2 : 2 + keys])) for row in rows}, key=lambda s: (order[s[0]], s[1]))


def _places(
    streams: Sequence[Stream], rows: Sequence[tuple[Any, ...]], keys: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The column and the row of the grid for each row of an answer."""
    column = {stream: place for place, stream in enumerate(streams)}
    places = np.array([column[row[0], tuple(row[2 : 2 + keys])] for row in rows], dtype=np.int64)
    return places, np.array([row[1] for row in rows], dtype=np.int64)
