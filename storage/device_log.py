"""What happened at a device: its statuses and events, as a list to look through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query

Place = tuple[datetime, str, str]
"""Time, channel, name: the order of the list, and no two entries of a device are alike in all three."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A status (`name` online or offline) or an event; `detail` is what else the device said of it."""

    channel: Literal["status", "event"]
    name: str
    time: datetime
    received_at: datetime
    detail: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return self.time, self.channel, self.name


def device_log(
    connection: Connection[Any], device_id: int, *, limit: int, before: Place | None = None
) -> list[LogEntry]:
    """Statuses and events of a device, newest first, at most `limit`, from after a place in that order."""
    time, channel, name = before or (None, None, None)
    values = {"device_id": device_id, "limit": limit, "time": time, "channel": channel, "name": name}
    with connection.cursor(row_factory=class_row(LogEntry)) as cursor:
        return cursor.execute(query("device_log"), values).fetchall()
