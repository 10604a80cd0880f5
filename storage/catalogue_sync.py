"""The catalogue's step of a migration: tables, columns and views of the kinds, by additions only.

It is planned from a snapshot first. What would change or destroy anything is refused as a whole, in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg import sql

from devices.model import Kind
from storage import rollup_tables, rollup_wall, tables, wall
from storage.rollup_parts import part_columns
from storage.rollup_tables import Grain, comment, note_everything, table_name
from storage.snapshot import FoundColumn, Snapshot
from storage.sql import query
from storage.tables import Column

_PRINTED = {"timestamptz": "timestamp with time zone"}
"""How PostgreSQL prints a type that we write shorter."""


def conflicts(found: Snapshot, kinds: Mapping[str, Kind]) -> list[str]:
    """What in the database contradicts the catalogue; each names table, column, expected and found."""
    faults = [
        f"commune.{name}: expected a kind of this name in the catalogue, found none; its readings would be orphaned"
        for name in sorted(found.kinds.keys() - kinds.keys())
    ]
    for kind in kinds.values():
        if kind.name not in found.columns:
            continue
        if kind.name not in found.kinds:
            faults.append(
                f"commune.{kind.name}: expected no such table or that of a kind, found a table of another use"
            )
            continue
        faults.extend(_conflicts_of_kind(kind, found.columns[kind.name], found.identities.get(kind.name)))
    return faults


def _conflicts_of_kind(kind: Kind, there: Mapping[str, FoundColumn], identity: tuple[str, ...] | None) -> Iterator[str]:
    where = f"commune.{kind.name}"
    expected = {column.name: column for column in tables.columns(kind)}
    values = {f.name for f in kind.values}
    for name in sorted(there.keys() - expected.keys()):
        yield f"{where}.{name}: expected a field of this name in the catalogue, found none; its values would be lost"
    for name, column in expected.items():
        if name in there:
            wanted, actual = _wanted(column), _actual(there[name])
            if wanted != actual:
                yield f"{where}.{name}: expected {wanted}, found {actual}; a type is never changed, add a new field"
        elif name not in values:
            yield f"{where}.{name}: expected {_wanted(column)}, found no such column"
    if identity != tables.identity(kind):
        listed = f"({', '.join(identity)})" if identity else "no such index"
        yield (
            f"{where}: expected the identity ({', '.join(tables.identity(kind))}), found {listed}; "
            "what identifies a reading is never changed"
        )


def _wanted(column: Column) -> str:
    return _PRINTED.get(column.type, column.type) + (" NOT NULL" if column.not_null else "")


def _actual(column: FoundColumn) -> str:
    return column.type + (" NOT NULL" if column.not_null else "")


def plan(
    found: Snapshot,
    kinds: Mapping[str, Kind],
    *,
    timescaledb: bool,
    columnstore: bool = False,
    rollups: bool = True,
    watch: bool = True,
    coverage: bool = True,
    targets: bool = True,
) -> list[sql.Composable]:
    """The statements that bring the database to the catalogue; none when it is there already.

    `timescaledb` says whether the database has the extension (or will have it by then), `columnstore` whether its
    edition has one, `rollups` whether it has what rollups need, `watch` what the views of alerts, ingest and the broker
    need, `coverage` and `targets` what theirs do.
    """
    statements: list[sql.Composable] = []
    if timescaledb and found.own_time_bucket:
        statements.append(sql.SQL(query("drop_time_bucket")))
    if not timescaledb and not found.own_time_bucket:
        statements.append(sql.SQL(query("create_time_bucket")))
    if not found.can_compress:
        statements.append(sql.SQL(query("create_compress_chunk")))
    for kind in kinds.values():
        statements.extend(_plan_kind(kind, found, timescaledb=timescaledb, columnstore=columnstore))
        if rollups:
            statements.extend(_plan_rollups(kind, found))
    of_wall = wall.views(kinds, watch=watch, coverage=coverage, targets=targets)
    wanted = (*of_wall, *(rollup_wall.views(kinds) if rollups else ()))
    anew = [view for view in wanted if found.views.get(view.qualified) != view.comment]
    statements.extend(view.drop() for view in reversed(anew))
    for view in anew:
        statements.extend(view.statements())
    return statements


def _plan_kind(kind: Kind, found: Snapshot, *, timescaledb: bool, columnstore: bool) -> Iterator[sql.Composable]:
    there = found.columns.get(kind.name, {})
    columns = tables.columns(kind)
    if not there:
        yield tables.create_table(kind)
    if timescaledb and kind.name not in found.hypertables:
        yield tables.create_hypertable(kind)
    if not there:
        yield tables.create_identity(kind)
    if columnstore and kind.name not in found.columnstores:
        yield tables.enable_columnstore(kind)
    for column in columns:
        if there and column.name not in there:
            yield tables.add_column(kind, column)
    if found.comments.get(kind.name) != kind.meaning.vi:
        yield tables.comment_on_table(kind)
    for column in columns:
        if column.name not in there or there[column.name].comment != column.comment:
            yield tables.comment_on_column(kind, column)
    for role, privileges in tables.GRANTS.items():
        if not found.grants.get((kind.name, role), set()) >= set(privileges):
            yield tables.grant(kind, role)
    words = (kind.title.vi, kind.title.en, kind.domain.vi, kind.domain.en)
    if found.kinds.get(kind.name) != words:
        yield tables.put_kind(kind)


def _plan_rollups(kind: Kind, found: Snapshot) -> Iterator[sql.Composable]:
    for grain in Grain:
        yield from _plan_rollup(kind, grain, found)
    if found.comments.get(table_name(kind, Grain.HOUR)) != comment(kind, Grain.HOUR):
        yield note_everything(kind)


def _plan_rollup(kind: Kind, grain: Grain, found: Snapshot) -> Iterator[sql.Composable]:
    name = table_name(kind, grain)
    there = found.columns.get(name, {})
    if not there:
        yield rollup_tables.create_table(kind, grain)
    for column in part_columns(kind):
        if there and column.name not in there:
            yield rollup_tables.add_column(kind, grain, column)
    if found.comments.get(name) != comment(kind, grain):
        yield rollup_tables.comment_on_table(kind, grain)
    for role, privileges in rollup_tables.GRANTS.items():
        if not found.grants.get((name, role), set()) >= set(privileges):
            yield rollup_tables.grant(kind, grain, role)
