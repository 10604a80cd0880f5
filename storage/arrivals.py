"""What ingest hands to storage: messages with what was read from them, and what storage answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from devices.model import Kind
from devices.readings import Event, Fault, Reading, Status

LOCAL_TIME = timezone(timedelta(hours=7), "UTC+7")
"""Viet Nam's time, as a fixed offset: the country keeps no daylight saving time."""

UNREGISTERED = 0
"""The device number under which the ledger counts what no registered device sent."""


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in UTC+7, the day of the ledger."""
    return moment.astimezone(LOCAL_TIME).date()


@dataclass(slots=True)
class Arrival:
    """One message from the broker with what was read from it.

    `device_id` is 0 where no registered device is behind it. `packet_id` is the broker's id of this delivery (None for
    messages that did not come by a broker, such as a replayed dead letter). `checksum` and `size` are those of the
    payload as it came, and `payload` is kept so too, unless it holds personal data, which is masked.
    """

    topic: str
    payload: bytes
    received_at: datetime
    device_id: int = UNREGISTERED
    kind: Kind | None = None
    readings: list[Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    status: Status | None = None
    event: Event | None = None
    packet_id: int | None = None
    checksum: int = 0
    size: int = 0


@dataclass(slots=True)
class Settled:
    """Where the parts of one arrival ended; filled by the writer."""

    stored: int = 0
    merged: int = 0
    duplicate: int = 0
    conflicts: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What one committed batch came to: counts of messages and readings, readings stored by kind, reasons set aside."""

    messages: int = 0
    stored: int = 0
    duplicate: int = 0
    dead_lettered: int = 0
    readings_by_kind: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    set_aside: list[tuple[Arrival, Fault]] = field(default_factory=list)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
