"""The report of reference evapotranspiration, ET0, of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.catalogue import KINDS
from devices.model import Text
from reports.evapotranspiration import (
    MEGAJOULE_PER_WATT_DAY,
    atmospheric_pressure,
    extraterrestrial_radiation,
    hargreaves,
    penman_monteith_day,
    wind_at_2_m,
)
from reports.figures import Figure, Group, Method, Report, Row, check_size, grouped, number
from reports.grids import Flags, Floats, by_day, complete_hours, floats, largest_over, mean_over
from reports.periods import Period
from reports.sources import Scope, devices_of, expected_an_hour, numbers_of, positions
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part, read_hours

KIND = "environment"
FAO = "FAO Irrigation and Drainage Paper 56 (1998)"
METHODS = {
    "penman_monteith": Method(
        Text("Penman–Monteith FAO-56", "FAO-56 Penman–Monteith"),
        "eq. 6 with Ra (eq. 21), ea (eq. 17), Rnl (eq. 39), wind at 2 m (eq. 47). Inputs: hours of temperature",
        FAO,
    ),
    "hargreaves": Method(
        Text("Hargreaves", "Hargreaves"),
        "0.0023 (Tmean + 17.8) √(Tmax − Tmin) Ra, where radiation, humidity or wind are not measured. "
        "Inputs: hours of temperature",
        f"{FAO}, eq. 52",
    ),
    "mean_of_stations": Method(
        Text("Trung bình các trạm", "Mean of the stations"), "mean of the stations' ET0. Inputs: stations", FAO
    ),
}
UNIT = "mm"


@dataclass(frozen=True, slots=True)
class DailyEt0:
    """ET0 in mm of each day, days × stations, where it is by Penman–Monteith, and the hours of temperature."""

    et0: Floats
    by_penman_monteith: Flags
    hours: Floats


class _Weather:
    """Days × stations of what stations measure, each from the hours that are complete enough."""

    def __init__(self, session: Session, scope: Scope, stations: Sequence[FleetDevice], period: Period) -> None:
        asks = [
            *(Ask(name, part) for name in ("temperature", "relative_humidity") for part in (Part.MIN, Part.MAX)),
            *(Ask(name) for name in ("wind_speed", "solar_radiation", "pressure")),
        ]
        counts = [Ask(name, Part.COUNT) for name in dict.fromkeys(ask.field for ask in asks)]
        self._found = read_hours(session, KINDS[KIND], numbers_of(stations), [*asks, *counts], period.start, period.end)
        self._rules = scope.rules.completeness
        self._expected = expected_an_hour(stations)

    def hours(self, ask: Ask) -> Floats:
        """Days × 24 × stations."""
        counts = self._found[Ask(ask.field, Part.COUNT)]
        return by_day(complete_hours(self._found[ask], counts, self._expected, self._rules.hour))

    def largest(self, name: str) -> Floats:
        """The largest reading of each day."""
        return largest_over(self.hours(Ask(name, Part.MAX)), self._rules.long, axis=1)

    def smallest(self, name: str) -> Floats:
        """The smallest reading of each day."""
        return -largest_over(-self.hours(Ask(name, Part.MIN)), self._rules.long, axis=1)

    def mean(self, name: str) -> Floats:
        """The mean of each day."""
        return mean_over(self.hours(Ask(name)), self._rules.long, axis=1)


def daily_et0(session: Session, scope: Scope, stations: Sequence[FleetDevice], period: Period) -> DailyEt0:
    """ET0 of each day of a period of whole days at each station, by the best method that its readings allow."""
    weather, rules = _Weather(session, scope, stations, period), scope.rules.irrigation
    latitude = floats([place[0] for place in positions(session, scope, stations)])
    of_year = floats([day.timetuple().tm_yday for day in period.days])[:, None]
    t_max, t_min = weather.largest("temperature"), weather.smallest("temperature")
    height = floats([max(device.height_m or rules.wind_height_m, 1.0) for device in stations])
    pressure = weather.mean("pressure") / 10.0
    exact = penman_monteith_day(
        latitude=latitude,
        elevation_m=rules.elevation_m,
        day_of_year=of_year,
        t_max=t_max,
        t_min=t_min,
        rh_max=weather.largest("relative_humidity"),
        rh_min=weather.smallest("relative_humidity"),
        wind_2_m=wind_at_2_m(weather.mean("wind_speed"), height),
        solar=weather.mean("solar_radiation") * MEGAJOULE_PER_WATT_DAY,
        pressure_kpa=np.where(np.isfinite(pressure), pressure, atmospheric_pressure(rules.elevation_m)),
    )
    simple = hargreaves(t_max, t_min, extraterrestrial_radiation(latitude, of_year))
    told = np.isfinite(weather.hours(Ask("temperature", Part.MAX))).sum(axis=1).astype(np.float64)
    return DailyEt0(np.where(np.isfinite(exact), exact, simple), np.isfinite(exact), told)


def evapotranspiration_report(session: Session, scope: Scope, group: Group) -> Report:
    """ET0 of each day (UTC+7) that has ended, at each station or as the mean of each group. Raises TooLarge."""
    stations, period = devices_of(session, scope, KIND), scope.period.whole_days()
    groups = grouped(stations, group)
    ended = [place for place in range(len(period.days)) if period.hour(24 * (place + 1)) <= scope.now]
    check_size(len(groups) * len(ended))
    if not stations:
        return Report("evapotranspiration", scope.period, group, METHODS, [])
    days = daily_et0(session, scope, stations, period)
    rows = []
    for place, members in groups:
        for day in ended:
            values = days.et0[day, members]
            known = int(np.isfinite(values).sum())
            if place.device is None:
                figure = Figure(number(_mean(values), 2), UNIT, "mean_of_stations", known, len(members))
            else:
                method = "penman_monteith" if days.by_penman_monteith[day, members[0]] else "hargreaves"
                figure = Figure(number(float(values[0]), 2), UNIT, method, float(days.hours[day, members[0]]), 24)
            rows.append(Row(place, {"et0": figure}, period.hour(24 * day)))
    return Report("evapotranspiration", scope.period, group, METHODS, rows)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
