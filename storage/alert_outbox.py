"""The outbox of alerts: what each channel has yet to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query

LONGEST_FAILURE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """An event that is to be told, and the alert as it is now. `attempts` is how often the channel has failed."""

    alert_event_id: int
    event: str
    at: datetime
    attempts: int
    alert_id: int
    kind: str
    subject: str
    severity: str
    commune: str | None
    members: list[str]
    opened_at: datetime
    closed_at: datetime | None
    detail_vi: str
    detail_en: str


def due_events(connection: Connection[Any], channel: str, now: datetime, *, since: datetime, limit: int) -> list[Due]:
    """Events since a moment that a channel has to tell now, in order."""
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        values = {"channel": channel, "now": now, "since": since, "limit": limit}
        return cursor.execute(query("due_alert_events"), values).fetchall()


def tell_after_silence(connection: Connection[Any]) -> None:
    """Let what opened during a silence, and is still open after it, be told."""
    connection.execute(query("tell_after_silence"))


def settle_delivery(connection: Connection[Any], alert_event_id: int, channel: str, now: datetime) -> None:
    """A channel has told an event."""
    values = {"alert_event_id": alert_event_id, "channel": channel, "now": now}
    connection.execute(query("settle_alert_delivery"), values)


def fail_delivery(
    connection: Connection[Any],
    alert_event_id: int,
    channel: str,
    failure: str,
    due_at: datetime,
    *,
    settled_at: datetime | None,
) -> None:
    """A channel could not tell an event, and tries again at `due_at`; with `settled_at` it has given up."""
    values = {"alert_event_id": alert_event_id, "channel": channel, "failure": failure[:LONGEST_FAILURE]}
    connection.execute(query("fail_alert_delivery"), values | {"due_at": due_at, "settled_at": settled_at})
