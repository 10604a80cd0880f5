"""What the MQTT broker refused, as far as it says so: a line for each client, reason and minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.errors import driver_errors
from storage.sql import query

MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """What was refused to a client within a minute, `times` times from `first_at` to `last_at`.

    `reason` is a value of `devices.refusals.Refusal`; `subject` is the topic where it is about one; `address` is where
    the client came from, as far as the broker said.
    """

    client_id: str
    reason: str
    subject: str
    first_at: datetime
    last_at: datetime
    times: int
    address: str


def refusals_of(connection: Connection[Any], device_id: int, since: datetime) -> list[RefusalRow]:
    """What the broker refused to a device since a moment, newest first, 50 at most."""
    values = {"device_id": device_id, "since": since, "limit": MOST_TOLD}
    with driver_errors(), connection.cursor(row_factory=class_row(RefusalRow)) as cursor:
        return cursor.execute(query("refusals_of_device"), values).fetchall()
