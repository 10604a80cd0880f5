"""The report of data quality: đúng – đủ – sạch – sống."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np

from devices.catalogue import KINDS
from reports.data_quality import MEASURES, QualityCounts, add_up, allowed_delay_seconds, count_arrivals
from reports.figures import Figure, Group, Method, Report, Row, grouped
from reports.periods import Period
from reports.sources import Scope, devices_of, in_service, numbers_of, passed
from storage.connect import Session
from storage.fleet import FleetDevice
from storage.report_books import DeviceBooks, read_books
from storage.report_hours import read_late, read_moments

SOURCE = "1709/BKHCN-CĐSQG: dữ liệu đúng, đủ, sạch, sống; definition of the report"
STEP = timedelta(days=7)
"""So much is read at a time: no statement may take longer than the API allows."""
_FORMULAS = {
    "valid": "accepted / (accepted + readings set aside + fields set aside), by day of receipt",
    "complete": "Σ min(readings, expected) / Σ expected over hours, expected = 3600 s / interval",
    "clean": "(accepted − repeated) / (accepted + conflicts), by day of receipt",
    "live": "hours with a reading that came on time / hours",
    "on_time": "readings received within two intervals (120 s at least) of their own time / readings",
    "alive": "hours with any reading / hours",
    "score": "the smallest of valid, complete, clean and live",
}
METHODS = {name: Method(words, f"{_FORMULAS[name]}. Inputs: readings", SOURCE) for name, words in MEASURES.items()}


def data_quality_report(session: Session, scope: Scope, group: Group, kind: str | None = None) -> Report:
    """The quality of what devices of one kind, or of all, sent in a period, up to now at most."""
    period = passed(scope)
    devices = [device for device in devices_of(session, scope, kind) if device.kind in KINDS]
    if not devices or not period.hours:
        return Report("data_quality", scope.period, group, METHODS, [])
    counts: dict[int, QualityCounts] = {}
    for name in dict.fromkeys(device.kind for device in devices):
        found = [device for device in devices if device.kind == name]
        counts |= _count_kind(session, found, name, period)
    rows = []
    for place, members in grouped(devices, group):
        total = add_up(counts[devices[member].device_id] for member in members)
        figures = {
            measure: Figure(
                None if share is None else round(share, 4), "", measure, total.readings, round(total.expected, 1)
            )
            for measure, (share, _) in total.shares().items()
        }
        rows.append(Row(place, figures))
    return Report("data_quality", scope.period, group, METHODS, rows)


def _count_kind(
    session: Session, devices: Sequence[FleetDevice], kind: str, period: Period
) -> dict[int, QualityCounts]:
    """The counts of each device of one kind, by its number."""
    numbers = numbers_of(devices)
    delays = [allowed_delay_seconds(device.expected_interval_seconds) for device in devices]
    readings = read_moments(session, KINDS[kind], numbers, period.start, period.end)
    late = np.concatenate(
        [read_late(session, KINDS[kind], numbers, delays, step.start, step.end) for step in _steps(period)]
    )
    service = in_service(devices, readings, period)
    books = read_books(session, numbers, period.start, period.end)
    found = {}
    for place, device in enumerate(devices):
        there = service[:, place]
        arrived = count_arrivals(readings[there, place], late[there, place], device.expected_interval_seconds)
        found[device.device_id] = add_up([arrived, _of_books(books.get(device.device_id, DeviceBooks()))])
    return found


def _steps(period: Period) -> Iterator[Period]:
    start = period.start
    while start < period.end:
        yield Period(start, min(start + STEP, period.end))
        start += STEP


def _of_books(books: DeviceBooks) -> QualityCounts:
    """A message that was set aside whole counts as one reading: nobody knows how many it held."""
    return QualityCounts(
        accepted=books.accepted,
        repeated=books.repeated,
        conflicts=books.conflicts,
        readings_set_aside=max(books.readings_set_aside - books.conflicts, 0.0) + books.messages_set_aside,
        fields_set_aside=books.fields_set_aside,
    )
