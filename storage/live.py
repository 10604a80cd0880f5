"""What has come of one device since a moment: for a person who waits beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from devices.model import Kind
from storage.latest import LatestReading, latest_of_device
from storage.sql import query

MOST_FAULTS = 20
MOST_EVENTS = 5


@dataclass(frozen=True, slots=True)
class HeardFault:
    """What was set aside, `times` times for the same reason and field; the words are those of the last."""

    reason: str
    field: str | None
    value: str | None
    detail: str
    topic: str
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class HeardHappening:
    """A status (`online` or `offline`) or an event, by its name."""

    name: str
    time: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of a device since the beginning of a day (UTC+7), as its ledger has them."""

    received: int
    stored: int
    duplicate: int
    dead_lettered: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that has come of a device since a moment.

    `readings` are its newest values under each combination of keys that a message since then had something new for.
    `clock_ahead_seconds` is by how much its clock was ahead in the newest reading whose time was not believed; None
    when there was none.
    """

    readings: list[LatestReading]
    happenings: list[HeardHappening]
    faults: list[HeardFault]
    clock_ahead_seconds: float | None
    counts: Counts


def heard_since(connection: Connection[Any], kind: Kind, device_id: int, since: datetime) -> Heard:
    """What has come of a device of this kind since a moment."""
    values = {"device_id": device_id, "since": since, "faults": MOST_FAULTS, "events": MOST_EVENTS}
    statement = sql.SQL(query("live_clock")).format(table=sql.Identifier("commune", kind.name))
    ahead = connection.execute(statement, values).fetchone()
    with connection.cursor(row_factory=class_row(HeardHappening)) as cursor:
        happenings = cursor.execute(query("live_happenings"), values).fetchall()
    with connection.cursor(row_factory=class_row(HeardFault)) as cursor:
        faults = cursor.execute(query("live_faults"), values).fetchall()
    with connection.cursor(row_factory=class_row(Counts)) as cursor:
        counts = cursor.execute(query("live_counts"), values).fetchone()
    assert counts is not None, "sums without a GROUP BY have one row"
    return Heard(
        readings=[r for r in latest_of_device(connection, kind, device_id) if r.received_at >= since],
        happenings=happenings,
        faults=faults,
        clock_ahead_seconds=ahead[0] if ahead else None,
        counts=counts,
    )
