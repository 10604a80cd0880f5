"""The newest value of every field of every device, from the latest-value table: no search through the readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from devices.model import Behaviour, Kind
from devices.readings import Value
from storage.sql import query


@dataclass(frozen=True, slots=True)
class LatestValue:
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


def reading_of(
    kind: Kind, key: str, time: datetime, received_at: datetime, values: Mapping[str, list[Any]]
) -> LatestReading:
    """A row of the latest-value table in the words of the catalogue; fields that it no longer has are left out."""
    names = [field.name for field in kind.keys]
    # A slash may stand in the last key only: the others are limited to known words.
    keys = dict(zip(names, key.split("/", len(names) - 1), strict=True)) if names else {}
    newest = {}
    for field in kind.values:
        if field.name in values:
            value, stamp = values[field.name]
            if field.behaviour in (Behaviour.GAUGE, Behaviour.COUNTER):
                value = float(value)
            newest[field.name] = LatestValue(value, datetime.fromtimestamp(stamp, UTC))
    return LatestReading(keys, time, received_at, newest)
