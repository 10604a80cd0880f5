"""The readings of a commune's devices counted day by day in whole numbers, for whoever holds them to another record.

What is counted is said in `simulators/tallies.py`; the two have no code in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from devices.model import Behaviour, Field, Kind
from storage.errors import driver_errors
from storage.sql import query
from storage.tables import table

_PARTS = 4
_TEXT = "(('x' || substr(md5({}), 1, 8))::bit(32)::bigint & 2147483647)"


@dataclass(frozen=True, slots=True)
class StoredDay:
    """The readings of a device on a local day (days since 1970, UTC+7).

    `others` of them were not written as history is: with a time of receipt or a clock of its own. `sums` are of each
    field that is there: how often, the sum, the weighted sum, and how many values lie between two decimals.
    """

    device: str
    day: int
    readings: int
    others: int
    sums: dict[str, tuple[int, ...]]


def stored_days(
    connection: Connection[Any], kind: Kind, commune: str, start: datetime, end: datetime
) -> Iterator[StoredDay]:
    """The readings of a kind with start <= time < end, by device and day."""
    names = ["time", "seq", "key", *(field.name for field in kind.values)]
    statement = sql.SQL(query("witnessed_days")).format(table=table(kind), key=_key(kind), sums=_sums(kind))
    with driver_errors():
        for device, day, readings, others, *parts in connection.execute(
            statement, {"commune": commune, "start": start, "end": end}
        ):
            found = {
                name: tuple(map(int, parts[place * _PARTS : (place + 1) * _PARTS])) for place, name in enumerate(names)
            }
            yield StoredDay(device, day, readings, others, {name: sums for name, sums in found.items() if sums[0]})


def _key(kind: Kind) -> sql.Composable:
    """The number of a reading's keys."""
    if not kind.keys:
        return sql.SQL("0::bigint")
    joined = sql.SQL(" || '/' || ").join(sql.SQL("t.{}").format(sql.Identifier(field.name)) for field in kind.keys)
    return sql.SQL(_TEXT).format(joined)


def _sums(kind: Kind) -> sql.Composed:
    fixed = [
        _four(sql.SQL("r.microseconds"), sql.SQL("r.microseconds"), sql.SQL("false")),
        _four(sql.SQL("r.seq"), sql.SQL("r.seq"), sql.SQL("false")),
        _four(sql.SQL("r.key_number"), sql.SQL("r.key_number"), sql.SQL("false")),
    ]
    return sql.SQL(", ").join(fixed + [_field(field) for field in kind.values])


def _field(field: Field) -> sql.Composed:
    column = sql.SQL("r.{}").format(sql.Identifier(field.name))
    if field.is_number:
        scale = sql.SQL("{}::float8").format(sql.Literal(10**field.decimals))
        units = sql.SQL("round({} * {})").format(column, scale)
        return _four(column, sql.SQL("{}::bigint").format(units), sql.SQL("{} / {} <> {}").format(units, scale, column))
    whole = "{}::integer::bigint" if field.behaviour is Behaviour.STATE else _TEXT
    return _four(column, sql.SQL(whole).format(column), sql.SQL("false"))


def _four(column: sql.Composable, whole: sql.Composable, off: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "count({column}), coalesce(sum({whole} %% 2147483647), 0), coalesce(sum({whole} %% 2147483647 * r.weight), 0), "
        "count(*) FILTER (WHERE {off})"
    ).format(column=column, whole=whole, off=off)
