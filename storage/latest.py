"""The newest value of every field of every device, from the latest-value table: no search through the readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from psycopg import Connection

from devices.model import Kind
from devices.readings import Value
from storage.sql import query


class LatestValue(NamedTuple):
    """The newest value of a field and the time of the reading that brought it."""

    value: Value
    time: datetime


@dataclass(frozen=True, slots=True)
class LatestReading:
    """The newest values of one device under one combination of its keys.

    `time` is the newest time of any field; `values` are in the order of the catalogue and lack the fields never sent.
    """

    keys: dict[str, str]
    time: datetime
    received_at: datetime
    values: dict[str, LatestValue]


@dataclass(frozen=True, slots=True)
class KindPlace:
    """The place of a row in the order of `latest_of_kind`."""

    commune: str
    code: str
    key: str


def latest_of_device(connection: Connection[Any], kind: Kind, device_id: int) -> list[LatestReading]:
    """The newest values of a device, one entry for each combination of keys; none when it has sent nothing."""
    rows = connection.execute(query("latest_of_device"), {"device_id": device_id})
    return [reading_of(kind, *row) for row in rows]


def latest_of_kind(
    connection: Connection[Any],
    kind: Kind,
    *,
    commune: str | None = None,
    limit: int,
    after: KindPlace | None = None,
) -> list[tuple[KindPlace, LatestReading]]:
    """The newest values of all devices of a kind, at most `limit` entries, by commune, code and key."""
    parameters = {
        "kind": kind.name,
        "commune": commune,
        "after_commune": after.commune if after else None,
        "after_code": after.code if after else None,
        "after_key": after.key if after else None,
        "limit": limit,
    }
    rows = connection.execute(query("latest_of_kind"), parameters)
    return [(KindPlace(row[0], row[1], row[2]), reading_of(kind, *row[2:])) for row in rows]


def reading_of(kind: Kind, key: str, time: datetime, received_at: datetime, values: str) -> LatestReading:
    """A row of the latest-value table in the words of the catalogue; fields that it no longer has are left out.

    `values` is JSON as it is stored: a thousand devices are asked for at once, and orjson reads it faster.
    """
    names = [field.name for field in kind.keys]
    # A slash may stand in the last key only: the others are limited to known words.
    keys = dict(zip(names, key.split("/", len(names) - 1), strict=True)) if names else {}
    found = orjson.loads(values)
    times: dict[float, datetime] = {}
    newest = {}
    for field in kind.values:
        if field.name in found:
            value, stamp = found[field.name]
            if field.is_number:
                value = float(value)
            if stamp not in times:
                times[stamp] = datetime.fromtimestamp(stamp, UTC)
            newest[field.name] = LatestValue(value, times[stamp])
    return LatestReading(keys, time, received_at, newest)
