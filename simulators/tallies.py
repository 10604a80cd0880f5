"""Sums that tell whether readings are what they were: of each device and day, small enough for a year of a commune.

Everything is counted in whole numbers, so that the order of adding is of no matter and a database can count the same.
Each field gives how often it is there, the sum of its values in units of its last decimal, the same sum with each
value weighted by the time and keys of its reading, and how many values lie between two decimals. Values and texts (as
the first 31 bits of their MD5) are taken modulo 2^31 - 1, so that no sum of a day is more than 64 bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from devices.model import Kind
from simulators.calendar import DAY_SECONDS, day_number
from simulators.frames import Arrays
from simulators.noise import Flags, Integers

MODULUS = 2**31 - 1
WEIGHTS = 65_521
"""Weights go from 1 to this prime number."""
MICROSECONDS = 1_000_000

Sums: TypeAlias = dict[str, tuple[int, ...]]
"""For each field: present, sum, weighted sum, values off the decimals. Beside the fields: `time`, `seq` and `key`."""
Tallies: TypeAlias = dict[tuple[str, str, int], tuple[int, Sums]]
"""By device, kind and local day (days since 1970, UTC+7): how many readings, and their sums."""


@lru_cache(maxsize=65_536)
def number_of(text: str) -> int:
    """A text as a number of 31 bits."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF


def tally(kind: Kind, arrays: Arrays) -> Iterator[tuple[int, int, Sums]]:
    """Local day, number of readings and their sums, for each day that readings in order of time lie in."""
    times = arrays.times
    if not times.size:
        return
    days = day_number(times.astype(np.float64))
    starts = np.concatenate([[0], np.flatnonzero(np.diff(days)) + 1])
    keys = _key_numbers(arrays)
    weights = (times + keys) % WEIGHTS + 1
    always = np.ones(times.size, dtype=np.bool_), np.zeros(times.size, dtype=np.int64)
    columns = {
        "time": _sums(times * MICROSECONDS, *always, weights, starts),
        "seq": _sums(arrays.seqs, *always, weights, starts),
        "key": _sums(keys, *always, weights, starts),
    }
    for field, column in zip(kind.values, arrays.values, strict=True):
        if column is not None:
            scale = 10.0**field.decimals if field.is_number else None
            columns[field.name] = _sums(*_whole(column, times.size, scale), weights, starts)
    sizes = np.diff([*starts.tolist(), times.size]).tolist()
    for place, (start, size) in enumerate(zip(starts.tolist(), sizes, strict=True)):
        found = {name: tuple(int(part[place]) for part in parts) for name, parts in columns.items()}
        yield int(days[start]), size, {name: sums for name, sums in found.items() if sums[0]}


def add(tallies: Tallies, other: Tallies) -> None:
    """Add what has been counted elsewhere of the same days."""
    for where, (size, sums) in other.items():
        before, there = tallies.get(where, (0, {}))
        joined = dict(there)
        for name, parts in sums.items():
            joined[name] = tuple(map(sum, zip(joined.get(name, (0,) * len(parts)), parts, strict=True)))
        tallies[where] = before + size, joined


def day_span(day: int) -> tuple[int, int]:
    """Start and end of a local day in Unix seconds."""
    start = day * DAY_SECONDS - 7 * 3600
    return start, start + DAY_SECONDS


def _key_numbers(arrays: Arrays) -> Integers:
    """The number of each reading's keys, joined by slashes; 0 where the kind has none."""
    size = arrays.times.size
    if not arrays.keys:
        return np.zeros(size, dtype=np.int64)
    if all(isinstance(key, str) for key in arrays.keys):
        return np.full(size, number_of("/".join(map(str, arrays.keys))), dtype=np.int64)
    columns = [[key] * size if isinstance(key, str) else key for key in arrays.keys]
    joined = map("/".join, zip(*columns, strict=True))
    return np.fromiter(map(number_of, joined), dtype=np.int64, count=size)


def _whole(column: Any, size: int, scale: float | None) -> tuple[Integers, Flags, Integers]:
    """A column as whole numbers, where it has any, and 1 where a number lies between two decimals."""
    on = np.zeros(size, dtype=np.int64)
    if isinstance(column, str):
        return np.full(size, number_of(column), dtype=np.int64), np.ones(size, dtype=np.bool_), on
    if isinstance(column, np.ndarray) and scale is not None:
        present = ~np.isnan(column)
        units = np.rint(np.where(present, column, 0.0) * scale)
        return units.astype(np.int64), present, (present & (units / scale != column)).astype(np.int64)
    if isinstance(column, np.ndarray):
        return column.astype(np.int64), np.ones(size, dtype=np.bool_), on
    numbers = (0 if v is None else number_of(v) if isinstance(v, str) else int(v) for v in column)
    present = np.fromiter((v is not None for v in column), dtype=np.bool_, count=size)
    return np.fromiter(numbers, dtype=np.int64, count=size), present, on


def _sums(
    values: Integers, present: Flags, off: Integers, weights: Integers, starts: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """The four sums of a column from each start on."""
    parts = np.where(present, np.fmod(values, MODULUS), 0)
    return (
        np.add.reduceat(present.astype(np.int64), starts),
        np.add.reduceat(parts, starts),
        np.add.reduceat(parts * weights, starts),
        np.add.reduceat(off, starts),
    )
