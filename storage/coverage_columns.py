"""Answers of many rows as numpy arrays, by way of a binary COPY: no Python object is made for a value.

The statement has columns of a fixed width only, and none of its values is NULL, so that all rows have one width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from storage.blocks import HEADER
from storage.errors import StorageError
from storage.sql import query

POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000
"""2000-01-01 in Unix time: a binary timestamptz counts from there."""
_FORMS = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "time": ">i8", "float8": ">f8"}
_NATIVE = {"int2": np.int8, "int4": np.int64, "int8": np.int64, "time": np.int64, "float8": np.float64}
_AT_ONCE = 8 * 1024 * 1024


def read_columns(
    connection: Connection[Any], name: str, parameters: Mapping[str, Any], columns: Sequence[tuple[str, str]]
) -> dict[str, NDArray[Any]]:
    """The columns of a named statement, given as (name, form): int2 (small codes, as int8), int4, int8 (both as int64),
    time (microseconds since 1970 as int64) and float8.

    Raises StorageError where a value is NULL or has another width than its form.
    """
    layout = [("count", ">i2")]
    for column, form in columns:
        layout += [(f"length {column}", ">i4"), (column, _FORMS[form])]
    row = np.dtype(layout)
    parts = [_decoded(part, row, columns) for part in _parts(connection, name, parameters, row.itemsize)]
    return {
        column: np.concatenate([part[column] for part in parts] or [np.empty(0, dtype=_NATIVE[form])])
        for column, form in columns
    }


def _parts(connection: Connection[Any], name: str, parameters: Mapping[str, Any], width: int) -> list[bytes]:
    """The rows in parts of whole rows, without header and trailer."""
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(sql.SQL(query(name)))
    found, waiting, size = [], [], 0
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        for block in copy:
            waiting.append(bytes(block))
            size += len(block)
            if size >= _AT_ONCE:
                found.append(b"".join(waiting))
                waiting, size = [], 0
    whole = [*found, b"".join(waiting)]
    whole[0] = whole[0][len(HEADER) :]
    whole[-1] = whole[-1][:-2]
    if any(len(part) % width for part in whole):
        raise StorageError(f"{name}: its rows do not have one width")
    return [part for part in whole if part]


def _decoded(part: bytes, row: np.dtype[Any], columns: Sequence[tuple[str, str]]) -> dict[str, NDArray[Any]]:
    rows = np.frombuffer(part, dtype=row)
    found = {}
    for column, form in columns:
        if (rows[f"length {column}"] != np.dtype(_FORMS[form]).itemsize).any():
            raise StorageError(f"the column {column} is not {form}, or NULL in some row")
        values = rows[column].astype(_NATIVE[form])
        found[column] = values + POSTGRES_EPOCH_MICROSECONDS if form == "time" else values
    return found
