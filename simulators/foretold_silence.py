"""Which alerts of silence a run must open and close: docs/reference/alerts.md, read a second time, on a grid of looks.

Every device is a row and every look of the system a column; what a device is at a look follows from what was received
of it by then. Only what stays open from look to look is followed step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from devices.alert_book import OFFLINE, PLACE_SILENT, SYSTEM_SILENT
from simulators.foretold import Conditions, Foretold
from simulators.noise import Flags, Floats

LATE_INTERVALS = 1.5
WILL_SECONDS = 120.0
LEAST_MEMBERS = 3
LEAST_DEVICES = 5
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Voice:
    """What was received of a device: times of readings that were stored, and of statuses with what each said."""

    device: str
    interval: int
    place: str | None
    readings: Sequence[float]
    statuses: Sequence[tuple[float, bool]] = ()


@dataclass(slots=True)
class _Open:
    opened: float
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Grid:
    """For devices × looks: when each was last heard, when its will came after that (NaN: not), since Unix epoch."""

    looks: Floats
    heard: Floats
    offline: Floats
    interval: Floats

    def due(self, back: float) -> Floats:
        """When each device is silent for too long, if the system was back at a moment."""
        factor = OFFLINE.limits.threshold
        assert factor is not None
        due = np.maximum(self.heard, back) + factor * self.interval
        by_will = np.where(self.offline > back, self.offline + np.maximum(WILL_SECONDS, self.interval), np.inf)
        result: Floats = np.where(np.isnan(self.heard), np.inf, np.minimum(due, by_will))
        return result

    def late(self, back: float) -> Flags:
        """Whether each device is later than it should be."""
        waited = self.looks[None, :] - np.maximum(self.heard, back) > LATE_INTERVALS * self.interval
        result: Flags = ~np.isnan(self.heard) & (waited | (self.offline > back))
        return result

    def busy(self, due: Floats) -> set[int]:
        """The looks at which a device is due."""
        return set(np.flatnonzero(np.any(due <= self.looks[None, :], axis=0)).tolist())


@dataclass(slots=True)
class _Walk:
    """From look to look: what is open, and when the system was last back."""

    voices: Sequence[Voice]
    grid: _Grid
    commune: str
    open: dict[tuple[str, str], _Open] = field(default_factory=dict)
    done: list[Foretold] = field(default_factory=list)
    back: float = -np.inf

    def run(self) -> None:
        """Walk over all looks; those at which nothing can change are passed over."""
        due, late = self.grid.due(self.back), self.grid.late(self.back)
        busy = self.grid.busy(due)
        for place in range(self.grid.looks.size):
            if self.open or place in busy:
                back = self.back
                self._look(place, due[:, place], late[:, place])
                if self.back != back:
                    due, late = self.grid.due(self.back), self.grid.late(self.back)
                    busy = self.grid.busy(due)

    def _look(self, place: int, due_at: Floats, late: Flags) -> None:
        now = float(self.grid.looks[place])
        known = np.flatnonzero(~np.isnan(self.grid.heard[:, place]))
        due = [int(row) for row in known if due_at[row] <= now]
        wanted = self._wanted(place, [int(row) for row in known], due, due_at, late)
        for key in sorted(self.open.keys() - wanted.keys()):
            self._close(key, now, place, due)
        for key, (at, members) in wanted.items():
            if key in self.open:
                self.open[key].members = members
            else:
                self.open[key] = _Open(min(at, now), members)

    def _wanted(
        self, place: int, known: list[int], due: list[int], due_at: Floats, late: Flags
    ) -> dict[tuple[str, str], tuple[float, tuple[str, ...]]]:
        """What must be open at a look: key, since when, and for whom."""
        key = SYSTEM_SILENT.name, SYSTEM
        many = len(known) >= LEAST_DEVICES
        silent = self._together(key, place, known, due, late, LEAST_DEVICES) if many else []
        if silent:
            return {key: self._since(silent, due_at, place)}
        if key in self.open:
            return {}
        found = {}
        grouped = set()
        for where in sorted({name for row in known if (name := self.voices[row].place) is not None}):
            here = [row for row in known if self.voices[row].place == where]
            key = PLACE_SILENT.name, f"{self.commune}/{where}"
            silent = self._together(key, place, here, due, late, LEAST_MEMBERS)
            if len(silent) >= LEAST_MEMBERS:
                found[key] = self._since(silent, due_at, place)
                grouped.add(where)
        for row in due:
            if self.voices[row].place not in grouped:
                found[OFFLINE.name, self._name(row)] = float(due_at[row]), ()
        return found

    def _together(
        self, key: tuple[str, str], place: int, rows: list[int], due: list[int], late: Flags, least: int
    ) -> list[int]:
        """The rows that are one event; none where it is not."""
        limits = (SYSTEM_SILENT if key[0] == SYSTEM_SILENT.name else PLACE_SILENT).limits
        assert limits.threshold is not None
        silent = [row for row in rows if late[row]]
        newest = max(max(float(self.grid.heard[row, place]), self.back) for row in rows)
        quiet = float(self.grid.looks[place]) - newest
        mute = sum(quiet > LATE_INTERVALS * self.voices[row].interval for row in rows) >= least
        share = len(silent) / len(rows)
        if key in self.open:
            is_one = share > limits.threshold - limits.margin
        else:
            is_one = bool(set(due) & set(rows)) and (mute or share >= limits.threshold)
        return (rows if mute else silent) if is_one else []

    def _since(self, rows: list[int], due_at: Floats, place: int) -> tuple[float, tuple[str, ...]]:
        """When the first of those was due that was not silent alone before; and the names of all."""
        new = [float(due_at[row]) for row in rows if (OFFLINE.name, self._name(row)) not in self.open]
        return min(new, default=float(self.grid.looks[place])), tuple(sorted(self._name(row) for row in rows))

    def _close(self, key: tuple[str, str], now: float, place: int, due: list[int]) -> None:
        one = self.open.pop(key)
        at = now
        if key[0] == OFFLINE.name:
            row = next(row for row, _ in enumerate(self.voices) if self._name(row) == key[1])
            at = float(self.grid.heard[row, place]) if row not in due else now
        if key[0] == SYSTEM_SILENT.name:
            self.back = at
        self.done.append(Foretold(*key, one.opened, max(at, one.opened), one.members))

    def _name(self, row: int) -> str:
        return f"{self.commune}/{self.voices[row].device}"


def foretell_silence(voices: Sequence[Voice], conditions: Conditions) -> Iterator[Foretold]:
    """The alerts of silence, in the order in which they are over; those that stay open last."""
    looks = np.arange(
        conditions.start + conditions.look_seconds, conditions.end + 1, conditions.look_seconds, dtype=np.float64
    )
    if not voices or not looks.size:
        return
    pairs = [_heard(voice, looks) for voice in voices]
    interval = np.array([[voice.interval] for voice in voices], dtype=np.float64)
    grid = _Grid(looks, np.stack([heard for heard, _ in pairs]), np.stack([off for _, off in pairs]), interval)
    walk = _Walk(voices, grid, conditions.commune)
    walk.run()
    for kind in (OFFLINE.name, PLACE_SILENT.name, SYSTEM_SILENT.name):
        walk.done += [Foretold(*key, one.opened, None, one.members) for key, one in walk.open.items() if key[0] == kind]
    yield from walk.done


def _heard(voice: Voice, looks: Floats) -> tuple[Floats, Floats]:
    """At each look, when the device was last heard (NaN: never), and when its will came after that (NaN: not)."""
    readings = _last(np.sort(np.asarray(voice.readings, dtype=np.float64)), looks)
    times = np.array([time for time, _ in voice.statuses], dtype=np.float64)
    online = np.array([*(online for _, online in voice.statuses), False])
    place = np.searchsorted(times, looks, side="left") - 1
    status = np.where(place >= 0, np.concatenate([times, [np.nan]])[place], np.nan)
    is_online = online[place] & (place >= 0)
    heard = np.fmax(readings, np.where(is_online, status, np.nan))
    offline = np.where(~is_online & (np.isnan(readings) | (status >= readings)), status, np.nan)
    return heard, np.where(np.isnan(heard), np.nan, offline)


def _last(times: Floats, looks: Floats) -> Floats:
    """The last of the times before each look; NaN where there is none. What comes at a look is seen by the next."""
    padded = np.concatenate([[np.nan], times])
    result: Floats = padded[np.searchsorted(times, looks, side="left")]
    return result
