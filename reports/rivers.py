"""How a river stands at a gauge: the flood alarm level that it has reached, and whether it rises.

Báo động 1 to 3 are levels of each gauge (QĐ 05/2020/QĐ-TTg); what counts as steady is our own choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

STEADY_CM_AN_HOUR = 2.0
"""A level that moves by less in an hour is called steady: waves and the step of a gauge are of that size."""


class Trend(StrEnum):
    """Which way a level goes."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


def change_an_hour(level_cm: float, at: datetime, before_cm: float | None, before_at: datetime | None) -> float | None:
    """By how many cm an hour a level has risen since an earlier one; None without an earlier one."""
    if before_cm is None or before_at is None or before_at >= at:
        return None
    return (level_cm - before_cm) / ((at - before_at).total_seconds() / 3600)


def trend_of(cm_an_hour: float | None) -> Trend | None:
    """A change in a word; None where it is not known."""
    if cm_an_hour is None:
        return None
    if abs(cm_an_hour) < STEADY_CM_AN_HOUR:
        return Trend.STEADY
    return Trend.RISING if cm_an_hour > 0 else Trend.FALLING


def flood_level(level_cm: float, limits_cm: Sequence[float | None]) -> int | None:
    """The highest alarm level that is reached, 0 for none; None where the gauge has no limits.

    `limits_cm` are those of báo động 1, 2 and 3; a level whose limit is not set (None) is never reached.
    """
    known = [(number, limit) for number, limit in enumerate(limits_cm, start=1) if limit is not None]
    if not known:
        return None
    return max((number for number, limit in known if level_cm >= limit), default=0)
