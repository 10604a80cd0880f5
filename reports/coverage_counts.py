"""What each day of samples leaves behind, out of the database or counted now, and kept there for the next time.

A day that has a note (something was written to it since it was counted) is counted from its samples at each question,
so that answers are exact at every moment; `count_noted` counts such days once and keeps the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.catalogue.signal_probe import OPERATORS
from reports.coverage.assemble import Tallies
from reports.coverage.clean import CAUSES, clean, local_day
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import COLUMNS, UNKNOWN, Samples
from reports.coverage.tally import (
    CELL_COLUMNS,
    PICK_COLUMNS,
    CellDays,
    Picks,
    fingerprint,
    join_picks,
    least,
    tally,
)
from reports.coverage.words import LeftOut
from reports.periods import Period
from storage import coverage as kept
from storage.arrivals import LOCAL_TIME
from storage.connect import Session

Columns = Mapping[str, NDArray[Any]]
MOST_DAYS = 31
"""So many days of samples are read at once."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A day of a commune that was counted, and how many samples it has."""

    commune: str
    day: date
    samples: int


def samples_of(columns: Columns) -> Samples:
    """Samples as `storage.coverage` reads them."""
    return Samples(OPERATORS, *(columns[name] for name in COLUMNS))


def count_days(samples: Samples, rules: CoverageRules) -> dict[date, kept.DayCount]:
    """What each day (UTC+7) of some samples leaves behind; they are all samples of these days."""
    cleaned = clean(samples, rules)
    picks, cells = tally(cleaned.samples, rules)
    days = local_day(samples.time_us)
    found = {}
    for number in np.unique(days).tolist():
        own = days == number
        found[date(1970, 1, 1) + timedelta(days=number)] = kept.DayCount(
            _columns(picks.take(picks.day == number), PICK_COLUMNS),
            _columns(cells.take(cells.day == number), CELL_COLUMNS),
            _left_out(samples.operator[own], cleaned.cause[own]),
        )
    return found


def _columns(table: Picks | CellDays, names: Sequence[str]) -> Columns:
    return {name: getattr(table, name) for name in names}


def _left_out(operator: NDArray[np.int8], cause: NDArray[np.int64]) -> dict[tuple[str, str], int]:
    gone = cause != UNKNOWN
    pairs, counts = np.unique(operator[gone] * len(CAUSES) + cause[gone], return_counts=True)
    return {
        (OPERATORS[pair // len(CAUSES)], CAUSES[pair % len(CAUSES)].value): int(count)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
    }


def read_tallies(session: Session, commune: str, period: Period, rules: CoverageRules) -> Tallies:
    """What the days of a period leave behind: counted before, or now where something was written since."""
    first, last = period.days[0], period.days[-1]
    noted = {day for day, _, _ in kept.read_notes(session, first, last)}
    counted = kept.counted_days(session, commune, first, last)
    final = kept.raw_from(session) or date.min
    mark = fingerprint(rules)
    anew = sorted(day for day in noted | {day for day, made_by in counted.items() if made_by != mark} if day >= final)
    ready = [day for day in counted if day not in anew]
    picks = [Picks(OPERATORS, *_of(kept.read_picks(session, commune, ready), PICK_COLUMNS))]
    cells = [CellDays(OPERATORS, *_of(kept.read_cell_days(session, commune, ready), CELL_COLUMNS))]
    left_out = dict(kept.read_left_out(session, commune, ready))
    for start, end in _runs(anew):
        samples = samples_of(kept.read_samples(session, commune, start, end))
        cleaned = clean(samples, rules)
        drawn, sums = tally(cleaned.samples, rules)
        picks.append(drawn)
        cells.append(sums)
        for cause, count in _left_out(samples.operator, cleaned.cause).items():
            left_out[cause] = left_out.get(cause, 0) + count
    return Tallies(least(join_picks(picks)), _join_cells(cells), _by_operator(left_out))


def count_noted(session: Session, rules: CoverageRules, *, wait: bool = False) -> Iterator[Counted]:
    """Count the noted days, newest first, and keep the result; yields after each transaction.

    The session is in autocommit, and the caller may end after any. When another counts, nothing is done, or with `wait`
    it is waited for. Days whose samples were deleted with age stay as they were counted.
    """
    mark, before = fingerprint(rules), date.max
    while True:
        with session.transaction():
            if not kept.take_counts(session, wait=wait):
                return
            notes = kept.read_notes(session, last=before)
            notes = [note for note in notes if note[0] == notes[0][0]]
            if not notes:
                return
            day = notes[0][0]
            done = _count_day(session, day, rules, mark)
            kept.forget_notes(session, notes)
        # Each day is taken once: one that is written to without a pause waits its turn.
        before = day - timedelta(days=1)
        yield from done


def count_outdated(session: Session, rules: CoverageRules) -> Iterator[Counted]:
    """Note the days that were counted by other numbers than these rules have, and count them with all others."""
    span = kept.known_span(session)
    if span is not None:
        mark, final = fingerprint(rules), kept.raw_from(session) or date.min
        for commune in kept.communes_with_probes(session):
            for day, made_by in kept.counted_days(session, commune, *span).items():
                if made_by != mark and day >= final:
                    kept.note_days(session, day, day)
    yield from count_noted(session, rules)


def _count_day(session: Session, day: date, rules: CoverageRules, mark: str) -> list[Counted]:
    if day < (kept.raw_from(session) or date.min):
        return []
    done = []
    for commune in kept.communes_with_probes(session):
        samples = samples_of(kept.read_samples(session, commune, day, day))
        count = count_days(samples, rules).get(day)
        if count is None:
            count = kept.DayCount(*_nothing(), {})
        kept.write_day(session, commune, day, mark, count)
        done.append(Counted(commune, day, len(samples)))
    return done


def _nothing() -> tuple[Columns, Columns]:
    """What a day without samples leaves behind: it was looked at, and that is known."""
    empty = Samples(OPERATORS, *(np.empty(0, dtype=_DTYPES.get(name, np.float64)) for name in COLUMNS))
    picks, cells = tally(empty, CoverageRules())
    return _columns(picks, PICK_COLUMNS), _columns(cells, CELL_COLUMNS)


_DTYPES: dict[str, Any] = {
    "time_us": np.int64,
    "terminal": np.int64,
    **dict.fromkeys(("operator", "technology", "surroundings", "access_ok"), np.int8),
}


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days as runs of neighbours, first and last, of at most `MOST_DAYS`."""
    start = end = None
    for day in days:
        if start is None or end is None or day - end > timedelta(days=1) or day - start >= timedelta(days=MOST_DAYS):
            if start is not None and end is not None:
                yield start, end
            start = day
        end = day
    if start is not None and end is not None:
        yield start, end


def _of(columns: Columns, names: Sequence[str]) -> list[NDArray[Any]]:
    return [columns[name] for name in names]


def _join_cells(parts: Sequence[CellDays]) -> CellDays:
    """The rows of all parts in one order: a table is read in any, and sums would differ by it in the last bit."""
    joined = CellDays(OPERATORS, *(np.concatenate([getattr(part, name) for part in parts]) for name in CELL_COLUMNS))
    return joined.take(np.lexsort((joined.indoors, joined.operator, joined.cell, joined.day)))


def _by_operator(left_out: Mapping[tuple[str, str], int]) -> dict[str, dict[LeftOut, int]]:
    found: dict[str, dict[LeftOut, int]] = {}
    for (operator, cause), samples in left_out.items():
        found.setdefault(operator, {})[LeftOut(cause)] = samples
    return found


def today(now: datetime) -> date:
    """The day (UTC+7) of a moment."""
    return now.astimezone(LOCAL_TIME).date() if now.tzinfo else now.replace(tzinfo=UTC).astimezone(LOCAL_TIME).date()
