"""The round of a mobile probe: when it drives, where it is, how fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.calendar import day_number, hour_of_day, weekday
from simulators.noise import Flags, Floats, Integers, between, key

MEAN_SPEED_M_S = 7.5
_SWING_M = 60.0
_SWING_SECONDS = 45.0
DRIVES = ((8.0, 10.75), (14.0, 16.5))
"""Begin and end of the two drives of a working day, in local hours."""
_DRIVEN_A_DAY = sum(end - begin for begin, end in DRIVES) * 3600.0


@dataclass(frozen=True, slots=True)
class Track:
    """Where a probe is: metres east and north, m/s, and whether it drives."""

    x: Floats
    y: Floats
    speed: Floats
    driving: Flags


class Round:
    """One probe's way along a closed route, a pure function of time.

    The way driven is the integral of the speed, so no two samples are farther apart than the speed allows. Between its
    drives the probe waits where it stopped, so that in time all of the route is measured at all hours.
    """

    def __init__(self, seed: int, device: str, route: tuple[tuple[float, float], ...]) -> None:
        self._points = np.array(route, dtype=np.float64)
        self._reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self._points, axis=0).T))])
        self._first = between(key(seed, "round", device), 0.0, self.length_m)

    @property
    def length_m(self) -> float:
        """Length of the route."""
        return float(self._reach[-1])

    def at(self, times: Floats) -> Track:
        """Where the probe is at each time."""
        hours, days = hour_of_day(times), day_number(times)
        working = weekday(times) < 6
        today = np.zeros(times.shape)
        moving = np.zeros(times.shape, dtype=np.bool_)
        for begin, end in DRIVES:
            today += np.clip(hours - begin, 0.0, end - begin) * 3600.0
            moving |= (hours >= begin) & (hours < end)
        driven = _working_days_before(days) * _DRIVEN_A_DAY + np.where(working, today, 0.0)
        moving &= working
        way = self._first + MEAN_SPEED_M_S * driven + _SWING_M * np.sin(driven / _SWING_SECONDS)
        speed = MEAN_SPEED_M_S + _SWING_M / _SWING_SECONDS * np.cos(driven / _SWING_SECONDS)
        place = np.mod(way, self.length_m)
        return Track(
            np.interp(place, self._reach, self._points[:, 0]),
            np.interp(place, self._reach, self._points[:, 1]),
            np.where(moving, speed, 0.0),
            moving,
        )


def _working_days_before(days: Integers) -> Integers:
    """Days before each day number, since 1970, that are not Sundays (whose number leaves 3 when divided by 7)."""
    result: Integers = days - (days + 3) // 7
    return result
