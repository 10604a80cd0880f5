"""Readings into the table of their kind: straight where nothing repeats, through staging where something does.

The identity of a reading is (device, keys, time). A reading that is there already is a duplicate when it says nothing
new, is merged when it only adds fields, and is a conflict when it contradicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from psycopg import Connection, Cursor, errors, sql

from devices.model import Kind
from devices.readings import Fault, Reading, Value
from devices.reasons import Reason
from storage.tables import FIXED_COLUMNS, columns, identity

Row = tuple[Any, ...]


class Fate(Enum):
    """What became of one reading."""

    STORED = auto()
    MERGED = auto()
    DUPLICATE = auto()
    CONFLICT = auto()


@dataclass(frozen=True, slots=True)
class KindRows:
    """Statements that are needed to write one kind; made once from the catalogue."""

    kind: Kind
    copy: sql.Composed
    types: tuple[str, ...]
    stage: sql.Composed
    copy_staged: sql.Composed
    insert_new: sql.Composed
    existing: sql.Composed
    existing_held: sql.Composed
    complete: sql.Composed


def prepare(kind: Kind) -> KindRows:
    """Compose the statements of one kind. Identifiers come from the catalogue only.

    `existing` has the bounds of the staged times as its parameters, so that only their chunks are looked into;
    `existing_held` keeps the rows from others until the end of the transaction. `complete` has the row by the names of
    its columns and changes nothing where another value is stored by then.
    """
    table = sql.Identifier("commune", kind.name)
    staged = sql.Identifier(f"staged_{kind.name}")
    every = columns(kind)
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in every)
    key = [sql.Identifier(name) for name in identity(kind)]
    same = sql.SQL(" AND ").join(sql.SQL("t.{0} = s.{0}").format(name) for name in key)
    existing = sql.SQL(
        "SELECT s.place, {values} FROM {staged} AS s JOIN {table} AS t ON {same}"
        " WHERE t.time >= %(first)s AND t.time <= %(last)s"
    ).format(
        values=sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(v.name)) for v in kind.values),
        staged=staged,
        table=table,
        same=same,
    )
    return KindRows(
        kind=kind,
        copy=sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, names),
        types=tuple(c.type for c in every),
        stage=sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} (place integer, LIKE {}) ON COMMIT DELETE ROWS").format(
            staged, table
        ),
        copy_staged=sql.SQL("COPY {} (place, {}) FROM STDIN (FORMAT BINARY)").format(staged, names),
        insert_new=sql.SQL(
            "WITH added AS (INSERT INTO {table} ({names}) SELECT {names} FROM {staged} ORDER BY place "
            "ON CONFLICT DO NOTHING RETURNING {identity}) "
            "SELECT s.place FROM {staged} AS s JOIN added AS t ON {same}"
        ).format(table=table, names=names, staged=staged, identity=sql.SQL(", ").join(key), same=same),
        existing=existing,
        existing_held=sql.SQL("{} FOR UPDATE OF t").format(existing),
        complete=_complete(kind, table),
    )


def _complete(kind: Kind, table: sql.Identifier) -> sql.Composed:
    """Give a stored reading the fields that it lacks, unless another value is there by now."""

    types = {column.name: sql.SQL(column.type) for column in columns(kind)}

    def of(names: Iterable[str], form: str, joint: str) -> sql.Composed:
        return sql.SQL(joint).join(
            sql.SQL(form).format(
                name=sql.Identifier(name),
                table=table,
                value=sql.SQL("{}::{}").format(sql.Placeholder(name), types[name]),
            )
            for name in names
        )

    values = [field.name for field in kind.values]
    return sql.SQL("UPDATE {} SET {} WHERE {} AND {}").format(
        table,
        of(values, "{name} = coalesce({table}.{name}, {value})", ", "),
        of(identity(kind), "{name} = {value}", " AND "),
        of(values, "({value} IS NULL OR {name} IS NULL OR {name} = {value})", " AND "),
    )


def row_of(device_id: int, received_at: datetime, reading: Reading) -> Row:
    """The row of one reading in the order of `storage.tables.columns`."""
    return (
        device_id,
        reading.time,
        received_at,
        int(reading.time_source),
        reading.device_time,
        reading.seq,
        *reading.keys,
        *reading.values,
    )


def identity_of(kind: Kind, row: Row) -> Row:
    """The part of a row that is its identity: device, keys, time."""
    start = len(FIXED_COLUMNS)
    return (row[0], *row[start : start + len(kind.keys)], row[1])


def write_rows(connection: Connection[Any], prepared: KindRows, rows: Sequence[Row]) -> list[Fate] | None:
    """Write rows of one kind within the caller's transaction.

    Returns the fate of each row, or None when all were simply stored. Raises what the database raises for a row that
    it can never accept; the caller's savepoint is then rolled back to.
    """
    try:
        with connection.transaction(), connection.cursor() as cursor, cursor.copy(prepared.copy) as copy:
            copy.set_types(prepared.types)
            for row in rows:
                copy.write_row(row)
    except errors.UniqueViolation:
        return write_repeating_rows(connection, prepared, rows)
    return None


def write_repeating_rows(connection: Connection[Any], prepared: KindRows, rows: Sequence[Row]) -> list[Fate]:
    """Write a batch in which something repeats: new rows first, then each repeat judged against what is there.

    Within the caller's transaction; returns the fate of each row.
    """
    kind = prepared.kind
    first = len(FIXED_COLUMNS) + len(kind.keys)
    places: dict[Row, int] = {}
    repeats: list[int] = []
    for place, row in enumerate(rows):
        if places.setdefault(identity_of(kind, row), place) != place:
            repeats.append(place)
    fates = [Fate.DUPLICATE] * len(rows)
    with connection.cursor() as cursor:
        cursor.execute(prepared.stage)
        with cursor.copy(prepared.copy_staged) as copy:
            copy.set_types(("int4", *prepared.types))
            for place in places.values():
                copy.write_row((place, *rows[place]))
        cursor.execute(prepared.insert_new)
        for (place,) in cursor.fetchall():
            fates[place] = Fate.STORED
        known = {identity_of(kind, rows[place]): values for place, *values in _existing(cursor, prepared, rows)}
        names = [column.name for column in columns(kind)]
        again = sorted([place for place in places.values() if fates[place] is not Fate.STORED] + repeats)
        for place in again:
            row = rows[place]
            there = known[identity_of(kind, row)]
            fates[place] = judge(there, row[first:])
            if fates[place] is Fate.MERGED:
                # Planned for this very row: a plan for any row would open every columnstore of the kind to find it.
                cursor.execute(prepared.complete, dict(zip(names, row, strict=True)), prepare=False)
                if not cursor.rowcount:
                    fates[place] = Fate.CONFLICT
                    continue
                there[:] = [old if old is not None else new for old, new in zip(there, row[first:], strict=True)]
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(f"staged_{kind.name}")))
    return fates


def _existing(cursor: Cursor[Any], prepared: KindRows, rows: Sequence[Row]) -> list[Any]:
    """The values that are stored under the identities of the staged rows, each after the place of its row.

    Nobody else may change the rows until the end of the transaction; but TimescaleDB lets no row in a columnstore be
    held. What is not held may still gain fields, which `complete` looks at once more; it is not deleted, for its chunk
    is only ever dropped whole, and whoever has inserted into a chunk holds it.
    """
    span = {"first": min(row[1] for row in rows), "last": max(row[1] for row in rows)}
    try:
        with cursor.connection.transaction():
            return cursor.execute(prepared.existing_held, span, prepare=False).fetchall()
    except errors.FeatureNotSupported:
        return cursor.execute(prepared.existing, span, prepare=False).fetchall()


def conflict(reading: Reading) -> Fault:
    """The fault of a reading that contradicts a stored one."""
    return Fault(
        Reason.CONFLICT,
        f"another reading of {reading.time.isoformat()} with other values is stored",
        index=reading.index,
    )


def judge(there: Iterable[Value], new: Iterable[Value]) -> Fate:
    """What a repeat is, given the values that are stored and the values that it brings, in the same order."""
    adds = False
    for old, value in zip(there, new, strict=True):
        if value is None or old == value:
            continue
        if old is not None:
            return Fate.CONFLICT
        adds = True
    return Fate.MERGED if adds else Fate.DUPLICATE
