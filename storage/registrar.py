"""Writing about people and the registry from a process that else only reads.

Each write wears the role commune_registry, in a transaction that knows who asks for it: the audit trail takes the
actor from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.connect import Session, open_pool
from storage.errors import driver_errors
from storage.roles import Role
from storage.sql import query

STATEMENT_TIMEOUT_SECONDS = 30
WAIT_SECONDS = 5.0
"""How long a change waits for a free connection."""


class Registrar:
    """A pool of connections that wear the role commune_registry; close it when done.

    With a `password` they sign in as that role, whatever account the URL names; without one the account of the URL
    takes it on, if it may.
    """

    def __init__(self, url: str, *, password: str | None = None, pool_connections: int = 4) -> None:
        self._pool = open_pool(
            _bounded(url if password is None else make_conninfo(url, user=Role.REGISTRY, password=password)),
            role=Role.REGISTRY if password is None else None,
            max_size=pool_connections,
        )

    @contextmanager
    def transaction(self, actor: str) -> Iterator[Session]:
        """A transaction in the name of `actor`, such as "person:lan" or "token:7"; an error undoes all of it.

        Raises DatabaseUnavailable where the database does not answer, and the errors of what is done inside.
        """
        with driver_errors(), self._pool.connection(timeout=WAIT_SECONDS) as session, session.transaction():
            session.execute(query("name_actor"), {"actor": actor})
            yield session

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _bounded(url: str) -> str:
    given = conninfo_to_dict(url).get("options")
    bound = f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s"
    return make_conninfo(url, options=f"{given} {bound}" if given else bound)
