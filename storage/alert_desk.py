"""Alerts as people deal with them: looked through, taken on, silenced, talked about; and rules set otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.audit import AuditFilter, list_audit
from storage.errors import Outdated, driver_errors
from storage.sql import query

_SET = ("enabled", "threshold", "margin", "hold_seconds")


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class DeskAlert:
    """An alert with everything that is known of it."""

    alert_id: int
    kind: str
    subject: str
    severity: str
    commune: str | None
    device: str | None
    members: list[str]
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    detail_vi: str
    detail_en: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    silenced_until: datetime | None
    silenced_by: str | None
    version: int

    def state(self, now: datetime) -> AlertState:
        """Where it stands; one that is over is resolved, whatever was done with it before."""
        if self.closed_at is not None:
            return AlertState.RESOLVED
        if self.silenced_until is not None and self.silenced_until > now:
            return AlertState.SILENCED
        return AlertState.OPEN if self.acknowledged_at is None else AlertState.ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; None: all. `subject` finds those too in which it is a member."""

    state: AlertState | None = None
    kind: str | None = None
    severity: str | None = None
    commune: str | None = None
    subject: str | None = None
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlertComment:
    """What somebody said of an alert."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class AlertOverride:
    """A rule set otherwise for a commune, or one hamlet or device of it; None: as the rule has it."""

    rule: str
    commune: str
    hamlet: str | None = None
    device: str | None = None
    enabled: bool = True
    threshold: float | None = None
    margin: float | None = None
    hold_seconds: int | None = None
    alert_override_id: int = 0


def find_alerts(
    connection: Connection[Any], wanted: AlertFilter, now: datetime, *, limit: int, before: int | None = None
) -> list[DeskAlert]:
    """Alerts, the newest first."""
    with connection.cursor(row_factory=class_row(DeskAlert)) as cursor:
        values = asdict(wanted) | {"now": now, "limit": limit, "before": before}
        return cursor.execute(query("desk_alerts"), values).fetchall()


def get_alert(connection: Connection[Any], alert_id: int, now: datetime) -> DeskAlert | None:
    """One alert."""
    found = find_alerts(connection, AlertFilter(alert_id=alert_id), now, limit=1)
    return found[0] if found else None


def comments_of(connection: Connection[Any], alert_id: int) -> list[AlertComment]:
    """What was said of an alert, in order."""
    with connection.cursor(row_factory=class_row(AlertComment)) as cursor:
        return cursor.execute(query("alert_comments"), {"alert_id": alert_id}).fetchall()


def acknowledge(connection: Connection[Any], alert_id: int, actor: str, now: datetime) -> bool:
    """Take an alert on; False where somebody has already, who stands."""
    with driver_errors():
        values = {"alert_id": alert_id, "actor": actor, "now": now}
        return connection.execute(query("acknowledge_alert"), values).rowcount > 0


def silence(
    connection: Connection[Any], alert_id: int, actor: str, until: datetime | None, *, expected: Collection[int] | None
) -> None:
    """Tell nobody of an alert until a moment; None: from now on again.

    Raises Outdated where its version is none of `expected` (None: any). One that opens again meanwhile is silenced too.
    """
    with driver_errors():
        row = connection.execute(query("hold_alert"), {"alert_id": alert_id}).fetchone()
        if row is not None and expected is not None and row[0] not in expected:
            raise Outdated(row[0])
        connection.execute(query("silence_alert"), {"alert_id": alert_id, "actor": actor, "until": until})


def add_comment(connection: Connection[Any], alert_id: int, actor: str, text: str, now: datetime) -> None:
    """Say something of an alert."""
    with driver_errors():
        values = {"alert_id": alert_id, "actor": actor, "text": text, "now": now}
        connection.execute(query("add_alert_comment"), values)


def list_overrides(connection: Connection[Any], rule: str | None = None) -> list[AlertOverride]:
    """Rules that are set otherwise, and where."""
    with connection.cursor(row_factory=class_row(AlertOverride)) as cursor:
        return cursor.execute(query("list_alert_overrides"), {"rule": rule}).fetchall()


def put_override(connection: Connection[Any], override: AlertOverride) -> int | None:
    """Set a rule otherwise; returns its number, None where there is no such place."""
    with driver_errors():
        row = connection.execute(query("put_alert_override"), asdict(override)).fetchone()
    return None if row is None else int(row[0])


def override_of(
    connection: Connection[Any], rule: str, commune: str, hamlet: str | None = None, device: str | None = None
) -> AlertOverride | None:
    """What is set otherwise for exactly this place; None where nothing is."""
    place = (commune, hamlet, device)
    found = list_overrides(connection, rule)
    return next((one for one in found if (one.commune, one.hamlet, one.device) == place), None)


def undo_override(
    connection: Connection[Any], rule: str, commune: str, hamlet: str | None = None, device: str | None = None
) -> tuple[bool, AlertOverride | None]:
    """Take the last change of a place's setting back, by the audit trail: whether there was one, and what is set now.

    Undoing twice is doing it again.
    """
    subject = f"{rule} {'/'.join(part for part in (commune, hamlet, device) if part is not None)}"
    last = list_audit(connection, AuditFilter(subject_kind="alert_override", subject=subject), limit=1)
    if not last:
        return False, None
    now = override_of(connection, rule, commune, hamlet, device)
    before = last[0].before
    if before is None:
        if now is not None:
            delete_override(connection, now.alert_override_id)
        return True, None
    there = now or AlertOverride(rule, commune, hamlet, device)
    values = {name: before[name] for name in _SET if name in before}
    put_override(connection, replace(there, **values))
    return True, override_of(connection, rule, commune, hamlet, device)


def delete_override(connection: Connection[Any], alert_override_id: int) -> bool:
    """Let a place have the rule as it is again; False where nothing was set."""
    with driver_errors():
        values = {"alert_override_id": alert_override_id}
        return connection.execute(query("delete_alert_override"), values).rowcount > 0
