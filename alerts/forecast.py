"""Early warning of a flood: the highest level that is expected at a gauge within the next six hours.

It is a linear model, to be read as a unit hydrograph in steps: each millimetre of rain that fell upstream in the last
hour, the hour before, two to four hours ago and so on raises the water by so many centimetres within the next six
hours, and so does each centimetre by which it rose in the last hour and the last three. The numbers are fitted to the
gauge's own past by least squares, slightly damped (ridge), over the hours in which it had rained in the last two days.
It knows no rain that has yet to fall, and no gates that somebody opens. Pure: hours in, centimetres out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.errors import TooLittlePast

Floats = NDArray[np.float64]
LEAD_HOURS = 6
RAIN_HOURS = ((0, 1), (1, 2), (2, 4), (4, 7), (7, 12), (12, 20), (20, 32), (32, 48))
"""Spans of hours before now, in which rain is summed."""
RISE_HOURS = (1, 3)
LOOK_BACK_HOURS = 48
FEATURES = len(RAIN_HOURS) + len(RISE_HOURS) + 1
DAMPING = 1.0
WET_MM = 1.0
LEAST_WET_HOURS = 500
"""With fewer hours after rain (some weeks of a rainy season) the numbers would be chance."""
FORESEEN_HOURS = 12
"""A warning belongs to the flood that follows within so many hours: twice the time that it looks ahead."""


@dataclass(frozen=True, slots=True)
class Skill:
    """How warnings did: floods, how many of them were warned of, warnings without a flood, and the median lead."""

    floods: int
    hits: int
    false_alarms: int
    lead_hours: float | None

    @property
    def hit_rate(self) -> float:
        """The share of floods that were warned of (POD)."""
        return self.hits / self.floods if self.floods else float("nan")

    @property
    def false_alarm_ratio(self) -> float:
        """The share of warnings without a flood (FAR)."""
        warnings = self.hits + self.false_alarms
        return self.false_alarms / warnings if warnings else float("nan")


def features(rain: Floats, level: Floats) -> Floats:
    """What the forecast of each hour is made of: hours × features. `rain` in mm and `level` in cm of each hour.

    Hours before the first count as dry, and a rise from before it as none. NaN rain is none; a NaN level makes NaN.
    """
    fallen = np.concatenate([[0.0], np.cumsum(np.nan_to_num(rain))])
    hours = np.arange(rain.size)
    columns = []
    for begin, end in RAIN_HOURS:
        columns.append(fallen[np.maximum(hours + 1 - begin, 0)] - fallen[np.maximum(hours + 1 - end, 0)])
    for back in RISE_HOURS:
        rise = np.zeros(level.shape)
        rise[back:] = level[back:] - level[: max(level.size - back, 0)]
        columns.append(rise)
    columns.append(np.ones(rain.size))
    return np.stack(columns, axis=1)


def fit(rain: Floats, level: Floats, use: NDArray[np.bool_] | None = None) -> tuple[list[float], float]:
    """The weights of the features, and the root mean square of what they leave unexplained, in cm.

    With `use` only those hours teach. Raises TooLittlePast where too few hours after rain are known.
    """
    given, rise = features(rain, level), _rise_ahead(level)
    wet = given[:, : len(RAIN_HOURS)].sum(axis=1) > WET_MM
    known = wet & ~np.isnan(rise) & ~np.isnan(given).any(axis=1)
    if use is not None:
        known &= use
    if int(known.sum()) < LEAST_WET_HOURS:
        raise TooLittlePast(f"{int(known.sum())} hours after rain are known; {LEAST_WET_HOURS} are needed")
    given, rise = given[known], rise[known]
    damping = DAMPING * np.eye(FEATURES)
    damping[-1, -1] = 0.0
    weights = np.linalg.solve(given.T @ given + damping, given.T @ rise)
    error = float(np.sqrt(np.mean((given @ weights - rise) ** 2)))
    return [float(weight) for weight in weights], error


def expected(weights: Sequence[float], rain: Floats, level: Floats) -> Floats:
    """The highest level expected within the next six hours, at each hour, in cm; never below the level of the hour."""
    risen = features(rain, level) @ np.asarray(weights)
    result: Floats = level + np.maximum(risen, 0.0)
    return result


def skill_of(level: Floats, warned: Floats, threshold: float, margin: float) -> Skill:
    """How well a forecast did. A flood begins where the level passes the threshold, a warning where the forecast does;
    each is over below the margin. A warning before its flood, within twelve hours, is a hit."""
    floods, warnings = (_begins(series, threshold, margin) for series in (level, warned))
    leads = []
    for flood in floods:
        before = [warning for warning in warnings if flood - FORESEEN_HOURS <= warning < flood]
        if before:
            leads.append(flood - before[0])
    false = sum(not any(warning <= flood <= warning + FORESEEN_HOURS for flood in floods) for warning in warnings)
    return Skill(len(floods), len(leads), false, float(np.median(leads)) if leads else None)


def without_gaps(level: Floats) -> Floats:
    """The level of each hour, with the last known where a gauge said nothing, and the first known before that."""
    known = np.flatnonzero(~np.isnan(level))
    if known.size == 0:
        return level
    place = np.searchsorted(known, np.arange(level.size), side="right") - 1
    result: Floats = level[known[np.maximum(place, 0)]]
    return result


def _begins(series: Floats, threshold: float, margin: float) -> list[int]:
    found, is_open = [], False
    for hour, value in enumerate(series.tolist()):
        if not is_open and value >= threshold:
            found.append(hour)
            is_open = True
        elif is_open and value < threshold - margin:
            is_open = False
    return found


def _rise_ahead(level: Floats) -> Floats:
    """By how much the highest level of the next six hours is above that of each hour; NaN at the end."""
    if level.size <= LEAD_HOURS:
        return np.full(level.shape, np.nan)
    ahead = np.lib.stride_tricks.sliding_window_view(level[1:], LEAD_HOURS).max(axis=1)
    result: Floats = np.full(level.shape, np.nan)
    result[: ahead.size] = ahead - level[: ahead.size]
    return result
