"""Old readings as columns, which take a fraction of the room: TimescaleDB Community only.

A chunk is made columns when it lies behind the horizon of late data as a whole, and all of its hours are rolled up.
What comes later all the same is stored as rows beside the columns, and goes among them with the next round. Chunk by
chunk, each in a transaction; writers of late data wait for it, everybody else does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, errors
from psycopg.rows import class_row

from devices.catalogue import KINDS
from storage.editions import Edition, edition_of
from storage.rollups import day_of
from storage.sql import query

LOCK_TIMEOUT = "2s"
"""How long a chunk is waited for that somebody writes to; then it is left for the next time."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk that became, or with a dry run would become, columns; bytes with its indexes, before and after.

    `again` says that it was columns already and rows had come since. Of a dry run `bytes_after` is None.
    """

    kind: str
    start: datetime
    end: datetime
    again: bool
    bytes_before: int
    bytes_after: int | None


@dataclass(frozen=True, slots=True)
class ColumnstoreState:
    """How many chunks the readings of a kind have; how many are columns, and how many of these have rows again."""

    kind: str
    chunks: int
    columnar: int
    partial: int


def has_columnstore(connection: Connection[Any]) -> bool:
    """Whether this edition has a columnstore."""
    return edition_of(connection) is Edition.COMMUNITY


def columnstore_states(connection: Connection[Any]) -> list[ColumnstoreState]:
    """The state of every kind that has readings; none where the edition has no columnstore."""
    if not has_columnstore(connection):
        return []
    with connection.cursor(row_factory=class_row(ColumnstoreState)) as cursor:
        return cursor.execute(query("columnstore_state")).fetchall()


def compress_old(
    connection: Connection[Any],
    now: datetime,
    after_days: int,
    *,
    kinds: Sequence[str] = tuple(KINDS),
    dry_run: bool = False,
) -> Iterator[Chunk]:
    """Make columns of the chunks that ended so many days ago, oldest first; yields after each transaction.

    The connection is in autocommit and the caller may end after any. A chunk that somebody writes to, and one of which
    an hour is not rolled up yet, is left for the next time. Nothing where the edition has no columnstore.
    """
    if not has_columnstore(connection):
        return
    before = day_of(now - timedelta(days=after_days))
    for kind in kinds:
        found = connection.execute(query("chunks_for_columnstore"), {"kind": kind, "before": before}).fetchall()
        for start, end, is_columnar, is_partial in found:
            if is_columnar and not is_partial:
                continue
            bytes_before = _bytes(connection, kind, start)
            if dry_run:
                yield Chunk(kind, start, end, is_columnar, bytes_before, None)
            elif _compress(connection, kind, start, end):
                yield Chunk(kind, start, end, is_columnar, bytes_before, _bytes(connection, kind, start))


def _compress(connection: Connection[Any], kind: str, start: datetime, end: datetime) -> bool:
    try:
        with connection.transaction():
            connection.execute(query("limit_lock_time"), {"timeout": LOCK_TIMEOUT})
            connection.execute(query("compress_chunk"), {"kind": kind, "start": start, "end": end})
    except errors.LockNotAvailable:
        return False
    return True


def _bytes(connection: Connection[Any], kind: str, start: datetime) -> int:
    row = connection.execute(query("chunk_bytes"), {"kind": kind, "start": start}).fetchone()
    assert row is not None, "an aggregate without GROUP BY has one row"
    size: int = row[0]
    return size
