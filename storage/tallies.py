"""How many readings there are."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

from devices.catalogue import KINDS
from storage.errors import driver_errors
from storage.sql import query


def readings_by_kind(connection: Connection[Any]) -> dict[str, int]:
    """Count the readings of every kind. Reads all of them: for demonstrations and checks, not for pages."""
    counts = {}
    with driver_errors():
        for name in KINDS:
            statement = sql.SQL(query("count_readings")).format(table=sql.Identifier("commune", name))
            row = connection.execute(statement).fetchone()
            assert row is not None, "an aggregate without GROUP BY has one row"
            counts[name] = int(row[0])
    return counts
