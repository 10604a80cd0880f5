"""What a device measured over some times, as columns, and the readings in it.

A simulator fills columns with numpy; a frame rounds them to the decimals of the catalogue and hands them out as rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from devices.model import Field, Kind
from devices.readings import Value
from simulators.noise import Floats, Integers

Column: TypeAlias = NDArray[np.float64] | NDArray[np.bool_] | NDArray[np.int64] | NDArray[np.object_] | str
"""A value for each time; a single text stands for all times; NaN and None mean that nothing is sent."""
Columns: TypeAlias = Mapping[str, Column]


class Row(NamedTuple):
    """One reading: Unix seconds, sequence number, keys and values in the order of the kind."""

    time: int
    seq: int
    keys: tuple[str, ...]
    values: tuple[Value, ...]

    def members(self, kind: Kind) -> dict[str, Value]:
        """Keys and values under the names of their fields, as a device sends them.

        What is absent is left out, and a number without decimals is a whole number.
        """
        named: dict[str, Value] = {f.name: text for f, text in zip(kind.keys, self.keys, strict=True) if text}
        for field, value in zip(kind.values, self.values, strict=True):
            if isinstance(value, float) and field.decimals == 0:
                named[field.name] = int(value)
            elif value is not None:
                named[field.name] = value
        return named


Sent: TypeAlias = NDArray[np.float64] | NDArray[np.bool_] | list[Any] | str | None
"""A column as it is sent: numbers (NaN: nothing), states, texts, one text for all times, or nothing at all."""


class Arrays(NamedTuple):
    """The readings of one part of a device as columns, in order of time: Unix seconds, sequence numbers, and the keys
    and values of the kind in its order, as they are sent.
    """

    times: Integers
    seqs: Integers
    keys: tuple[list[str] | str, ...]
    values: tuple[Sent, ...]


class Series(NamedTuple):
    """The same as lists, a value for each time."""

    times: list[int]
    seqs: list[int]
    keys: tuple[list[str], ...]
    values: tuple[list[Value], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Readings of one device: `parts` are what it reports at each time (an operator, a radio, a zone), usually one."""

    kind: Kind
    times: Integers
    sent: Integers
    """How many messages the device had sent before each time."""
    parts: tuple[Columns, ...]

    @property
    def readings(self) -> int:
        """How many readings are in it."""
        return int(self.times.size) * len(self.parts)

    def messages(self) -> Iterator[tuple[Row, ...]]:
        """The rows of each time together, as one message carries them."""
        tables = [
            zip(
                series.times,
                series.seqs,
                zip(*series.keys, strict=True) if series.keys else repeat((), len(series.times)),
                zip(*series.values, strict=True),
                strict=True,
            )
            for series in self.series()
        ]
        for rows in zip(*tables, strict=True):
            yield tuple(map(Row._make, rows))

    def series(self) -> Iterator[Series]:
        """The same part after part, as lists."""
        size = int(self.times.size)
        for part in self.arrays():
            yield Series(
                part.times.tolist(),
                part.seqs.tolist(),
                tuple([key] * size if isinstance(key, str) else key for key in part.keys),
                tuple(_listed(column, size) for column in part.values),
            )

    def arrays(self) -> Iterator[Arrays]:
        """The same part after part, as columns."""
        known: dict[tuple[str, int], Sent] = {}
        for number, columns in enumerate(self.parts):
            values = []
            for field in self.kind.values:
                column = columns.get(field.name)
                shared = field.name, id(column)  # parts share what they measure together
                if shared not in known:
                    known[shared] = _sent(field, column)
                values.append(known[shared])
            yield Arrays(
                self.times,
                self.sent * len(self.parts) + number,
                tuple(_texts(columns.get(f.name, "")) for f in self.kind.keys),
                tuple(values),
            )


def _texts(column: Column) -> list[str] | str:
    return column if isinstance(column, str) else list(map(str, column.tolist()))


def _sent(field: Field, column: Column | None) -> Sent:
    """One field's values as they are sent: rounded to the field's decimals and held at the sensor's range."""
    if column is None or isinstance(column, str):
        return column
    if not field.is_number:
        plain: NDArray[np.bool_] | list[Any] = column.tolist() if column.dtype == object else column.astype(np.bool_)
        return plain
    numbers = np.round(np.asarray(column, dtype=np.float64), field.decimals)
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    held: Floats = np.clip(numbers, low, high).astype(np.float64) + 0.0
    return held


def _listed(column: Sent, size: int) -> list[Value]:
    if column is None or isinstance(column, str):
        return [column] * size
    if isinstance(column, list):
        return column
    values: list[Value] = column.tolist()
    if column.dtype == np.float64 and np.isnan(column).any():
        return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN is not itself
    return values
