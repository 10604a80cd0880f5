"""VN_AQI, hourly and daily, on grids of hours × devices.

Source: QĐ 1459/QĐ-TCMT (12/11/2019), section 2.2. All concentrations are in µg/m³. Its Nowcast for w = ½ is written
there without a denominator, Σ ½ⁱ cᵢ, which is the general formula within 1/4096 when all twelve hours are there; the
general formula is used for both, because it stays a mean when hours are missing. Hours are named by their beginning:
the decision's day from 01:00 to 00:00 names the same hours by their end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from reports.grids import Floats, Integers, by_day, floats, largest_over, mean_over, rolling_mean


class Pollutant(StrEnum):
    """What VN_AQI is made of; the values are the names of the fields of a station."""

    PM25 = "pm25"
    PM10 = "pm10"
    SO2 = "so2"
    NO2 = "no2"
    CO = "co"
    O3 = "o3"


POLLUTANTS = tuple(Pollutant)
PARTICLES = (Pollutant.PM25, Pollutant.PM10)
"""Without one of these the index is not valid."""

INDEX = floats([0, 50, 100, 150, 200, 300, 400, 500])
BREAKPOINTS: dict[Pollutant, Floats] = {
    Pollutant.PM25: floats([0, 25, 50, 80, 150, 250, 350, 500]),
    Pollutant.PM10: floats([0, 50, 150, 250, 350, 420, 500, 600]),
    Pollutant.SO2: floats([0, 125, 350, 550, 800, 1600, 2100, 2630]),
    Pollutant.NO2: floats([0, 100, 200, 700, 1200, 2350, 3100, 3850]),
    Pollutant.CO: floats([0, 10_000, 30_000, 45_000, 60_000, 90_000, 120_000, 150_000]),
    Pollutant.O3: floats([0, 160, 200, 300, 400, 800, 1000, 1200]),
}
"""Concentrations in µg/m³ at which the index is that of `INDEX`: table 2 of the decision; ozone as a 1-hour mean."""
OZONE_8_HOURS = floats([0, 100, 120, 170, 210, 400])
"""The same for ozone as an 8-hour mean; above the last there is no index."""

NOWCAST_HOURS = 12
OZONE_HOURS = 8
LEAD_HOURS = NOWCAST_HOURS - 1
"""So many hours before a period belong to its first index."""
ENOUGH = 0.75
"""Share of the hours that a mean over 8 or 24 hours, or a largest hour of a day, needs. The decision names none; three
quarters is usual, and ours."""


@dataclass(frozen=True, slots=True)
class AirIndex:
    """VN_AQI on a grid.

    `value` is the rounded index, NaN where it is not valid; `parts` are the rounded indices of each pollutant, NaN
    where there is none; `main` is the place in `POLLUTANTS` of the pollutant that decides, -1 where the index is not
    valid.
    """

    value: Floats
    parts: dict[Pollutant, Floats]
    main: Integers


def sub_index(pollutant: Pollutant, concentration: Floats) -> Floats:
    """The index of one pollutant, not rounded: linear between the breakpoints and clamped at 500. NaN stays NaN."""
    result: Floats = np.interp(concentration, BREAKPOINTS[pollutant], INDEX)
    return result


def ozone_8_hour_index(concentration: Floats) -> Floats:
    """The index of an 8-hour mean of ozone, not rounded; NaN above 400 µg/m³, where the 1-hour mean decides."""
    result: Floats = np.interp(concentration, OZONE_8_HOURS, INDEX[: len(OZONE_8_HOURS)], right=np.nan)
    return result


def nowcast(hourly: Floats) -> Floats:
    """The Nowcast of particles at each hour, from this and the eleven hourly means before it.

    w = max(smallest / largest, ½), and Σ wⁱ⁻¹ cᵢ / Σ wⁱ⁻¹ over the hours that are there, c₁ the newest. NaN unless
    two of c₁, c₂, c₃ are there. What lies before the first row counts as missing.
    """
    hours = hourly.shape[0]
    padded = np.concatenate([np.full((LEAD_HOURS, *hourly.shape[1:]), np.nan), hourly])
    back = [padded[LEAD_HOURS - i : LEAD_HOURS - i + hours] for i in range(NOWCAST_HOURS)]
    smallest, largest = back[0].copy(), back[0].copy()
    for values in back[1:]:
        np.fmin(smallest, values, out=smallest)
        np.fmax(largest, values, out=largest)
    # Clean air in all twelve hours has no ratio; any weight gives the same mean there.
    ratio = np.divide(smallest, largest, out=np.ones_like(largest), where=largest > 0)
    w = np.maximum(ratio, 0.5)
    weight, weights, total = np.ones_like(w), np.zeros_like(w), np.zeros_like(w)
    for values in back:
        there = np.isfinite(values)
        total += np.where(there, weight * values, 0.0)
        weights += np.where(there, weight, 0.0)
        weight = weight * w
    recent = sum(np.isfinite(values).astype(np.int64) for values in back[:3])
    return np.where(np.asarray(recent) >= 2, total / np.where(weights > 0, weights, 1.0), np.nan)


def hourly_index(concentrations: Mapping[Pollutant, Floats], *, lead: int = 0) -> AirIndex:
    """VN_AQI of each hour from hourly means in µg/m³, all of one shape hours × devices.

    The first `lead` rows only serve the Nowcast and have no row in the answer. A pollutant may be left out.
    """
    parts = {
        pollutant: sub_index(pollutant, (nowcast(values) if pollutant in PARTICLES else values)[lead:])
        for pollutant, values in concentrations.items()
    }
    return _together(parts)


def daily_index(concentrations: Mapping[Pollutant, Floats], *, lead: int = 0, enough: float = ENOUGH) -> AirIndex:
    """VN_AQI of each day from hourly means in µg/m³, all of one shape hours × devices; the answer is days × devices.

    After the first `lead` rows, which only serve 8-hour means that reach back into the day before, a day has 24. Of
    particles the 24-hour mean counts, of SO2, NO2 and CO the largest 1-hour mean, of ozone the larger index of the
    largest 1-hour and the largest 8-hour mean (that ends in the day). `enough` is the share of hours that each needs.
    """
    parts = {
        pollutant: sub_index(pollutant, daily_concentration(pollutant, values[lead:], enough))
        for pollutant, values in concentrations.items()
    }
    if Pollutant.O3 in concentrations:
        eight = largest_8_hours(concentrations[Pollutant.O3], lead=lead, enough=enough)
        parts[Pollutant.O3] = np.fmax(parts[Pollutant.O3], ozone_8_hour_index(eight))
    return _together(parts)


def daily_concentration(pollutant: Pollutant, hourly: Floats, enough: float = ENOUGH) -> Floats:
    """What counts of a day: of particles the mean, else the largest hour. Hours × devices become days × devices."""
    over = mean_over if pollutant in PARTICLES else largest_over
    return over(by_day(hourly), enough, axis=1)


def largest_8_hours(hourly: Floats, *, lead: int = 0, enough: float = ENOUGH) -> Floats:
    """The largest of the 24 means over 8 hours that end in each day; days × devices."""
    means = rolling_mean(hourly, OZONE_HOURS, enough)[lead:]
    return largest_over(by_day(means), enough, axis=1)


def rounded(index: Floats) -> Floats:
    """To a whole number, halves upward; what a double adds or lacks in the tenth decimal does not decide."""
    result: Floats = np.floor(np.round(index, 9) + 0.5)
    return result


def _together(parts: dict[Pollutant, Floats]) -> AirIndex:
    shape = next(iter(parts.values())).shape
    blank = np.full(shape, np.nan)
    stacked = np.stack([parts.get(pollutant, blank) for pollutant in POLLUTANTS])
    order = np.where(np.isfinite(stacked), stacked, -1.0)
    main = order.argmax(axis=0)
    valid = np.isfinite(stacked[: len(PARTICLES)]).any(axis=0)
    largest = np.take_along_axis(stacked, main[None], axis=0)[0]
    return AirIndex(
        value=np.where(valid, rounded(largest), np.nan),
        parts={pollutant: rounded(index) for pollutant, index in parts.items()},
        main=np.where(valid, main, -1).astype(np.int64),
    )
