"""Local time of Viet Nam (UTC+7, no summer time), seasons, weekdays, Tết.

Times are Unix seconds in arrays. The simulated world begins at ORIGIN: counters count from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np

from simulators.errors import BeforeTheWorld
from simulators.noise import Flags, Floats, Integers

OFFSET_SECONDS = 7 * 3600
LOCAL = timezone(timedelta(seconds=OFFSET_SECONDS))
DAY_SECONDS = 86_400
ORIGIN_YEAR = 2024
ORIGIN = int(datetime(ORIGIN_YEAR, 1, 1, tzinfo=LOCAL).timestamp())
"""The first second of the simulated world, 1 January 2024 00:00 in Viet Nam."""

WARM_UP_YEAR = ORIGIN_YEAR - 1
"""Rain and soil are already running in this year, so that the world does not begin dry."""

TET = tuple(
    date.fromisoformat(text)
    for text in (
        "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13",
        "2030-02-02", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
    )
)  # fmt: skip
"""The first day of the lunar year by the Vietnamese calendar (UTC+7); later years have no Tết here."""


def unix(time: datetime) -> float:
    """Unix seconds of an aware time."""
    return time.timestamp()


def utc(seconds: float) -> datetime:
    """The aware UTC time of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def check_begun(seconds: float) -> None:
    """Raise BeforeTheWorld for a time before ORIGIN."""
    if seconds < ORIGIN:
        raise BeforeTheWorld(
            f"{utc(seconds).isoformat()} is before the simulated world begins ({utc(ORIGIN).isoformat()})"
        )


def day_number(times: Floats) -> Integers:
    """The local day, in days since 1 January 1970."""
    return np.floor((times + OFFSET_SECONDS) / DAY_SECONDS).astype(np.int64)


def hour_of_day(times: Floats) -> Floats:
    """The local hour with its fraction, 0 to 24."""
    result: Floats = times + OFFSET_SECONDS
    result -= np.floor(result / DAY_SECONDS) * DAY_SECONDS
    result /= 3600.0
    return result


def weekday(times: Floats) -> Integers:
    """The local weekday, 0 for Monday."""
    return np.mod(day_number(times) + 3, 7)


def day_start(day: int) -> int:
    """Unix seconds of local midnight at the start of a day number."""
    return day * DAY_SECONDS - OFFSET_SECONDS


def year_start(year: int) -> int:
    """Unix seconds of the local start of a year."""
    return int(datetime(year, 1, 1, tzinfo=LOCAL).timestamp())


def year_of(times: Floats) -> Integers:
    """The local calendar year."""
    days = day_number(times).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def season(times: Floats) -> Floats:
    """The phase of the year in radians, 0 at its start, the same on the same date of every year within a day."""
    result: Floats = 2.0 * np.pi * np.mod((times + OFFSET_SECONDS) / DAY_SECONDS / 365.2425, 1.0)
    return result


def monthly(values: Sequence[float], times: Floats) -> Floats:
    """Twelve monthly means, January first, as a smooth course through the year."""
    middles = (np.arange(12) + 0.5) * 2.0 * np.pi / 12.0
    return np.interp(season(times), middles, np.asarray(values, dtype=np.float64), period=2.0 * np.pi)


def hump(hours: Floats, middle: float, width: float) -> Floats:
    """A bell over the hours of the day, 1 at `middle`; hours before and after midnight are neighbours."""
    away = hours - middle
    away -= np.rint(away / 24.0) * 24.0  # np.mod takes ten times as long
    away /= width
    result: Floats = np.exp(-0.5 * away * away)
    return result


_TET_DAYS = np.array([(first - date(1970, 1, 1)).days for first in TET], dtype=np.int64)


def near_tet(times: Floats, before_days: int, after_days: int) -> Flags:
    """True from `before_days` before the first day of Tết until `after_days` after it (negative: that many before)."""
    days = day_number(times)
    place = np.minimum(np.searchsorted(_TET_DAYS, days - after_days), _TET_DAYS.size - 1)
    away = days - _TET_DAYS[place]
    result: Flags = (away >= -before_days) & (away <= after_days)
    return result
