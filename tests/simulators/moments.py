"""Times for the tests of the simulated world."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from simulators.calendar import LOCAL, year_start
from simulators.noise import Floats
from simulators.weather import Spot

HOUR = 3600
DAY = 86_400
YEARS = (2024, 2025, 2026)
CENTRE = Spot(0.0, 0.0, 20.87, 106.30)


def at(text: str) -> int:
    """Unix seconds of a local time such as 2026-11-20 17:30."""
    return int(datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp())


def every(seconds: int, start: str, days: float) -> Floats:
    """Times from a local time on."""
    first = at(start)
    return np.arange(first, first + round(days * DAY), seconds, dtype=np.float64)


def whole_years(step: int) -> Floats:
    """Times through the first three years of the world."""
    return np.arange(year_start(YEARS[0]), year_start(YEARS[-1] + 1), step, dtype=np.float64)


def months(times: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The local month of each time, 1 to 12."""
    local = (times + 7 * HOUR).astype("datetime64[s]").astype("datetime64[M]")
    return local.astype(np.int64) % 12 + 1
