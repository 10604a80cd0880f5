"""The report of availability: cameras, loudspeakers, Wi-Fi points and notice boards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.catalogue import KINDS
from devices.model import Text
from reports.availability import DEFINITIONS, AvailableHours, Condition, available_hours, good_share
from reports.figures import Figure, Group, Method, Report, Row, grouped
from reports.grids import Floats
from reports.nights import days_touched, required_shares, scheduled
from reports.periods import Period
from reports.sources import Scope, devices_of, hours_of, in_service, known_share, numbers_of, passed
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_hours import Ask, Part, read_moments

METHODS = {
    "availability": Method(
        Text("Độ sẵn sàng", "Availability"),
        "hours in which every condition of the kind held / hours; hours without readings are not available. "
        "Inputs: hours of which there are readings",
        "definition of the report",
    ),
    "availability_known": Method(
        Text("Độ sẵn sàng khi có số liệu", "Availability of what is known"),
        "hours in which every condition of the kind held / hours of which there are readings. Inputs: these hours",
        "definition of the report",
    ),
}


@dataclass(frozen=True, slots=True)
class _Counted:
    """Devices and their hours; the arrays have one number a device."""

    devices: list[FleetDevice]
    hours: Floats
    known: Floats
    available: Floats


def availability_report(session: Session, scope: Scope, group: Group, kind: str | None = None) -> Report:
    """Availability of devices of one kind, or of all kinds that have a definition, up to now at most."""
    period = passed(scope)
    parts = [
        _count_kind(session, scope, found, name, period)
        for name in ([kind] if kind else DEFINITIONS)
        if (found := devices_of(session, scope, name)) and period.hours
    ]
    devices = [device for part in parts for device in part.devices]
    if not devices:
        return Report("availability", scope.period, group, METHODS, [])
    hours, known, available = (
        np.concatenate(arrays)
        for arrays in zip(*((part.hours, part.known, part.available) for part in parts), strict=True)
    )
    rows = []
    for place, members in grouped(devices, group):
        whole, told, good = (float(values[members].sum()) for values in (hours, known, available))
        figures = {
            "availability": Figure(_share(good, whole), "", "availability", round(told, 1), round(whole, 1)),
            "availability_known": Figure(_share(good, told), "", "availability_known", round(told, 1), round(whole, 1)),
        }
        kinds = {devices[member].kind for member in members}
        words = {"available_when": DEFINITIONS[kinds.pop()].words} if len(kinds) == 1 else {}
        rows.append(Row(place, figures, words=words))
    return Report("availability", scope.period, group, METHODS, rows)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole > 0 else None


def _count_kind(session: Session, scope: Scope, devices: list[FleetDevice], kind: str, period: Period) -> _Counted:
    conditions = DEFINITIONS[kind].conditions
    asks = [Ask(c.field, Part.SHARE if isinstance(c, Condition) else Part.MEAN) for c in conditions]
    found = hours_of(session, devices, asks, period)
    shares = [good_share(condition, found[ask]) for condition, ask in zip(conditions, asks, strict=True)]
    readings = read_moments(session, KINDS[kind], numbers_of(devices), period.start, period.end)
    required = _working_shares(scope, kind, period)[:, None] * in_service(devices, readings, period)
    counted: AvailableHours = available_hours(required, known_share(readings, devices), shares)
    return _Counted(devices, counted.hours, counted.known, counted.available)


def _working_shares(scope: Scope, kind: str, period: Period) -> Floats:
    """The share of each hour in which devices of a kind have to work."""
    rule = scope.rules.availability.working_hours.get(kind)
    if rule is None:
        return np.ones(period.hours)
    spans = [scheduled(rule.begin, rule.end, day) for day in days_touched(period.start, period.hours)]
    return required_shares(period.start, period.hours, spans)
