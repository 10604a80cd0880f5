"""The report of water levels: how high each gauge stood on each day, and for how long at or above its alarm levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.model import Text
from devices.units import CENTIMETRE
from reports.figures import Figure, Group, Method, Report, Row, check_size, grouped, number
from reports.grids import Floats, by_day, floats
from reports.sources import Scope, devices_of, expected_an_hour, hours_of
from storage.alert_desk import AlertOverride, list_overrides
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part

KIND = "water_level"
ALARMS = (1, 2, 3)
LEVEL = {part: Ask("level", part) for part in (Part.COUNT, Part.MEAN, Part.MIN, Part.MAX)}
DECISION = "QĐ 05/2020/QĐ-TTg"
METHODS = {
    "level": Method(
        Text("Mực nước", "Water level"),
        "mean, lowest and highest reading of the day above the zero of the gauge; a group has the highest of its "
        "gauges. Inputs: readings",
        "measured level",
    ),
    "alarm": Method(
        Text("Mực nước báo động", "Flood alarm level"),
        "as it is set for the gauge, its hamlet or its commune, the most exact first; none where none is set",
        f"{DECISION}; rules of alerts of the commune",
    ),
    "alarm_hours": Method(
        Text("Số giờ từ mức báo động trở lên", "Hours at or above an alarm level"),
        "hours of the day whose highest reading reaches the level. Inputs: hours with a reading",
        DECISION,
    ),
}


@dataclass(frozen=True, slots=True)
class _Levels:
    """Days × gauges in cm, readings and hours with any; `hourly` is days × 24 × gauges; `alarms` 3 × gauges."""

    mean: Floats
    lowest: Floats
    highest: Floats
    hourly: Floats
    readings: Floats
    expected: Floats
    alarms: Floats


def water_level_report(session: Session, scope: Scope, group: Group) -> Report:
    """The levels of each day (UTC+7) that has begun at each gauge, or the highest of each group. Raises TooLarge."""
    gauges, period = devices_of(session, scope, KIND), scope.period.whole_days()
    groups = grouped(gauges, group)
    begun = [day for day in range(len(period.days)) if period.hour(24 * day) <= scope.now]
    check_size(len(groups) * len(begun))
    if not gauges:
        return Report(KIND, scope.period, group, METHODS, [])
    levels = _read(session, scope, gauges)
    rows = [
        Row(place, _figures(levels, day, members), period.hour(24 * day)) for place, members in groups for day in begun
    ]
    return Report(KIND, scope.period, group, METHODS, rows)


def _read(session: Session, scope: Scope, gauges: Sequence[FleetDevice]) -> _Levels:
    found = hours_of(session, gauges, list(LEVEL.values()), scope.period.whole_days())
    counts = by_day(np.nan_to_num(found[LEVEL[Part.COUNT]]))
    means, lows, highs = (by_day(found[LEVEL[part]]) for part in (Part.MEAN, Part.MIN, Part.MAX))
    readings = counts.sum(axis=1)
    sums = np.where(counts > 0, np.nan_to_num(means) * counts, 0.0).sum(axis=1)
    some = readings > 0
    overrides = list_overrides(session)
    return _Levels(
        mean=np.where(some, sums / np.maximum(readings, 1), np.nan),
        lowest=np.where(some, np.where(np.isfinite(lows), lows, np.inf).min(axis=1), np.nan),
        highest=np.where(some, np.where(np.isfinite(highs), highs, -np.inf).max(axis=1), np.nan),
        hourly=highs,
        readings=readings,
        expected=24 * expected_an_hour(gauges),
        alarms=floats([[alarm_level(overrides, gauge, level) for gauge in gauges] for level in ALARMS]),
    )


def alarm_level(overrides: Sequence[AlertOverride], gauge: FleetDevice, level: int) -> float:
    """The water level in cm of báo động 1, 2 or 3 at a gauge, by the most exact place that has one; NaN for none."""
    for hamlet, device in ((None, gauge.code), (gauge.hamlet, None), (None, None)):
        for one in overrides:
            where = (one.rule, one.commune, one.hamlet, one.device)
            if where == (f"flood_level_{level}", gauge.commune, hamlet, device) and one.threshold is not None:
                return one.threshold if one.enabled else float("nan")
    return float("nan")


def _figures(levels: _Levels, day: int, members: Sequence[int]) -> dict[str, Figure]:
    """The figures of one day of one gauge, or of the one of a group that stood highest."""
    highest = levels.highest[day, members]
    at = members[int(np.where(np.isfinite(highest), highest, -np.inf).argmax())]
    told = int(levels.readings[day, members].sum())
    of = round(float(levels.expected[members].sum()), 1)
    hours = levels.hourly[day][:, at]
    measured = int(np.isfinite(hours).sum())

    def level(value: float) -> Figure:
        return Figure(number(value, 1), CENTIMETRE.symbol, "level", told, of)

    figures = {
        "level_mean": level(float(levels.mean[day, at])),
        "level_lowest": level(float(levels.lowest[day, at])),
        "level_highest": level(float(levels.highest[day, at])),
    }
    for alarm, limits in zip(ALARMS, levels.alarms, strict=True):
        limit = float(limits[at])
        known = np.isfinite(limit) and measured > 0
        reached = int((np.nan_to_num(hours, nan=-np.inf) >= limit).sum()) if known else None
        set_ = int(np.isfinite(limit))
        figures[f"alarm_{alarm}"] = Figure(number(limit, 1), CENTIMETRE.symbol, "alarm", set_, 1)
        figures[f"hours_alarm_{alarm}"] = Figure(reached, "h", "alarm_hours", measured, 24)
    return figures
