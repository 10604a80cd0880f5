"""The latest-value table: the newest value of every field of every device, kept with each batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from psycopg import Connection

from devices.model import Kind
from devices.readings import Reading
from storage.sql import query

Group = tuple[int, str]
"""A device's number and the reading's keys joined by a slash."""


class Newest:
    """Collects the readings of one batch and writes what is newest of each field of each device."""

    def __init__(self) -> None:
        self._groups: dict[Group, list[Reading]] = defaultdict(list)
        self._kinds: dict[Group, Kind] = {}
        self._received: dict[int, datetime] = {}

    def add(self, device_id: int, kind: Kind, received_at: datetime, readings: Iterable[Reading]) -> None:
        """Take in readings that were stored or merged."""
        self._received[device_id] = received_at
        for reading in readings:
            group = (device_id, "/".join(reading.keys))
            self._groups[group].append(reading)
            self._kinds[group] = kind

    def write(self, connection: Connection[Any]) -> None:
        """Write within the caller's transaction. Rows are taken in one order, so that two writers cannot deadlock."""
        uniform: list[tuple[Any, ...]] = []
        mixed: list[tuple[Any, ...]] = []
        for group in sorted(self._groups):
            values, time, is_uniform = newest_values(self._kinds[group], self._groups[group])
            row = (*group, time, self._received[group[0]], orjson.dumps(values).decode())
            (uniform if is_uniform else mixed).append(row)
        with connection.cursor() as cursor:
            for name, rows in (("put_latest_uniform", uniform), ("put_latest_mixed", mixed)):
                if rows:
                    cursor.execute(query(name), dict(zip("dktrv", map(list, zip(*rows, strict=True)), strict=True)))


def newest_values(kind: Kind, readings: list[Reading]) -> tuple[dict[str, list[Any]], datetime, bool]:
    """The newest value of each field as {field: [value, Unix seconds]}, the newest time, and whether all share it."""
    ordered = readings if len(readings) == 1 else sorted(readings, key=lambda reading: reading.time, reverse=True)
    newest = ordered[0]
    stamp = newest.time.timestamp()
    values: dict[str, list[Any]] = {}
    missing: list[int] = []
    for place, (field, value) in enumerate(zip(kind.values, newest.values, strict=True)):
        if value is None:
            missing.append(place)
        else:
            values[field.name] = [value, stamp]
    is_uniform = True
    for older in ordered[1:]:
        if not missing:
            break
        for place in [place for place in missing if older.values[place] is not None]:
            values[kind.values[place].name] = [older.values[place], older.time.timestamp()]
            missing.remove(place)
            is_uniform = is_uniform and older.time == newest.time
    return values, newest.time, is_uniform
