"""What the loss ledger and the dead letters say of devices over a time, for the report of data quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from storage.arrivals import local_day
from storage.sql import query


@dataclass(frozen=True, slots=True)
class DeviceBooks:
    """Counts of readings by receipt. `accepted` holds those that were `repeated`; `conflicts` are among the readings
    set aside; `messages_set_aside` were set aside whole, so nobody knows how many readings they held.
    """

    accepted: float = 0.0
    repeated: float = 0.0
    readings_set_aside: float = 0.0
    fields_set_aside: float = 0.0
    conflicts: float = 0.0
    messages_set_aside: float = 0.0


def read_books(
    connection: Connection[Any], device_ids: Sequence[int], start: datetime, end: datetime
) -> dict[int, DeviceBooks]:
    """The counts of each device that has any, of the days (UTC+7) that a half-open period touches."""
    asked = {"device_ids": list(device_ids), "start": start, "end": end}
    days = {"first_day": local_day(start), "last_day": local_day(end - timedelta(microseconds=1))}
    ledger = {row[0]: row[1:] for row in connection.execute(query("report_ledger"), asked | days)}
    letters = {row[0]: row[1:] for row in connection.execute(query("report_set_aside"), asked)}
    nothing = (0.0,) * 4
    return {
        number: DeviceBooks(*ledger.get(number, nothing), *letters.get(number, (0.0, 0.0)))
        for number in ledger.keys() | letters.keys()
    }
