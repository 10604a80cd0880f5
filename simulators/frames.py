"""What a device measured over some times, as columns, and the readings in it.

A simulator fills columns with numpy; a frame rounds them to the decimals of the catalogue and hands them out as rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from devices.model import Field, Kind
from devices.readings import Value
from simulators.noise import Integers

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


class Series(NamedTuple):
    """The readings of one part of a device as columns, in order of time: Unix seconds, sequence numbers, and the keys
    and values of the kind in its order.
    """

    times: list[int]
    seqs: list[int]
    keys: tuple[Sequence[str], ...]
    values: tuple[Sequence[Value], ...]


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
        """The same part after part, as columns."""
        size, times = int(self.times.size), self.times.tolist()
        for number, columns in enumerate(self.parts):
            yield Series(
                times,
                (self.sent * len(self.parts) + number).tolist(),
                tuple(_texts(columns.get(f.name, ""), size) for f in self.kind.keys),
                tuple(_values(f, columns.get(f.name), size) for f in self.kind.values),
            )


def _texts(column: Column, size: int) -> Sequence[str]:
    if isinstance(column, str):
        return [column] * size
    return [str(text) for text in column.tolist()]


def _values(field: Field, column: Column | None, size: int) -> Sequence[Value]:
    """One field's values as they are sent: rounded to the field's decimals and held at the sensor's range."""
    if column is None:
        return [None] * size
    if isinstance(column, str):
        return [column] * size
    if not field.is_number:
        return _plain(column)
    numbers = np.round(np.asarray(column, dtype=np.float64), field.decimals)
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    held = np.clip(numbers, low, high) + 0.0
    absent = np.isnan(held)
    if not absent.any():
        return _plain(held)
    return [None if gone else value for value, gone in zip(held.tolist(), absent.tolist(), strict=True)]


def _plain(column: NDArray[Any]) -> list[Value]:
    values: list[Value] = column.tolist()
    return values
