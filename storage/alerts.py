"""Alerts as rows: what calls for a person, since when, until when. At most one of a kind is open for a subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.model import Text
from storage.sql import query


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert; `seen_at` is when its cause was last seen, `closed_at` None while it is open."""

    kind: str
    subject: str
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    detail_vi: str
    detail_en: str


@dataclass(frozen=True, slots=True)
class About:
    """What an alert is about, and how grave it is. The commune follows from the device where one is named.

    `commune` is a code; None for what is about the system itself. `members` are codes of devices: those of now, or with
    `gathers` all that have been since it was opened.
    """

    severity: str = "serious"
    commune: str | None = None
    device_id: int | None = None
    members: tuple[str, ...] = ()
    gathers: bool = False


_SYSTEM = About()


def open_alert(
    connection: Connection[Any], kind: str, subject: str, at: datetime, detail: Text, about: About = _SYSTEM
) -> bool:
    """Open an alert; where it is open already, say what is so now. True when it is new."""
    values: dict[str, Any] = {"kind": kind, "subject": subject, "at": at}
    values |= {"detail_vi": detail.vi, "detail_en": detail.en}
    values |= {"severity": about.severity, "commune": about.commune, "device_id": about.device_id}
    values |= {"members": list(about.members), "gathers": about.gathers}
    row = connection.execute(query("open_alert"), values).fetchone()
    return row is not None and bool(row[0])


def close_quiet_alerts(connection: Connection[Any], kind: str, *, quiet_since: datetime, at: datetime) -> list[str]:
    """Close the alerts of a kind whose cause has not been seen since `quiet_since`; returns their subjects."""
    values = {"kind": kind, "quiet_since": quiet_since, "at": at}
    return [subject for (subject,) in connection.execute(query("close_quiet_alerts"), values)]


def close_alert(connection: Connection[Any], kind: str, subject: str, at: datetime) -> bool:
    """Close the alert of a kind and subject that is open; False where none is."""
    values = {"kind": kind, "subject": subject, "at": at}
    return connection.execute(query("close_alert"), values).rowcount > 0


def close_alerts_of_device(connection: Connection[Any], kind: str, device_id: int, at: datetime) -> list[str]:
    """Close what is open of a kind about a device; returns the subjects."""
    values = {"kind": kind, "device_id": device_id, "at": at}
    return [subject for (subject,) in connection.execute(query("close_alerts_of_device"), values)]


def open_subjects(connection: Connection[Any], kinds: list[str]) -> list[tuple[str, str]]:
    """Kind and subject of the open alerts of some kinds."""
    return [(kind, subject) for kind, subject in connection.execute(query("open_subjects"), {"kinds": kinds})]


def last_closed(connection: Connection[Any], kind: str) -> datetime | None:
    """When the last alert of a kind was closed; None for never."""
    row = connection.execute(query("last_closed"), {"kind": kind}).fetchone()
    return row[0] if row is not None else None


def list_alerts(
    connection: Connection[Any], *, kind: str | None = None, only_open: bool = False, limit: int = 100
) -> list[AlertRow]:
    """Alerts, newest first."""
    with connection.cursor(row_factory=class_row(AlertRow)) as cursor:
        values = {"kind": kind, "only_open": only_open, "limit": limit}
        return cursor.execute(query("list_alerts"), values).fetchall()
