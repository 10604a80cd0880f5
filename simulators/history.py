"""The past of a simulated commune as readings, fast, for whoever writes them down.

What comes out is what a live run of the same seed would have published for the same time, value for value and number
for number, so that a live run may follow a backfill.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.model import Kind
from devices.readings import Reading, TimeSource
from devices.registry import Device
from simulators.calendar import DAY_SECONDS, check_begun, utc
from simulators.devices import Simulator
from simulators.frames import Arrays

CHUNK_SECONDS = 7 * DAY_SECONDS
"""Devices take turns by so much of the time: a week, as wide as a part of the tables."""
_PIECE_READINGS = 3000
"""So many times of a device are worked out at once: fewer waste time, more do not fit the processor's cache."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings of one device over a piece of the time, in order; `until` is the end of the piece in Unix seconds."""

    device: Device
    kind: Kind
    until: int
    arrays: list[Arrays]

    @property
    def readings(self) -> int:
        """How many readings are in it."""
        return sum(arrays.times.size for arrays in self.arrays)


def history(
    simulators: Sequence[Simulator], start: int, end: int, chunk_seconds: int = CHUNK_SECONDS
) -> Iterator[Batch]:
    """Batches of all readings with start <= time < end, part after part, and in each part device after device.

    Raises BeforeTheWorld when `start` is before the simulated world begins.
    """
    check_begun(start)
    for first in range(start, end, chunk_seconds):
        last = min(first + chunk_seconds, end)
        for simulator in simulators:
            piece = _PIECE_READINGS * simulator.interval
            for begin in range(first, last, piece):
                until = min(begin + piece, last)
                yield Batch(simulator.device, simulator.kind, until, list(simulator.frame(begin, until).arrays()))


def readings_of(simulator: Simulator, start: int, end: int) -> list[Reading]:
    """The readings of one device with start <= time < end."""
    found = []
    for rows in simulator.frame(start, end).messages():
        time = utc(rows[0].time)
        for index, row in enumerate(rows):
            found.append(Reading(time, TimeSource.DEVICE, None, row.seq, row.keys, row.values, index))
    return found


def expected_readings(simulators: Sequence[Simulator], start: int, end: int) -> int:
    """About how many readings `history` will yield: as if no power was ever cut."""
    total = 0
    for simulator in simulators:
        parts = len(simulator.frame(start, start + simulator.interval).parts) or 1
        total += parts * ((end - start) // simulator.interval)
    return total
