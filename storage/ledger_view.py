"""The loss ledger as people read it: its rows and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """Counts of messages, and of the readings and fields in them.

    `letters_deleted` are dead letters that retention has deleted, and `messages_deleted` those of the dead-lettered
    messages of which nothing is left but the count. `readings_deleted` are of the stored readings those that retention
    has deleted.
    """

    received: int
    stored: int
    duplicate: int
    dead_lettered: int
    redelivered: int
    readings_stored: int
    readings_merged: int
    readings_duplicate: int
    readings_dead_lettered: int
    fields_dead_lettered: int
    letters_deleted: int
    messages_deleted: int
    readings_deleted: int

    @property
    def difference(self) -> int:
        """Messages received and not accounted for; anything but 0 is a loss or a double entry."""
        return self.received - self.stored - self.duplicate - self.dead_lettered


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(LedgerSums):
    """A device and a day (UTC+7). `commune` and `device` are None for what no registered device sent."""

    device_id: int
    day: date
    commune: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which rows; None leaves a property open. Both days belong to the range."""

    from_day: date | None = None
    to_day: date | None = None
    commune: str | None = None
    device: str | None = None


def _parameters(wanted: LedgerFilter) -> dict[str, object]:
    return {
        "from_day": wanted.from_day,
        "to_day": wanted.to_day,
        "commune": wanted.commune,
        "device": wanted.device,
    }


def ledger_rows(
    connection: Connection[Any], wanted: LedgerFilter, *, limit: int, after: tuple[date, int] | None = None
) -> list[LedgerRow]:
    """Rows, newest day first and then by device, at most `limit`, after a (day, device number) where one is given."""
    parameters = _parameters(wanted) | {
        "after_day": after[0] if after else None,
        "after_device_id": after[1] if after else None,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
        return cursor.execute(query("ledger_view_rows"), parameters).fetchall()


def ledger_sums(connection: Connection[Any], wanted: LedgerFilter) -> LedgerSums:
    """The sums over the filter; zeros where there is nothing."""
    with connection.cursor(row_factory=class_row(LedgerSums)) as cursor:
        (sums,) = cursor.execute(query("ledger_view_sums"), _parameters(wanted)).fetchall()
        return sums


def in_hand(connection: Connection[Any]) -> int:
    """How many messages the ingest sessions have received and not yet settled."""
    row = connection.execute(query("ledger_view_in_hand")).fetchone()
    return 0 if row is None else int(row[0])


def dropped_by_broker(connection: Connection[Any], wanted: LedgerFilter) -> int | None:
    """How many messages brokers dropped on the days of the filter, for whichever subscriber.

    None where the filter names a commune or a device: a broker does not say whose messages they were.
    """
    if wanted.commune is not None or wanted.device is not None:
        return None
    days = {"from_day": wanted.from_day, "to_day": wanted.to_day}
    row = connection.execute(query("dropped_by_broker"), days).fetchone()
    return 0 if row is None else int(row[0])
