"""The list of what was set aside, for people to look through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.reasons import Reason
from storage.sql import query


class LetterState(StrEnum):
    """What has become of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """One dead letter without its payload. `commune` and `device` are None where no registered device sent it."""

    dead_letter_id: int
    received_at: datetime
    level: str
    reason: str
    detail: str
    topic: str
    commune: str | None
    device: str | None
    reading_index: int | None
    field: str | None
    value: str | None
    state: str
    state_changed_at: datetime | None
    payload_bytes: int


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which dead letters to list; None leaves a property open. `start` and `end` bound the receipt, half open.

    `numbers` are the numbers of letters, which replay and discard heed.
    """

    reason: Reason | None = None
    state: LetterState | None = None
    commune: str | None = None
    device: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    numbers: tuple[int, ...] | None = None


def list_dead_letters(
    connection: Connection[Any], wanted: DeadLetterFilter, *, limit: int, before: int | None = None
) -> list[DeadLetterRow]:
    """Dead letters, newest first, at most `limit`, of a number below `before` where it is given."""
    parameters = {
        "reason": None if wanted.reason is None else wanted.reason.value,
        "state": None if wanted.state is None else wanted.state.value,
        "commune": wanted.commune,
        "device": wanted.device,
        "start": wanted.start,
        "end": wanted.end,
        "before": before,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(DeadLetterRow)) as cursor:
        return cursor.execute(query("set_aside_list"), parameters).fetchall()


def get_dead_letter(connection: Connection[Any], dead_letter_id: int) -> tuple[DeadLetterRow, bytes] | None:
    """One dead letter and the bytes as they came, or None when there is none of that number."""
    row = connection.execute(query("set_aside_one"), {"dead_letter_id": dead_letter_id}).fetchone()
    return None if row is None else (DeadLetterRow(*row[:-1]), bytes(row[-1]))
