"""A gauge learns from its own past how its water answers rain, and what that would have been worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from alerts.errors import TooLittlePast
from alerts.forecast import Floats, expected, fit, skill_of, without_gaps
from alerts.hourly import FORECAST, RAIN_KINDS, upstream_of
from devices.catalogue import KINDS
from storage.connect import Session
from storage.flood_models import FloodModel, Gauge
from storage.report_hours import Ask, Part, read_hours

PARTS = 4
"""Each quarter of the past is warned of by what the other three taught: dry seasons alone would prove nothing."""


@dataclass(frozen=True, slots=True)
class Past:
    """Rain upstream in mm and level in cm of each hour; NaN where the gauge said nothing."""

    rain: Floats
    level: Floats


def past_of(session: Session, gauge: Gauge, there: list[Gauge], start: datetime, end: datetime) -> Past:
    """The past of a gauge between two full hours, from the rollups."""
    ask, rain = Ask("level"), Ask("rainfall", Part.SUM)
    level = read_hours(session, KINDS["water_level"], [gauge.device_id], [ask], start, end)[ask][:, 0]
    fallen = []
    for name in RAIN_KINDS:
        numbers = [one.device_id for one in upstream_of(gauge, there) if one.kind == name]
        if numbers:
            fallen.append(read_hours(session, KINDS[name], numbers, [rain], start, end)[rain])
    joined = np.concatenate(fallen, axis=1)
    spoke = ~np.isnan(joined)
    return Past(np.where(spoke, joined, 0.0).sum(axis=1) / np.maximum(spoke.sum(axis=1), 1), level)


def learn(gauge: Gauge, past: Past, start: datetime, end: datetime, threshold: float | None) -> FloodModel:
    """The forecast that a past teaches, with its skill on floods that it did not learn from.

    Raises TooLittlePast. Without an alarm level there is no skill to be told.
    """
    weights, error = fit(past.rain, past.level)
    if threshold is None:
        return FloodModel(gauge.device_id, weights, error, start, end)
    level = without_gaps(past.level)
    warned = np.concatenate([_warned(past, level, part) for part in np.array_split(np.arange(level.size), PARTS)])
    skill = skill_of(level, warned, threshold, FORECAST.limits.margin)
    numbers = skill.floods, skill.hits, skill.false_alarms, skill.lead_hours
    return FloodModel(gauge.device_id, weights, error, start, end, threshold, *numbers)


def _warned(past: Past, level: Floats, part: NDArray[np.int64]) -> Floats:
    """What was to be expected in a part of the past by what the rest of it taught; nothing where that is little."""
    others = np.ones(level.size, dtype=np.bool_)
    others[part] = False
    try:
        weights, _ = fit(past.rain, past.level, others)
    except TooLittlePast:
        return level[part]
    result: Floats = expected(weights, past.rain, level)[part]
    return result
