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

WEEK_SECONDS = 7 * DAY_SECONDS
"""Devices take turns by so much of the time, counted from 1970: as long as a part of the tables, and the same ones."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings of one device over a week or what of it is wanted, part after part and each in order."""

    device: Device
    kind: Kind
    arrays: list[Arrays]

    @property
    def readings(self) -> int:
        """How many readings are in it."""
        return sum(arrays.times.size for arrays in self.arrays)


def history(simulators: Sequence[Simulator], start: int, end: int) -> Iterator[Batch]:
    """Batches of all readings with start <= time < end, week after week, and in each week device after device.

    Raises BeforeTheWorld when `start` is before the simulated world begins.
    """
    check_begun(start)
    for first, last in weeks(start, end):
        for simulator in simulators:
            yield Batch(simulator.device, simulator.kind, list(simulator.frame(first, last).arrays()))


def weeks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each week between two times; the first and the last may be shorter."""
    for week in range(start // WEEK_SECONDS, -(-end // WEEK_SECONDS)):
        yield max(start, week * WEEK_SECONDS), min(end, (week + 1) * WEEK_SECONDS)


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
