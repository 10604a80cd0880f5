"""What the MQTT broker refused, as far as it says so: a line for each client, reason and minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.errors import driver_errors
from storage.sql import query

MOST_TOLD = 50
MOST_KEPT = 20_000
KEPT = timedelta(days=7)
PATIENCE_SECONDS = 3.0
"""A device that is connected for the first time and silent for longer is likely to speak under another topic."""


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """What was refused to a client within a minute, `times` times from `first_at` to `last_at`.

    `reason` is a value of `devices.refusals.Refusal`. `subject` is a client id that is no device's, where the reason
    is that; `address` is where the client came from, as far as the broker said.
    """

    client_id: str
    reason: str
    subject: str
    first_at: datetime
    last_at: datetime
    times: int
    address: str


@dataclass(frozen=True, slots=True)
class ToldRefusal:
    """What the broker said of a client that it turned away; "not_authorised" is judged by the registry."""

    client_id: str
    reason: str
    first_at: datetime
    last_at: datetime
    times: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class ToldConnection:
    """A client that came or went; one that is no device is passed over."""

    client_id: str
    at: datetime
    is_connected: bool
    address: str = ""


def refusals_of(
    connection: Connection[Any], device_id: int, since: datetime, *, now: datetime | None = None
) -> list[RefusalRow]:
    """What the broker refused to a device since a moment, newest first, 50 at most.

    Among it, while the device is not connected, who was refused under a client id that is no device's or before telling
    one (TLS, another protocol); and that the device is connected at present and nothing has come of it for longer than
    it should take.
    """
    values = {
        "device_id": device_id,
        "since": since,
        "now": now or datetime.now(UTC),
        "patience_seconds": PATIENCE_SECONDS,
        "limit": MOST_TOLD,
    }
    with driver_errors(), connection.cursor(row_factory=class_row(RefusalRow)) as cursor:
        return cursor.execute(query("refusals_of_device"), values).fetchall()


def add_refusals(connection: Connection[Any], told: Sequence[ToldRefusal]) -> None:
    """Record what the broker refused. No two of them may have the same client id and reason."""
    values = {
        "client_ids": [_kept(one.client_id) for one in told],
        "reasons": [one.reason for one in told],
        "first_at": [one.first_at for one in told],
        "last_at": [one.last_at for one in told],
        "times": [one.times for one in told],
        "addresses": [_kept(one.address) for one in told],
    }
    with driver_errors():
        connection.execute(query("add_refusals"), values)


def put_connections(connection: Connection[Any], told: Sequence[ToldConnection]) -> None:
    """Record who came and went. No two of them may be of the same client id."""
    values = {
        "client_ids": [_kept(one.client_id) for one in told],
        "at": [one.at for one in told],
        "is_connected": [one.is_connected for one in told],
        "addresses": [_kept(one.address) for one in told],
    }
    with driver_errors():
        connection.execute(query("put_connections"), values)


def end_connections(connection: Connection[Any]) -> None:
    """Record that it is not known any more who is connected."""
    with driver_errors():
        connection.execute(query("end_connections"))


def delete_old_refusals(connection: Connection[Any], now: datetime) -> int:
    """Delete what is older than a week, and all but the newest 20,000; how many went."""
    values = {"before": now - KEPT, "keep": MOST_KEPT}
    with driver_errors():
        return connection.execute(query("delete_old_refusals"), values).rowcount


def _kept(text: str) -> str:
    """What PostgreSQL can hold of a text that a stranger chose."""
    return text.replace("\0", "")
