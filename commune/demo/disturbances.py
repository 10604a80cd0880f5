"""What may go away while a demonstration runs: its servers, their connections, and the process that takes in."""

from __future__ import annotations

from collections.abc import Callable

from commune.demo.chaos import Disturbance
from commune.demo.database import Database
from commune.stack.mosquitto import MosquittoServer
from commune.stack.processes import Process
from storage.condition import cut_connections


def of_stack(
    ingest: Callable[[], Process], ingest_again: Callable[[], None], broker: MosquittoServer, database: Database
) -> dict[str, Disturbance]:
    """The disturbances of a stack by name. `ingest` gives the process that runs now, `ingest_again` starts another.

    A database that is not our own is left alone.
    """
    found = {
        "ingest is killed": Disturbance(lambda: ingest().kill(), ingest_again),
        "ingest is restarted": Disturbance(lambda: ingest().stop(), ingest_again),
        "the broker is restarted": Disturbance(broker.halt, broker.resume),
    }
    if database.server is not None:
        server = database.server
        found["the database is killed"] = Disturbance(server.kill, server.resume)
        found["the database is restarted"] = Disturbance(server.halt, server.resume)
        found["connections to the database are cut"] = Disturbance(lambda: cut_connections(database.url))
    return found
