"""The demonstration's database: one of our own, or the one that the settings name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from commune.settings import Settings
from commune.stack.installations import Flavour
from commune.stack.postgres import PostgresServer
from storage.connect import Session, connect
from storage.editions import describe
from storage.migrate import migrate
from storage.roles import Role, set_passwords

NAME = "commune"
ACCOUNTS = (Role.ADMIN, Role.INGEST, Role.READ, Role.REPAIR, Role.REGISTRY)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database: its owner's URL, the URL for each of our roles, and its edition in words."""

    url: str
    roles: Mapping[Role, str]
    edition: str
    private: bool
    api_settings: Mapping[str, object] = field(default_factory=dict)
    """What the API needs besides its URL to repair dead letters and to write people and the registry."""
    server: PostgresServer | None = None
    """The server, if it is our own."""

    def connect(self) -> Session:
        """Open a connection as its owner, each statement committed by itself."""
        return connect(self.url, autocommit=True)


@contextmanager
def open_database(settings: Settings, directory: Path, flavour: Flavour) -> Iterator[Database]:
    """Yield a migrated database and stop its server afterwards, if it is our own.

    COMMUNE_DATABASE_URL is taken as it is: migrated, and used by every process under the account in it. Of our own
    server each process gets an account with the rights of its role.
    """
    if settings.database_url is not None:
        yield migrated(settings.database_url, dict.fromkeys(Role, settings.database_url), private=False)
        return
    with PostgresServer.start(
        directory / "postgresql", flavour=flavour, local_directory=settings.local_directory
    ) as server:
        server.create_database(NAME)
        url = server.url(NAME)
        passwords = {role: secrets.token_urlsafe(24) for role in ACCOUNTS}
        roles = {role: url_of(url, role, password) for role, password in passwords.items()}
        database = migrated(url, roles, private=True)
        with closing(database.connect()) as session:
            set_passwords(session, {role.value: password for role, password in passwords.items()})
        writes: Mapping[str, object] = {
            "database_repair_password": passwords[Role.REPAIR],
            "database_registry_password": passwords[Role.REGISTRY],
        }
        yield replace(database, api_settings=writes, server=server)


def url_of(url: str, account: str, password: str) -> str:
    """Return a connection URL with another account and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{account}:{password}@{parts.hostname}:{parts.port}"))


def migrated(url: str, roles: Mapping[Role, str], *, private: bool) -> Database:
    """Bring the database up to date and say what it is."""
    with closing(connect(url, autocommit=True)) as session:
        migrate(session)
        return Database(url, roles, describe(session), private)
