"""History straight into the tables, past the broker: for simulated backfill and for archives.

The same rows, newest values and ledger as by way of messages, idempotent in the same way. What comes this way was no
message, so the ledger counts its readings only. It comes as columns, and nothing is made of a single reading unless it
was there before: so a year of a commune is written in minutes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, errors

from devices.model import Kind
from devices.readings import Reading, TimeSource
from storage.arrivals import Arrival, Settled
from storage.blocks import HEADER, TRAILER, Column, blocks, is_one_by_one, listed, value_at
from storage.books import Books
from storage.newest import Newest
from storage.rollup_notes import RollupNotes
from storage.rows import Fate, KindRows, Row, conflict, prepare, write_repeating_rows

_HOUR_MICROSECONDS = 3_600 * 1_000_000
_DAY_MICROSECONDS = 86_400 * 1_000_000
_LOCAL_MICROSECONDS = 7 * 3600 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_MICROSECONDS = 946_684_800 * 1_000_000
"""2000-01-01 in Unix time: PostgreSQL's binary timestamptz counts from there."""


class Series(NamedTuple):
    """Readings of one device as columns, in order of time, no two of one time with the same keys.

    `times` are Unix microseconds; `keys` and `values` are the columns of the kind in its order, an absent optional key
    being the empty text. The time of receipt is taken to be the reading's own.
    """

    device_id: int
    times: NDArray[np.int64]
    seqs: Column
    keys: tuple[Column, ...]
    values: tuple[Column, ...]

    def columns(self, times: Column) -> tuple[Column, ...]:
        """The columns of the kind's table, with the times in whatever form they are given."""
        return (self.device_id, times, times, int(TimeSource.DEVICE), None, self.seqs, *self.keys, *self.values)

    def rows(self) -> Iterator[Row]:
        """The rows of the kind's table."""
        size = self.times.size
        times = [moment(time) for time in self.times.tolist()]
        return zip(*(listed(column, size) for column in self.columns(times)), strict=True)

    def reading(self, place: int) -> Reading:
        """One reading by itself."""
        return Reading(
            moment(int(self.times[place])),
            TimeSource.DEVICE,
            None,
            value_at(self.seqs, place),
            tuple(value_at(column, place) for column in self.keys),
            tuple(value_at(column, place) for column in self.values),
        )


def moment(microseconds: int) -> datetime:
    """The aware UTC time of Unix microseconds."""
    return _EPOCH + timedelta(microseconds=microseconds)


def series_of(device_id: int, readings: Sequence[Reading]) -> Series:
    """Readings of one device, in order of time, as columns."""
    return Series(
        device_id,
        np.array([(reading.time - _EPOCH) // timedelta(microseconds=1) for reading in readings], dtype=np.int64),
        [reading.seq for reading in readings],
        tuple(map(list, zip(*(reading.keys for reading in readings), strict=True))),
        tuple(map(list, zip(*(reading.values for reading in readings), strict=True))),
    )


class HistoryWriter:
    """Writes readings of the past over one connection, a batch a transaction."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._prepared: dict[str, KindRows] = {}

    def write(self, kind: Kind, batch: Sequence[Series]) -> Settled:
        """Write readings of one kind; returns how many were stored, merged, repeated.

        A reading that contradicts a stored one is left out and is among `conflicts`.
        """
        prepared = self._prepared.get(kind.name)
        if prepared is None:
            prepared = self._prepared[kind.name] = prepare(kind)
        total, books, newest, notes = Settled(), Books(), Newest(), RollupNotes()
        with self._connection.transaction():
            fates = self._write_rows(prepared, batch)
            hours: set[int] = set()
            start = 0
            for series in batch:
                size = series.times.size
                if fates is None:
                    kept: Sequence[int] = range(size)
                    total.stored += size
                    _enter_stored(books, series)
                else:
                    kept = _enter_fates(books, kind, series, fates[start : start + size], total)
                start += size
                hours.update(_hours(series, kept))
                for places in _groups(series, kept):
                    telling = map(series.reading, _telling(series, places))
                    newest.add(series.device_id, kind, moment(int(series.times[-1])), telling)
            notes.add(kind.name, [moment(hour * _HOUR_MICROSECONDS) for hour in hours])
            newest.write(self._connection)
            notes.write(self._connection)
            books.write(self._connection)
        return total

    def _write_rows(self, prepared: KindRows, batch: Sequence[Series]) -> list[Fate] | None:
        """Straight into the table; row by row through staging where something repeats. None: all were stored."""
        connection = self._connection
        try:
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(prepared.copy) as copy:
                copy.write(HEADER)
                for series in batch:
                    columns = series.columns(series.times - _POSTGRES_EPOCH_MICROSECONDS)
                    for block in blocks(prepared.types, columns, series.times.size):
                        copy.write(block)
                copy.write(TRAILER)
        except errors.UniqueViolation:
            rows = list(chain.from_iterable(series.rows() for series in batch))
            return write_repeating_rows(connection, prepared, rows)
        return None


def _enter_stored(books: Books, series: Series) -> None:
    """Enter in the ledger that all of a series was stored, day by day (UTC+7)."""
    times, start = series.times.tolist(), 0
    while start < len(times):
        midnight = ((times[start] + _LOCAL_MICROSECONDS) // _DAY_MICROSECONDS + 1) * _DAY_MICROSECONDS
        end = bisect_left(times, midnight - _LOCAL_MICROSECONDS, start)
        books.entry(series.device_id, moment(times[start])).readings_stored += end - start
        start = end


def _enter_fates(books: Books, kind: Kind, series: Series, fates: Sequence[Fate], total: Settled) -> Sequence[int]:
    """Enter what became of each reading of a series; returns the places of those that were kept."""
    kept: list[int] = []
    for place, (fate, microseconds) in enumerate(zip(fates, series.times.tolist(), strict=True)):
        time = moment(microseconds)
        entry = books.entry(series.device_id, time)
        if fate is Fate.STORED:
            total.stored += 1
            entry.readings_stored += 1
            kept.append(place)
        elif fate is Fate.MERGED:
            total.merged += 1
            entry.readings_merged += 1
            kept.append(place)
        elif fate is Fate.DUPLICATE:
            total.duplicate += 1
            entry.readings_duplicate += 1
        else:
            fault = conflict(series.reading(place))
            total.conflicts.append(fault)
            books.enter_parts(Arrival("", b"", time, series.device_id, kind), Settled(conflicts=[fault]))
    return kept


def _hours(series: Series, places: Sequence[int]) -> list[int]:
    """The hours since 1970 in which the given places of a series lie."""
    times = series.times if isinstance(places, range) else series.times[np.asarray(places, dtype=np.int64)]
    hours: list[int] = np.unique(times // _HOUR_MICROSECONDS).tolist()
    return hours


def _groups(series: Series, places: Sequence[int]) -> Iterator[Sequence[int]]:
    """The given places of a series, apart by their keys; in order."""
    several = [listed(column, 0) for column in series.keys if is_one_by_one(column)]
    if not places or not several:
        yield from [places] if places else []
        return
    keys = several[0] if len(several) == 1 else list(zip(*several, strict=True))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    of = np.fromiter(map(numbers.__getitem__, keys), dtype=np.int64, count=len(keys))
    kept = np.asarray(places)
    for number in range(len(numbers)):
        group: list[int] = kept[of[kept] == number].tolist()
        if group:
            yield group


def _telling(series: Series, places: Sequence[int]) -> list[int]:
    """Which of the places tell the newest value of any field: the last one, and the last with each field it lacks."""
    last = places[-1]
    found = {last}
    for column in series.values:
        if is_one_by_one(column) and value_at(column, last) is None:
            found.update(_last_said(column, places))
    return sorted(found)


def _last_said(column: NDArray[Any] | list[Any], places: Sequence[int]) -> Sequence[int]:
    """The last of the places that has a value, if any has."""
    if isinstance(column, list):
        return next(([place] for place in reversed(places) if column[place] is not None), [])
    chosen = np.asarray(places)
    said: list[int] = chosen[~np.isnan(column[chosen])][-1:].tolist()
    return said
