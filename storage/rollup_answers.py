"""What a rollup's rows answer: each aggregate of a field, from the parts of one row and what was said before it.

`g` is the alias of the row in every expression. What was said before is given as the last value that the device said
of the field before the row, and when it said so; both NULL where it had said nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from psycopg import sql

from devices.model import Behaviour, Field, Kind
from storage.aggregates import Aggregate
from storage.rollup_parts import PARTS, Part, part_name, parts_of, register, speech_seconds

AGGREGATES_OF_STEPS = frozenset((Aggregate.INCREASE, Aggregate.CHANGES, Aggregate.SECONDS, Aggregate.TIME_SHARE))
"""Aggregates for which what was said before the row matters."""


_NEEDED = {
    Aggregate.MEAN: ("sum", "sin", "cos"),
    Aggregate.SUM: ("sum",),
    Aggregate.MIN: ("min",),
    Aggregate.MAX: ("max",),
    Aggregate.LAST: ("last",),
    Aggregate.COUNT: (),
    Aggregate.SHARE: ("true",),
    Aggregate.INCREASE: ("first", "last", "lost"),
    Aggregate.CHANGES: ("first", "last", "changes"),
    Aggregate.SECONDS: ("true_seconds", "known_seconds", "first_time", "last", "last_time"),
    Aggregate.TIME_SHARE: ("true_seconds", "known_seconds", "first_time", "last", "last_time"),
}


def needed_parts(kind: Kind, wanted: Iterable[tuple[Field, Aggregate]]) -> tuple[Part, ...]:
    """The parts from which some aggregates are made, `n` of each field among them."""
    columns: set[str] = set()
    fields: dict[str, Field] = {}
    for field, aggregate in wanted:
        fields[field.name] = field
        columns.update(part_name(field, part) for part in ("n", *_NEEDED[aggregate]))
    return tuple(part for part in parts_of(kind, list(fields.values())) if part.name in columns)


@dataclass(frozen=True, slots=True)
class Frame:
    """A row in its place: where its bucket begins and ends, and an expression over what was said before it.

    `before` gets an expression over `b.value` and `b.time` and gives it with these at hand; NULL where there are none.
    """

    starts: sql.Composable
    ends: sql.Composable
    before: Callable[[Field, sql.Composed], sql.Composable]


def answer(kind: Kind, field: Field, aggregate: Aggregate, frame: Frame) -> sql.Composable:
    """The expression of one aggregate of a field."""
    if field.behaviour is Behaviour.STATE and aggregate in AGGREGATES_OF_STEPS:
        return _state(kind, field, aggregate, frame)
    if aggregate is Aggregate.INCREASE:
        return _increase(field, frame)
    form = _CIRCULAR_MEAN if aggregate is Aggregate.MEAN and field.circular else _SIMPLE[aggregate]
    return _with_parts(form, field)


def _with_parts(form: str, field: Field, **more: sql.Composable) -> sql.Composed:
    parts = {name: sql.Identifier("g", part_name(field, name)) for name in PARTS if f"{{{name}}}" in form}
    return sql.SQL(form).format(**parts, **more)


_SIMPLE = {
    Aggregate.MEAN: "{sum} / {n}",
    Aggregate.SUM: "{sum}",
    Aggregate.MIN: "{min}",
    Aggregate.MAX: "{max}",
    Aggregate.LAST: "{last}",
    Aggregate.COUNT: "coalesce({n}, 0)",
    Aggregate.SHARE: "{true}::double precision / {n}",
}
# Directions that cancel out leave a resultant of rounding errors, whose direction means nothing.
_CIRCULAR_MEAN = (
    "CASE WHEN ({sin} / {n}) ^ 2 + ({cos} / {n}) ^ 2 > 1e-18"
    " THEN mod((atan2d({sin} / {n}, {cos} / {n}) + 360)::numeric, 360)::double precision END"
)


_NOTHING = "WHEN coalesce({n}, 0) = 0 THEN NULL"
"""A device that says nothing of a field in an hour is not asked what it said before: one that never did would be
searched for through all of its readings, for every hour again.
"""


def _increase(field: Field, frame: Frame) -> sql.Composed:
    """The rise within the row and the step to it. A counter's very first reading rises from nothing known.

    The step stands there once: it is the dearest part of a statement, to plan as to answer.
    """
    step = frame.before(
        field,
        _with_parts(
            "{first} - b.value + commune.counter_fall(b.value, {first}, {register})", field, register=register(field)
        ),
    )
    rise = "{last} - {first} + {lost} + coalesce({step}, CASE WHEN {n} > 1 THEN 0 END)"
    return _with_parts(f"CASE {_NOTHING} ELSE {rise} END", field, step=step)


def _state(kind: Kind, field: Field, aggregate: Aggregate, frame: Frame) -> sql.Composed:
    if aggregate is Aggregate.CHANGES:
        step = frame.before(field, _with_parts("(b.value <> {first})::integer", field))
        return _with_parts(f"CASE {_NOTHING} ELSE {{changes}} + coalesce({{step}}, 0) END", field, step=step)
    true = _state_seconds(kind, field, frame, only_true=True)
    if aggregate is Aggregate.SECONDS:
        return true
    known = _state_seconds(kind, field, frame, only_true=False)
    return sql.SQL("({}) / nullif({}, 0)").format(true, known)


def _state_seconds(kind: Kind, field: Field, frame: Frame, *, only_true: bool) -> sql.Composed:
    """Seconds within the row's readings, after its last one, and before its first one."""
    longest = sql.Literal(speech_seconds(kind))
    carried = _with_parts(
        ("CASE WHEN b.value THEN {carried} ELSE 0 END" if only_true else "{carried}").replace(
            "{carried}", "commune.state_carried(b.time, {longest}, {starts}, {first_time})"
        ),
        field,
        longest=longest,
        starts=frame.starts,
    )
    held = "commune.state_held({last_time}, {longest}, {ends})"
    return _with_parts(
        f"CASE {_NOTHING} ELSE "
        + (
            "{true_seconds} + CASE WHEN {last} THEN " + held + " ELSE 0 END"
            if only_true
            else "{known_seconds} + " + held
        )
        + " + coalesce({carried}, 0) END",
        field,
        longest=longest,
        ends=frame.ends,
        carried=frame.before(field, carried),
    )
