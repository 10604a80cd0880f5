"""Questions about the condition of an installation that only the database can answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, scalar_row

from storage.connect import connect
from storage.errors import driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class SilentSession:
    """An ingest session that wrote last at `seen_at`."""

    client_id: str
    seen_at: datetime


def silent_sessions(connection: Connection[Any], before: datetime) -> list[SilentSession]:
    """Ingest sessions that have not written since `before`, the longest silent first.

    The broker keeps messages for a session as long as it knows it: one that nobody uses any more fills for ever.
    Raises StorageError.
    """
    with driver_errors(), connection.cursor(row_factory=class_row(SilentSession)) as cursor:
        return cursor.execute(query("silent_sessions"), {"before": before}).fetchall()


def clock_offset_seconds(connection: Connection[Any], now: Callable[[], datetime]) -> float:
    """How far `now` is ahead of the database's clock, in seconds, taken at the middle of one round trip.

    Raises StorageError.
    """
    with driver_errors(), connection.cursor(row_factory=scalar_row) as cursor:
        before = now()
        theirs = cursor.execute(query("database_clock")).fetchone()
        after = now()
    assert isinstance(theirs, datetime), "a SELECT without FROM has one row"
    return (before + (after - before) / 2 - theirs).total_seconds()


def cut_connections(url: str) -> int:
    """End every other connection to this database at once, as a failing network would; how many there were.

    Needs the rights of the database's owner. Raises StorageError.
    """
    with driver_errors(), closing(connect(url, autocommit=True)) as connection:
        return len(connection.execute(query("cut_connections")).fetchall())
