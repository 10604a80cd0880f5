"""Rivers and canals of the commune: they answer rain with a lag, as a unit hydrograph does.

The runoff of each hour passes a cascade of equal linear reservoirs (Nash 1957). A flat, diked delta drains through
sluices, so the levels rise by decimetres, not by metres, and of the Gulf of Tonkin's daily
tide (constituents O1 and K1) a little is left in the larger river.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulators.calendar import WARM_UP_YEAR, monthly, season
from simulators.noise import Floats, key, smooth
from simulators.rain import Rain, RainYear
from simulators.tables import Yearbook, between_steps
from simulators.weather import HOUR, Spot, Weather

_KERNEL_HOURS = 480
_STEPS_AN_HOUR = 6
_TIDE_O1_SECONDS = 25.8193 * HOUR
_TIDE_K1_SECONDS = 23.9345 * HOUR
MONTHLY_BASE_CM = (-18, -20, -18, -10, 5, 20, 32, 38, 30, 12, -4, -14)


@dataclass(frozen=True, slots=True)
class Reach:
    """One gauged stretch of water.

    `reservoirs` of `storage_hours` each give the lag; `gain_cm` is the rise for each mm/h of routed runoff while little
    runs, `most_cm` the rise that dikes, pumps and flooded fields let it have at most;
    `zero_cm` is the usual level above the gauge's zero; `tide_cm` the amplitude that is left of the tide; `width_m` is
    for the rating curve.
    """

    name: str
    reservoirs: int
    storage_hours: float
    gain_cm: float
    most_cm: float
    zero_cm: float
    tide_cm: float
    width_m: float

    def kernel(self) -> Floats:
        """Unit hydrograph in shares an hour."""
        hours = np.arange(_KERNEL_HOURS) + 0.5
        shape = (hours / self.storage_hours) ** (self.reservoirs - 1) * np.exp(-hours / self.storage_hours)
        shares = shape / (self.storage_hours * math.factorial(self.reservoirs - 1))
        result: Floats = shares / shares.sum()
        return result


class River:
    """The water at one reach."""

    def __init__(self, seed: int, reach: Reach, weather: Weather) -> None:
        self._seed = seed
        self.reach = reach
        self._weather = weather
        self._years: Yearbook[tuple[int, Floats]] = Yearbook(self._build)

    def runoff(self, times: Floats) -> Floats:
        """Rain that arrives at the gauge, in mm/h after routing."""
        return self._years.read(times, lambda table, at: between_steps(table[1], (at - table[0]) / HOUR))

    def level(self, times: Floats) -> Floats:
        """Height of the water above the gauge's zero, in cm."""
        reach = self.reach
        tide = reach.tide_cm * (
            0.55 * np.cos(2 * np.pi * times / _TIDE_O1_SECONDS) + 0.45 * np.cos(2 * np.pi * times / _TIDE_K1_SECONDS)
        )
        slow = 3.0 * smooth(key(self._seed, "sluices", reach.name), times / (2.5 * 86400))
        ripple = 0.4 * smooth(key(self._seed, "ripple", reach.name), times / 600.0)
        base = reach.zero_cm + monthly(MONTHLY_BASE_CM, times)
        rise = reach.most_cm * -np.expm1(-reach.gain_cm * self.runoff(times) / reach.most_cm)
        result: Floats = base + rise + tide + slow + ripple
        return result

    def flow(self, times: Floats) -> Floats:
        """Flow in m³/s: a rating curve width · c · (depth)^1.5 with the bed one metre below the gauge's zero."""
        depth = np.maximum(self.level(times) + 100.0, 0.0) / 100.0
        result: Floats = 0.06 * self.reach.width_m * depth**1.5
        return result

    def temperature(self, times: Floats, spot: Spot) -> Floats:
        """Water temperature in °C: the air of the last day and a half."""
        air = sum((self._weather.temperature(times - lag * HOUR, spot) for lag in (1, 7, 13, 19, 25, 31)), np.zeros(1))
        result: Floats = air / 6.0 - 0.6 + 0.5 * np.cos(season(times) - 2.8)
        return result

    def _build(self, year: int, _before: tuple[int, Floats] | None) -> tuple[int, Floats]:
        rain = self._weather.rain
        table = rain.grid(year)
        hourly = np.concatenate([_last_hours(rain, year), _hourly(table)])
        routed = np.convolve(_losses(hourly), self.reach.kernel())[_KERNEL_HOURS - 1 : hourly.size]
        return table.start, np.asarray(routed, dtype=np.float64)


def _hourly(table: RainYear) -> Floats:
    result: Floats = np.diff(table.total_mm[::_STEPS_AN_HOUR])
    return result


def _last_hours(rain: Rain, year: int) -> Floats:
    """The hours before New Year that still run off; none before the world warms up."""
    if year <= WARM_UP_YEAR:
        return np.zeros(_KERNEL_HOURS)
    return _hourly(rain.grid(year - 1))[-_KERNEL_HOURS:]


def _losses(hourly_mm: Floats) -> Floats:
    """What is left of the rain of each hour after leaves and paddies have kept the first of it."""
    result: Floats = np.maximum(hourly_mm - 0.3, 0.0) * 0.62
    return result
