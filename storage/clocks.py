"""The clocks of devices, estimated from the readings that are stored.

What counts is a span of time that ends with a device's newest reading, so that a clock that is days behind is judged by
what it sends now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql

from devices.catalogue import KINDS
from devices.clocks import Clock, ClockState, estimate_clock
from storage.registry import DeviceRow, Pair, list_devices
from storage.sql import query

SPAN = timedelta(hours=24)
MOST_MESSAGES = 500
"""So many messages of a device, the newest, are compared."""


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """A device's clock, and how many of its readings within the span carry its own time, none, or one not believed.

    `received_at` is when the newest of them was received; None for a device that has no reading.
    """

    commune: str
    code: str
    kind: str
    clock: Clock
    believed: int = 0
    absent: int = 0
    not_believed: int = 0
    received_at: datetime | None = None


_NOTHING = Clock(ClockState.UNKNOWN, 0)


def device_clocks(
    connection: Connection[Any],
    *,
    commune: str | None = None,
    kind: str | None = None,
    after: Pair | None = None,
    limit: int = 100,
    span: timedelta = SPAN,
) -> list[DeviceClock]:
    """The clocks of one page of devices by the codes of commune and device; the next page comes `after` the last."""
    rows = list_devices(connection, commune=commune, kind=kind, after=after, limit=limit)
    by_kind: defaultdict[str, list[DeviceRow]] = defaultdict(list)
    for row in rows:
        by_kind[row.device.kind].append(row)
    known: dict[int, DeviceClock] = {}
    for name, members in by_kind.items():
        if name in KINDS:
            known |= _clocks_of_kind(connection, name, members, span)
    return [known.get(row.device_id) or DeviceClock(*_about(row), _NOTHING) for row in rows]


def _clocks_of_kind(
    connection: Connection[Any], kind: str, members: Sequence[DeviceRow], span: timedelta
) -> dict[int, DeviceClock]:
    statement = sql.SQL(query("clock_samples")).format(table=sql.Identifier("commune", kind))
    about = {row.device_id: _about(row) for row in members}
    values = {"device_ids": list(about), "span": span, "messages": MOST_MESSAGES}
    return {
        number: DeviceClock(
            *about[number], estimate_clock(differences or ()), believed, absent, not_believed, received_at
        )
        for number, believed, absent, not_believed, received_at, differences in connection.execute(statement, values)
    }


def _about(row: DeviceRow) -> tuple[str, str, str]:
    return row.device.commune, row.device.code, row.device.kind
