"""The words for rain, and the risk of landslides and flash floods that it brings.

The risk levels follow QĐ 18/2021/QĐ-TTg, article 46: bands of rain in 24 hours, crossed with the days of rain before
and with how susceptible the place is. Pure: reports tell them, and alerts call by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from devices.model import Text

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
