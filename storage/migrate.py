"""Migrations: numbered files, each in its transaction, then the catalogue's step in one more.

A file that was applied is never changed: its SHA-256 is in the ledger `commune.schema_migration`. The catalogue's step
needs commune.kind, so it begins with migration 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import Connection, errors, sql
from psycopg.pq import TransactionStatus

from devices.catalogue import KINDS
from devices.model import Kind
from storage import snapshot
from storage.catalogue_sync import conflicts, plan
from storage.connect import prepare_session
from storage.editions import Edition, timescale_state
from storage.errors import MigrationRefused, StorageError, driver_errors
from storage.sql import query
from storage.tables import check_names
from storage.wall import FIXED_VIEWS, WALL_COLUMNS

MIGRATIONS = Path(__file__).parent / "migrations"
CATALOGUE_SINCE = 3
"""The migration after which the tables of kinds can be made."""
ROLLUPS_SINCE = 11
"""The migration after which their rollups can be made."""
WALL_SINCE = 12
"""The migration after which the views of alerts, ingest and the broker can be made."""
COVERAGE_SINCE = 13
"""The migration after which the view of coverage can be made."""
TARGETS_SINCE = 14
"""The migration after which the view of targets can be made."""
LOCK_TIMEOUT_SECONDS = 60
_FILE_NAME = re.compile(r"([0-9]{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest that the ledger keeps."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What was done, or with `dry_run` what would be: files by name, then the statements of edition and catalogue."""

    edition: Edition
    description: str
    files: tuple[str, ...]
    statements: tuple[str, ...]
    notes: tuple[str, ...]
    dry_run: bool

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.files or self.statements)


def migrate(
    connection: Connection[Any],
    *,
    kinds: Mapping[str, Kind] = KINDS,
    dry_run: bool = False,
    upto: int | None = None,
    directory: Path = MIGRATIONS,
) -> MigrationReport:
    """Bring a database to this program's schema; nothing is done where nothing is missing.

    With `upto` the later files are left for another time. Raises MigrationRefused, before anything is changed, where
    the database is newer than the program, an applied file was changed, or the catalogue's step would change or
    destroy something; StorageError where the connection is inside a transaction or the server refuses a statement.
    """
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise StorageError("a migration needs a connection that is not inside a transaction")
    check_names(dict(kinds), WALL_COLUMNS)
    files = read_files(directory)
    with driver_errors(), _autocommit(connection), _lock(connection):
        pending = [f for f in _pending(connection, files) if upto is None or f.number <= upto]
        _refuse_conflicts(connection, kinds)
        state = timescale_state(connection)
        newest = max(f.number for f in files if upto is None or f.number <= upto)
        if not dry_run:
            _create_extension(connection, wanted=state.can_create)
            for file in pending:
                _apply(connection, file)
        statements = []
        if newest >= CATALOGUE_SINCE:
            can = {
                "rollups": newest >= ROLLUPS_SINCE,
                "watch": newest >= WALL_SINCE,
                "coverage": newest >= COVERAGE_SINCE,
                "targets": newest >= TARGETS_SINCE,
            }
            statements = _catalogue(connection, kinds, state.can_create, can, dry_run=dry_run)
        if state.can_create:
            statements.insert(0, query("create_timescaledb"))
        after = timescale_state(connection)
    return MigrationReport(
        after.edition,
        after.words,
        tuple(f"{f.number:04d}_{f.name}" for f in pending),
        tuple([f.text for f in pending] + statements) if dry_run else tuple(statements),
        (after.note,) if after.note else (),
        dry_run,
    )


def read_files(directory: Path = MIGRATIONS) -> tuple[MigrationFile, ...]:
    """The numbered files in order; raises StorageError for a name that breaks the form, a gap, or none at all."""
    found = []
    for path in sorted(directory.glob("*.sql")):
        matched = _FILE_NAME.fullmatch(path.name)
        if not matched:
            raise StorageError(f"{path}: a migration is named like 0005_what_it_adds.sql")
        found.append(MigrationFile(int(matched[1]), matched[2], path.read_text(encoding="utf-8")))
    if not found or [f.number for f in found] != list(range(1, len(found) + 1)):
        raise StorageError(f"{directory}: migrations are numbered 0001, 0002, ... without a gap or a repeat")
    return tuple(found)


def _pending(connection: Connection[Any], files: tuple[MigrationFile, ...]) -> list[MigrationFile]:
    there = connection.execute(query("schema_is_there"), {"name": "commune.schema_migration"}).fetchone()
    applied = connection.execute(query("applied_migrations")).fetchall() if there and there[0] else []
    by_number = {f.number: f for f in files}
    faults = []
    for number, name, digest in applied:
        file = by_number.get(number)
        if file is None:
            faults.append(
                f"the database has migration {number:04d}_{name}, which this program does not know (its newest is "
                f"{files[-1].number:04d}_{files[-1].name}): the database is newer, so run the newer program"
            )
        elif file.sha256 != digest:
            faults.append(
                f"{number:04d}_{file.name}.sql was changed after it was applied (SHA-256 {file.sha256[:12]}, "
                f"applied {digest[:12]}): restore the file and put the change into a new migration"
            )
    if faults:
        raise MigrationRefused(*faults)
    return [f for f in files if f.number not in {number for number, _, _ in applied}]


def _refuse_conflicts(connection: Connection[Any], kinds: Mapping[str, Kind]) -> None:
    fixed = [f"devices/catalogue: {name} is the name of a view of the wall" for name in kinds if name in FIXED_VIEWS]
    found = conflicts(snapshot.take(connection), kinds)
    if fixed or found:
        raise MigrationRefused(*fixed, *found)


def _create_extension(connection: Connection[Any], *, wanted: bool) -> None:
    if not wanted:
        return
    try:
        connection.execute(query("create_timescaledb"))
    except errors.InsufficientPrivilege as error:
        raise MigrationRefused(
            f"the server has TimescaleDB and {connection.info.user} may not create it: let a superuser run "
            f"CREATE EXTENSION timescaledb in the database {connection.info.dbname}, then migrate again"
        ) from error


def _apply(connection: Connection[Any], file: MigrationFile) -> None:
    with connection.transaction():
        connection.execute(query("drop_wall"))
        connection.execute(query("create_migration_ledger"))
        connection.execute(file.text)
        connection.execute(query("note_migration"), {"number": file.number, "name": file.name, "sha256": file.sha256})


def _catalogue(
    connection: Connection[Any],
    kinds: Mapping[str, Kind],
    extension_to_come: bool,
    can: Mapping[str, bool],
    *,
    dry_run: bool,
) -> list[str]:
    edition = timescale_state(connection).edition
    timescaledb = edition is not Edition.PLAIN or extension_to_come
    found = snapshot.take(connection)
    statements: list[sql.Composable] = plan(
        found, kinds, timescaledb=timescaledb, columnstore=edition is Edition.COMMUNITY, **can
    )
    if not dry_run:
        _refuse_conflicts(connection, kinds)
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.as_bytes(connection))
    return [statement.as_string(connection) for statement in statements]


@contextmanager
def _autocommit(connection: Connection[Any]) -> Iterator[None]:
    before = connection.autocommit
    connection.autocommit = True
    try:
        prepare_session(connection)
        yield
    finally:
        if not connection.closed:
            connection.autocommit = before


@contextmanager
def _lock(connection: Connection[Any]) -> Iterator[None]:
    before = connection.execute("SHOW lock_timeout").fetchone()
    connection.execute(query("set_lock_timeout"), {"timeout": f"{LOCK_TIMEOUT_SECONDS}s"})
    try:
        connection.execute(query("take_migration_lock"))
        try:
            yield
        finally:
            if not connection.closed:
                connection.execute(query("release_migration_lock"))
    except errors.LockNotAvailable as error:
        raise StorageError(
            f"waited {LOCK_TIMEOUT_SECONDS} seconds for a lock in vain: another migration runs, or a long transaction "
            "holds a table. Let it end and migrate again; what was done so far is kept"
        ) from error
    finally:
        if not connection.closed and before:
            connection.execute(query("set_lock_timeout"), {"timeout": before[0]})
