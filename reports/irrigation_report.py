"""The report of irrigation: what each zone needs each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.catalogue import KINDS
from devices.model import Text
from reports.evapotranspiration_report import daily_et0
from reports.figures import Figure, Group, Method, Report, Row, check_size, grouped, number, place_of
from reports.grids import Floats, by_day
from reports.irrigation import effective_rain, follow_balance, need, rice_need
from reports.periods import Period
from reports.rules import Crop, Zone
from reports.sources import Scope, devices_of, hours_of, numbers_of
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part, Stream, read_hours, read_increases

KIND = "irrigation"
RAIN = Ask("rainfall", Part.SUM)
MOISTURE, TUBE = Ask("soil_moisture"), Ask("field_tube_level")
FAO = "FAO Irrigation and Drainage Paper 56 (1998)"
METHODS = {
    "et0": Method(
        Text("ET0 của xã", "ET0 of the commune"), "mean over the stations of the commune. Inputs: stations", FAO
    ),
    "rain": Method(
        Text("Mưa của xã", "Rain of the commune"), "mean over the gauges of the commune. Inputs: gauges", "measured"
    ),
    "crop": Method(Text("ETc", "ETc"), "Kc ET0. Inputs: ET0", f"{FAO}, eq. 58"),
    "metered": Method(
        Text("Nước đã tưới", "Irrigation"),
        "increase of water_total over the area of the zone. Inputs: hours",
        "measured",
    ),
    "balance": Method(
        Text("Cân bằng nước vùng rễ", "Balance of the root zone"),
        "1000 (θFC − θ) Zr of the day's last moisture; without one carried on by ETc, effective rain and irrigation. "
        "Inputs: hours of moisture",
        f"{FAO}, eq. 82 to 87",
    ),
    "need": Method(
        Text("Lượng nước cần tưới", "Irrigation need"),
        "depletion over efficiency; due when the depletion reaches RAW = p TAW. Inputs: hours of moisture",
        f"{FAO}, chapter 8",
    ),
    "wetting_and_drying": Method(
        Text("Tưới ướt khô xen kẽ", "Alternate wetting and drying"),
        "refill when the day's last level in the field tube is at refill_cm or below, up to flood_cm. "
        "Inputs: hours of the level",
        "rules of the commune",
    ),
    "zones": Method(
        Text("Các khu tưới", "Zones"), "zones that are due, mean need of the zones. Inputs: zones with a need", FAO
    ),
}


@dataclass(frozen=True, slots=True)
class _Days:
    """The weather of the commune, one number a day: ET0 and rain in mm, and how many stations told them."""

    et0: Floats
    et0_stations: list[int]
    rain: Floats
    gauges: list[int]
    stations: int
    all_gauges: int


@dataclass(frozen=True, slots=True)
class _ZoneDays:
    """One zone, one number a day: figures by name."""

    stream: Stream
    device: FleetDevice
    rows: list[dict[str, Figure]]
    due: list[bool]


def irrigation_report(session: Session, scope: Scope, group: Group) -> Report:
    """The water balance and need of each zone on each day (UTC+7) that has ended, or of the zones of each group.

    Raises TooLarge.
    """
    controllers, period = devices_of(session, scope, KIND), scope.period.whole_days()
    ended = [day for day in range(len(period.days)) if period.hour(24 * (day + 1)) <= scope.now]
    check_size(len(controllers) * len(ended))
    if not controllers or not ended:
        return Report("irrigation", scope.period, group, METHODS, [])
    period = Period(period.start, period.hour(24 * len(ended)))
    zones = _zones(session, scope, controllers, period, _weather(session, scope, period))
    rows = []
    for place, members in grouped(controllers, group):
        codes = {controllers[member].device_id for member in members}
        mine = [zone for zone in zones if zone.stream[0] in codes]
        if group is Group.DEVICE:
            rows += [
                Row(
                    place_of(zone.device, "/".join(zone.stream[1])),
                    zone.rows[day],
                    period.hour(24 * day),
                    _word(zone, day),
                )
                for zone in mine
                for day in ended
            ]
        else:
            rows += [Row(place, _together(mine, day), period.hour(24 * day)) for day in ended if mine]
    return Report("irrigation", scope.period, group, METHODS, rows)


def _word(zone: _ZoneDays, day: int) -> dict[str, Text]:
    return {"irrigate": Text("cần tưới", "irrigate") if zone.due[day] else Text("chưa cần tưới", "not yet")}


def _together(zones: list[_ZoneDays], day: int) -> dict[str, Figure]:
    needs = [zone.rows[day]["need"].value for zone in zones]
    known = [value for value in needs if value is not None]
    mean = float(np.mean(known)) if known else float("nan")
    return {
        "zones_due": Figure(sum(zone.due[day] for zone in zones), "", "zones", len(known), len(zones)),
        "need": Figure(number(mean, 1), "mm", "zones", len(known), len(zones)),
    }


def _weather(session: Session, scope: Scope, period: Period) -> _Days:
    """ET0 and rain as means over the whole commune, whichever hamlet or device is asked for."""
    commune = Scope(scope.commune, scope.period, scope.rules, scope.now)
    stations = devices_of(session, commune, "environment")
    days = len(period.days)
    et0 = daily_et0(session, commune, stations, period).et0 if stations else np.full((days, 0), np.nan)
    rained = [
        by_day(hours_of(session, gauges, [RAIN], period)[RAIN])
        for gauges in (stations, devices_of(session, commune, "water_level"))
        if gauges
    ]
    hourly = np.concatenate(rained, axis=2) if rained else np.full((days, 24, 0), np.nan)
    rain = np.where(np.isfinite(hourly).any(axis=1), np.nansum(hourly, axis=1), np.nan)
    return _Days(
        _means(et0), _told(et0), _means(rain), _told(rain), len(stations), int(np.isfinite(rain).any(axis=0).sum())
    )


def _means(values: Floats) -> Floats:
    there = np.isfinite(values)
    count = there.sum(axis=1)
    return np.where(count > 0, np.where(there, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _told(values: Floats) -> list[int]:
    return [int(count) for count in np.isfinite(values).sum(axis=1)]


def _zones(
    session: Session, scope: Scope, controllers: list[FleetDevice], period: Period, days: _Days
) -> list[_ZoneDays]:
    numbers = numbers_of(controllers)
    found = read_hours(session, KINDS[KIND], numbers, [MOISTURE, TUBE], period.start, period.end, by_keys=True)
    metered, rises = read_increases(
        session, KINDS[KIND], numbers, "water_total", period.start, period.end, by_keys=True
    )
    water = {stream: rises[:, [place]] for place, stream in enumerate(metered)}
    devices = {device.device_id: device for device in controllers}
    nothing = np.full((period.hours, 1), np.nan)
    return [
        _zone(scope, devices[stream[0]], stream, days,
              by_day(found[MOISTURE][:, [place]])[..., 0], by_day(found[TUBE][:, [place]])[..., 0],
              by_day(water.get(stream, nothing))[..., 0])
        for place, stream in enumerate(found.streams)
    ]  # fmt: skip


def zone_rule(scope: Scope, device: FleetDevice, stream: Stream, has_tube: bool) -> tuple[Zone, Crop]:
    """The rule of a zone and its crop: as given, else rice where there is a field tube, else vegetables."""
    rules = scope.rules.irrigation
    code = f"{device.commune}/{device.code}"
    zone = rules.zones.get("/".join((code, *filter(None, stream[1])))) or rules.zones.get(code)
    if zone is None:
        zone = Zone(crop="rice" if has_tube and "rice" in rules.crops else "vegetables")
    return zone, rules.crops.get(zone.crop) or Crop()


def _last_of_day(values: Floats) -> Floats:
    """The last number of each day; days × 24 become days."""
    there = np.isfinite(values)
    last = values.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.where(there.any(axis=1), values[np.arange(len(values)), last], np.nan)


def _zone(
    scope: Scope,
    device: FleetDevice,
    stream: Stream,
    days: _Days,
    moisture: Floats,
    tube: Floats,
    water: Floats,
) -> _ZoneDays:
    """The days of one zone; moisture, tube level and water in m³ are days × 24."""
    rules = scope.rules.irrigation
    has_tube = bool(np.isfinite(tube).any())
    zone, crop = zone_rule(scope, device, stream, has_tube)
    etc = crop.coefficient * days.et0
    rain = effective_rain(days.rain, days.et0, rules.rain_share)
    cubic = np.where(np.isfinite(water).any(axis=1), np.nansum(water, axis=1), np.nan)
    irrigated = cubic / zone.area_m2 * 1000.0 if zone.area_m2 else np.full(len(cubic), np.nan)
    depletion = follow_balance(_last_of_day(moisture), rain, irrigated, etc, crop.root_zone)
    wet = has_tube and zone.crop == "rice"
    if wet:
        due, gross = rice_need(_last_of_day(tube), rules.rice, rules.efficiency)
    else:
        due, gross = need(depletion, crop.root_zone, rules.efficiency)
    told = np.isfinite(tube if wet else moisture).sum(axis=1)
    rows = [
        {
            "et0": Figure(number(float(days.et0[day]), 2), "mm", "et0", days.et0_stations[day], days.stations),
            "etc": Figure(number(float(etc[day]), 2), "mm", "crop", days.et0_stations[day], days.stations),
            "rain": Figure(number(float(days.rain[day]), 1), "mm", "rain", days.gauges[day], days.all_gauges),
            "effective_rain": Figure(number(float(rain[day]), 1), "mm", "rain", days.gauges[day], days.all_gauges),
            "irrigation": Figure(
                number(float(irrigated[day]), 1), "mm", "metered", int(np.isfinite(water[day]).sum()), 24
            ),
            "depletion": Figure(
                number(float(depletion[day]), 1), "mm", "balance", int(np.isfinite(moisture[day]).sum()), 24
            ),
            "need": Figure(
                number(float(gross[day]), 1), "mm", "wetting_and_drying" if wet else "need", int(told[day]), 24
            ),
        }
        for day in range(len(etc))
    ]
    return _ZoneDays(stream, device, rows, [bool(one) for one in due])
