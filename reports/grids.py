"""Grids of hours and devices, on which all reports calculate.

A grid is a numpy array of hours × devices. Its first row is the hour that begins at the start of the period, in UTC+7
for whole days; a column is one device (or one device and zone). NaN says that there is no value: nothing was measured,
or too little for a mean.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

HOUR = timedelta(hours=1)
HOURS_A_DAY = 24


def floats(values: ArrayLike) -> Floats:
    """Any numbers as an array of doubles."""
    return np.asarray(values, dtype=np.float64)


def count_hours(start: datetime, end: datetime) -> int:
    """How many hours a half-open period has; both ends are whole hours."""
    return int((end - start) // HOUR)


def expected_readings(interval_seconds: ArrayLike, seconds: float = 3600.0) -> Floats:
    """How many readings are expected of each device in so many seconds: their length over its interval."""
    return seconds / floats(interval_seconds)


def complete_hours(mean: Floats, readings: Floats, expected: Floats, least: float) -> Floats:
    """Hourly means, with NaN where an hour has fewer readings than the share `least` (0 to 1) of those expected.

    `mean` and `readings` are hours × devices, `expected` is one number a device. Where less than one reading an hour is
    expected, one is enough.
    """
    needed = np.maximum(np.minimum(expected, 1.0), expected * least)
    return np.where(readings >= needed - 1e-9, mean, np.nan)


def mean_over(values: Floats, least: float, axis: int = 0) -> Floats:
    """The mean of what is there along an axis, NaN where less than the share `least` of it is there."""
    there = np.isfinite(values)
    counted = there.sum(axis=axis)
    total = np.where(there, values, 0.0).sum(axis=axis)
    enough = (counted >= least * values.shape[axis] - 1e-9) & (counted > 0)
    return np.where(enough, total / np.maximum(counted, 1), np.nan)


def largest_over(values: Floats, least: float, axis: int = 0) -> Floats:
    """The largest of what is there along an axis, NaN where less than the share `least` of it is there."""
    there = np.isfinite(values)
    counted = there.sum(axis=axis)
    largest = np.where(there, values, -np.inf).max(axis=axis, initial=-np.inf)
    enough = (counted >= least * values.shape[axis] - 1e-9) & (counted > 0)
    return np.where(enough, largest, np.nan)


def rolling(values: Floats, width: int) -> tuple[Floats, Integers]:
    """Sums of what is there in the last `width` hours, this one included, and how many hours of those are there.

    Both are hours × devices. What lies before the first row counts as missing.
    """
    there = np.isfinite(values)
    padded = np.concatenate([np.zeros((width, *values.shape[1:])), np.where(there, values, 0.0)])
    counts = np.concatenate([np.zeros((width, *values.shape[1:]), dtype=np.int64), there.astype(np.int64)])
    sums = np.zeros(values.shape)
    for back in range(width):
        # Differences of a running total would leave rounding errors where nothing fell.
        sums += padded[width - back : padded.shape[0] - back]
    running = counts.cumsum(axis=0)
    return sums, running[width:] - running[:-width]


def rolling_mean(values: Floats, width: int, least: float) -> Floats:
    """The mean of the last `width` hours, NaN where less than the share `least` of them is there."""
    sums, counts = rolling(values, width)
    return np.where((counts >= least * width - 1e-9) & (counts > 0), sums / np.maximum(counts, 1), np.nan)


def by_day(values: Floats) -> Floats:
    """Hours × devices, beginning at a midnight, as days × 24 × devices."""
    return values.reshape((values.shape[0] // HOURS_A_DAY, HOURS_A_DAY, *values.shape[1:]))
