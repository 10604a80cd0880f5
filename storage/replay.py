"""Dead letters that become readings: a device was registered, a field was added, a mistake was mended.

A replay keeps the original time of receipt and is idempotent: a message is stored and its dead letters are marked in
one transaction. Where the ledger counted the message as dead-lettered, that entry moves to where it has ended now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection, Rollback

from devices.reasons import REASONS, Level
from storage.arrivals import UNREGISTERED, Arrival, Settled
from storage.books import Books
from storage.happenings import write_happenings
from storage.set_aside import DeadLetterFilter
from storage.sql import query
from storage.writer import Writer

Interpret = Callable[[str, bytes, datetime], Arrival]
"""Reads a message anew: its topic, its payload, and the original time of receipt."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An open dead letter; `settles` where the ledger counts its message as dead-lettered for it."""

    dead_letter_id: int
    device_id: int
    level: Level
    index: int | None
    field: str | None
    settles: bool


@dataclass(slots=True)
class Message:
    """A message with its open dead letters."""

    topic: str
    payload: bytes
    received_at: datetime
    letters: list[Letter] = field(default_factory=list)


@dataclass(slots=True)
class Replayed:
    """What a replay came to: messages looked at, letters settled, letters still open, readings stored or merged."""

    messages: int = 0
    settled: int = 0
    still_open: int = 0
    readings: int = 0


def open_messages(connection: Connection[Any], wanted: DeadLetterFilter, *, limit: int) -> list[Message]:
    """The messages of the oldest open dead letters that are wanted, at most `limit` letters."""
    rows = connection.execute(
        query("open_letters"),
        {
            "reason": wanted.reason.value if wanted.reason else None,
            "commune": wanted.commune,
            "device": wanted.device,
            "start": wanted.start,
            "end": wanted.end,
            "limit": limit,
        },
    )
    found: dict[tuple[str, bytes, datetime], Message] = {}
    for number, device_id, level, index, name, settles, topic, payload, received_at in rows:
        message = found.setdefault((topic, payload, received_at), Message(topic, payload, received_at))
        message.letters.append(Letter(number, device_id or UNREGISTERED, Level(level), index, name, settles))
    return list(found.values())


def replay(
    connection: Connection[Any], messages: Sequence[Message], interpret: Interpret, *, dry_run: bool = False
) -> Iterator[Replayed]:
    """Replay messages, each in a transaction of its own; yields the running sum after each. The connection is in
    autocommit. With `dry_run` nothing is written, and `readings` counts what would be offered to the database."""
    total = Replayed()
    writer = Writer(connection)
    for message in messages:
        total.messages += 1
        arrival = interpret(message.topic, message.payload, message.received_at)
        mended = [letter for letter in message.letters if not _is_faulty(letter, arrival)]
        _keep_what_is_mended(arrival, message, mended)
        readings = len(arrival.readings)
        if mended and not dry_run:
            kept = _store(connection, writer, message, arrival, mended)
            mended, readings = (mended, kept) if kept is not None else ([], 0)
        total.settled += len(mended)
        total.still_open += len(message.letters) - len(mended)
        total.readings += readings
        yield total


def _is_faulty(letter: Letter, arrival: Arrival) -> bool:
    """Whether the message, read anew, still has what a letter was made for."""
    for fault in arrival.faults:
        level = REASONS[fault.reason][0]
        if level is Level.MESSAGE:
            return True
        if level is Level.READING and letter.index == fault.index:
            return True
        if level is letter.level and (fault.index, fault.field) == (letter.index, letter.field):
            return True
    return False


def _keep_what_is_mended(arrival: Arrival, message: Message, mended: Sequence[Letter]) -> None:
    """Leave in an arrival what the mended letters stand for, and the faults that have no letter yet."""
    known = {(letter.index, letter.field) for letter in message.letters}
    arrival.faults = [fault for fault in arrival.faults if (fault.index, fault.field) not in known]
    if not any(letter.level is Level.MESSAGE for letter in mended):
        places = {letter.index for letter in mended}
        arrival.readings = [reading for reading in arrival.readings if reading.index in places]
        arrival.faults = [fault for fault in arrival.faults if fault.index in places]


def _store(
    connection: Connection[Any], writer: Writer, message: Message, arrival: Arrival, mended: Sequence[Letter]
) -> int | None:
    """Write one message and mark its letters; the number of readings kept.

    None, and nothing written, when it contradicts what is stored or another replay was faster.
    """
    end = Settled()
    with connection.transaction() as transaction:
        numbers = [letter.dead_letter_id for letter in mended]
        marked = connection.execute(query("mark_replayed"), {"numbers": numbers}).rowcount
        writer.write_readings([arrival], [end])
        write_happenings(connection, [arrival], [end])
        if marked < len(numbers) or end.conflicts:
            raise Rollback(transaction)
        books = Books()
        counted = [letter for letter in message.letters if letter.settles]
        if counted:
            books.withdraw(counted[0].device_id, arrival.received_at)
            books.enter(arrival, end)
            connection.execute(query("no_longer_settles"), {"numbers": [letter.dead_letter_id for letter in counted]})
        else:
            books.enter_parts(arrival, end)
        books.write(connection)
        return end.stored + end.merged
    return None


def discard(connection: Connection[Any], numbers: Sequence[int]) -> int:
    """Mark open dead letters as discarded; they stay in the ledger as dead-lettered. Returns how many were open."""
    with connection.transaction():
        return connection.execute(query("mark_discarded"), {"numbers": list(numbers)}).rowcount
