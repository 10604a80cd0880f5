"""Rain as events with a beginning and an end: drizzle of late winter, summer showers, storms from the sea.

Each event is a few cells; each cell lets fall its depth in a raised cosine. Depths are summed on a ten-minute grid from
the start of the world, so that the rain of any two neighbouring intervals adds up exactly. Probabilities and depths are
round numbers for the Red River delta, made for the sample; they quote no station.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.calendar import DAY_SECONDS, WARM_UP_YEAR, day_start, hump, monthly, season, year_of, year_start
from simulators.noise import Floats, Integers, Key, key, normal, probability, smooth, uniform
from simulators.tables import Yearbook, between_steps

STEP_SECONDS = 600
MONTHLY_MM = (20, 22, 42, 85, 165, 220, 235, 275, 200, 130, 45, 20)
MONTHLY_RAIN_DAYS = (7, 10, 14, 12, 12, 13, 14, 15, 12, 9, 6, 4)
_CELLS = 4
_STORM_SLOT_DAYS = 20
_STORM_CHANCE = 0.17


@dataclass(frozen=True, slots=True)
class Storms:
    """Tropical storms of a year: the time of the strongest wind, the depth of rain in mm, the length in seconds."""

    peak: Floats
    depth_mm: Floats
    length: Floats


@dataclass(frozen=True, slots=True)
class RainYear:
    """Rain fallen since the world's start at every step of a local year, in mm; one edge more than steps."""

    start: int
    total_mm: Floats
    storms: Storms


class Rain:
    """The rain of one seed. The rest of the world asks only for depths between times."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._years: Yearbook[RainYear] = Yearbook(self._build)

    def total(self, times: Floats) -> Floats:
        """Rain fallen since the start of the world, in mm; it never falls."""
        return self._years.read(times, _look)

    def depth(self, times: Floats, window_seconds: float) -> Floats:
        """Rain fallen in the window before each time, in mm."""
        result: Floats = self.total(times) - self.total(times - window_seconds)
        return result

    def grid(self, year: int) -> RainYear:
        """The totals of a whole year, for what answers rain with a memory."""
        return self._years[year]

    def storm(self, times: Floats) -> Floats:
        """How much of a tropical storm there is, 0 to about 1."""
        found = np.zeros(times.shape)
        for year in np.unique(np.maximum(year_of(times), WARM_UP_YEAR)):
            storms = self._years[int(year)].storms
            for peak, depth, length in zip(storms.peak, storms.depth_mm, storms.length, strict=True):
                found += depth / 220.0 * np.exp(-(((times - peak) / (0.45 * length)) ** 2))
        result: Floats = np.minimum(found, 1.2)
        return result

    def _build(self, year: int, before: RainYear | None) -> RainYear:
        start, end = year_start(year), year_start(year + 1)
        total = np.zeros((end - start) // STEP_SECONDS + 1)
        days = np.arange((start + 25_200) // DAY_SECONDS - 2, (end + 25_200) // DAY_SECONDS)
        storms = self._storms(year)
        begin, length, depth = (
            np.concatenate(parts) for parts in zip(self._cells(days), self._storm_cells(storms), strict=True)
        )
        for first, seconds, millimetres in zip(begin, length, depth, strict=True):
            low = max(0, int((first - start) // STEP_SECONDS))
            if first + seconds <= start or low >= total.size:
                continue
            high = min(total.size, int((first + seconds - start) // STEP_SECONDS) + 2)
            edges = start + STEP_SECONDS * np.arange(low, high)
            fallen = millimetres * _raised_cosine((edges - first) / seconds)
            total[low:high] += fallen
            total[high:] += fallen[-1]
        # What fell of an event before New Year belongs to the year before.
        total -= total[0]
        if before is not None:
            total += before.total_mm[-1]
        return RainYear(start, total, storms)

    def _cells(self, days: Integers) -> tuple[Floats, Floats, Floats]:
        """Begin, length and depth of the cells of ordinary rain that begins on the given days."""
        noon = np.array([day_start(int(day)) for day in days], dtype=np.float64) + 43_200
        rain_days = monthly(MONTHLY_RAIN_DAYS, noon)
        chance = rain_days / 30.4
        wetness = 0.8 * smooth(self._key("wet spell"), days / 4.0) + 0.6 * normal(self._key("wet day"), days)
        wet = probability(wetness) < chance
        drizzle = uniform(self._key("drizzle"), days) < 0.85 * hump(season(noon) * 12 / np.pi, 4.0, 2.2)
        mean = monthly(MONTHLY_MM, noon) / rain_days
        size = (-np.log(uniform(self._key("size"), days))) ** (1 / 0.75) / 1.19
        depth = np.where(drizzle, np.minimum(mean * size, 6.0), mean * size)
        u, v, w = (uniform(self._key("when", part), days) for part in range(3))
        # The cold air of November to February lifts warm air gently: light rain for hours, no thundershowers.
        steady = ~drizzle & (uniform(self._key("steady"), days) < 1.2 * hump(season(noon) * 12 / np.pi, 0.0, 3.6))
        depth = np.where(steady, np.minimum(depth, 24.0), depth)
        length = np.select([drizzle, steady], [6 + 9 * u, 5 + 9 * u], 0.8 + 4 * u**2 + 0.02 * depth) * 3600.0
        afternoon = 13.0 + 8.0 * v
        hour = np.select([drizzle, ~steady & (w < 0.62)], [18.0 + 12.0 * v, afternoon], 24.0 * v)
        return self._split(days[wet], (noon - 43_200 + hour * 3600.0)[wet], length[wet], depth[wet])

    def _split(self, number: Integers, begin: Floats, length: Floats, depth: Floats) -> tuple[Floats, Floats, Floats]:
        """Events into cells that overlap and differ."""
        parts: list[tuple[Floats, Floats, Floats]] = []
        weights = np.stack([-np.log(uniform(self._key("weight", cell), number)) for cell in range(_CELLS)])
        weights /= weights.sum(axis=0)
        for cell in range(_CELLS):
            share = 0.2 + 0.35 * uniform(self._key("share", cell), number)
            offset = uniform(self._key("offset", cell), number) * (1.0 - share)
            parts.append((begin + offset * length, share * length, weights[cell] * depth))
        return (
            np.concatenate([p[0] for p in parts]),
            np.concatenate([p[1] for p in parts]),
            np.concatenate([p[2] for p in parts]),
        )

    def _storms(self, year: int) -> Storms:
        """Storms between mid-June and the end of October, on average a little more than one a year."""
        first = year_start(year) + 166 * DAY_SECONDS
        slots = np.arange(7) + 100 * year
        real = uniform(self._key("storm"), slots) < _STORM_CHANCE
        where = uniform(self._key("storm time"), slots)
        peak = first + (slots - 100 * year + 0.1 + 0.8 * where) * _STORM_SLOT_DAYS * DAY_SECONDS
        depth = 90.0 + 170.0 * uniform(self._key("storm depth"), slots)
        length = (14.0 + 12.0 * uniform(self._key("storm length"), slots)) * 3600.0
        return Storms(peak[real], depth[real], length[real])

    def _storm_cells(self, storms: Storms) -> tuple[Floats, Floats, Floats]:
        return self._split(
            (storms.peak // 3600).astype(np.int64), storms.peak - storms.length / 2, storms.length, storms.depth_mm
        )

    def _key(self, *names: str | int) -> Key:
        return key(self._seed, "rain", *names)


def _look(table: RainYear, times: Floats) -> Floats:
    return between_steps(table.total_mm, (times - table.start) / STEP_SECONDS)


def _raised_cosine(share: Floats) -> Floats:
    """The part of a cell that has fallen when `share` of its time has passed."""
    inside = np.clip(share, 0.0, 1.0)
    result: Floats = inside - np.sin(2.0 * np.pi * inside) / (2.0 * np.pi)
    return result
