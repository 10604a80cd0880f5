"""Where the air exceeded the limits of QCVN 05:2023/BTNMT, with the evidence.

Limits are in µg/Nm³, at 25 °C and 760 mmHg; stations report µg/m³ as measured, and nothing is converted. An 8-hour mean
is judged once a day, by the largest of the means that end in it: means that overlap are one event, not eight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from reports.air_quality import ENOUGH, Pollutant, largest_8_hours
from reports.grids import Flags, Floats, by_day, mean_over

PM25_STRICTER_FROM = date(2026, 1, 1)
"""From this day the 24-hour limit of PM2.5 is 45 µg/Nm³, as our default has it: the note under table 1 of the QCVN."""


class Averaging(StrEnum):
    """The time over which a mean is taken."""

    HOUR = "1h"
    EIGHT_HOURS = "8h"
    DAY = "24h"
    YEAR = "year"


LIMITS: dict[tuple[Pollutant, Averaging], float] = {
    (Pollutant.SO2, Averaging.HOUR): 350,
    (Pollutant.SO2, Averaging.DAY): 125,
    (Pollutant.SO2, Averaging.YEAR): 50,
    (Pollutant.CO, Averaging.HOUR): 30_000,
    (Pollutant.CO, Averaging.EIGHT_HOURS): 10_000,
    (Pollutant.NO2, Averaging.HOUR): 200,
    (Pollutant.NO2, Averaging.DAY): 100,
    (Pollutant.NO2, Averaging.YEAR): 40,
    (Pollutant.O3, Averaging.HOUR): 200,
    (Pollutant.O3, Averaging.EIGHT_HOURS): 120,
    (Pollutant.PM10, Averaging.DAY): 150,
    (Pollutant.PM10, Averaging.YEAR): 50,
    (Pollutant.PM25, Averaging.DAY): 50,
    (Pollutant.PM25, Averaging.YEAR): 25,
}
"""The largest mean that is allowed, in µg/Nm³ (QCVN 05:2023/BTNMT, table 1)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One pollutant over one averaging time.

    `means` is periods × devices, NaN where a mean has too few hours; `limits` is one number a period; `hours_a_period`
    is how far two periods are apart. `exceeds` is true where a mean is above its limit: a mean that equals it is not.
    """

    pollutant: Pollutant
    averaging: Averaging
    hours_a_period: int
    means: Floats
    limits: Floats

    @property
    def exceeds(self) -> Flags:
        """Periods × devices."""
        result: Flags = np.isfinite(self.means) & (np.nan_to_num(self.means) > self.limits[:, None])
        return result


def limits_on(pollutant: Pollutant, averaging: Averaging, days: Iterable[date]) -> Floats:
    """The limit on each day, in µg/Nm³; raises KeyError where the QCVN has none."""
    usual = LIMITS[pollutant, averaging]
    stricter = (pollutant, averaging) == (Pollutant.PM25, Averaging.DAY)
    return np.array([45.0 if stricter and day >= PM25_STRICTER_FROM else usual for day in days], dtype=np.float64)


def judge_days(
    concentrations: Mapping[Pollutant, Floats], days: list[date], *, lead: int = 0, enough: float = ENOUGH
) -> list[Judged]:
    """Hours, 8-hour means and days of hourly means in µg/m³, hours × devices, against their limits.

    After the first `lead` rows, which only serve 8-hour means, each of `days` has 24. `enough` is the share of its
    hours that a mean needs.
    """
    found = []
    for (pollutant, averaging), _ in LIMITS.items():
        if pollutant not in concentrations or averaging is Averaging.YEAR:
            continue
        hourly = concentrations[pollutant]
        limits = limits_on(pollutant, averaging, days)
        if averaging is Averaging.HOUR:
            found.append(Judged(pollutant, averaging, 1, hourly[lead:], np.repeat(limits, 24)))
        elif averaging is Averaging.EIGHT_HOURS:
            means = largest_8_hours(hourly, lead=lead, enough=enough)
            found.append(Judged(pollutant, averaging, 24, means, limits))
        else:
            found.append(Judged(pollutant, averaging, 24, mean_over(by_day(hourly[lead:]), enough, axis=1), limits))
    return found


def judge_year(concentrations: Mapping[Pollutant, Floats], year: int, *, enough: float = ENOUGH) -> list[Judged]:
    """The means of one calendar year from its hourly means in µg/m³, hours × devices, against their limits."""
    return [
        Judged(
            pollutant,
            averaging,
            concentrations[pollutant].shape[0],
            mean_over(concentrations[pollutant], enough)[None],
            limits_on(pollutant, averaging, [date(year, 1, 1)]),
        )
        for pollutant, averaging in LIMITS
        if averaging is Averaging.YEAR and pollutant in concentrations
    ]
