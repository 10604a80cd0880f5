"""What a rollup keeps of a field: parts that an hour's readings give by themselves, and that add up to a day's.

A row of a rollup knows nothing of its neighbours. What lies between two rows (a counter's step, a state that lasts) is
composed when a question is asked, in storage/rollup_answers.py; so late data changes the row of its own hour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import sql

from devices.model import Behaviour, Field, Kind
from storage.tables import Column

SHORTEST_SPEECH_SECONDS = 900
INTERVALS_OF_SPEECH = 3


def speech_seconds(kind: Kind) -> int:
    """How long a reading of a state speaks where no other follows: three of the kind's intervals, 15 minutes at least.

    It is the kind's interval and not the device's: a device's may be changed at any time, and what was rolled up before
    would then mean something else.
    """
    return max(SHORTEST_SPEECH_SECONDS, INTERVALS_OF_SPEECH * kind.interval_seconds)


PARTS = (
    *("n", "sum", "sin", "cos", "min", "max", "first", "last", "lost"),
    *("true", "changes", "true_seconds", "known_seconds", "first_time", "last_time"),
)
"""What a rollup may keep of a field."""


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a rollup. `from_readings` and `from_rows` are the aggregates that make it, both over `time`.

    `is_sum` marks a sum of decimals, whose last digits depend on the order in which they were added.
    """

    name: str
    type: str
    from_readings: sql.Composed
    from_rows: sql.Composed
    is_sum: bool = False


def part_name(field: Field, part: str) -> str:
    """The column of a part of a field."""
    return f"{field.name}_{part}"


def parts_of(kind: Kind, fields: Sequence[Field] | None = None) -> tuple[Part, ...]:
    """The parts of a kind's values, or of some of them, in the order of their columns."""
    return tuple(part for field in fields or kind.values for part in _PARTS[field.behaviour](kind, field))


def part_columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a rollup's table: device, keys, the beginning of the hour or day, then the parts."""
    return (
        Column("device_id", "integer", not_null=True),
        *(Column(key.name, "text", not_null=True, default="''") for key in kind.keys),
        Column("time", "timestamptz", not_null=True),
        *(Column(part.name, part.type) for part in parts_of(kind)),
    )


def _composed(text: str, field: Field, **more: sql.Composable) -> sql.Composed:
    """An aggregate; `{f}` is the field, `{n}`, `{first}` and so on are its parts."""
    parts = {name: sql.Identifier(part_name(field, name)) for name in PARTS if f"{{{name}}}" in text}
    return sql.SQL(text).format(f=sql.Identifier(field.name), **parts, **more)


def _summed(field: Field, name: str, type_: str, from_readings: str, **more: sql.Composable) -> Part:
    """A part that adds up."""
    cast = "::integer" if type_ == "integer" else ""
    return Part(
        part_name(field, name),
        type_,
        _composed(from_readings, field, **more),
        _composed(f"sum({{{name}}}){cast}", field),
        is_sum=type_ != "integer",
    )


def _count(field: Field) -> Part:
    """How many readings carry the field; NULL and not 0 where none does, as all of its parts are then."""
    return _summed(field, "n", "integer", "nullif(count({f}), 0)::integer")


_READINGS = "(array_agg({f} ORDER BY time) FILTER (WHERE {f} IS NOT NULL))"
_TIMES = "(array_agg(time ORDER BY time) FILTER (WHERE {f} IS NOT NULL))"


def _rows(name: str) -> str:
    return f"(array_agg({{{name}}} ORDER BY time) FILTER (WHERE {{{name}}} IS NOT NULL))"


def _end(field: Field, name: str, type_: str, readings: str = _READINGS) -> Part:
    """The first or the last of something."""
    place = "1" if name.startswith("first") else "count({f})::integer"
    return Part(
        part_name(field, name),
        type_,
        _composed(f"{readings}[{place}]", field),
        _composed(f"{_rows(name)}[{place.replace('{f}', f'{{{name}}}')}]", field),
    )


def _gauge(_kind: Kind, field: Field) -> Iterator[Part]:
    yield _count(field)
    if field.circular:
        yield _summed(field, "sin", "double precision", "sum(sind({f}))")
        yield _summed(field, "cos", "double precision", "sum(cosd({f}))")
    else:
        yield _summed(field, "sum", "double precision", "sum({f})")
        for name in ("min", "max"):
            yield Part(
                part_name(field, name),
                "double precision",
                _composed(f"{name}({{f}})", field),
                _composed(f"{name}({{{name}}})", field),
            )
    yield _end(field, "last", "double precision")


def register(field: Field) -> sql.Composed:
    """The size of a counter's register, NULL where it is not known."""
    return sql.SQL("{}::double precision").format(sql.Literal(field.rollover))


def _counter(_kind: Kind, field: Field) -> Iterator[Part]:
    yield _count(field)
    yield _end(field, "first", "double precision")
    yield _end(field, "last", "double precision")
    between = f"sum({{lost}}) + commune.counter_lost({_rows('first')}, {_rows('last')}, {{register}})"
    yield Part(
        part_name(field, "lost"),
        "double precision",
        _composed(
            f"CASE WHEN count({{f}}) > 0 THEN commune.counter_lost({_READINGS}, {_READINGS}, {{register}}) END",
            field,
            register=register(field),
        ),
        _composed(between, field, register=register(field)),
        is_sum=True,
    )


def _state(kind: Kind, field: Field) -> Iterator[Part]:
    yield _count(field)
    yield _summed(field, "true", "integer", "CASE WHEN count({f}) > 0 THEN count(*) FILTER (WHERE {f})::integer END")
    yield Part(
        part_name(field, "changes"),
        "integer",
        _composed(f"CASE WHEN count({{f}}) > 0 THEN commune.state_changes({_READINGS}, {_READINGS}) END", field),
        _composed(f"sum({{changes}})::integer + commune.state_changes({_rows('first')}, {_rows('last')})", field),
    )
    longest = sql.Literal(speech_seconds(kind))
    for name, only_true in (("true_seconds", "true"), ("known_seconds", "false")):
        within = f"commune.state_seconds({_READINGS}, {_TIMES}, {_TIMES}, {{longest}}, {only_true})"
        between = (
            f"commune.state_seconds({_rows('last')}, {_rows('last_time')}, {_rows('first_time')}, {{longest}}, "
            f"{only_true})"
        )
        yield Part(
            part_name(field, name),
            "double precision",
            _composed(f"CASE WHEN count({{f}}) > 0 THEN {within} END", field, longest=longest),
            _composed(f"sum({{{name}}}) + {between}", field, longest=longest),
            is_sum=True,
        )
    yield _end(field, "first", "boolean")
    yield _end(field, "first_time", "timestamptz", _TIMES)
    yield _end(field, "last", "boolean")
    yield _end(field, "last_time", "timestamptz", _TIMES)


def _label(_kind: Kind, field: Field) -> Iterator[Part]:
    yield _count(field)
    yield _end(field, "last", "text")


def _no_parts(_kind: Kind, _field: Field) -> Iterator[Part]:
    return iter(())


_PARTS = {
    Behaviour.GAUGE: _gauge,
    Behaviour.COUNTER: _counter,
    Behaviour.STATE: _state,
    Behaviour.LABEL: _label,
    Behaviour.KEY: _no_parts,
}
