"""Rows of what operators and ministries declare: lists with where they come from, and the figures in force.

Nothing is deleted: a list that is undone stays, and counts no more. Of each indicator, hamlet and operator the figure
of the newest source date is in force, of one date the one that was taken over last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection

from devices.declared import Declaration, Provenance
from devices.model import Text
from storage.errors import CodeTaken, RegistryRefused, driver_errors
from storage.places import read_places
from storage.sql import query


@dataclass(frozen=True, slots=True)
class DeclaredImport:
    """A list that was taken over; `undone_at` is when it ceased to count, None while it does."""

    number: int
    commune: str
    source: str
    source_date: date
    file_name: str
    file_sha256: str
    note: str
    imported_at: datetime
    imported_by: str
    undone_at: datetime | None
    undone_by: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class InForce:
    """A declared figure that counts, the list that it is from, and its line there."""

    declaration: Declaration
    provenance: Provenance
    import_number: int
    line: int


def add_declared(
    connection: Connection[Any],
    commune: str,
    provenance: Provenance,
    rows: Sequence[tuple[int, Declaration]],
    *,
    imported_by: str,
) -> int:
    """Take a list over and return its number; `rows` are the lines of the file with what they declare.

    Raises RegistryRefused for an unknown commune or hamlet, CodeTaken where the same file counts already.
    """
    with driver_errors(), connection.transaction():
        places = read_places(connection)
        places.commune(commune)
        values = asdict(provenance) | {"commune": commune, "imported_by": imported_by}
        row = connection.execute(query("add_declared_import"), values).fetchone()
        if row is None:
            raise CodeTaken(
                Text("tệp này đã được nhập và đang có hiệu lực", "this file has been imported and counts already")
            )
        for line, declaration in rows:
            places.hamlet(commune, declaration.hamlet)
            members = asdict(declaration) | {"import": row[0], "line": line, "commune": commune}
            connection.execute(query("add_declared_value"), members)
    return int(row[0])


def undo_declared(connection: Connection[Any], commune: str, number: int, *, undone_by: str) -> None:
    """Let a list count no more; what was in force before it is so again. Raises RegistryRefused where it counts not."""
    with driver_errors(), connection.transaction():
        values = {"commune": commune, "import": number, "undone_by": undone_by}
        if connection.execute(query("undo_declared_import"), values).fetchone() is None:
            raise RegistryRefused(
                Text(
                    f"xã {commune} không có lần nhập {number} nào đang có hiệu lực",
                    f"commune {commune} has no import {number} that counts",
                )
            )


def list_imports(connection: Connection[Any], commune: str, number: int | None = None) -> list[DeclaredImport]:
    """The lists of a commune, the newest first."""
    values = {"commune": commune, "import": number}
    with driver_errors():
        rows = connection.execute(query("list_declared_imports"), values).fetchall()
    return [DeclaredImport(*row) for row in rows]


def list_declared(
    connection: Connection[Any], commune: str, *, day: date, indicator: str | None = None
) -> list[InForce]:
    """The figures that were in force at a day, by indicator, hamlet and operator."""
    values = {"commune": commune, "day": day, "indicator": indicator}
    with driver_errors():
        rows = connection.execute(query("declared_in_force"), values).fetchall()
    return [_in_force(row) for row in rows]


def _in_force(row: tuple[Any, ...]) -> InForce:
    name, hamlet, operator, part, whole, value, samples, line, number, *rest = row
    source, source_date, file_name, file_sha256, note = rest
    return InForce(
        Declaration(name, hamlet, operator, part, whole, value, samples),
        Provenance(source, source_date, file_name, file_sha256, note),
        number,
        line,
    )
