"""What is done now and then beside the stream of messages."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from storage.sql import query

ACTOR = "maintain"
"""Who changes devices by itself, as the audit trail says."""


def activate_devices(connection: Connection[Any]) -> int:
    """Let registered devices be active of which something was stored; returns how many.

    Asked before it is done: every UPDATE of devices, even of none, lets ingest read the registry anew.
    """
    numbers = [number for (number,) in connection.execute(query("devices_to_activate"))]
    if not numbers:
        return 0
    with connection.transaction():
        # Without the lock it could hold one device and wait for another whose writer waits for the first.
        connection.execute(query("take_registry_lock"))
        connection.execute(query("name_actor"), {"actor": ACTOR})
        return connection.execute(query("activate_devices"), {"numbers": numbers}).rowcount


def analyse(connection: Connection[Any]) -> None:
    """Bring the planner's knowledge up to date after much was written at once. The connection is in autocommit."""
    connection.execute(query("analyse"))
