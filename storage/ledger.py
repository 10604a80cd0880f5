"""The loss ledger held against what is really in the tables, and gaps in the devices' own numbering."""

from __future__ import annotations

from collections import Counter
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
        for device_id, day, received, accounted in connection.execute(query("rows_that_do_not_add_up")):
            where = f"device {device_id} on {day}"
            yield Gap(f"messages received, and stored + duplicate + dead-lettered, of {where}", received, accounted)
        found = _readings_by_device(connection)
        entered = Counter(dict(connection.execute(query("readings_in_the_ledger")).fetchall()))
        for device_id in sorted(found.keys() | entered.keys()):
            if found[device_id] != entered[device_id]:
                yield Gap(f"readings stored of device {device_id}", entered[device_id], found[device_id])
        letters = connection.execute(query("letters_that_settle")).fetchone()
        assert letters is not None
        kept = sums.dead_lettered - sums.messages_deleted
        if letters[0] != kept:
            yield Gap("messages dead-lettered and not deleted by retention", kept, letters[0])


def _readings_by_device(connection: Connection[Any]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for name in KINDS:
        statement = sql.SQL(query("readings_of_devices")).format(table=sql.Identifier("commune", name))
        counts.update(dict(connection.execute(statement).fetchall()))
    return counts


def sequence_gaps(connection: Connection[Any], start: datetime, end: datetime) -> list[SequenceGap]:
    """Devices with missing sequence numbers among the readings between two times, most missing first.

    Computed from the readings themselves, so that what comes late fills its gap. A number that falls begins anew.
    """
    found = []
    for name in KINDS:
        statement = sql.SQL(query("sequence_gaps")).format(table=sql.Identifier("commune", name))
        found += [SequenceGap(*row) for row in connection.execute(statement, {"start": start, "end": end})]
    return sorted(found, key=lambda gap: -gap.missing)
