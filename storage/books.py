"""The books of a batch: the loss ledger, the dead letters, and what was settled with the broker.

In messages, for each device and day of receipt (UTC+7): received = stored + duplicate + dead-lettered. A message of
several readings is *stored* when any of them was stored or merged, else *dead-lettered* when any was set aside, else a
*duplicate*. A message of which only a field was set aside is stored, and the field is a dead letter of level `field`.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from psycopg import Connection

from devices.reasons import REASONS, Level
from storage.arrivals import LOCAL_TIME, Arrival, Outcome, Settled, local_day
from storage.sql import query

REMEMBERED_MESSAGES = 65_535
"""How many settled messages are remembered for each session: as many as there are MQTT packet ids."""

PARAMETER_COLUMNS = (
    "received",
    "stored",
    "duplicate",
    "dead_lettered",
    "redelivered",
    "readings_stored",
    "readings_merged",
    "readings_duplicate",
    "readings_dead_lettered",
    "fields_dead_lettered",
)


_COUNTS = attrgetter(*PARAMETER_COLUMNS)


@dataclass(slots=True)
class Entry:
    """One row's increments of the loss ledger."""

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    dead_lettered: int = 0
    redelivered: int = 0
    readings_stored: int = 0
    readings_merged: int = 0
    readings_duplicate: int = 0
    readings_dead_lettered: int = 0
    fields_dead_lettered: int = 0


@dataclass(slots=True)
class Worker:
    """The session that a batch came from, as it stands at the commit: deliveries received since it started, in hand.

    `lag_seconds` is the age of the oldest in hand; None when none is.
    """

    client_id: str
    started_at: datetime
    received: int = 0
    in_hand: int = 0
    lag_seconds: float | None = None
    filters: tuple[str, ...] = ()


def checksum(topic: str, payload: bytes) -> int:
    """The CRC-32 by which a redelivery of the same packet id is recognised."""
    return zlib.crc32(payload, zlib.crc32(topic.encode()))


class Books:
    """Keeps the books of one batch and writes them."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.entries: dict[tuple[int, date], Entry] = {}
        self._letters: list[tuple[Any, ...]] = []
        self._day = date.min
        self._day_starts = self._day_ends = datetime.min.replace(tzinfo=UTC)

    def entry(self, device_id: int, received_at: datetime) -> Entry:
        """The increments of the row of a device and the day of a moment."""
        if not self._day_starts <= received_at < self._day_ends:  # nearly all of a batch came on one day
            self._day = local_day(received_at)
            self._day_starts = datetime.combine(self._day, time.min, LOCAL_TIME).astimezone(UTC)
            self._day_ends = self._day_starts + timedelta(days=1)
        key = (device_id, self._day)
        entry = self.entries.get(key)
        if entry is None:
            entry = self.entries[key] = Entry()
        return entry

    def enter(self, arrival: Arrival, end: Settled) -> None:
        """Enter one message and where it ended."""
        entry = self.entry(arrival.device_id, arrival.received_at)
        entry.received += 1
        self.outcome.messages += 1
        is_dead = False
        if end.stored or end.merged:
            entry.stored += 1
            self.outcome.stored += 1
        elif any(REASONS[fault.reason][0] is not Level.FIELD for fault in (*arrival.faults, *end.conflicts)):
            entry.dead_lettered += 1
            self.outcome.dead_lettered += 1
            is_dead = True
        else:
            entry.duplicate += 1
            self.outcome.duplicate += 1
        self._enter_readings(arrival, end, entry)
        if arrival.faults or end.conflicts:
            self._set_aside(arrival, end, entry, settles=is_dead)

    def enter_parts(self, arrival: Arrival, end: Settled) -> None:
        """Enter the readings and the dead letters of a message that is counted elsewhere, or is none."""
        entry = self.entry(arrival.device_id, arrival.received_at)
        self._enter_readings(arrival, end, entry)
        self._set_aside(arrival, end, entry, settles=False)

    def _enter_readings(self, arrival: Arrival, end: Settled, entry: Entry) -> None:
        if arrival.kind is not None and arrival.readings:
            entry.readings_stored += end.stored
            entry.readings_merged += end.merged
            entry.readings_duplicate += end.duplicate
            self.outcome.readings_by_kind[arrival.kind.name] += end.stored

    def _set_aside(self, arrival: Arrival, end: Settled, entry: Entry, *, settles: bool) -> None:
        """Make dead letters of what has a fault; with `settles`, one of them stands for the message."""
        for fault in (*arrival.faults, *end.conflicts):
            level = REASONS[fault.reason][0]
            if level is Level.FIELD:
                entry.fields_dead_lettered += fault.count
            elif level is Level.READING:
                entry.readings_dead_lettered += fault.count
            stands = settles and level is not Level.FIELD
            settles = settles and not stands
            self.outcome.reasons[fault.reason.value] += fault.count
            self.outcome.set_aside.append((arrival, fault))
            self._letters.append(
                (
                    arrival.received_at,
                    level.value,
                    fault.reason.value,
                    fault.detail,
                    arrival.topic,
                    arrival.payload,
                    arrival.device_id or None,
                    fault.index,
                    fault.field,
                    fault.value,
                    stands,
                )
            )

    def withdraw(self, device_id: int, received_at: datetime) -> None:
        """Take back that a message was dead-lettered: it has been replayed, and is entered anew."""
        entry = self.entry(device_id, received_at)
        entry.received -= 1
        entry.dead_lettered -= 1

    def write(self, connection: Connection[Any]) -> None:
        """Write the ledger and the dead letters within the caller's transaction."""
        with connection.cursor() as cursor:
            if self._letters:
                with cursor.copy(query("copy_dead_letters")) as copy:
                    copy.set_types(_LETTER_TYPES)
                    for letter in self._letters:
                        copy.write_row(letter)
            if self.entries:
                keys = sorted(self.entries)
                counts = zip(*(_COUNTS(self.entries[key]) for key in keys), strict=True)
                parameters: dict[str, list[Any]] = dict(zip(PARAMETER_COLUMNS, map(list, counts), strict=True))
                parameters["device_id"] = [device_id for device_id, _ in keys]
                parameters["day"] = [day for _, day in keys]
                cursor.execute(query("add_to_ledger"), parameters)

    def record_delivery(
        self, connection: Connection[Any], worker: Worker, batch: int, arrivals: Sequence[Arrival]
    ) -> None:
        """Record which packets this batch settles, and what the session has seen, within the caller's transaction."""
        numbers = array("I")
        for arrival in arrivals:
            if arrival.packet_id is not None:
                numbers.extend((arrival.packet_id, arrival.checksum, arrival.size))
        numbers.byteswap()
        with connection.cursor() as cursor:
            cursor.execute(
                query("add_delivery"),
                {"client_id": worker.client_id, "batch": batch, "count": len(numbers) // 3, "messages": bytes(numbers)},
            )
        record_worker(connection, worker)


_LETTER_TYPES = (
    "timestamptz",
    "text",
    "text",
    "text",
    "text",
    "bytea",
    "int4",
    "int4",
    "text",
    "text",
    "bool",
)


def record_worker(connection: Connection[Any], worker: Worker) -> None:
    """Record what a session has seen and holds, within the caller's transaction."""
    connection.execute(
        query("put_worker"),
        {
            "client_id": worker.client_id,
            "started_at": worker.started_at,
            "received": worker.received,
            "in_hand": worker.in_hand,
            "lag_seconds": worker.lag_seconds,
            "filters": list(worker.filters),
        },
    )


def was_settled(connection: Connection[Any], client_id: str, batch: int) -> bool:
    """True when the batch of that number was committed. Answers what a connection lost during a commit left open."""
    row = connection.execute(query("find_delivery"), {"client_id": client_id, "batch": batch}).fetchone()
    return row is not None


def forget_deliveries(connection: Connection[Any], client_id: str) -> None:
    """Forget what a session settled so long ago that its packet ids have been used again."""
    connection.execute(query("forget_deliveries"), {"client_id": client_id, "remembered": REMEMBERED_MESSAGES})


def forget_session(connection: Connection[Any], client_id: str, batch: int) -> None:
    """Forget what a session settled before a batch: the broker has begun the session anew since."""
    connection.execute(query("forget_session"), {"client_id": client_id, "batch": batch})


def known_filters(connection: Connection[Any], client_id: str) -> tuple[str, ...]:
    """The topic filters that a session had when it last wrote; none for a new one."""
    row = connection.execute(query("known_filters"), {"client_id": client_id}).fetchone()
    return () if row is None else tuple(row[0])


def last_batch(connection: Connection[Any], client_id: str) -> int:
    """The number of the last batch that a session settled; 0 when none is remembered."""
    row = connection.execute(query("last_batch"), {"client_id": client_id}).fetchone()
    return 0 if row is None else int(row[0])


def settled_packets(connection: Connection[Any], client_id: str) -> Iterator[tuple[int, int, int]]:
    """The remembered packets of a session, oldest first: packet id, checksum, length of the payload."""
    for (messages,) in connection.execute(query("deliveries"), {"client_id": client_id}):
        numbers = array("I", messages)
        numbers.byteswap()
        yield from zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True)
