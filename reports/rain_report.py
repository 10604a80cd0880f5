"""The report of rain: sums, days of rain before, words, and the risk of landslides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.model import Text
from devices.rain_risk import RISK_COLOURS, Susceptibility, landslide_level, rain_words
from devices.units import MILLIMETRE
from reports.figures import Figure, Group, Method, Place, Report, Row, grouped, number
from reports.grids import Floats, Integers, by_day
from reports.periods import Period
from reports.rain import LEAD_HOURS, days_of_rain_before, rain_sums
from reports.sources import Scope, devices_of, hours_of, passed
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part

KINDS_WITH_RAIN = ("environment", "water_level")
RAIN = Ask("rainfall", Part.SUM)
DECISION = "QĐ 18/2021/QĐ-TTg"
METHODS = {
    "rain_sum": Method(
        Text("Lượng mưa", "Rain"),
        "sum of rainfall over the hours named, up to the end of the period; a group has the largest of its gauges. "
        "Inputs: hours that were measured",
        "measured rainfall",
    ),
    "rain_days": Method(
        Text("Số ngày mưa", "Days of rain"),
        "days with at least rainy_day_mm: in a row before the last 24 hours, or in the period (UTC+7). Inputs: days",
        "rules of the commune",
    ),
    "landslide": Method(
        Text("Cấp độ rủi ro lũ quét, sạt lở", "Risk of flash flood and landslide"),
        "highest level that was reached in the period by rain in 24 hours × days of rain before × susceptibility. "
        "Inputs: hours that were measured",
        f"{DECISION}, article 46; levels as in the rules of the commune",
    ),
}
SUSCEPTIBILITY_NAMES = {
    Susceptibility.LOW: Text("nguy cơ thấp", "low susceptibility"),
    Susceptibility.MEDIUM: Text("nguy cơ trung bình", "medium susceptibility"),
    Susceptibility.HIGH: Text("nguy cơ cao", "high susceptibility"),
    Susceptibility.VERY_HIGH: Text("nguy cơ rất cao", "very high susceptibility"),
}


@dataclass(frozen=True, slots=True)
class _Rained:
    """All gauges: hourly rain with the hours before the period, its sums, days before, and levels at each hour."""

    period: Period
    hourly: Floats
    sums: dict[int, Floats]
    before: Integers
    levels: Integers


def rain_report(session: Session, scope: Scope, group: Group) -> Report:
    """The rain of a period at each gauge, or at the wettest gauge of each group, up to now at most."""
    period = passed(scope)
    gauges: list[FleetDevice] = []
    grids: list[Floats] = []
    for kind in KINDS_WITH_RAIN:
        found = devices_of(session, scope, kind)
        if found:
            gauges += found
            grids.append(hours_of(session, found, [RAIN], period.wider(LEAD_HOURS))[RAIN])
    if not gauges or not period.hours:
        return Report("rain", scope.period, group, METHODS, [])
    rained = _reckoned(np.concatenate(grids, axis=1), gauges, scope, period)
    rows = [_row(rained, gauges, scope, members, place) for place, members in grouped(gauges, group)]
    # A station that has no rain gauge says nothing of rain.
    rows = [row for row in rows if row.figures["rain_total"].inputs]
    return Report("rain", scope.period, group, METHODS, rows)


def susceptibility_of(device: FleetDevice, scope: Scope) -> Susceptibility:
    """How prone the place of a device is, by the most exact rule."""
    rules = scope.rules.rain
    for code in (f"{device.commune}/{device.code}", f"{device.commune}/{device.hamlet}", device.commune):
        if code in rules.susceptibility:
            return rules.susceptibility[code]
    return rules.usual_susceptibility


def _reckoned(hourly: Floats, gauges: list[FleetDevice], scope: Scope, period: Period) -> _Rained:
    rules = scope.rules.rain
    sums = {one.hours: one.millimetres for one in rain_sums(hourly)}
    before = days_of_rain_before(hourly, rules.rainy_day_mm)
    levels = np.zeros(hourly.shape, dtype=np.int64)
    lowest = min((row.rain_mm for row in rules.landslide), default=np.inf)
    for hour, gauge in np.argwhere(np.nan_to_num(sums[24]) >= lowest):
        place = susceptibility_of(gauges[gauge], scope)
        levels[hour, gauge] = landslide_level(
            float(sums[24][hour, gauge]), int(before[hour, gauge]), place, rules.landslide
        )
    return _Rained(period, hourly, sums, before, levels)


def _largest(values: Floats) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")


def _row(rained: _Rained, gauges: list[FleetDevice], scope: Scope, members: list[int], place: Place) -> Row:
    hourly = rained.hourly[LEAD_HOURS:, members]
    measured = np.isfinite(hourly)
    told_most = members[int(measured.sum(axis=0).argmax())]
    inputs, expected = int(measured.sum()), measured.size

    def rain(value: float, told: int = inputs, of: int = expected) -> Figure:
        return Figure(number(value, 1), MILLIMETRE.symbol, "rain_sum", told, of)

    figures = {}
    for span, sums in rained.sums.items():
        last = rained.hourly[-span:, members]
        value = _largest(sums[-1, members])
        figures[f"rain_{span}h"] = rain(value, int(np.isfinite(last).sum()), last.size)
        figures[f"largest_{span}h"] = rain(_largest(sums[LEAD_HOURS:, members]))
    totals = np.where(measured.any(axis=0), np.nansum(hourly, axis=0), np.nan)
    figures["rain_total"] = rain(_largest(totals))
    figures |= _days(rained, scope, members)
    level = int(rained.levels[LEAD_HOURS:, members].max(initial=0))
    figures["landslide_level"] = Figure(level, "", "landslide", inputs, expected)
    day = figures["rain_24h"].value
    words = {"susceptibility": SUSCEPTIBILITY_NAMES[susceptibility_of(gauges[told_most], scope)]}
    if day is not None:
        words["rain"] = rain_words(day)
    if level:
        words["landslide_colour"] = RISK_COLOURS[level]
    return Row(place, figures, words=words)


def _days(rained: _Rained, scope: Scope, members: list[int]) -> dict[str, Figure]:
    """Days of rain in a row before the last 24 hours, and whole days of rain in the period."""
    hourly = rained.hourly[LEAD_HOURS:, members]
    whole = rained.period.whole_days()
    into = int((rained.period.start - whole.start).total_seconds() // 3600)
    days = np.full((whole.hours, len(members)), np.nan)
    days[into : into + hourly.shape[0]] = hourly
    daily = by_day(days)
    measured = np.isfinite(daily).any(axis=1)
    rainy = np.nansum(daily, axis=1) >= scope.rules.rain.rainy_day_mm
    before = int(rained.before[-1, members].max())
    told, of = int(measured.sum()), measured.size
    return {
        "days_of_rain_before": Figure(before, "", "rain_days", told, of),
        "rainy_days": Figure(int(rainy.sum(axis=0).max(initial=0)), "", "rain_days", told, of),
    }
