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


def open_alert(connection: Connection[Any], kind: str, subject: str, at: datetime, detail: Text) -> bool:
    """Open an alert; where it is open already, say what is so now. True when it is new."""
    values = {"kind": kind, "subject": subject, "at": at, "detail_vi": detail.vi, "detail_en": detail.en}
    row = connection.execute(query("open_alert"), values).fetchone()
    return row is not None and bool(row[0])


def close_quiet_alerts(connection: Connection[Any], kind: str, *, quiet_since: datetime, at: datetime) -> list[str]:
    """Close the alerts of a kind whose cause has not been seen since `quiet_since`; returns their subjects."""
    values = {"kind": kind, "quiet_since": quiet_since, "at": at}
    return [subject for (subject,) in connection.execute(query("close_quiet_alerts"), values)]


def list_alerts(
    connection: Connection[Any], *, kind: str | None = None, only_open: bool = False, limit: int = 100
) -> list[AlertRow]:
    """Alerts, newest first."""
    with connection.cursor(row_factory=class_row(AlertRow)) as cursor:
        values = {"kind": kind, "only_open": only_open, "limit": limit}
        return cursor.execute(query("list_alerts"), values).fetchall()
