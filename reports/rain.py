"""Rain: sums over hours and days of rain before.

Sums are of what fell in the hours that were measured; each comes with the share of its hours that were. What they mean
to people is told by devices/rain_risk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.grids import HOURS_A_DAY, Floats, Integers, rolling

SPANS_HOURS = (1, 3, 24)
MOST_DAYS_BEFORE = 5
"""So many days before are looked at; the bands tell no more than "over two days" apart."""
LEAD_HOURS = HOURS_A_DAY * (MOST_DAYS_BEFORE + 1) - 1
"""So many hours before a moment belong to its days of rain before."""
RAINY_DAY_MM = 16.0
"""A day with at least so much is a day of rain. The decision names no amount; this is where "mưa vừa" begins."""


@dataclass(frozen=True, slots=True)
class RainSum:
    """Rain in mm of the last hours at each hour, and the share (0 to 1) of those hours that were measured."""

    hours: int
    millimetres: Floats
    measured: Floats


def rain_sums(hourly: Floats, spans: Sequence[int] = SPANS_HOURS) -> list[RainSum]:
    """Sums over the last 1, 3 and 24 hours, from rain in mm of each hour, hours × devices, NaN where not measured.

    A sum of which no hour was measured is NaN. What lies before the first row counts as not measured.
    """
    found = []
    for span in spans:
        sums, counts = rolling(hourly, span)
        found.append(RainSum(span, np.where(counts > 0, sums, np.nan), counts / span))
    return found


def days_of_rain_before(hourly: Floats, rainy_day_mm: float = RAINY_DAY_MM) -> Integers:
    """At each hour, how many days of rain in a row came before the last 24 hours, 0 to `MOST_DAYS_BEFORE`.

    A day is the 24 hours before those that follow, so no hour is counted twice, in the sum and in a day before it.
    Hours that were not measured add nothing: what is counted did fall.
    """
    sums, _ = rolling(hourly, HOURS_A_DAY)
    found = np.zeros(hourly.shape, dtype=np.int64)
    unbroken = np.ones(hourly.shape, dtype=bool)
    for day in range(1, MOST_DAYS_BEFORE + 1):
        shift = min(HOURS_A_DAY * day, hourly.shape[0])
        before = np.zeros(hourly.shape)
        before[shift:] = sums[: hourly.shape[0] - shift]
        unbroken &= before >= rainy_day_mm
        found += unbroken
    return found
