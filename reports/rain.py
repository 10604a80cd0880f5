"""Rain: sums over hours, days of rain before, the words for it, and the risk of landslide and flash flood.

Sums are of what fell in the hours that were measured; each comes with the share of its hours that were. The risk levels
follow QĐ 18/2021/QĐ-TTg, article 46: bands of rain in 24 hours, crossed with the days of rain before and with how
susceptible the place is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from devices.model import Text
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


RAIN_WORDS: tuple[tuple[float, Text], ...] = (
    (100.0, Text("mưa rất to", "very heavy rain")),
    (50.0, Text("mưa to", "heavy rain")),
)
MODERATE_RAIN = (16.0, Text("mưa vừa", "moderate rain"))
LIGHT_RAIN = Text("mưa nhỏ", "light rain")
NO_RAIN = Text("không mưa", "no rain")


def rain_words(millimetres_24h: float) -> Text:
    """The words for rain in 24 hours: 16 to 50 mm mưa vừa, over 50 to 100 mưa to, over 100 mưa rất to."""
    for above, words in RAIN_WORDS:
        if millimetres_24h > above:
            return words
    if millimetres_24h >= MODERATE_RAIN[0]:
        return MODERATE_RAIN[1]
    return LIGHT_RAIN if millimetres_24h > 0 else NO_RAIN


class Susceptibility(StrEnum):
    """How prone a place is to landslides and flash floods, by the maps of the province."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


_ORDER = tuple(Susceptibility)


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One row of the table: from so much rain in 24 hours, so many days of rain before and such a place on, this level.

    Rain is counted from `rain_mm` on where `inclusive`, else above it.
    """

    rain_mm: float
    inclusive: bool
    days_before: int
    susceptibility: Susceptibility
    level: int


def _rows(rain_mm: float, days_before: int, levels: Sequence[int], *, inclusive: bool = False) -> tuple[RiskRow, ...]:
    return tuple(
        RiskRow(rain_mm, inclusive, days_before, place, level) for place, level in zip(_ORDER, levels, strict=True)
    )


LANDSLIDE_TABLE = (
    *_rows(100, 1, (1, 1, 2, 3), inclusive=True),
    *_rows(200, 3, (1, 2, 3, 3)),
    *_rows(400, 3, (2, 2, 3, 3)),
)
"""The bands for the provinces of region 1, the most cautious of the four regions of the decision, for low, medium, high
and very high susceptibility. The levels are our default, taken from secondary sources: a commune puts those of its
region into its rules."""

RISK_COLOURS = {
    1: Text("xanh dương nhạt", "pale blue"),
    2: Text("vàng nhạt", "pale yellow"),
    3: Text("da cam", "orange"),
    4: Text("đỏ", "red"),
    5: Text("tím", "purple"),
}
"""Levels of disaster risk and their colours (QĐ 18/2021/QĐ-TTg, article 4)."""


def landslide_level(
    millimetres_24h: float,
    days_before: int,
    susceptibility: Susceptibility,
    table: Sequence[RiskRow] = LANDSLIDE_TABLE,
) -> int:
    """The risk level of landslide and flash flood, 0 for none.

    It is the highest level of all rows that are reached, so that more rain, more days of rain before or a more
    susceptible place never lower it, also where the table has gaps.
    """
    return max(
        (
            row.level
            for row in table
            if (millimetres_24h > row.rain_mm or (row.inclusive and millimetres_24h == row.rain_mm))
            and days_before >= row.days_before
            and _ORDER.index(susceptibility) >= _ORDER.index(row.susceptibility)
        ),
        default=0,
    )
