"""Street lamps: lit by night, dimmed late, dark in a power cut or when they fail; energy is the integral of power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.calendar import DAY_SECONDS, day_number, day_start, hour_of_day, year_start
from simulators.noise import Flags, Floats, Integers, key, uniform
from simulators.power import Feeder
from simulators.steps import Nights, Spells, Steps
from simulators.tables import Yearbook

DIM_FROM_HOUR = 22.5
DIM_UNTIL_HOUR = 4.5
DIMMED_PERCENT = 50.0
FAILURES = ("gear", "lamp_open", "lamp_short", "thermal", "unreachable", "bus_power")


def wanted_level(times: Floats, nights: Nights) -> Floats:
    """The light level in percent that the schedule asks for."""
    hours = hour_of_day(times)
    late = (hours >= DIM_FROM_HOUR) | (hours < DIM_UNTIL_HOUR)
    return np.where(nights.lit(times), np.where(late, DIMMED_PERCENT, 100.0), 0.0)


@dataclass(frozen=True, slots=True)
class _LampYear:
    watts: Steps
    lit: Steps


class Lamp:
    """One lamp. `watts` is its power at full light, gear included."""

    def __init__(self, seed: int, code: str, watts: float, feeder: Feeder, nights: Nights) -> None:
        self.watts = watts
        self.feeder = feeder
        self._nights = nights
        self._source = key(seed, "lamp", code)
        self.failures = Spells(self._source, 75.0, 0.09, 8 * 3600.0, 4.0 * DAY_SECONDS)
        self._years: Yearbook[_LampYear] = Yearbook(self._build)

    def level(self, times: Floats) -> Floats:
        """Light level in percent, 0 when dark for any reason."""
        works = self.feeder.is_on(times) & ~self.failures.active(times)
        return np.where(works, wanted_level(times, self._nights), 0.0)

    def power(self, times: Floats) -> Floats:
        """Active power in W: dimmed LED gear takes a little more than its share of light, and 0.4 W when dark."""
        level = self.level(times)
        draws = np.where(level > 0, self.watts * (0.06 + 0.94 * level / 100.0), 0.4)
        return np.where(self.feeder.is_on(times), draws, 0.0)

    def energy(self, times: Floats) -> Floats:
        """Energy since the start of the world in kWh: the integral of `power`."""
        return self._years.read(times, lambda year, at: year.watts.total(at)) / 3.6e6

    def hours(self, times: Floats) -> Floats:
        """Hours lit since the start of the world."""
        return self._years.read(times, lambda year, at: year.lit.total(at)) / 3600.0

    def failed(self, times: Floats) -> Flags:
        """True where the lamp cannot light as it should."""
        return self.failures.active(times)

    def cause(self, times: Floats) -> Integers:
        """The place in FAILURES of what is wrong; meaningful only where `failed`."""
        draws = uniform(self._source ^ np.uint64(9), self.failures.slot(times))
        return np.floor(draws * len(FAILURES)).astype(np.int64)

    def _build(self, year: int, before: _LampYear | None) -> _LampYear:
        """Between these edges nothing about the lamp changes, so the middle of each step speaks for all of it."""
        start, end = year_start(year), year_start(year + 1)
        first, last = day_number(np.array([float(start), float(end)]))
        midnights = np.array([day_start(int(day)) for day in range(int(first), int(last))], dtype=np.float64)
        cuts = self.feeder.cuts(year)
        failures = [edge for spell in self.failures.between(start, end) for edge in spell]
        edges = np.unique(
            np.concatenate(
                [
                    [start, end],
                    *self._nights.of_year(year),
                    midnights + DIM_FROM_HOUR * 3600.0,
                    midnights + DIM_UNTIL_HOUR * 3600.0,
                    cuts.begin,
                    cuts.end,
                    failures,
                ]
            ).clip(start, end)
        )
        middles = (edges[1:] + edges[:-1]) / 2.0
        lit = (self.level(middles) > 0).astype(np.float64)
        return _LampYear(
            Steps.over(edges, self.power(middles), None if before is None else before.watts),
            Steps.over(edges, lit, None if before is None else before.lit),
        )
