"""Rollups by their definition, from readings in plain Python: what the views must answer, computed another way."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from devices.model import Behaviour, Field, Kind
from storage.aggregates import Aggregate, allowed_aggregates
from storage.rollup_parts import speech_seconds

MIDNIGHT = datetime(2000, 1, 2, 17, tzinfo=UTC)
Answers = dict[str, Any]
Place = tuple[Any, ...]
"""A device's number, its keys, and the beginning of the bucket."""


class Said(NamedTuple):
    """One value that a device said."""

    time: datetime
    value: Any


def series(
    kind: Kind, rows: Iterable[dict[str, Any]], name: str, start: datetime, end: datetime, width: timedelta
) -> dict[Place, Answers]:
    """Every aggregate of one field in the buckets of a range, of which the range may cut the first and the last."""
    field = kind.by_name[name]
    groups: dict[tuple[Any, ...], list[Said]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["time"]):
        if row[name] is not None:
            groups[tuple(row[key.name] for key in kind.keys)].append(Said(row["time"], row[name]))
    found: dict[Place, Answers] = {}
    for keys, said in groups.items():
        for begin in {bucket_of(one.time, width) for one in said if start <= one.time < end}:
            found[begin, *keys] = _answers(kind, field, said, max(begin, start), min(begin + width, end))
    return found


def bucket_of(time: datetime, width: timedelta) -> datetime:
    return time - (time - MIDNIGHT) % width


def expected(
    kind: Kind, rows: Iterable[dict[str, Any]], fields: Sequence[str], width: timedelta
) -> dict[Place, Answers]:
    """Every aggregate of some fields in every bucket that holds a reading, with or without the fields."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["time"]):
        groups[row["device_id"], *(row[key.name] for key in kind.keys)].append(row)
    found: dict[Place, Answers] = {}
    for group, told in groups.items():
        for begin in {bucket_of(row["time"], width) for row in told}:
            found[*group, begin] = {}
        for name in fields:
            field = kind.by_name[name]
            said = [Said(row["time"], row[name]) for row in told if row[name] is not None]
            for place, answers in found.items():
                if place[:-1] == group:
                    answers.update(_answers(kind, field, said, place[-1], place[-1] + width))
    return found


def _answers(kind: Kind, field: Field, said: list[Said], begin: datetime, end: datetime) -> Answers:
    inside = [one for one in said if begin <= one.time < end]
    functions: dict[Aggregate, Callable[[], Any]] = {
        Aggregate.INCREASE: lambda: _increase(field, said, begin, end),
        Aggregate.CHANGES: lambda: sum(a.value != b.value for a, b in pairwise(said) if begin <= b.time < end),
        Aggregate.SECONDS: lambda: _seconds(kind, said, begin, end)[0],
        Aggregate.TIME_SHARE: lambda: _share(*_seconds(kind, said, begin, end)),
    }
    answers = {}
    for aggregate in allowed_aggregates(field):
        if aggregate is Aggregate.COUNT:
            value: Any = len(inside)
        elif not inside:
            value = None
        elif aggregate in functions:
            value = functions[aggregate]()
        else:
            value = _simple(field, aggregate, [one.value for one in inside])
        answers[f"{field.name}_{aggregate.value}"] = value
    return answers


def _simple(field: Field, aggregate: Aggregate, values: list[Any]) -> Any:
    if aggregate is Aggregate.MEAN and field.circular:
        east = sum(math.sin(math.radians(value)) for value in values) / len(values)
        north = sum(math.cos(math.radians(value)) for value in values) / len(values)
        return None if east**2 + north**2 <= 1e-18 else math.degrees(math.atan2(east, north)) % 360
    if aggregate in (Aggregate.MEAN, Aggregate.SHARE):
        return math.fsum(values) / len(values)
    if aggregate is Aggregate.LAST:
        return values[-1]
    if aggregate is Aggregate.SUM:
        return math.fsum(values)
    return min(values) if aggregate is Aggregate.MIN else max(values)


def _increase(field: Field, said: list[Said], begin: datetime, end: datetime) -> float | None:
    rises = [rise(a.value, b.value, field.rollover) for a, b in pairwise(said) if begin <= b.time < end]
    return math.fsum(rises) if rises else None


def rise(earlier: float, later: float, register: float | None) -> float:
    """From one reading of a counter to the next one."""
    if later >= earlier:
        return later - earlier
    if register is not None and earlier < register and later - earlier + register <= register / 2:
        return later - earlier + register
    return later


def _seconds(kind: Kind, said: list[Said], begin: datetime, end: datetime) -> tuple[float, float]:
    """Seconds of a bucket in which the state was true, and of which readings speak at all."""
    longest = timedelta(seconds=speech_seconds(kind))
    true = known = 0.0
    for place, one in enumerate(said):
        until = one.time + longest
        if place + 1 < len(said):
            until = min(until, said[place + 1].time)
        seconds = max((min(until, end) - max(one.time, begin)).total_seconds(), 0)
        known += seconds
        true += seconds if one.value else 0
    return true, known


def _share(true: float, known: float) -> float | None:
    return true / known if known else None


def same(field: Field, name: str, got: Any, wanted: Any) -> bool:
    """Whether an answer is what it should be: exact, but for sums of decimals and what is made of them."""
    if got is None or wanted is None:
        return got is wanted
    aggregate = Aggregate(name.removeprefix(f"{field.name}_"))
    if field.circular and aggregate is Aggregate.MEAN:
        return bool(math.cos(math.radians(got - wanted)) > 1 - 1e-9)
    exact = aggregate in (Aggregate.MIN, Aggregate.MAX, Aggregate.LAST, Aggregate.COUNT, Aggregate.CHANGES)
    whole = aggregate is Aggregate.INCREASE and float(wanted).is_integer()
    if exact or whole or field.behaviour is Behaviour.LABEL:
        return bool(got == wanted)
    return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)
