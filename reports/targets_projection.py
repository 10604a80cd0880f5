"""Where a trend leads, said soberly: a straight line through the months, with what it may miss by.

The slope is that of Theil and Sen, the median of the slopes between all pairs of months, which a few odd months do not
turn; its 95 % interval is from the ranks of those slopes (P. K. Sen, J. Am. Stat. Assoc. 63 (1968), 1379-1389). To it
comes the spread of the months about the line. It knows nothing of plans and budgets: it says where more of the same
would lead. With fewer than `LEAST_MONTHS` months, or farther ahead than `FARTHEST` times what was seen, nothing is
foretold; then there is only the pace that is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from statistics import median

from devices.model import Text

LEAST_MONTHS = 5
"""With four there is no 95 % interval of ranks."""
FARTHEST = 2.0
"""So many times the span of what was seen is looked ahead at most. Ours."""
DAYS_A_MONTH = 365.25 / 12
Z = 1.96
_SPREAD = 1.4826
"""Makes a median absolute deviation as large as a standard deviation."""


class Chance(StrEnum):
    """Whether more of the same reaches the target in time."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"
    OPEN = "open"
    UNKNOWN = "unknown"
    """Too little was seen, or the deadline is too far ahead."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where the trend leads at the deadline.

    `value`, `low` and `high` are in the target's unit, `low` to `high` a 95 % interval; None where nothing is foretold.
    `pace` is the change a month that was seen, `needed` the one that would just reach the target; None where not known.
    """

    chance: Chance
    reason: Text
    value: float | None = None
    low: float | None = None
    high: float | None = None
    pace: float | None = None
    needed: float | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """A change a month with its 95 % interval, the line's value at the last point, and the spread about the line."""

    pace: float
    low: float
    high: float
    last: float
    spread: float


def slope_of(months: Sequence[float], values: Sequence[float]) -> Slope | None:
    """The line of Theil and Sen through values at times in months; None with fewer than `LEAST_MONTHS` of them.

    Times are rising and each is there once.
    """
    count = len(values)
    if count < LEAST_MONTHS:
        return None
    slopes = sorted((values[b] - values[a]) / (months[b] - months[a]) for a, b in combinations(range(count), 2))
    pace = median(slopes)
    # Ties in the values only make this larger than it need be.
    width = Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    first = max(math.floor((len(slopes) - width) / 2) - 1, 0)
    above = min(math.ceil((len(slopes) + width) / 2), len(slopes) - 1)
    offset = median(value - pace * month for month, value in zip(months, values, strict=True))
    off = median(abs(value - pace * month - offset) for month, value in zip(months, values, strict=True))
    return Slope(pace, slopes[first], slopes[above], offset + pace * months[-1], _SPREAD * off)


def outlook(
    points: Sequence[tuple[date, float]],
    *,
    deadline: date,
    today: date,
    threshold: float,
    at_least: bool,
    largest: float | None,
) -> Outlook:
    """Where the values of some days lead at a deadline that is not before today.

    `largest` is the greatest value there can be, None where there is none; no value is below 0.
    """
    ahead = (deadline - today).days / DAYS_A_MONTH
    needed = None
    if points and ahead > 0:
        missing = threshold - points[-1][1]
        needed = missing / ahead if (missing > 0) == at_least and missing else 0.0
    months = [(day - points[0][0]).days / DAYS_A_MONTH for day, _ in points]
    slope = slope_of(months, [value for _, value in points])
    if slope is None:
        return Outlook(Chance.UNKNOWN, _too_few(len(points)), needed=needed)
    span = months[-1] - months[0]
    if ahead > FARTHEST * span:
        return Outlook(Chance.UNKNOWN, _too_far(span, ahead), pace=slope.pace, needed=needed)
    spread = Z * slope.spread

    def clamp(value: float) -> float:
        return max(0.0, value if largest is None else min(value, largest))

    value = clamp(slope.last + slope.pace * ahead)
    low, high = clamp(slope.last + slope.low * ahead - spread), clamp(slope.last + slope.high * ahead + spread)
    worse, better = (low, high) if at_least else (high, low)
    if _reaches(worse, threshold, at_least):
        chance = Chance.LIKELY
    elif not _reaches(better, threshold, at_least):
        chance = Chance.UNLIKELY
    else:
        chance = Chance.OPEN
    return Outlook(chance, _words(chance, len(points)), value, low, high, slope.pace, needed)


def _reaches(value: float, threshold: float, at_least: bool) -> bool:
    return value >= threshold if at_least else value <= threshold


def _too_few(count: int) -> Text:
    return Text(
        f"mới có {count} tháng số liệu, cần ít nhất {LEAST_MONTHS} để nói về xu thế",
        f"there are {count} months so far, and {LEAST_MONTHS} at least are needed to speak of a trend",
    )


def _too_far(span: float, ahead: float) -> Text:
    return Text(
        f"đã thấy {span:.0f} tháng, còn {ahead:.0f} tháng đến hạn: quá xa để ngoại suy",
        f"{span:.0f} months were seen and the deadline is {ahead:.0f} months ahead: too far to foretell",
    )


def _words(chance: Chance, count: int) -> Text:
    ends = {
        Chance.LIKELY: Text("nếu giữ đà này thì kịp hạn", "more of the same would reach it in time"),
        Chance.UNLIKELY: Text("nếu chỉ giữ đà này thì không kịp hạn", "more of the same would not reach it in time"),
        Chance.OPEN: Text("chưa thể nói kịp hay không", "whether it is reached in time is open"),
    }
    end = ends[chance]
    return Text(
        f"{end.vi} (đường thẳng qua {count} tháng, khoảng 95 %; không tính đến kế hoạch đầu tư)",
        f"{end.en} (a straight line through {count} months, 95 % interval; it knows nothing of plans)",
    )
