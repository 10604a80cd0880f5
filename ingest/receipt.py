"""Times of receipt that never meet: what a device sends without a time must not fall on itself.

The readings of an untimed array lie a microsecond apart, and a backlog brings arrays faster than that: without a look
at what the device was given before, two readings would share one time, and the later would pass for a repeat. A
delivery that is read once more, because the database was away, keeps the place that it was given.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from devices.readings import Reading, TimeSource

MICROSECOND = timedelta(microseconds=1)
LARGEST_SHIFT = timedelta(seconds=30)
"""A larger overlap is no backlog but a clock of ours that was set back; then the clock is right."""


class ReceiptTimes:
    """Remembers the last time that was given to each device; shared by all writers of a process.

    A delivery is named by its `id`, from its first reading until it is settled.
    """

    def __init__(self) -> None:
        self._last: dict[int, datetime] = {}
        self._shifts: dict[int, timedelta] = {}
        self._lock = threading.Lock()

    def place(self, delivery: int, device_id: int, readings: Sequence[Reading]) -> None:
        """Move the readings without a time behind all that the device was given before.

        A clock that is ahead is another matter: its readings keep their own spacing, up to the time of receipt.
        """
        placed = [reading for reading in readings if reading.time_source is TimeSource.ABSENT]
        if not placed:
            return
        with self._lock:
            shift = self._shifts.get(delivery)
            if shift is None:
                shift = self._shifts[delivery] = self._shift(device_id, placed)
        for reading in placed:
            reading.time += shift

    def _shift(self, device_id: int, placed: Sequence[Reading]) -> timedelta:
        """How far readings must move; what they then occupy is given to them."""
        first, newest = min(reading.time for reading in placed), max(reading.time for reading in placed)
        last = self._last.get(device_id)
        shift = timedelta()
        if last is not None and first <= last < first + LARGEST_SHIFT:
            shift = last - first + MICROSECOND
        self._last[device_id] = newest + shift
        return shift

    def settled(self, deliveries: Iterable[int]) -> None:
        """Forget the places of deliveries that will not be read again."""
        with self._lock:
            if not self._shifts:
                return  # readings bring their time as a rule
            for delivery in deliveries:
                self._shifts.pop(delivery, None)
