"""What is not kept for ever: dead letters that are older than the setting allows.

What is deleted is counted in the loss ledger, in the row of its device and day, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from storage.sql import query

CHUNK_LETTERS = 5_000
"""So many are deleted in one transaction: a second's work at most, so that ingest never waits long for a ledger row."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many dead letters were deleted, and how many of them nobody had replayed or discarded."""

    letters: int = 0
    open: int = 0


def delete_old_letters(
    connection: Connection[Any], before: datetime, *, chunk: int = CHUNK_LETTERS
) -> Iterator[Deleted]:
    """Delete dead letters received before a moment, whatever has become of them; yields the sum after each chunk.

    The connection is in autocommit: each chunk is a transaction of its own, and the caller may end after any.
    """
    total = Deleted()
    while True:
        row = connection.execute(query("delete_old_letters"), {"before": before, "limit": chunk}).fetchone()
        assert row is not None, "an aggregate without GROUP BY has one row"
        letters, still_open = row
        if not letters:
            return
        total = Deleted(total.letters + letters, total.open + still_open)
        yield total
