"""Mains power: feeders, their cuts, and how often what hangs on them has started anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from simulators.calendar import DAY_SECONDS, ORIGIN_YEAR, hour_of_day, year_of, year_start
from simulators.noise import Flags, Floats, Integers, key, smooth, uniform
from simulators.rain import Rain
from simulators.tables import Yearbook

_SLOT_DAYS = 12
_CUT_CHANCE = 0.16
_LONG_CUT_HOURS = 7.0


@dataclass(frozen=True, slots=True)
class Cuts:
    """Power cuts that begin in one local year, in order and apart: whole Unix seconds of begin and end."""

    begin: Integers
    end: Integers


class Feeder:
    """One medium-voltage feeder. Cuts are planned or by accident, more in storms and in the heat of summer."""

    def __init__(self, seed: int, name: str, rain: Rain) -> None:
        self._source = key(seed, "feeder", name)
        self._rain = rain
        self._years: Yearbook[Cuts] = Yearbook(self._build)

    def cuts(self, year: int) -> Cuts:
        """The cuts that begin in a year."""
        return self._years[year]

    def is_on(self, times: Floats) -> Flags:
        """True where there is mains power."""
        result: Flags = self.cut_age(times) == 0.0
        return result

    def cut_age(self, times: Floats) -> Floats:
        """Seconds since the power went, 0 where there is power."""
        return self._years.read(times, _age)

    def voltage(self, times: Floats) -> Floats:
        """Voltage at the customer in V: 220 V nominal, lower in the evening peak, 0 in a cut."""
        evening = np.exp(-0.5 * ((np.mod(hour_of_day(times) - 19.5 + 12, 24) - 12) / 2.0) ** 2)
        volts = 227.0 - 8.0 * evening + 2.2 * smooth(self._source ^ np.uint64(7), times / 1800.0)
        result: Floats = np.where(self.is_on(times), volts, 0.0)
        return result

    def _build(self, year: int, _before: Cuts | None) -> Cuts:
        first = int(year_start(year) // (_SLOT_DAYS * DAY_SECONDS)) + 1
        last = int(year_start(year + 1) // (_SLOT_DAYS * DAY_SECONDS))
        slots = np.arange(first, last)
        u, v, w = (uniform(self._source ^ np.uint64(part), slots) for part in (1, 2, 3))
        begin = (slots + 0.9 * u) * _SLOT_DAYS * DAY_SECONDS
        length = (0.15 + np.where(v < 0.3, _LONG_CUT_HOURS * w, 1.2 * w)) * 3600.0
        real = uniform(self._source ^ np.uint64(4), slots) < _CUT_CHANCE
        storms = self._rain.grid(year).storms
        hit = uniform(self._source ^ np.uint64(5), np.arange(storms.peak.size) + 10 * year) < 0.8
        begins = np.concatenate([begin[real], storms.peak[hit] - 3600.0]).astype(np.int64)
        ends = np.concatenate([(begin + length)[real], storms.peak[hit] + 5.5 * 3600.0]).astype(np.int64)
        # A cut ends with its year at the latest: each year's table then answers for itself.
        return _apart(begins, np.minimum(ends, year_start(year + 1)))


def _apart(begin: Integers, end: Integers) -> Cuts:
    """Put cuts in order and join those that touch."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(zip(begin.tolist(), end.tolist(), strict=True)):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return Cuts(
        np.array([pair[0] for pair in joined], dtype=np.int64), np.array([pair[1] for pair in joined], dtype=np.int64)
    )


def _age(cuts: Cuts, times: Floats) -> Floats:
    if cuts.begin.size == 0:
        return np.zeros(times.shape)
    place = np.searchsorted(cuts.begin, times, side="right") - 1
    held = np.maximum(place, 0)
    inside = (place >= 0) & (times < cuts.end[held])
    return np.where(inside, times - cuts.begin[held] + 1e-3, 0.0)


class Supply:
    """How one device is powered: by a feeder, or by the sun and a battery when `feeder` is None.

    It knows when the device is silent (a cut, and no battery), which of its reading slots were sent, and since when it
    has been running: after a cut, and after a restart of its own every month or two.
    """

    def __init__(self, seed: int, device: str, feeder: Feeder | None, *, backed_up: bool) -> None:
        self._source = key(seed, "restarts", device)
        self.feeder = feeder
        self.backed_up = backed_up or feeder is None
        self._boots: Yearbook[Integers] = Yearbook(self._build_boots)
        self._silences: Yearbook[tuple[Cuts, Integers, int]] | None = None

    def silences(self, year: int) -> Cuts:
        """The times that begin in a year in which the device has no power at all."""
        if self.feeder is None or self.backed_up:
            return Cuts(np.empty(0, np.int64), np.empty(0, np.int64))
        return self.feeder.cuts(year)

    def speaks(self, times: Floats) -> Flags:
        """True where the device has power to send."""
        if self.feeder is None or self.backed_up:
            return np.ones(times.shape, dtype=np.bool_)
        return self.feeder.is_on(times)

    def awake(self, total: Callable[[Floats], Floats], times: Floats) -> Floats:
        """What a counter has that `total` would have if the device had never been without power."""
        counted = total(times)
        for cuts in self._silences_until(times):
            lost = total(cuts.end.astype(np.float64)) - total(cuts.begin.astype(np.float64))
            counted = counted - np.concatenate([[0.0], np.cumsum(lost)])[np.searchsorted(cuts.end, times, side="right")]
        return counted

    def _silences_until(self, times: Floats) -> Iterator[Cuts]:
        """The silences of each year from the world's beginning to the last of the times, where there are any."""
        if self.feeder is None or self.backed_up or times.size == 0:
            return
        for year in range(ORIGIN_YEAR, int(year_of(times).max()) + 1):
            cuts = self.silences(year)
            if cuts.begin.size:
                yield cuts

    def uptime(self, times: Floats) -> Floats:
        """Seconds since the device last started."""
        return self._boots.read(
            times, lambda boots, at: at - boots[np.searchsorted(boots, at, side="right") - 1].astype(np.float64)
        )

    def sent_before(self, times: Integers, phase: int, interval: int) -> Integers:
        """How many of the slots phase, phase + interval ... before each time fell outside the silences."""
        slots = (times - phase + interval - 1) // interval
        missed = np.zeros(times.shape, dtype=np.int64)
        for cuts in self._silences_until(times.astype(np.float64)):
            lost = _slots(cuts.end, phase, interval) - _slots(cuts.begin, phase, interval)
            missed += np.concatenate([[0], np.cumsum(lost)])[np.searchsorted(cuts.end, times, side="right")]
        return slots - missed

    def _build_boots(self, year: int, before: Integers | None) -> Integers:
        start = year_start(year)
        own = np.arange(7) + 7 * year
        restarts = start + (np.arange(7) + 0.1 + 0.8 * uniform(self._source, own)) * 52 * DAY_SECONDS
        parts = [np.floor(restarts).astype(np.int64), self.silences(year).end]
        parts.append(np.array([start if before is None else before[-1]], dtype=np.int64))
        boots: Integers = np.unique(np.concatenate(parts))
        return boots


def _slots(times: Integers, phase: int, interval: int) -> Integers:
    """How many of phase, phase + interval ... lie before each time."""
    result: Integers = np.maximum(0, (times - phase + interval - 1) // interval)
    return result
