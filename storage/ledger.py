"""The loss ledger held against what is really in the tables, and gaps in the devices' own numbering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from devices.catalogue import KINDS
from storage.ledger_view import LedgerFilter, LedgerSums, ledger_sums
from storage.sql import query


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which the ledger and the tables differ; `detail` is a sentence with both numbers."""

    what: str
    ledger: int
    found: int

    @property
    def detail(self) -> str:
        """The difference in words."""
        return f"{self.what}: the ledger says {self.ledger}, the tables hold {self.found}"


@dataclass(frozen=True, slots=True)
class SequenceGap:
    """A device whose sequence numbers jump: how many are missing between those that came, how often it began anew."""

    commune: str
    device: str
    missing: int
    restarts: int


def totals(connection: Connection[Any]) -> LedgerSums:
    """The sums of the whole ledger."""
    return ledger_sums(connection, LedgerFilter())


def check(connection: Connection[Any]) -> Iterator[Gap]:
    """Hold the ledger against the rows that are there; yields every difference.

    Counts all rows of all kinds, so it takes time in proportion to what is stored.
    """
    with connection.transaction():
        connection.execute(query("one_snapshot"))
        sums = totals(connection)
        accounted = sums.stored + sums.duplicate + sums.dead_lettered
        if sums.received != accounted:
            yield Gap("messages received, and stored + duplicate + dead-lettered", sums.received, accounted)
        readings = sum(_count(connection, name) for name in KINDS)
        if readings != sums.readings_stored:
            yield Gap("readings stored", sums.readings_stored, readings)
        letters = connection.execute(query("letters_that_settle")).fetchone()
        assert letters is not None
        kept = sums.dead_lettered - sums.messages_deleted
        if letters[0] != kept:
            yield Gap("messages dead-lettered and not deleted by retention", kept, letters[0])


def _count(connection: Connection[Any], kind: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("commune", kind))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def sequence_gaps(connection: Connection[Any], start: datetime, end: datetime) -> list[SequenceGap]:
    """Devices with missing sequence numbers among the readings between two times, most missing first.

    Computed from the readings themselves, so that what comes late fills its gap. A number that falls begins anew.
    """
    found = []
    for name in KINDS:
        statement = sql.SQL(query("sequence_gaps")).format(table=sql.Identifier("commune", name))
        found += [SequenceGap(*row) for row in connection.execute(statement, {"start": start, "end": end})]
    return sorted(found, key=lambda gap: -gap.missing)
