"""The report of alerts: how many began, ended and are open, by rule, and how soon they were taken on and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from devices.alert_book import RULES
from devices.model import Text
from reports.figures import Figure, Group, Method, Place, Report, Row
from reports.sources import Scope
from storage.alert_report import PeriodAlert, alerts_of_period
from storage.connect import Session

METHODS = {
    "counts": Method(
        Text("Số cảnh báo", "Alerts"),
        "opened and closed within the period; open at its end, or now where it has not ended. Inputs: alerts that were "
        "open at any time of it",
        "book of alerts",
    ),
    "acknowledged": Method(
        Text("Đã tiếp nhận", "Acknowledged"),
        "alerts opened in the period that somebody took on by its end. Inputs: alerts opened",
        "book of alerts",
    ),
    "duration": Method(
        Text("Thời gian kéo dài", "Duration"),
        "median of closed_at − opened_at of the alerts that were closed in the period. Inputs: alerts closed",
        "book of alerts",
    ),
}
TITLES = {rule.name: rule.title for rule in RULES}
SEVERITIES = {
    "info": Text("Thông tin", "Information"),
    "warning": Text("Cảnh báo", "Warning"),
    "serious": Text("Nghiêm trọng", "Serious"),
    "critical": Text("Rất nghiêm trọng", "Critical"),
}


def alerts_report(session: Session, scope: Scope, group: Group) -> Report:
    """The alerts of a period by rule (the part of a row), of devices or of groups of them, up to now at most.

    What is about no single device counts under its commune alone; by device it has a row without one.
    """
    end = max(scope.period.start, min(scope.period.end, scope.now))
    found = [
        alert
        for alert in alerts_of_period(session, scope.commune, scope.period.start, end)
        if scope.hamlet in (None, alert.hamlet) and scope.device in (None, alert.device)
    ]
    rows = []
    for place in sorted({_place(alert, scope.commune, group) for alert in found}, key=_order):
        members = [alert for alert in found if _place(alert, scope.commune, group) == place]
        words = {"severity": SEVERITIES[members[0].severity]}
        if place.part in TITLES:
            words["rule"] = TITLES[place.part]
        rows.append(Row(place, _figures(members, scope.period.start, end), words=words))
    return Report("alerts", scope.period, group, METHODS, rows)


def _place(alert: PeriodAlert, commune: str, group: Group) -> Place:
    if group is Group.DEVICE:
        return Place(commune, alert.hamlet, alert.device_kind, alert.device, alert.kind)
    if group is Group.HAMLET:
        return Place(commune, alert.hamlet, part=alert.kind)
    return Place(commune, kind=alert.device_kind if group is Group.KIND else None, part=alert.kind)


def _order(place: Place) -> tuple[str, ...]:
    return tuple(word or "" for word in (place.hamlet, place.kind, place.device, place.part))


def _figures(alerts: Sequence[PeriodAlert], start: datetime, end: datetime) -> dict[str, Figure]:
    opened = [alert for alert in alerts if alert.opened_at >= start]
    closed = [alert for alert in alerts if alert.closed_at is not None and alert.closed_at < end]
    taken_on = sum(alert.acknowledged_at is not None and alert.acknowledged_at < end for alert in opened)
    lasted = [(alert.closed_at - alert.opened_at) / timedelta(hours=1) for alert in closed if alert.closed_at]

    def count(value: int) -> Figure:
        return Figure(value, "", "counts", len(alerts), len(alerts))

    return {
        "opened": count(len(opened)),
        "closed": count(len(closed)),
        "open": count(len(alerts) - len(closed)),
        "acknowledged": Figure(taken_on, "", "acknowledged", len(opened), len(opened)),
        "hours_open": Figure(round(median(lasted), 2) if lasted else None, "h", "duration", len(closed), len(closed)),
    }
