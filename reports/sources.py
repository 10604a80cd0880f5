"""What reports are made from: the devices of a commune and their hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from devices.catalogue import KINDS
from reports.grids import Flags, Floats, complete_hours, expected_readings, floats
from reports.periods import Period
from reports.rules import ReportRules
from storage.connect import Session
from storage.fleet import FleetDevice, FleetFilter, list_communes, list_fleet
from storage.report_hours import Ask, Hours, Part, read_hours


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose devices a report is about, for which period, by which rules, at which moment it is asked for."""

    commune: str
    period: Period
    rules: ReportRules
    now: datetime
    hamlet: str | None = None
    device: str | None = None


def devices_of(session: Session, scope: Scope, kind: str | None = None) -> list[FleetDevice]:
    """The devices in the scope, by code, but for those that are only planned."""
    wanted = FleetFilter(kind=kind, commune=scope.commune, hamlet=scope.hamlet)
    return [
        device
        for device in list_fleet(session, wanted, now=scope.now)
        if device.lifecycle != "planned" and scope.device in (None, device.code)
    ]


def numbers_of(devices: Sequence[FleetDevice]) -> list[int]:
    """The devices' numbers in the database."""
    return [device.device_id for device in devices]


def expected_an_hour(devices: Sequence[FleetDevice]) -> Floats:
    """How many readings an hour are expected of each device."""
    return expected_readings([device.expected_interval_seconds for device in devices])


def known_share(readings: Floats, devices: Sequence[FleetDevice]) -> Floats:
    """The share of each hour, 0 to 1, that the readings of a device speak for."""
    return np.minimum(readings / expected_an_hour(devices), 1.0)


def hourly_means(
    session: Session, devices: Sequence[FleetDevice], fields: Sequence[str], period: Period, least: float
) -> dict[str, Floats]:
    """Hourly means of gauges of devices of one kind, hours × devices, NaN where an hour has less than the share `least`
    of its readings.
    """
    if not devices:
        return {name: np.full((period.hours, 0), np.nan) for name in fields}
    asks = [Ask(name, part) for name in fields for part in (Part.MEAN, Part.COUNT)]
    found = read_hours(session, KINDS[devices[0].kind], numbers_of(devices), asks, period.start, period.end)
    expected = expected_an_hour(devices)
    return {name: complete_hours(found[Ask(name)], found[Ask(name, Part.COUNT)], expected, least) for name in fields}


def hours_of(session: Session, devices: Sequence[FleetDevice], asks: Sequence[Ask], period: Period) -> Hours:
    """Parts of fields of devices of one kind, hours × devices; `devices` is not empty."""
    return read_hours(session, KINDS[devices[0].kind], numbers_of(devices), asks, period.start, period.end)


def passed(scope: Scope) -> Period:
    """The whole hours of the period that have passed: what lies ahead is not missing."""
    now = scope.now.replace(minute=0, second=0, microsecond=0)
    return Period(scope.period.start, max(scope.period.start, min(scope.period.end, now)))


def in_service(devices: Sequence[FleetDevice], readings: Floats, period: Period) -> Flags:
    """The hours in which something is expected of each device, hours × devices.

    They begin when it was registered, or with its first reading if that is older, and end when it was retired;
    where that is not known, with its last reading.
    """
    hours = np.arange(period.hours)[:, None]
    there = readings > 0
    some = there.any(axis=0)
    first = np.where(some, there.argmax(axis=0), period.hours)
    begins = np.minimum(first, _hours_after(period, [device.registered_at for device in devices], np.inf))
    last = np.where(some, period.hours - there[::-1].argmax(axis=0), 0)
    retired = np.array([device.lifecycle == "retired" for device in devices], dtype=bool)
    ends = np.ceil(_hours_after(period, [device.retired_at for device in devices], np.inf))
    ends = np.where(retired & np.isinf(ends), last, ends)
    result: Flags = (hours >= np.floor(begins)) & (hours < ends)
    return result


def _hours_after(period: Period, moments: Sequence[datetime | None], never: float) -> Floats:
    """How many hours after the beginning of a period each moment lies."""
    return floats([never if moment is None else (moment - period.start).total_seconds() / 3600 for moment in moments])


def positions(session: Session, scope: Scope, devices: Sequence[FleetDevice]) -> list[tuple[float, float]]:
    """Latitude and longitude of each device in degrees; those of the commune where it has no place."""
    (usual,) = ((one.latitude, one.longitude) for one in list_communes(session) if one.code == scope.commune)
    return [
        usual if device.latitude is None or device.longitude is None else (device.latitude, device.longitude)
        for device in devices
    ]
