"""The reports of air quality: VN_AQI of hours and days, and what exceeded the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isnan

import numpy as np

from devices.catalogue import KINDS
from devices.model import Text
from devices.units import MICROGRAM_PER_CUBIC_METRE
from reports.air_levels import level_of
from reports.air_quality import LEAD_HOURS, POLLUTANTS, AirIndex, Pollutant, daily_index, hourly_index
from reports.exceedances import Averaging, Judged, judge_days, judge_year
from reports.figures import (
    Evidence,
    Figure,
    Group,
    Method,
    Place,
    Report,
    Row,
    check_size,
    first_pieces,
    grouped,
    number,
)
from reports.periods import Period, parse_period
from reports.sources import Scope, devices_of, hourly_means
from storage.connect import Session
from storage.fleet import FleetDevice

KIND = "environment"
INDICATIVE = Text(
    "Tham khảo: cảm biến giá rẻ, không phải thiết bị quan trắc được kiểm định.",
    "Indicative: low-cost sensors, not verified monitoring equipment.",
)
REFERENCE = Text("Thiết bị quan trắc chuẩn.", "Reference equipment.")
DECISION = "QĐ 1459/QĐ-TCMT (12/11/2019)"
LIMITS_NOTE = Text(
    "Giới hạn tính theo µg/Nm³ (25 °C, 760 mmHg); số đo của trạm tính theo µg/m³ và không quy đổi.",
    "Limits are in µg/Nm³ (25 °C, 760 mmHg); stations report µg/m³, which is not converted.",
)
MICROGRAM = MICROGRAM_PER_CUBIC_METRE.symbol
POLLUTANT_NAMES = {pollutant: KINDS[KIND].by_name[pollutant].title for pollutant in POLLUTANTS}
AVERAGING_NAMES = {
    Averaging.HOUR: Text("trung bình 1 giờ", "1-hour mean"),
    Averaging.EIGHT_HOURS: Text("trung bình 8 giờ lớn nhất ngày", "largest 8-hour mean of a day"),
    Averaging.DAY: Text("trung bình 24 giờ", "24-hour mean"),
    Averaging.YEAR: Text("trung bình năm", "yearly mean"),
}
METHODS = {
    "vn_aqi_hourly": Method(
        Text("VN_AQI giờ", "Hourly VN_AQI"),
        "max over pollutants; PM2.5 and PM10 by the Nowcast of 12 hourly means, the rest by the 1-hour mean; "
        "a group has the largest index of its stations. Inputs: pollutants of six, for a group stations",
        DECISION,
    ),
    "vn_aqi_daily": Method(
        Text("VN_AQI ngày", "Daily VN_AQI"),
        "max over pollutants; PM by the 24-hour mean, SO2, NO2, CO by the largest 1-hour mean, O3 by the larger of "
        "1-hour and 8-hour; a group has the largest of its stations. Inputs: pollutants of six, for a group stations",
        DECISION,
    ),
    "sub_index": Method(
        Text("AQI thông số", "Index of a pollutant"),
        "linear between the breakpoints of table 2, clamped at 500. Inputs: hours with a mean",
        DECISION,
    ),
    "exceedances": Method(
        Text("Số lần vượt giới hạn", "Exceedances"),
        "means above the limit; of 8-hour means the largest that ends in a day. Inputs: means that are complete enough",
        "QCVN 05:2023/BTNMT",
    ),
    "limit": Method(Text("Giới hạn", "Limit"), "as in the regulation, the last of the period", "QCVN 05:2023/BTNMT"),
    "largest_mean": Method(
        Text("Giá trị lớn nhất", "Largest mean"), "the largest of the means that were judged", "QCVN 05:2023/BTNMT"
    ),
}


def air_quality_report(session: Session, scope: Scope, group: Group, *, daily: bool) -> Report:
    """VN_AQI of each hour, or of each day (UTC+7), of the stations or of the worst station of each group.

    Raises TooLarge.
    """
    stations, period, times = devices_of(session, scope, KIND), *_times(scope, daily)
    groups = grouped(stations, group)
    check_size(len(groups) * len(times))
    means = hourly_means(session, stations, POLLUTANTS, period.wider(LEAD_HOURS), scope.rules.completeness.hour)
    air = {pollutant: means[pollutant] for pollutant in POLLUTANTS}
    if daily:
        index = daily_index(air, lead=LEAD_HOURS, enough=scope.rules.completeness.long)
    else:
        index = hourly_index(air, lead=LEAD_HOURS)
    method = "vn_aqi_daily" if daily else "vn_aqi_hourly"
    rows = [
        _index_row(stations, scope, index, (at, members), place, time, method)
        for place, members in groups
        for at, time in enumerate(times)
    ]
    return Report(method, scope.period, group, {name: METHODS[name] for name in (method, "sub_index")}, rows)


def _times(scope: Scope, daily: bool) -> tuple[Period, list[datetime]]:
    """The period of whole hours or days, and the beginning of each of them that has passed or begun."""
    period = scope.period.whole_days() if daily else scope.period
    begun = [period.hour(place) for place in range(0, period.hours, 24 if daily else 1)]
    return period, [time for time in begun if time <= scope.now]


def _index_row(
    stations: Sequence[FleetDevice],
    scope: Scope,
    index: AirIndex,
    at: tuple[int, list[int]],
    place: Place,
    time: datetime,
    method: str,
) -> Row:
    """The row of one hour or day of one station, or of the worst station of a group."""
    hour, members = at
    values = index.value[hour, members]
    valid = np.isfinite(values)
    column = members[int(np.where(valid, values, -1.0).argmax())]
    value = float(index.value[hour, column])
    parts = {pollutant: float(part[hour, column]) for pollutant, part in index.parts.items()}
    if place.device is None:
        inputs, expected = int(valid.sum()), len(members)
    else:
        inputs, expected = sum(not isnan(part) for part in parts.values()), len(POLLUTANTS)
    figures = {"vn_aqi": Figure(number(value, 0), "", method, inputs, expected)}
    for pollutant, part in parts.items():
        told = int(np.isfinite(part))
        figures[f"aqi_{pollutant.value}"] = Figure(number(part, 0), "", "sub_index", told, 1)
    main = int(index.main[hour, column])
    words = _words(stations[column], scope, value, POLLUTANTS[main]) if main >= 0 else {}
    return Row(place, figures, time, words)


def _words(station: FleetDevice, scope: Scope, value: float, main: Pollutant) -> dict[str, Text]:
    """What a public board has to show with an index (QĐ 1459, table 3)."""
    level = level_of(value)
    code = f"{station.commune}/{station.code}"
    return {
        "level": level.name,
        "colour": level.colour,
        "rgb": Text(level.rgb, level.rgb),
        "main_pollutant": POLLUTANT_NAMES[main],
        "effect": level.effect,
        "advice": level.advice,
        "advice_sensitive": level.advice_sensitive,
        "station": Text(station.name or code, station.name or code),
        "quality": REFERENCE if code in scope.rules.air.reference_stations else INDICATIVE,
    }


def exceedance_report(session: Session, scope: Scope, group: Group) -> Report:
    """How often the means of each pollutant exceeded their limits, with the largest and the events.

    The means of a calendar year are judged where the period is one.
    """
    stations, period = devices_of(session, scope, KIND), scope.period.whole_days()
    rules = scope.rules.completeness
    means = hourly_means(session, stations, POLLUTANTS, period.wider(LEAD_HOURS), rules.hour)
    air = {pollutant: means[pollutant] for pollutant in POLLUTANTS}
    judged = judge_days(air, period.days, lead=LEAD_HOURS, enough=rules.long)
    year = period.days[0].year
    if period == parse_period(str(year)):
        within = {pollutant: values[LEAD_HOURS:] for pollutant, values in air.items()}
        judged += judge_year(within, year, enough=rules.long)
    rows = [
        _judged_row(stations, scope, one, members, place, period)
        for place, members in grouped(stations, group)
        for one in judged
    ]
    methods = {name: METHODS[name] for name in ("exceedances", "limit", "largest_mean")}
    return Report("exceedances", scope.period, group, methods, rows, (LIMITS_NOTE,))


def _judged_row(
    stations: Sequence[FleetDevice],
    scope: Scope,
    judged: Judged,
    members: list[int],
    place: Place,
    period: Period,
) -> Row:
    means, exceeds = judged.means[:, members], judged.exceeds[:, members]
    passed = [
        period.hour(at * judged.hours_a_period) + timedelta(hours=judged.hours_a_period) <= scope.now
        for at in range(len(means))
    ]
    inputs, expected = int(np.isfinite(means).sum()), sum(passed) * len(members)
    largest = float(np.nanmax(means)) if inputs else float("nan")
    limit = float(judged.limits[-1])
    figures = {
        "exceedances": Figure(int(exceeds.sum()), "", "exceedances", inputs, expected),
        "largest": Figure(number(largest, 1), MICROGRAM, "largest_mean", inputs, expected),
        "limit": Figure(limit, MICROGRAM, "limit", 1, 1),
    }
    events = (
        Evidence(
            period.hour(int(at) * judged.hours_a_period), round(float(means[at, of]), 1), stations[members[of]].code
        )
        for at, of in np.argwhere(exceeds)
    )
    part = f"{judged.pollutant.value} {judged.averaging.value}"
    return Row(
        replace(place, part=part),
        figures,
        words={"averaging": AVERAGING_NAMES[judged.averaging]},
        evidence=first_pieces(events),
    )
