"""Which edition of the database runs: plain PostgreSQL, TimescaleDB under the Apache licence, or Community.

Nothing above `storage` needs to know: tables, views and `time_bucket` are the same on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.sql import query


class Edition(StrEnum):
    """The three editions that one schema runs on."""

    PLAIN = "postgresql"
    APACHE = "timescaledb-apache"
    COMMUNITY = "timescaledb-community"


@dataclass(frozen=True, slots=True)
class TimescaleState:
    """What a server offers of TimescaleDB and what a database has of it; versions are text such as "2.19.3"."""

    offered: str | None
    installed: str | None
    preloaded: bool
    license: str | None
    server: str

    @property
    def edition(self) -> Edition:
        """The edition of the database as it is."""
        if self.installed is None:
            return Edition.PLAIN
        return Edition.APACHE if self.license == "apache" else Edition.COMMUNITY

    @property
    def can_create(self) -> bool:
        """Whether CREATE EXTENSION could succeed. Without preloading it would end the session."""
        return self.installed is None and self.offered is not None and self.preloaded

    @property
    def note(self) -> str | None:
        """What a person should know of a server that has TimescaleDB and cannot use it."""
        if self.installed is None and self.offered is not None and not self.preloaded:
            return (
                f"TimescaleDB {self.offered} is installed on the server but not in shared_preload_libraries, so this "
                "database is plain PostgreSQL. Add it, restart the server and migrate again: tables are converted."
            )
        return None

    @property
    def words(self) -> str:
        """Like "TimescaleDB 2.19.3 (Apache) on PostgreSQL 17.6"."""
        if self.installed is None:
            return f"PostgreSQL {self.server}"
        licence = "Apache" if self.edition is Edition.APACHE else "Community"
        return f"TimescaleDB {self.installed} ({licence}) on PostgreSQL {self.server}"


def timescale_state(connection: Connection[Any]) -> TimescaleState:
    """Ask the server about TimescaleDB."""
    with connection.cursor(row_factory=class_row(TimescaleState)) as cursor:
        state = cursor.execute(query("timescaledb_state")).fetchone()
    assert state is not None, "a SELECT without FROM has one row"
    return state


def edition_of(connection: Connection[Any]) -> Edition:
    """The edition of this database."""
    return timescale_state(connection).edition


def describe(connection: Connection[Any]) -> str:
    """The edition in words, like "TimescaleDB 2.19.3 (Apache) on PostgreSQL 17.6"."""
    return timescale_state(connection).words
