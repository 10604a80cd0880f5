"""Statuses and events into their tables: idempotent, as readings are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from devices.readings import Fault
from devices.reasons import Reason
from storage.arrivals import Arrival, Settled
from storage.sql import query


def write_happenings(connection: Connection[Any], arrivals: Sequence[Arrival], settled: Sequence[Settled]) -> None:
    """Write the statuses and events of a batch within the caller's transaction and enter their fates in `settled`."""
    with connection.cursor() as cursor:
        for arrival, end in zip(arrivals, settled, strict=True):
            if arrival.status is not None:
                name, time, source = "status", arrival.status.time, arrival.status.time_source
                values = {"online": arrival.status.online, "detail": arrival.status.detail}
            elif arrival.event is not None:
                name, time, source = "event", arrival.event.time, arrival.event.time_source
                values = {"name": arrival.event.name, "detail": arrival.event.detail}
            else:
                continue
            common = {"device_id": arrival.device_id, "time": time, "received_at": arrival.received_at}
            cursor.execute(query(f"add_{name}"), {**common, "time_source": int(source), **values})
            if cursor.rowcount:
                end.stored += 1
                continue
            cursor.execute(query(f"same_{name}"), {**common, **values})
            row = cursor.fetchone()
            if row is not None and row[0]:
                end.duplicate += 1
            else:
                detail = f"another {name} of {time.isoformat()} with other content is stored"
                end.conflicts.append(Fault(Reason.CONFLICT, detail, index=0))
