"""Which fields and aggregates a series has, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api.errors import ApiProblem, Problem, close_to, shown
from devices import units
from devices.model import Behaviour, Field, Kind, Text
from storage.aggregates import Aggregate, allowed_aggregates
from storage.series_sql import SeriesColumn

Allowed = Callable[[Field], Sequence[Aggregate]]
"""Which aggregates a field allows, the usual one first."""


def wanted_fields(kind: Kind, text: str | None) -> list[Field]:
    """The fields named in a comma-separated text, all that are not keys where there is none.

    Raises ApiProblem (unknown-field) with the fields that there are. Keys come with every point and are not asked for.
    """
    if text is None:
        return list(kind.values)
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    known = {field.name: field for field in kind.values}
    for name in names:
        if name in known:
            continue
        if any(key.name == name for key in kind.keys):
            reason = Text(
                f"{name} là trường khóa: mỗi điểm đều có sẵn trong keys.",
                f"{name} is a key field: every point has it in keys.",
            )
        else:
            reason = Text(
                f"{kind.name} không có trường {shown(name)!r}. Có: {', '.join(known)}.",
                f"{kind.name} has no field {shown(name)!r}. It has: {', '.join(known)}.",
            )
        raise ApiProblem(Problem.UNKNOWN_FIELD, reason, allowed=list(known), did_you_mean=close_to(name, known))
    return [known[name] for name in names]


def raw_columns(fields: Sequence[Field], aggregate: str | None) -> list[SeriesColumn]:
    """Columns of readings as they are; raises ApiProblem when an aggregate is asked for without buckets."""
    if aggregate is not None:
        raise ApiProblem(
            Problem.BAD_AGGREGATE,
            Text("aggregate cần có bucket.", "aggregate needs a bucket."),
            allowed={"bucket": "such as 1h"},
        )
    return [SeriesColumn(field) for field in fields]


def bucket_columns(
    kind: Kind, fields: Sequence[Field], aggregate: str | None, allowed: Allowed = allowed_aggregates
) -> list[SeriesColumn]:
    """Each field with each aggregate named in a comma-separated text, or with its usual one where there is none.

    Raises ApiProblem (bad-aggregate) when one of them is not `allowed` for a field.
    """
    if aggregate is None:
        return [SeriesColumn(field, allowed(field)[0]) for field in fields]
    names = list(dict.fromkeys(name.strip() for name in aggregate.split(",")))
    return [SeriesColumn(field, _checked(kind, field, name, fields, allowed)) for field in fields for name in names]


def _checked(kind: Kind, field: Field, name: str, fields: Sequence[Field], rule: Allowed) -> Aggregate:
    allowed = [aggregate.value for aggregate in rule(field)]
    if name in allowed:
        return Aggregate(name)
    words = ", ".join(allowed)
    reason = Text(
        f"Trường {field.name} của {kind.name} ({_BEHAVIOUR[field.behaviour].vi}) không dùng được {shown(name)!r}. "
        f"Cho phép: {words}.",
        f"The field {field.name} of {kind.name} ({_BEHAVIOUR[field.behaviour].en}) does not allow {shown(name)!r}. "
        f"Allowed: {words}.",
    )
    listed = {f.name: ", ".join(a.value for a in rule(f)) for f in fields}
    raise ApiProblem(Problem.BAD_AGGREGATE, reason, allowed=listed, did_you_mean=close_to(name, allowed))


def describe_column(column: SeriesColumn) -> dict[str, str | None]:
    """The members of a SeriesColumnAnswer."""
    unit = column.field.unit.symbol if column.field.unit else None
    if column.aggregate is not None:
        unit = _UNITS.get(column.aggregate, unit)
    return {
        "name": column.name,
        "field": column.field.name,
        "aggregate": None if column.aggregate is None else column.aggregate.value,
        "unit": unit or None,
    }


_UNITS = {
    Aggregate.COUNT: None,
    Aggregate.SHARE: None,
    Aggregate.TIME_SHARE: None,
    Aggregate.CHANGES: None,
    Aggregate.SECONDS: units.SECOND.symbol,
}
"""The units of aggregates that are not in that of their field."""

_BEHAVIOUR = {
    Behaviour.GAUGE: Text("đại lượng đo", "a gauge"),
    Behaviour.COUNTER: Text("bộ đếm", "a counter"),
    Behaviour.STATE: Text("trạng thái", "a state"),
    Behaviour.LABEL: Text("nhãn", "a label"),
    Behaviour.KEY: Text("khóa", "a key"),
}
