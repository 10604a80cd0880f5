"""Readings and hours that are not kept for ever: deleted once they are rolled up and counted.

Readings go chunk by chunk where the table is a hypertable, else hour by hour, oldest first. Nothing goes of which an
hour has a note: it has not been rolled up as it is. What goes is counted in the loss ledger under its device and the
day of its receipt, and the hours are final from then on; all of it in one transaction each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from psycopg import Connection, errors, sql

from devices.catalogue import KINDS
from devices.model import Kind
from storage.editions import Edition, edition_of
from storage.rollup_tables import Grain, stored
from storage.rollups import DAY, HOUR, day_of, devices_of, take_rollups
from storage.sql import query
from storage.tables import table

LOCK_TIMEOUT = "2s"
"""How long a chunk is waited for that a writer has in hand; then it is left for the next time."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How many days the readings and the hours of a kind are kept; 0: for ever. Days are kept for ever."""

    reading_days: int = 0
    hourly_days: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """What goes, or went, at once: so many readings or hours of a kind between two times."""

    kind: str
    what: str
    start: datetime
    end: datetime
    rows: int


def delete_old(
    connection: Connection[Any], now: datetime, horizons: Mapping[str, Horizon], *, dry_run: bool = False
) -> Iterator[Span]:
    """Delete what is older than the horizons of the kinds, which are given by name; yields after each transaction.

    The connection is in autocommit and the caller may end after any. A kind that a maintainer of rollups has in hand is
    left for the next time, and so is everything behind an hour that is not rolled up yet. With `dry_run` nothing is
    deleted, and it yields what would be.
    """
    is_plain = edition_of(connection) is Edition.PLAIN
    for name, horizon in sorted(horizons.items()):
        kind = KINDS[name]
        if horizon.reading_days:
            before = day_of(now - timedelta(days=horizon.reading_days))
            spans = _hours(connection, kind, before) if is_plain else _chunks(connection, kind, before)
            yield from _readings(connection, kind, spans, is_plain=is_plain, dry_run=dry_run)
        if horizon.hourly_days:
            before = day_of(now - timedelta(days=horizon.hourly_days))
            yield from _rollup_hours(connection, kind, before, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a kind's readings that goes at once; `chunk` is the table of a hypertable that holds it."""

    start: datetime
    end: datetime
    chunk: str | None = None


def _chunks(connection: Connection[Any], kind: Kind, before: datetime) -> list[_Piece]:
    """Chunks that end before a moment. Those behind the horizon were made by what came too late, and stay."""
    found = connection.execute(query("chunks_of_kind"), {"kind": kind.name, "before": before}).fetchall()
    raw_from, _ = _horizon(connection, kind)
    pieces = [_Piece(start, end, name) for name, start, end in found]
    return [piece for piece in pieces if raw_from is None or piece.end > raw_from]


def _hours(connection: Connection[Any], kind: Kind, before: datetime) -> list[_Piece]:
    """Hours before a moment, from the horizon on or from the oldest day that was rolled up."""
    start, _ = _horizon(connection, kind)
    start = start or _oldest(connection, kind, Grain.DAY)
    if start is None or start >= before:
        return []
    count = (before - start) // HOUR
    return [_Piece(a, b) for a, b in pairwise(start + place * HOUR for place in range(count + 1))]


def _readings(
    connection: Connection[Any], kind: Kind, pieces: list[_Piece], *, is_plain: bool, dry_run: bool
) -> Iterator[Span]:
    for piece in pieces:
        span = Span(kind.name, "readings", piece.start, piece.end, 0)
        try:
            with connection.transaction():
                if not take_rollups(connection, kind):
                    return
                if dry_run:
                    counts = _count(connection, kind, piece)
                else:
                    counts = _delete_rows(connection, kind, piece) if is_plain else _drop(connection, kind, piece)
                    _settle(connection, kind, piece, counts)
                if _is_noted(connection, kind, piece):
                    raise _NotRolledUp
        except (_NotRolledUp, errors.LockNotAvailable):
            return
        rows = sum(count for _, _, count in counts)
        if rows or not is_plain:
            yield replace(span, rows=rows)


class _NotRolledUp(Exception):
    """Something was written that the rollups do not know yet: nothing is deleted."""


Counts = list[tuple[int, date, int]]
"""Readings by device and day of receipt (UTC+7)."""


def _count(connection: Connection[Any], kind: Kind, piece: _Piece) -> Counts:
    statement = sql.SQL(query("readings_to_delete")).format(table=table(kind))
    return connection.execute(statement, _place(connection, kind, piece)).fetchall()


def _delete_rows(connection: Connection[Any], kind: Kind, piece: _Piece) -> Counts:
    statement = sql.SQL(query("delete_readings")).format(table=table(kind))
    return connection.execute(statement, _place(connection, kind, piece)).fetchall()


def _drop(connection: Connection[Any], kind: Kind, piece: _Piece) -> Counts:
    """Drop a chunk; nobody writes to it meanwhile, so that what is counted is what goes."""
    assert piece.chunk is not None, "a hypertable's readings go by chunks"
    connection.execute(query("limit_lock_time"), {"timeout": LOCK_TIMEOUT})
    connection.execute(sql.SQL(query("hold_chunk")).format(chunk=sql.SQL(piece.chunk)))
    if _is_noted(connection, kind, piece):
        raise _NotRolledUp
    counts = _count(connection, kind, piece)
    connection.execute(query("drop_chunk"), {"kind": kind.name, "start": piece.start, "end": piece.end})
    return counts


def _settle(connection: Connection[Any], kind: Kind, piece: _Piece, counts: Counts) -> None:
    """Leave the numbers in the ledger, and make the hours final."""
    ordered = sorted(counts)
    parameters = {
        "devices": [device for device, _, _ in ordered],
        "days": [day for _, day, _ in ordered],
        "counts": [count for _, _, count in ordered],
    }
    connection.execute(query("count_deleted"), parameters)
    connection.execute(query("raise_raw_horizon"), {"kind": kind.name, "moment": piece.end})


def _rollup_hours(connection: Connection[Any], kind: Kind, before: datetime, *, dry_run: bool) -> Iterator[Span]:
    """Delete the hours of whole days whose readings are gone."""
    raw_from, hourly_from = _horizon(connection, kind)
    start = hourly_from or _oldest(connection, kind, Grain.HOUR)
    if raw_from is None or start is None:
        return
    day, last = day_of(start), min(before, day_of(raw_from))
    while day < last:
        name = "hours_to_delete" if dry_run else "delete_hours"
        statement = sql.SQL(query(name)).format(table=stored(kind, Grain.HOUR))
        with connection.transaction():
            if not take_rollups(connection, kind):
                return
            row = connection.execute(statement, _place(connection, kind, _Piece(day, day + DAY))).fetchone()
            if not dry_run:
                connection.execute(query("raise_hourly_horizon"), {"kind": kind.name, "moment": day + DAY})
        assert row is not None, "an aggregate without GROUP BY has one row"
        if row[0]:
            yield Span(kind.name, "hours", day, day + DAY, row[0])
        day += DAY


def _place(connection: Connection[Any], kind: Kind, piece: _Piece) -> dict[str, object]:
    return {"devices": devices_of(connection, kind), "start": piece.start, "end": piece.end}


def _is_noted(connection: Connection[Any], kind: Kind, piece: _Piece) -> bool:
    parameters = {"kind": kind.name, "start": piece.start, "end": piece.end}
    row = connection.execute(query("is_noted"), parameters).fetchone()
    return row is not None and bool(row[0])


def _horizon(connection: Connection[Any], kind: Kind) -> tuple[datetime | None, datetime | None]:
    """From when on readings and hours are kept; None: nothing was deleted."""
    row = connection.execute(query("horizon_of"), {"kind": kind.name}).fetchone()
    return (None, None) if row is None else row


def _oldest(connection: Connection[Any], kind: Kind, grain: Grain) -> datetime | None:
    statement = sql.SQL(query("oldest_bucket")).format(table=stored(kind, grain))
    row = connection.execute(statement).fetchone()
    return None if row is None else row[0]
