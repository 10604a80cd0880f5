"""Whether a database has lived already: a simulated storm wants one of its own."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from storage.sql import query


def is_unlived(connection: Connection[Any]) -> bool:
    """True where no device has said anything yet, and nothing was ever an alert."""
    row = connection.execute(query("is_unlived")).fetchone()
    return row is not None and bool(row[0])
