"""The batch writer: everything that a batch of messages leaves behind, in one transaction.

Readings, statuses, events, the newest values, dead letters, the loss ledger and the record of what was settled are
committed together or not at all, so that a message may be acknowledged once `write` has returned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from devices.catalogue import KINDS
from devices.model import Kind
from storage.arrivals import Arrival, Outcome, Settled
from storage.books import Books, Worker
from storage.happenings import write_happenings
from storage.newest import Newest
from storage.rollup_notes import RollupNotes
from storage.rows import Fate, KindRows, Row, conflict, prepare, row_of, write_rows

Redelivered = tuple[int, datetime, int]
"""Deliveries of what was received before: the device's number, a time within the day of receipt, and how many."""


class Writer:
    """Writes batches over one connection. Not for use from two threads at once."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._prepared: dict[str, KindRows] = {}

    def write(
        self,
        arrivals: Sequence[Arrival],
        *,
        worker: Worker | None = None,
        batch: int = 0,
        redelivered: Sequence[Redelivered] = (),
    ) -> Outcome:
        """Write one batch and commit it.

        With a `worker`, what was settled is recorded under its client id and the number `batch`, so that a redelivery
        is recognised. `redelivered` are deliveries of what had been settled before; they are only counted. Raises what
        psycopg raises; then nothing of the batch was stored, unless the connection was lost during the commit itself,
        which `storage.books.was_settled` tells.
        """
        with self._connection.transaction():
            settled = [Settled() for _ in arrivals]
            self.write_readings(arrivals, settled)
            write_happenings(self._connection, arrivals, settled)
            books = Books()
            for arrival, end in zip(arrivals, settled, strict=True):
                books.enter(arrival, end)
            for device_id, received_at, count in redelivered:
                books.entry(device_id, received_at).redelivered += count
            books.write(self._connection)
            if worker is not None:
                books.record_delivery(self._connection, worker, batch, arrivals)
        return books.outcome

    def refused_readings(self, arrival: Arrival, refusals: tuple[type[Exception], ...]) -> list[int]:
        """The places of the readings that the database answers with one of `refusals`; nothing stays written."""
        bad = []
        for place, reading in enumerate(arrival.readings):
            alone = replace(arrival, readings=[reading])
            try:
                with self._connection.transaction(force_rollback=True):
                    self.write_readings([alone], [Settled()])
            except refusals:
                bad.append(place)
        return bad

    def _store(
        self, kind: Kind, readings: Sequence[tuple[Arrival, int]], settled: Sequence[Settled], notes: RollupNotes
    ) -> None:
        """Write the readings of one kind; each arrival comes with its place in `settled`."""
        prepared = self._prepared.get(kind.name)
        if prepared is None:
            prepared = self._prepared[kind.name] = prepare(kind)
        newest = Newest()
        rows: list[Row] = []
        for arrival, _ in readings:
            rows += [row_of(arrival.device_id, arrival.received_at, reading) for reading in arrival.readings]
        fates = write_rows(self._connection, prepared, rows)
        notes.add(kind.name, _times_kept(rows, fates))
        start = 0
        for arrival, place in readings:
            end = settled[place]
            if fates is None:
                end.stored = len(arrival.readings)
                newest.add(arrival.device_id, kind, arrival.received_at, arrival.readings)
            else:
                kept = _count(arrival, end, fates[start : start + len(arrival.readings)])
                newest.add(arrival.device_id, kind, arrival.received_at, (arrival.readings[index] for index in kept))
                start += len(arrival.readings)
        newest.write(self._connection)

    def write_readings(self, arrivals: Sequence[Arrival], settled: Sequence[Settled]) -> None:
        """Write the readings of arrivals within the caller's transaction and enter their fates in `settled`."""
        by_kind: dict[str, list[tuple[Arrival, int]]] = defaultdict(list)
        for place, arrival in enumerate(arrivals):
            if arrival.readings and arrival.kind is not None:
                by_kind[arrival.kind.name].append((arrival, place))
        notes = RollupNotes()
        for name in sorted(by_kind):
            self._store(KINDS[name], by_kind[name], settled, notes)
        notes.write(self._connection)


def _times_kept(rows: Sequence[Row], fates: Sequence[Fate] | None) -> list[datetime]:
    """The times of the rows that were stored or merged."""
    if fates is None:
        return [row[1] for row in rows]
    return [row[1] for row, fate in zip(rows, fates, strict=True) if fate in (Fate.STORED, Fate.MERGED)]


def _count(arrival: Arrival, end: Settled, fates: Sequence[Fate]) -> list[int]:
    """Enter the fates of an arrival's readings into `end`; return the places of those that were kept."""
    kept = []
    for index, fate in enumerate(fates):
        if fate is Fate.STORED:
            end.stored += 1
            kept.append(index)
        elif fate is Fate.MERGED:
            end.merged += 1
            kept.append(index)
        elif fate is Fate.DUPLICATE:
            end.duplicate += 1
        else:
            end.conflicts.append(conflict(arrival.readings[index]))
    return kept
