"""What was seen of a broker's own counters, and every rise of what it dropped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.arrivals import local_day
from storage.sql import query

START_TOLERANCE = timedelta(seconds=60)
"""The start of a broker is known from its uptime, which is told every `sys_interval` seconds and kept in between."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a broker (`host:port`) said of itself at a moment.

    `dropped` counts the messages that it dropped since `started_at`; the other numbers are of that moment, and None
    where the broker does not tell them.
    """

    broker: str
    observed_at: datetime
    started_at: datetime
    dropped: int
    queued_messages: int | None = None
    queued_bytes: int | None = None
    heap_bytes: int | None = None
    sessions_away: int | None = None


def rise_between(last: Seen, now: Seen) -> int:
    """How many messages were dropped from one look to the next. The counter begins anew with each start of the broker.

    What a broker dropped between a last look and its end is told by nobody.
    """
    restarted = now.dropped < last.dropped or now.started_at > last.started_at + START_TOLERANCE
    return now.dropped if restarted else now.dropped - last.dropped


def record_seen(connection: Connection[Any], seen: Seen) -> int:
    """Record what is seen of a broker, and what it has dropped since the last look; returns the latter.

    A look that is not newer than the last one changes nothing, so several watchers may report the same. At the first
    look everything counts that the broker has dropped since it started.
    """
    with connection.transaction():
        values = asdict(seen)
        connection.execute(query("know_broker"), values)
        with connection.cursor(row_factory=class_row(Seen)) as cursor:
            last = cursor.execute(query("last_seen_of_broker"), values).fetchone()
        assert last is not None, "the row was made above"
        if seen.observed_at <= last.observed_at:
            return 0
        rise = rise_between(last, seen)
        if rise:
            connection.execute(query("add_broker_drop"), values | {"rise": rise, "day": local_day(seen.observed_at)})
        connection.execute(query("put_seen_of_broker"), values)
        return rise


def dropped_since(connection: Connection[Any], broker: str, since: datetime) -> int:
    """How many messages a broker has dropped since a moment."""
    row = connection.execute(query("dropped_since"), {"broker": broker, "since": since}).fetchone()
    return 0 if row is None else int(row[0])
