"""What a database holds of the kinds' tables, as the catalogue's step needs to know it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from storage.editions import Edition, edition_of
from storage.sql import query


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column that is there; `type` is as PostgreSQL prints it."""

    type: str
    not_null: bool
    comment: str


@dataclass(slots=True)
class Snapshot:
    """Tables, identities, hypertables, columnstores, grants, kinds and views of one database at one moment."""

    columns: dict[str, dict[str, FoundColumn]] = field(default_factory=lambda: defaultdict(dict))
    comments: dict[str, str] = field(default_factory=dict)
    identities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grants: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    hypertables: set[str] = field(default_factory=set)
    columnstores: set[str] = field(default_factory=set)
    own_time_bucket: bool = False
    can_compress: bool = False


def take(connection: Connection[Any]) -> Snapshot:
    """Read what is there; a database without our schema gives an empty snapshot."""
    found = Snapshot()
    for table, name, type_, not_null, comment in connection.execute(query("schema_columns")):
        found.columns[table][name] = FoundColumn(type_, not_null, comment)
    found.comments = dict(connection.execute(query("schema_table_comments")).fetchall())
    found.identities = {table: tuple(names) for table, names in connection.execute(query("schema_identities"))}
    for table, role, privilege in connection.execute(query("schema_grants")):
        found.grants[table, role].add(privilege)
    if "kind" in found.columns:
        found.kinds = {name: tuple(words) for name, *words in connection.execute(query("schema_kinds"))}
    found.views = dict(connection.execute(query("schema_wall")).fetchall())
    if edition_of(connection) is not Edition.PLAIN:
        hypertables = connection.execute(query("schema_hypertables")).fetchall()
        found.hypertables = {name for name, _ in hypertables}
        found.columnstores = {name for name, has_columnstore in hypertables if has_columnstore}
    found.own_time_bucket = any(there for (there,) in connection.execute(query("own_time_bucket")))
    found.can_compress = any(there for (there,) in connection.execute(query("can_compress")))
    return found
