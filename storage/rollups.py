"""Rollups computed anew where something was written since, beside writers and other maintainers.

Whoever computes holds the rollups of the kind until the commit. The notes of the hours are read before the readings
are, and only those that were read are taken away, unchanged: a batch that is committed in between leaves its note, and
its hour is computed again. Hours whose readings were deleted with age are final and never computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from devices.catalogue import KINDS
from devices.model import Kind
from storage.rollup_sql import compute_days, compute_hours, differences
from storage.rollup_tables import Grain
from storage.sql import query

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAY_ORIGIN = datetime(2000, 1, 2, 17, tzinfo=UTC)
HOURS_AT_ONCE = 12
"""So many hours are computed in one transaction, and then the days in which they lie."""


@dataclass(frozen=True, slots=True)
class RollupState:
    """How far the rollups of a kind are.

    `noted` hours are computed from their readings at each question, `waiting` of them are over and wait for
    maintenance, `after_final` are final although something came for them. `raw_from` and `hourly_from` are the moments
    before which readings and hours were deleted; None: never.
    """

    kind: str
    noted: int
    oldest: datetime | None
    newest: datetime | None
    waiting: int
    after_final: int
    raw_from: datetime | None
    hourly_from: datetime | None


def states(connection: Connection[Any], now: datetime) -> list[RollupState]:
    """The state of every kind's rollups."""
    with connection.cursor(row_factory=class_row(RollupState)) as cursor:
        return cursor.execute(query("rollup_state"), {"now": now}).fetchall()


@dataclass(frozen=True, slots=True)
class Computed:
    """What one transaction computed: the kind and how many hours of it."""

    kind: str
    hours: int


def compute_noted(
    connection: Connection[Any], now: datetime, *, kinds: Sequence[str] = tuple(KINDS), wait: bool = False
) -> Iterator[Computed]:
    """Compute the noted hours that are over, newest first, kind by kind in turns; yields after each transaction.

    The connection is in autocommit, and the caller may end after any. A kind that another maintainer has is left out,
    or with `wait` waited for. Each hour is taken at most once: one that is written to without a pause waits its turn.
    """
    before = dict.fromkeys(kinds, now)
    while before:
        for name in tuple(before):
            hours = _compute_some(connection, KINDS[name], now, before[name], wait=wait)
            if hours:
                before[name] = min(hours)
                yield Computed(name, len(hours))
            else:
                del before[name]


def _compute_some(
    connection: Connection[Any], kind: Kind, now: datetime, before: datetime, *, wait: bool
) -> list[datetime]:
    """Compute the newest noted hours before a moment in one transaction; returns them."""
    with connection.transaction():
        if not take_rollups(connection, kind, wait=wait):
            return []
        parameters = {"kind": kind.name, "now": now, "before": before, "limit": HOURS_AT_ONCE}
        found = connection.execute(query("hours_to_compute"), parameters).fetchall()
        # Close together, so that nothing between them is read in vain.
        found = [(hour, day) for hour, day in found if hour > found[0][0] - HOURS_AT_ONCE * HOUR]
        if found:
            hours = [hour for hour, _ in found]
            notes = connection.execute(query("notes_of_hours"), {"kind": kind.name, "hours": hours}).fetchall()
            _compute(connection, kind, hours, sorted({day for _, day in found}))
            _forget(connection, kind, notes)
        return [hour for hour, _ in found]


def take_rollups(connection: Connection[Any], kind: Kind, *, wait: bool = False) -> bool:
    """Take the rollups of a kind to oneself until the end of the transaction; False when another has them."""
    row = connection.execute(query("take_rollup_lock" if wait else "try_rollup_lock"), {"kind": kind.name}).fetchone()
    assert row is not None, "a SELECT without FROM has one row"
    return wait or bool(row[0])


def _compute(connection: Connection[Any], kind: Kind, hours: list[datetime], days: list[datetime]) -> None:
    """Compute hours, and then the days in which they lie, of which every hour is kept."""
    devices = devices_of(connection, kind)
    of_hours, of_days = _statements(kind.name)
    span = {"devices": devices, "hours": hours, "start": min(hours), "end": max(hours) + HOUR}
    connection.execute(of_hours, span)
    for day in days:
        connection.execute(of_days, {"devices": devices, "hours": [day], "start": day, "end": day + DAY})


def _forget(connection: Connection[Any], kind: Kind, notes: Sequence[tuple[datetime, int, str]]) -> None:
    connection.execute(
        query("forget_notes"),
        {
            "kind": kind.name,
            "hours": [hour for hour, _, _ in notes],
            "writers": [writer for _, writer, _ in notes],
            "noted_by": [noted_by for _, _, noted_by in notes],
        },
    )


@cache
def _statements(kind: str) -> tuple[sql.Composed, sql.Composed]:
    return compute_hours(KINDS[kind]), compute_days(KINDS[kind])


def note_range(connection: Connection[Any], kinds: Sequence[str], start: datetime, end: datetime) -> None:
    """Note every hour between two times, so that it is computed anew. For a person who doubts, or changed a reading."""
    with connection.transaction():
        for kind in kinds:
            connection.execute(query("note_range"), {"kind": kind, "start": start, "end": end})


@dataclass(frozen=True, slots=True)
class Difference:
    """A row in which a rollup and the readings disagree; `parts` are the columns that differ."""

    kind: str
    grain: str
    device_id: int
    time: datetime
    parts: list[str]


def check(
    connection: Connection[Any], start: datetime, end: datetime, *, kinds: Sequence[str] = tuple(KINDS)
) -> Iterator[Difference]:
    """Hold hours and days between two times against the readings, day by day (UTC+7); yields every difference.

    What the views answer is compared, whether it was computed before or is computed for the question. Days whose
    readings were deleted with age are left out.
    """
    horizons = {state.kind: state.raw_from for state in states(connection, end)}
    for name in kinds:
        kind, raw_from = KINDS[name], horizons[name]
        devices = devices_of(connection, kind)
        statements = {grain: differences(kind, grain) for grain in Grain}
        day = day_of(start)
        while day < end:
            span = {"devices": devices, "start": day, "end": day + DAY}
            if raw_from is None or day >= raw_from:
                for grain, statement in statements.items():
                    for device_id, time, which in connection.execute(statement, span):
                        yield Difference(name, grain.value[0], device_id, time, which)
            day += DAY


def day_of(moment: datetime) -> datetime:
    """The beginning of the day (UTC+7) in which a moment lies."""
    return moment - (moment - DAY_ORIGIN) % DAY


def devices_of(connection: Connection[Any], kind: Kind) -> list[int]:
    """The numbers of the devices of a kind."""
    row = connection.execute(query("devices_of_kind"), {"kind": kind.name}).fetchone()
    assert row is not None, "an aggregate without GROUP BY has one row"
    devices: list[int] = row[0]
    return devices
