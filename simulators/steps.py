"""Processes that hold a value between edges, their integrals, and spells that come and go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from simulators.calendar import DAY_SECONDS, year_start
from simulators.noise import Flags, Floats, Integers, Key, uniform
from simulators.sun import Sun
from simulators.tables import Yearbook


@dataclass(frozen=True, slots=True)
class Steps:
    """A rate that is constant between edges, and its integral since the start of the world at each edge."""

    edges: Floats
    rates: Floats
    totals: Floats

    @classmethod
    def over(cls, edges: Floats, rates: Floats, before: Steps | None) -> Steps:
        """Steps with one edge more than rates; the integral goes on from the table before."""
        first = 0.0 if before is None else float(before.totals[-1])
        return cls(edges, rates, first + np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))]))

    def value(self, times: Floats) -> Floats:
        """The rate at each time."""
        result: Floats = self.rates[self._place(times)]
        return result

    def total(self, times: Floats) -> Floats:
        """The integral at each time, in units of the rate times seconds."""
        place = self._place(times)
        result: Floats = self.totals[place] + self.rates[place] * (times - self.edges[place])
        return result

    def _place(self, times: Floats) -> Integers:
        found = np.searchsorted(self.edges, times, side="right") - 1
        return np.clip(found, 0, self.rates.size - 1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Spells:
    """Something that happens now and then: at most once in each slot of `slot_days`, with a chance.

    Spells last between `shortest` and `longest` seconds and lie wholly inside their slot.
    """

    source: Key
    slot_days: float
    chance: float
    shortest: float
    longest: float

    def _of(self, slot: Integers) -> tuple[Flags, Floats, Floats]:
        length = self.shortest + (self.longest - self.shortest) * uniform(self.source ^ np.uint64(2), slot)
        seconds = self.slot_days * DAY_SECONDS
        begin = np.floor(slot * seconds + uniform(self.source ^ np.uint64(3), slot) * (seconds - length))
        return uniform(self.source ^ np.uint64(1), slot) < self.chance, begin, begin + np.floor(length)

    def slot(self, times: Floats) -> Integers:
        """The number of the slot of each time, to draw the nature of a spell from."""
        return np.floor(times / (self.slot_days * DAY_SECONDS)).astype(np.int64)

    def active(self, times: Floats) -> Flags:
        """True inside a spell."""
        real, begin, end = self._of(self.slot(times))
        result: Flags = real & (times >= begin) & (times < end)
        return result

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Begin and end of the spells that touch an interval, in order."""
        first, last = self.slot(np.array([start, end]))
        real, begin, finish = self._of(np.arange(int(first), int(last) + 1))
        keep = real & (finish > start) & (begin < end)
        return list(zip(begin[keep].tolist(), finish[keep].tolist(), strict=True))


class Nights:
    """When public lamps are to be lit: from ten minutes after sunset to ten minutes before sunrise, by `astral`."""

    AFTER_SUNSET_SECONDS = 600
    BEFORE_SUNRISE_SECONDS = 600

    def __init__(self, here: Sun) -> None:
        self._sun = here
        self._years: Yearbook[tuple[Floats, Floats]] = Yearbook(self._build)

    def of_year(self, year: int) -> tuple[Floats, Floats]:
        """Switching on and off of each night that touches a local year, in Unix seconds."""
        return self._years[year]

    def lit(self, times: Floats) -> Flags:
        """True where lamps are to be lit."""
        return self._years.read(times, _inside) > 0.5

    def _build(self, year: int, _before: tuple[Floats, Floats] | None) -> tuple[Floats, Floats]:
        first = date(year - 1, 12, 31)
        days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days + 1)]
        suns = np.array([self._sun.rise_and_set(day) for day in days])
        begin = np.floor(suns[:-1, 1]) + self.AFTER_SUNSET_SECONDS
        end = np.floor(suns[1:, 0]) - self.BEFORE_SUNRISE_SECONDS
        keep = (end > year_start(year)) & (begin < year_start(year + 1))
        return begin[keep], end[keep]


def _inside(night: tuple[Floats, Floats], times: Floats) -> Floats:
    begin, end = night
    place = np.searchsorted(begin, times, side="right") - 1
    inside = (place >= 0) & (times < end[np.maximum(place, 0)])
    result: Floats = np.asarray(inside, dtype=np.float64)
    return result
