"""What the database holds of a commune since a moment, row by row, for whoever checks it against another record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row, dict_row

from devices.model import Kind
from devices.readings import Value
from devices.topics import Channel
from storage.errors import driver_errors
from storage.sql import query
from storage.tables import table

FETCH_ROWS = 5_000
_FIXED = ("received_at", "time", "time_source", "device_time", "seq")
_NOTES = {Channel.STATUS: "witnessed_statuses", Channel.EVENT: "witnessed_events"}


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A stored reading. `keys` and `values` are in the order of the kind."""

    device: str
    received_at: datetime
    time: datetime
    time_source: int
    device_time: datetime | None
    seq: int | None
    keys: tuple[str, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A stored status (`word` is online or offline) or event (`word` is its name)."""

    device: str
    time: datetime
    received_at: datetime
    time_source: int
    word: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter."""

    topic: str
    payload: bytes
    level: str
    reason: str
    reading_index: int | None
    field: str | None


def stored_readings(
    connection: Connection[Any],
    kind: Kind,
    commune: str,
    *,
    since: datetime | None = None,
    at: Sequence[tuple[str, datetime]] = (),
) -> Iterator[StoredReading]:
    """The readings of a commune's devices of a kind: received `since`, or `at` the given times of the devices given."""
    statement = query("witnessed_readings" if since is not None else "witnessed_readings_at")
    composed = sql.SQL(statement).format(table=table(kind))
    yield from _readings(connection, kind, composed, _where(commune, since, at))


def _readings(
    connection: Connection[Any], kind: Kind, statement: sql.Composed, parameters: dict[str, object]
) -> Iterator[StoredReading]:
    for row in _rows(connection, statement, parameters):
        keys = tuple(row[field.name] for field in kind.keys)
        values = tuple(row[field.name] for field in kind.values)
        fixed = {name: row[name] for name in _FIXED}
        yield StoredReading(device=row["witnessed_device"], keys=keys, values=values, **fixed)


def stored_readings_between(
    connection: Connection[Any], kind: Kind, commune: str, code: str, start: datetime, end: datetime
) -> Iterator[StoredReading]:
    """The readings of one device with start <= time < end."""
    composed = sql.SQL(query("witnessed_readings_between")).format(table=table(kind))
    yield from _readings(connection, kind, composed, {"commune": commune, "code": code, "start": start, "end": end})


def stored_notes(
    connection: Connection[Any],
    channel: Channel,
    commune: str,
    *,
    since: datetime | None = None,
    at: Sequence[tuple[str, datetime]] = (),
) -> Iterator[StoredNote]:
    """The statuses or events of a commune's devices: received `since`, or `at` the given times."""
    name = _NOTES[channel] if since is not None else f"{_NOTES[channel]}_at"
    for row in _rows(connection, sql.SQL(query(name)), _where(commune, since, at)):
        yield StoredNote(**row)


def stored_letters(connection: Connection[Any], commune: str, since: datetime) -> Iterator[StoredLetter]:
    """The dead letters of a commune's topics that were received since a moment."""
    for row in _rows(connection, sql.SQL(query("witnessed_letters")), {"commune": commune, "since": since}):
        yield StoredLetter(**{**row, "payload": bytes(row["payload"])})


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert, and the devices for which it stands."""

    kind: str
    subject: str
    opened_at: datetime
    closed_at: datetime | None
    members: list[str]
    detail_en: str


def stored_alerts(connection: Connection[Any], since: datetime) -> list[StoredAlert]:
    """The alerts that were opened since a moment."""
    with driver_errors(), connection.cursor(row_factory=class_row(StoredAlert)) as cursor:
        return cursor.execute(query("witnessed_alerts"), {"since": since}).fetchall()


def _where(commune: str, since: datetime | None, at: Sequence[tuple[str, datetime]]) -> dict[str, object]:
    if since is not None:
        return {"commune": commune, "since": since}
    return {"commune": commune, "codes": [code for code, _ in at], "times": [time for _, time in at]}


def _rows(
    connection: Connection[Any], statement: sql.SQL | sql.Composed, parameters: dict[str, object]
) -> Iterator[dict[str, Any]]:
    """Rows as they come, so that a year of them needs no memory."""
    with driver_errors(), connection.transaction(), connection.cursor(name="witness", row_factory=dict_row) as cursor:
        cursor.itersize = FETCH_ROWS
        cursor.execute(statement, parameters)
        yield from cursor
