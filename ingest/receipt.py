"""Times of receipt that never meet: what a device sends without a time must not fall on itself.

The readings of an untimed array lie a microsecond apart, and a backlog brings arrays faster than that: without a look
at what the device was given before, two readings would share one time, and the later would pass for a repeat.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from devices.readings import Reading, TimeSource

MICROSECOND = timedelta(microseconds=1)
LARGEST_SHIFT = timedelta(seconds=30)
"""A larger overlap is no backlog but a clock of ours that was set back; then the clock is right."""


class ReceiptTimes:
    """Remembers the last time that was given to each device; shared by all writers of a process."""

    def __init__(self) -> None:
        self._last: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def place(self, device_id: int, readings: Sequence[Reading]) -> None:
        """Move the readings without a time behind all that the device was given before.

        A clock that is ahead is another matter: its readings keep their own spacing, up to the time of receipt.
        """
        placed = [reading for reading in readings if reading.time_source is TimeSource.ABSENT]
        if not placed:
            return
        first = min(reading.time for reading in placed)
        with self._lock:
            last = self._last.get(device_id)
            if last is not None and first <= last < first + LARGEST_SHIFT:
                shift = last - first + MICROSECOND
                for reading in placed:
                    reading.time += shift
            self._last[device_id] = max(reading.time for reading in placed)
