"""What comes out of a message: readings, statuses, events, and faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from devices.reasons import Reason

Value = float | bool | str | None
"""A field's value: a float for gauges and counters, a bool for states, a str for labels; None when not sent."""


class TimeSource(IntEnum):
    """Whose clock a reading's time comes from; stored beside every reading."""

    DEVICE = 0
    """The device's own time, believed."""
    ABSENT = 1
    """The device sent no time: the time of receipt."""
    NOT_BELIEVED = 2
    """The device's clock was ahead: the time of receipt, with the device's own kept beside it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something was set aside.

    `index` is the place in an array payload (0 for an object), None for the message as a whole. `field` is the name of
    the field for faults of one field. `detail` says in English what was wrong and what is expected. `value` shows the
    offending value in at most 200 characters. `count` is more than 1 on a fault that stands for several which are not
    listed one by one. Every text of a fault is free of control characters and valid Unicode, as PostgreSQL requires.
    """

    reason: Reason
    detail: str
    index: int | None = None
    field: str | None = None
    value: str | None = None
    count: int = 1


@dataclass(slots=True)
class Reading:
    """One reading of one device at one time.

    `keys` and `values` are in the order of `Kind.keys` and `Kind.values`; an absent optional key is the empty text.
    `device_time` is set only when the device's clock was not believed. All times are aware and in UTC.
    """

    time: datetime
    time_source: TimeSource
    device_time: datetime | None
    seq: int | None
    keys: tuple[str, ...]
    values: tuple[Value, ...]
    index: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """A device's word, or its last will's, that it is on or off the line."""

    time: datetime
    time_source: TimeSource
    online: bool
    detail: str
    """The members of the payload besides `state` and `ts`, as JSON text."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a device: a name, and whatever the device says of it."""

    time: datetime
    time_source: TimeSource
    name: str
    detail: str
    """The members of the payload besides `event` and `ts`, as JSON text."""
