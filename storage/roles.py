"""The six roles of the system, and how they become accounts.

commune_admin keeps house; commune_ingest writes what arrives; commune_read answers the API; commune_repair turns dead
letters into readings for it, and commune_registry keeps people and the registry for it; commune_grafana sees the views
of schema wall and nothing else. Migrations make them without LOGIN; a password makes one an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from psycopg import Connection, errors, sql

from storage.errors import StorageError, driver_errors
from storage.sql import query


class Role(StrEnum):
    """The roles that migrations make."""

    ADMIN = "commune_admin"
    INGEST = "commune_ingest"
    READ = "commune_read"
    REPAIR = "commune_repair"
    REGISTRY = "commune_registry"
    GRAFANA = "commune_grafana"


_SEARCH_PATH = {Role.GRAFANA: ("wall", "public")}


def set_passwords(connection: Connection[Any], passwords: Mapping[str, str]) -> None:
    """Make each role an account with this password, which finds our tables in this database without being told.

    The password leaves this process only as a SCRAM-SHA-256 verifier. Raises StorageError for a role that is not
    ours or not there, an empty password, or a session that may not alter roles.
    """
    with driver_errors(), connection.transaction():
        connection.execute(query("take_role_lock"))
        for name, password in passwords.items():
            _set_password(connection, name, password)


def _set_password(connection: Connection[Any], name: str, password: str) -> None:
    if name not in {role.value for role in Role}:
        raise StorageError(f"{name} is none of our roles ({', '.join(Role)})")
    if not password:
        raise StorageError(f"the password of {name} is empty")
    if connection.execute(query("role_is_there"), {"role": name}).fetchone() is None:
        raise StorageError(f"the role {name} is not there: migrate first")
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    role = sql.Identifier(name)
    path = sql.SQL(", ").join(map(sql.Identifier, _SEARCH_PATH.get(Role(name), ("commune", "public"))))
    try:
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(verifier)))
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = {}").format(
                role, sql.Identifier(connection.info.dbname), path
            )
        )
    except errors.InsufficientPrivilege as error:
        raise StorageError(
            f"{connection.info.user} may not alter the role {name}: migrate as a superuser, or as the role that made it"
        ) from error
