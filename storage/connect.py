"""Connections to PostgreSQL. Every session has search_path commune, public and the time zone UTC."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from storage.errors import driver_errors
from storage.sql import query

Session = Connection[tuple[Any, ...]]
"""A connection as `connect` gives it, for those who may not name the driver."""

APPLICATION_NAME = "commune"
CONNECT_TIMEOUT_SECONDS = 10
KEEPALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that the network swallowed is missed within a minute, not after the two hours of Linux's default."""


def connect(url: str, *, role: str | None = None, autocommit: bool = False) -> Connection[tuple[Any, ...]]:
    """Open one connection, wearing `role` if one is given.

    Raises DatabaseUnavailable when the server does not answer or does not let us in, StorageError when the role may
    not be worn.
    """
    with driver_errors():
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            fallback_application_name=APPLICATION_NAME,
            **KEEPALIVE,
        )
        try:
            prepare_session(connection, role)
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
        return connection


def open_pool(
    url: str, *, role: str | None = None, min_size: int = 1, max_size: int = 8
) -> ConnectionPool[Connection[tuple[Any, ...]]]:
    """Open a pool of connections like those of `connect`. It connects in the background; the caller closes it.

    A connection that the server dropped is replaced when it is asked for.
    """

    def configure(connection: Connection[tuple[Any, ...]]) -> None:
        prepare_session(connection, role)
        connection.commit()

    return ConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        kwargs={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "fallback_application_name": APPLICATION_NAME, **KEEPALIVE},
        configure=configure,
        check=ConnectionPool.check_connection,
        open=True,
    )


def prepare_session(connection: Connection[tuple[Any, ...]], role: str | None = None) -> None:
    """Give a session our search path and time zone, and the role if one is given."""
    connection.execute(query("prepare_session"), {"role": role})
