"""What people do: traffic, use of networks, market days, Tết. Shares of a usual peak, 0 to about 1.5."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulators.calendar import hour_of_day, hump, near_tet, weekday, year_start
from simulators.noise import Floats, key, smooth
from simulators.tables import Yearbook, between_steps

MARKET_WEEKDAYS = (2, 5)
"""The market is full on Wednesdays and Saturdays (Monday is 0)."""

_STEP_SECONDS = 1800


def traffic(times: Floats) -> Floats:
    """Motor traffic on the commune's roads: peaks at half past six, eleven and half past five, quiet at Tết."""
    hours = hour_of_day(times)
    course = (
        0.05
        + 0.85 * hump(hours, 6.9, 0.9)
        + 0.35 * hump(hours, 11.2, 0.8)
        + 0.95 * hump(hours, 17.4, 1.1)
        + 0.38 * hump(hours, 13.0, 4.2)
    )
    days = weekday(times)
    week = np.where(days == 6, 0.72, np.where(days == 5, 0.9, 1.0))
    result: Floats = course * week * np.where(near_tet(times, 0, 3), 0.45, np.where(near_tet(times, 6, -1), 1.3, 1.0))
    return result


def market(times: Floats) -> Floats:
    """How full the market is: mornings from five, more on market days, most before Tết."""
    days = weekday(times)
    full = np.where((days == MARKET_WEEKDAYS[0]) | (days == MARKET_WEEKDAYS[1]), 1.0, 0.55)
    full = full * np.where(near_tet(times, 7, -1), 1.6, 1.0) * np.where(near_tet(times, 0, 2), 0.1, 1.0)
    result: Floats = full * hump(hour_of_day(times), 7.6, 1.6)
    return result


def at_work(times: Floats) -> Floats:
    """Who is at offices and schools: Monday to Friday, half past seven to five, less over noon."""
    hours = hour_of_day(times)
    opened = np.clip((hours - 6.9) / 0.7, 0, 1) * np.clip((17.2 - hours) / 0.6, 0, 1)
    noon = 1.0 - 0.65 * hump(hours, 12.3, 0.6)
    free = (weekday(times) >= 5) | near_tet(times, 2, 4)
    result: Floats = opened * noon * np.where(free, 0.06, 1.0)
    return result


def at_leisure(times: Floats) -> Floats:
    """Who is out or at home with a telephone in hand: evenings, most at half past eight; more at weekends and Tết."""
    hours = hour_of_day(times)
    course = 0.04 + 0.95 * hump(hours, 20.4, 1.7) + 0.3 * hump(hours, 12.2, 0.9) + 0.22 * hump(hours, 16.8, 2.2)
    more = np.where(weekday(times) >= 5, 1.2, 1.0) * np.where(near_tet(times, 1, 5), 1.35, 1.0)
    result: Floats = course * more
    return result


def mobile_load(times: Floats) -> Floats:
    """Share of a mobile cell's resources in use, 0.05 to 0.9."""
    result: Floats = np.clip(0.06 + 0.42 * at_leisure(times) + 0.16 * at_work(times) + 0.08 * traffic(times), 0.05, 0.9)
    return result


class Crowd:
    """The people at one place: how many use its Wi-Fi, and how many bytes they have moved since the world's start.

    `work`, `leisure` and `trade` say how much of each rhythm the place has (a school, a culture house, a market).
    `storm` tells how much of a tropical storm there is, from 0 to about 1; it keeps people at home.
    """

    def __init__(
        self,
        seed: int,
        place: str,
        *,
        work: float,
        leisure: float,
        trade: float,
        size: float,
        storm: Callable[[Floats], Floats] = np.zeros_like,
    ) -> None:
        self._mood = key(seed, "crowd", place)
        self._shares = (work, leisure, trade)
        self._size = size
        self._storm = storm
        self._moved: Yearbook[tuple[int, Floats]] = Yearbook(self._build)

    def present(self, times: Floats) -> Floats:
        """People connected, a real number; devices round it."""
        work, leisure, trade = self._shares
        rhythm = work * at_work(times) + leisure * at_leisure(times) + trade * market(times)
        # The larger the crowd, the less one group that comes or goes makes of it.
        restless = 0.3 * np.sqrt(40.0 / (40.0 + self._size))
        mood = np.exp(
            restless * smooth(self._mood, times / 1500.0) + 0.15 * smooth(self._mood ^ np.uint64(1), times / 90000)
        )
        at_home = 0.9 * np.clip(self._storm(times) / 0.6, 0.0, 1.0)
        result: Floats = self._size * rhythm * mood * (1.0 - at_home)
        return result

    def rate(self, times: Floats) -> Floats:
        """Bytes a second that those present download, the mean of half an hour."""
        step = (np.floor(times / _STEP_SECONDS) + 0.5) * _STEP_SECONDS
        appetite = np.exp(0.5 * smooth(self._mood ^ np.uint64(2), step / 3600.0))
        result: Floats = 18_000.0 * self.present(step) * appetite
        return result

    def moved(self, times: Floats) -> Floats:
        """Bytes downloaded since the world's start: the integral of `rate`."""
        return self._moved.read(times, lambda table, at: between_steps(table[1], (at - table[0]) / _STEP_SECONDS))

    def _build(self, year: int, before: tuple[int, Floats] | None) -> tuple[int, Floats]:
        start, end = year_start(year), year_start(year + 1)
        middles = np.arange(start, end, _STEP_SECONDS, dtype=np.float64) + _STEP_SECONDS / 2
        total = np.concatenate([[0.0], np.cumsum(self.rate(middles) * _STEP_SECONDS)])
        return start, total + (before[1][-1] if before is not None else 0.0)
