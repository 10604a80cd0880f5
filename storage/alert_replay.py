"""What a replay of the alerts needs: the lived ones out of the way, and what was received when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from devices.catalogue import KINDS
from storage.sql import query
from storage.tables import table
from storage.witness import StoredAlert

OLDEST = timedelta(days=31)
"""A reading that was measured so long before it was received does not show that its device is alive."""


@dataclass(slots=True)
class Receipts:
    """Of a device, in order: when readings of it were received, and what it said of its line when."""

    readings: list[datetime]
    words: list[tuple[datetime, bool]]


def set_alerts_aside(connection: Connection[Any]) -> None:
    """Put the alerts and how rules stand out of the way; the transaction is to be rolled back."""
    connection.execute(query("set_alerts_aside"))


def alerts_between(
    connection: Connection[Any], kinds: Iterable[str], since: datetime, until: datetime, *, lived: bool
) -> list[StoredAlert]:
    """The alerts of some kinds that overlap a time: the lived ones that were set aside, or those that were replayed."""
    prefix = "lived_" if lived else ""
    values = {"kinds": [prefix + kind for kind in kinds], "since": since, "until": until, "prefix": len(prefix)}
    with connection.cursor(row_factory=class_row(StoredAlert)) as cursor:
        return cursor.execute(query("alerts_between"), values).fetchall()


def receipts(connection: Connection[Any], since: datetime, until: datetime) -> dict[int, Receipts]:
    """What was received of each device between two times."""
    found: dict[int, Receipts] = defaultdict(lambda: Receipts([], []))
    values = {"since": since, "until": until, "oldest": since - OLDEST}
    for kind in KINDS.values():
        statement = sql.SQL(query("receipts_between")).format(table=table(kind))
        for device_id, received_at in connection.execute(statement, values):
            found[device_id].readings.append(received_at)
    for device_id, received_at, online in connection.execute(query("words_between"), values):
        found[device_id].words.append((received_at, online))
    return found
