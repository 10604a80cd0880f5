"""Columns into the binary rows of COPY, many rows at once.

A row of COPY is the number of its fields and then, for each, its length and its bytes, or −1 for NULL (PostgreSQL's
manual, COPY, "Binary Format"). Rows that have their NULLs in the same fields, and the same texts, have one width: they
are made as one array. So the rows are put in groups by that; their order is of no matter to a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

Column: TypeAlias = NDArray[Any] | list[Any] | str | int | None
"""One field of many rows: an array (NaN is NULL), or a list of few different values, or what is the same in all rows.

A list may hold many different values too, but then each has a block to itself.
"""

_MOST_SORTS = 2**62
_ROWS_AT_ONCE = 1024
"""So many rows are filled in at once: all columns of them stay in the processor's cache."""
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_NUMBERS = {"int2": ">i2", "int4": ">i4", "int8": ">i8", "float8": ">f8", "bool": "u1"}
_NAMES = {
    "smallint": "int2",
    "integer": "int4",
    "bigint": "int8",
    "timestamptz": "int8",
    "date": "int4",
    "double precision": "float8",
    "boolean": "bool",
    "text": "text",
}
"""How the types of our tables lie in a row; a timestamptz is microseconds since 2000, a date is days since then."""


def is_one_by_one(column: Column) -> TypeGuard[NDArray[Any] | list[Any]]:
    """True when the rows may differ in it."""
    return isinstance(column, np.ndarray | list)


def value_at(column: Column, place: int) -> Any:
    """The value of one row; None for NULL."""
    if isinstance(column, np.ndarray):
        value = column[place].item()
        return None if value != value else value  # noqa: PLR0124 - NaN is not itself
    return column[place] if isinstance(column, list) else column


def listed(column: Column, size: int) -> list[Any]:
    """The values of all rows; `size` says how many there are of what is the same in all."""
    if isinstance(column, np.ndarray):
        return [None if value != value else value for value in column.tolist()]  # noqa: PLR0124
    return column if isinstance(column, list) else [column] * size


def blocks(types: Sequence[str], columns: Sequence[Column], size: int) -> Iterator[memoryview]:
    """The rows of so many columns of the given types (names of PostgreSQL), without header and trailer."""
    if not size:
        return
    fields = [_Field(_NAMES[name], column) for name, column in zip(types, columns, strict=True)]
    sorts, most = np.zeros(size, dtype=np.int64), 1
    for field in fields:
        if field.sorts is not None:
            if most * field.many > _MOST_SORTS:
                sorts, most = _renumbered(sorts)
            sorts, most = sorts * field.many + field.sorts, most * field.many
    if most == 1:
        yield _block(fields, None, size)
        return
    sorts, most = _renumbered(sorts)
    order = np.argsort(sorts, kind="stable")
    for places in np.split(order, np.cumsum(np.bincount(sorts, minlength=most))[:-1]):
        yield _block(fields, places, places.size)


def _renumbered(sorts: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """The same sorts under the smallest numbers, and how many there are."""
    known, numbers = np.unique(sorts, return_inverse=True)
    return numbers.reshape(-1).astype(np.int64), known.size


class _Field:
    """One column: which sort of value each row has in it (None: all the same), and how a sort is written."""

    def __init__(self, type_name: str, column: Column) -> None:
        self.type_name = type_name
        self.column = column
        self.sorts: NDArray[np.int64] | None = None
        self.many = 1
        if isinstance(column, np.ndarray):
            if column.dtype == np.float64:
                absent = np.isnan(column)
                if absent.any():
                    self._sort(absent.astype(np.int64), 2)
        elif isinstance(column, list):
            numbers = {value: number for number, value in enumerate(dict.fromkeys(column))}
            if len(numbers) > 1:
                sorts = np.fromiter(map(numbers.__getitem__, column), dtype=np.int64, count=len(column))
                self._sort(sorts, len(numbers))

    def _sort(self, sorts: NDArray[np.int64], many: int) -> None:
        self.sorts, self.many = (sorts, many) if many > 1 and np.ptp(sorts) else (None, 1)

    def form(self, first: int) -> tuple[str | None, Any]:
        """The form of the value in rows of the sort of row `first`, None for NULL; and the value where it is fixed."""
        column = self.column
        if isinstance(column, np.ndarray):
            if column.dtype == np.float64 and np.isnan(column[first]):
                return None, None
            return _NUMBERS[self.type_name], column
        value = column[first] if isinstance(column, list) else column
        if value is None:
            return None, None
        if isinstance(value, str):
            encoded = value.encode()
            return f"S{len(encoded)}" if encoded else "", encoded
        return _NUMBERS[self.type_name], value


def _block(fields: Sequence[_Field], places: NDArray[np.int64] | None, size: int) -> memoryview:
    """Rows of one sort; None: all rows are of it."""
    forms = [field.form(0 if places is None else int(places[0])) for field in fields]
    layout = [("count", ">i2")]
    for number, (form, _) in enumerate(forms):
        layout.append((f"length{number}", ">i4"))
        if form:
            layout.append((f"value{number}", form))
    first = np.zeros(1, dtype=layout)
    first["count"] = len(fields)
    columns: dict[str, NDArray[Any]] = {}
    for number, (form, value) in enumerate(forms):
        first[f"length{number}"] = -1 if form is None else np.dtype(form).itemsize if form else 0
        if form and isinstance(value, np.ndarray):
            columns[f"value{number}"] = value
        elif form:
            first[f"value{number}"] = value
    rows = np.repeat(first, size)
    for start in range(0, size, _ROWS_AT_ONCE):
        here = slice(start, start + _ROWS_AT_ONCE)
        for name, column in columns.items():
            rows[here][name] = column[here] if places is None else column[places[here]]
    return rows.view(np.uint8).data
