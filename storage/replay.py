"""Dead letters that become readings: a device was registered, a field was added, a mistake was mended.

A message is replayed as a whole, with all of its open dead letters, in one transaction that holds them: a second replay
waits and then finds them settled. The original time of receipt is kept. Where the ledger counted the message as
dead-lettered, that entry moves to where it has ended now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection

from devices.reasons import REASONS, Level
from storage.arrivals import UNREGISTERED, Arrival, Settled
from storage.books import Books
from storage.happenings import write_happenings
from storage.set_aside import DeadLetterFilter, LetterState
from storage.sink import NEVER_ACCEPTED
from storage.sql import query
from storage.writer import Writer

Interpret = Callable[[str, bytes, datetime], Arrival]
"""Reads a message anew: its topic, its payload, and the original time of receipt."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter of a message; `settles` where the ledger counts the message as dead-lettered for it."""

    number: int
    device_id: int
    level: Level
    index: int | None
    field: str | None
    settles: bool
    state: LetterState


@dataclass(slots=True)
class Message:
    """A message that was set aside; `digest` is the SHA-256 of its payload, `numbers` are letters that led to it."""

    topic: str
    received_at: datetime
    digest: bytes
    numbers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Replayed:
    """What a replay came to: messages looked at, letters settled, letters still open, readings stored or merged.

    `elsewhere` are letters that another replay, or somebody who discarded them, settled in the meantime.
    """

    messages: int = 0
    settled: int = 0
    still_open: int = 0
    readings: int = 0
    elsewhere: int = 0


def open_messages(
    connection: Connection[Any], wanted: DeadLetterFilter, *, limit: int, after: int | None = None
) -> list[Message]:
    """The messages of the oldest open dead letters that are wanted, at most `limit` letters, after a number."""
    parameters = asdict(wanted) | {
        "reason": wanted.reason.value if wanted.reason else None,
        "numbers": None if wanted.numbers is None else list(wanted.numbers),
        "after": after,
        "limit": limit,
    }
    return _gathered(connection.execute(query("open_letters"), parameters))


def messages_of_former_strangers(connection: Connection[Any], *, limit: int, after: int = 0) -> list[Message]:
    """The messages of devices that were unknown when they came and are registered and in service by now."""
    return _gathered(connection.execute(query("letters_of_former_strangers"), {"after": after, "limit": limit}))


def last_number(messages: Sequence[Message]) -> int | None:
    """The largest number of a letter that led to one of the messages; None where there are none."""
    return max((number for message in messages for number in message.numbers), default=None)


def _gathered(rows: Iterator[tuple[Any, ...]] | Any) -> list[Message]:
    found: dict[tuple[str, datetime, bytes], Message] = {}
    for number, topic, received_at, digest in rows:
        message = found.setdefault((topic, received_at, digest), Message(topic, received_at, digest))
        message.numbers.append(number)
    return list(found.values())


def replay(
    connection: Connection[Any], messages: Sequence[Message], interpret: Interpret, *, dry_run: bool = False
) -> Iterator[Replayed]:
    """Replay messages, each in a transaction of its own; yields the running sum after each.

    The connection is in autocommit. With `dry_run` everything is done and undone again, so that the sum is what it
    would be. A message that the database does not accept, or that contradicts what is stored, stays as it is.
    """
    total = Replayed()
    writer = Writer(connection)
    for message in messages:
        with connection.transaction(force_rollback=dry_run):
            _replay_one(connection, writer, message, interpret, total)
        total.messages += 1
        yield total


def _replay_one(
    connection: Connection[Any], writer: Writer, message: Message, interpret: Interpret, total: Replayed
) -> None:
    """Replay one message within the caller's transaction and add to the total."""
    letters = _letters_of(connection, message)
    waiting = [letter for letter in letters if letter.state is LetterState.OPEN]
    total.elsewhere += len(set(message.numbers) - {letter.number for letter in waiting})
    if not waiting:
        return
    payload = _payload(connection, waiting[0].number)
    arrival = interpret(message.topic, payload, message.received_at)
    mended = [letter for letter in waiting if not _is_faulty(letter, arrival)]
    _keep_what_is_mended(arrival, letters, mended)
    kept = _store(connection, writer, arrival, letters, mended) if mended else None
    settled = 0 if kept is None else len(mended)
    total.settled += settled
    total.still_open += len(waiting) - settled
    total.readings += kept or 0


def _letters_of(connection: Connection[Any], message: Message) -> list[Letter]:
    identity = {"received_at": message.received_at, "topic": message.topic, "digest": message.digest}
    rows = connection.execute(query("letters_of_message"), identity)
    return [
        Letter(number, device_id or UNREGISTERED, Level(level), index, name, settles, LetterState(state))
        for number, device_id, level, index, name, settles, state in rows
    ]


def _payload(connection: Connection[Any], number: int) -> bytes:
    row = connection.execute(query("payload_of_letter"), {"number": number}).fetchone()
    assert row is not None, "the letter is held by this transaction"
    return bytes(row[0])


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


def _keep_what_is_mended(arrival: Arrival, letters: Sequence[Letter], mended: Sequence[Letter]) -> None:
    """Leave in an arrival what the mended letters stand for, and the faults that have no letter yet.

    A letter without an index stands for the whole message, or for what was too much to be listed one by one.
    """
    known = {(letter.index, letter.field) for letter in letters}
    arrival.faults = [fault for fault in arrival.faults if (fault.index, fault.field) not in known]
    places = {letter.index for letter in mended}
    if None not in places:
        arrival.readings = [reading for reading in arrival.readings if reading.index in places]
        arrival.faults = [fault for fault in arrival.faults if fault.index in places]


def _store(
    connection: Connection[Any], writer: Writer, arrival: Arrival, letters: Sequence[Letter], mended: Sequence[Letter]
) -> int | None:
    """Write what a message says now and mark its letters; the number of readings kept.

    None, and nothing written, when it contradicts what is stored or the database does not accept it.
    """
    end = Settled()
    try:
        with connection.transaction():
            writer.write_readings([arrival], [end])
            write_happenings(connection, [arrival], [end])
            if end.conflicts:
                raise _Contradiction
    except (*NEVER_ACCEPTED, _Contradiction):
        return None
    connection.execute(query("mark_replayed"), {"numbers": [letter.number for letter in mended]})
    books = Books()
    counted = [letter for letter in letters if letter.settles]
    left = {letter.number for letter in letters if letter.level is not Level.FIELD and letter.state is LetterState.OPEN}
    left -= {letter.number for letter in mended}
    if counted and (end.stored or end.merged or not left):
        connection.execute(query("no_longer_settles"), {"numbers": [letter.number for letter in counted]})
        books.withdraw(counted[0].device_id, arrival.received_at)
        books.enter(arrival, end)
    else:
        books.enter_parts(arrival, end)
    books.write(connection)
    return end.stored + end.merged


class _Contradiction(Exception):
    """What is stored says otherwise."""


def discard(connection: Connection[Any], numbers: Sequence[int], *, dry_run: bool = False) -> int:
    """Mark open dead letters as discarded; they stay in the ledger as dead-lettered. Returns how many were open."""
    with connection.transaction(force_rollback=dry_run):
        return connection.execute(query("mark_discarded"), {"numbers": list(numbers)}).rowcount
