"""The statements that read a series of a device as it is, composed from the catalogue, and what all series share.

Every identifier is the name of a kind or a field in the catalogue, quoted by psycopg; everything that a caller chooses
freely (device, times, width, place in the pages) is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from devices.model import Field, Kind
from storage.aggregates import Aggregate

PREVIOUS_TIME = "after_time"


@dataclass(frozen=True, slots=True)
class SeriesColumn:
    """One column of a series: a field as it is (`aggregate` None), or one aggregate of it."""

    field: Field
    aggregate: Aggregate | None = None

    @property
    def name(self) -> str:
        """`pm25` for the field as it is, `pm25.mean` for an aggregate."""
        return self.field.name if self.aggregate is None else f"{self.field.name}.{self.aggregate.value}"


def after_key(place: int) -> str:
    """The name of the parameter that carries the key at this place of the last row of the page before."""
    return f"after_key_{place}"


def listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    """Expressions, with commas."""
    return sql.SQL(", ").join(parts)


def identifiers(names: Iterable[str]) -> list[sql.Identifier]:
    """Names of columns."""
    return [sql.Identifier(name) for name in names]


def later_rows(kind: Kind, time: sql.Composable) -> sql.Composed:
    """The condition of the rows that come after the last row of the page before, in the order (time, keys)."""
    row = listed([time, *identifiers(key.name for key in kind.keys)])
    last = listed(
        [sql.Placeholder(PREVIOUS_TIME), *(sql.Placeholder(after_key(place)) for place in range(len(kind.keys)))]
    )
    return sql.SQL("({row}) > ({last})").format(row=row, last=last)


def _has_any(fields: Sequence[Field]) -> sql.Composed:
    names = listed(identifiers(dict.fromkeys(field.name for field in fields)))
    return sql.SQL("num_nonnulls({names}) > 0").format(names=names)


def raw_statement(kind: Kind, fields: Sequence[Field], *, resuming: bool) -> sql.Composed:
    """Readings that carry any of the fields, by (time, keys): time, its source, the keys, the fields.

    Parameters: device_id, start, end, limit; when resuming also after_time and after_key_0, after_key_1, ...
    """
    keys = identifiers(key.name for key in kind.keys)
    time = sql.Identifier("time")
    later = sql.SQL(" AND {}").format(later_rows(kind, time)) if resuming else sql.SQL("")
    return sql.SQL(
        "SELECT {columns} FROM {table}"
        " WHERE device_id = %(device_id)s AND time >= %(start)s AND time < %(end)s AND {any}{later}"
        " ORDER BY {order} LIMIT %(limit)s"
    ).format(
        columns=listed([time, sql.Identifier("time_source"), *keys, *identifiers(field.name for field in fields)]),
        table=sql.Identifier("commune", kind.name),
        any=_has_any(fields),
        later=later,
        order=listed([time, *keys]),
    )
