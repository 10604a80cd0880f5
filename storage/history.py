"""History straight into the tables, past the broker: for simulated backfill and for archives.

The same rows, newest values and ledger as by way of messages, idempotent in the same way. What comes this way was no
message, so the ledger counts its readings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from devices.model import Kind
from devices.readings import Reading
from storage.arrivals import Arrival, Settled
from storage.books import Books
from storage.writer import Writer


class HistoryWriter:
    """Writes readings of the past over one connection, a batch a transaction."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._writer = Writer(connection)

    def write(self, kind: Kind, readings: Sequence[tuple[int, Reading]]) -> Settled:
        """Write readings of one kind, each with its device's number; returns how many were stored, merged, repeated.

        The time of receipt is taken to be the reading's own. A reading that contradicts a stored one is left out and
        is among `conflicts`.
        """
        arrivals = [
            Arrival("", b"", reading.time, device_id, kind, readings=[reading]) for device_id, reading in readings
        ]
        ends = [Settled() for _ in arrivals]
        total = Settled()
        books = Books()
        with self._connection.transaction():
            self._writer.write_readings(arrivals, ends)
            for arrival, end in zip(arrivals, ends, strict=True):
                total.conflicts += end.conflicts
                end.conflicts = []
                total.stored += end.stored
                total.merged += end.merged
                total.duplicate += end.duplicate
                books.enter_parts(arrival, end)
            books.write(self._connection)
        return total
