"""Whether a database is what this version of the program expects, and whether ingest keeps up with what comes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.catalogue import KINDS
from storage.editions import describe
from storage.errors import driver_errors
from storage.migrate import read_files
from storage.sql import query
from storage.tables import columns


@dataclass(frozen=True, slots=True)
class Readiness:
    """The edition in words, the number of the newest migration applied (0: none), and what is missing or different."""

    edition: str
    migration: int
    differences: tuple[str, ...]


def readiness(connection: Connection[Any]) -> Readiness:
    """Compare the database with the program's migrations and catalogue; raises StorageError."""
    with driver_errors():
        edition = describe(connection)
        there = connection.execute(query("schema_is_there"), {"name": "commune.schema_migration"}).fetchone()
        if there is None or not there[0]:
            return Readiness(edition, 0, ("the database has no schema of ours",))
        applied = {number: digest for number, _, digest in connection.execute(query("applied_migrations"))}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for table, name, *_ in connection.execute(query("schema_columns")):
            found[table].add(name)
    files = {file.number: file for file in read_files()}
    differences = [f"migration {n:04d}_{f.name} is not applied" for n, f in files.items() if n not in applied]
    differences += [f"migration {n:04d} is of a newer program" for n in sorted(applied.keys() - files.keys())]
    differences += [
        f"migration {n:04d}_{f.name} was changed after it was applied"
        for n, f in files.items()
        if n in applied and applied[n] != f.sha256
    ]
    differences += [
        f"table {kind.name} lacks {column.name}"
        for kind in KINDS.values()
        for column in columns(kind)
        if column.name not in found[kind.name]
    ]
    return Readiness(edition, max(applied, default=0), tuple(differences))


@dataclass(frozen=True, slots=True)
class IngestState:
    """How an ingest session stands: the age of the oldest message that it holds, and how long ago it last wrote.

    It writes with every batch, and every two seconds when there is none. What the broker still keeps is not known here.
    """

    client_id: str
    lag_seconds: float
    silent_seconds: float

    @property
    def behind_seconds(self) -> float:
        """By how much what is stored may be behind what devices have sent."""
        return max(self.lag_seconds, self.silent_seconds)


def ingest_state(connection: Connection[Any]) -> IngestState | None:
    """The ingest session that is furthest behind, None when none has ever run; raises StorageError."""
    with driver_errors(), connection.cursor(row_factory=class_row(IngestState)) as cursor:
        return cursor.execute(query("ingest_behind")).fetchone()
