"""A pool of read-only sessions, for a process that answers many questions at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.connect import open_pool
from storage.errors import QueryTooSlow, driver_errors

READ_ROLE = "commune_read"
STATEMENT_TIMEOUT_SECONDS = 15
"""A question that takes longer is given up: its asker has gone, and others wait for the connection."""
WAIT_SECONDS = 5.0
"""How long a question waits for a free connection."""

ReadConnection = Connection[tuple[Any, ...]]


class Reader:
    """Sessions that wear the role commune_read. It connects in the background, so it opens without a database too."""

    def __init__(self, url: str, *, pool_connections: int = 8) -> None:
        self.pool_connections = pool_connections
        self._pool = open_pool(_bounded(url), role=READ_ROLE, min_size=1, max_size=pool_connections)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def session(self) -> Iterator[ReadConnection]:
        """Lend a connection for one transaction.

        Raises DatabaseUnavailable when there is none within `WAIT_SECONDS` or it is lost, QueryTooSlow when a statement
        takes longer than `STATEMENT_TIMEOUT_SECONDS`, StorageError for anything else that the database refuses.
        """
        with driver_errors():
            try:
                with self._pool.connection(timeout=WAIT_SECONDS) as connection:
                    yield connection
            except errors.QueryCanceled as error:
                raise QueryTooSlow(f"no answer within {STATEMENT_TIMEOUT_SECONDS} seconds") from error

    def statistics(self) -> dict[str, int]:
        """Connections open, connections idle and questions that wait for one, now."""
        stats = self._pool.get_stats()
        return {
            "open": stats.get("pool_size", 0),
            "idle": stats.get("pool_available", 0),
            "waiting": stats.get("requests_waiting", 0),
        }


def _bounded(url: str) -> str:
    """The same address with a limit on the time of a statement."""
    given = conninfo_to_dict(url).get("options")
    bound = f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c default_transaction_read_only=on"
    return make_conninfo(url, options=f"{given} {bound}" if given else bound)
