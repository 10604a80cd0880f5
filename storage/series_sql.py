"""The statements that read a series, composed from the catalogue.

Every identifier is the name of a kind or a field in the catalogue, quoted by psycopg; everything that a caller chooses
freely (device, times, width, place in the pages) is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from devices.model import Field, Kind
from storage.aggregates import Aggregate

PREVIOUS_TIME = "after_time"


@dataclass(frozen=True, slots=True)
class SeriesColumn:
    """One column of a series: a field as it is (`aggregate` None), or one aggregate of it."""

    field: Field
    aggregate: Aggregate | None = None

    @property
    def name(self) -> str:
        """`pm25` for the field as it is, `pm25.mean` for an aggregate."""
        return self.field.name if self.aggregate is None else f"{self.field.name}.{self.aggregate.value}"


def after_key(place: int) -> str:
    """The name of the parameter that carries the key at this place of the last row of the page before."""
    return f"after_key_{place}"


def _list(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _names(names: Iterable[str]) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name in names]


def _later(kind: Kind, time: sql.Composable) -> sql.Composed:
    """The condition of the rows that come after the last row of the page before, in the order (time, keys)."""
    row = _list([time, *_names(key.name for key in kind.keys)])
    last = _list(
        [sql.Placeholder(PREVIOUS_TIME), *(sql.Placeholder(after_key(place)) for place in range(len(kind.keys)))]
    )
    return sql.SQL("({row}) > ({last})").format(row=row, last=last)


def _has_any(fields: Sequence[Field]) -> sql.Composed:
    names = _list(_names(dict.fromkeys(field.name for field in fields)))
    return sql.SQL("num_nonnulls({names}) > 0").format(names=names)


def raw_statement(kind: Kind, fields: Sequence[Field], *, resuming: bool) -> sql.Composed:
    """Readings that carry any of the fields, by (time, keys): time, its source, the keys, the fields.

    Parameters: device_id, start, end, limit; when resuming also after_time and after_key_0, after_key_1, ...
    """
    keys = _names(key.name for key in kind.keys)
    time = sql.Identifier("time")
    later = sql.SQL(" AND {}").format(_later(kind, time)) if resuming else sql.SQL("")
    return sql.SQL(
        "SELECT {columns} FROM {table}"
        " WHERE device_id = %(device_id)s AND time >= %(start)s AND time < %(end)s AND {any}{later}"
        " ORDER BY {order} LIMIT %(limit)s"
    ).format(
        columns=_list([time, sql.Identifier("time_source"), *keys, *_names(field.name for field in fields)]),
        table=sql.Identifier("commune", kind.name),
        any=_has_any(fields),
        later=later,
        order=_list([time, *keys]),
    )


_SIMPLE = {
    Aggregate.MEAN: sql.SQL("avg({0})"),
    Aggregate.MIN: sql.SQL("min({0})"),
    Aggregate.MAX: sql.SQL("max({0})"),
    Aggregate.COUNT: sql.SQL("count({0})"),
    Aggregate.SHARE: sql.SQL("avg({0}::integer)::double precision"),
    Aggregate.LAST: sql.SQL("(array_agg({0} ORDER BY time DESC) FILTER (WHERE {0} IS NOT NULL))[1]"),
}
# Directions that cancel out leave a resultant of rounding errors, whose direction means nothing.
_CIRCULAR_MEAN = sql.SQL(
    "CASE WHEN avg(sind({0})) ^ 2 + avg(cosd({0})) ^ 2 > 1e-18"
    " THEN mod((atan2d(avg(sind({0})), avg(cosd({0}))) + 360)::numeric, 360)::double precision END"
)

# `previous` is the last reading before the range: without it the first rise of each page would be lost. NULL is
# never compared: a counter's very first reading rises from nothing known.
_INCREASE = sql.SQL(
    "{name} AS (SELECT bucket, {group}, sum(CASE WHEN value < previous THEN value ELSE value - previous END) AS rise"
    " FROM (SELECT bucket, {group}, value, lag(value) OVER (PARTITION BY {group} ORDER BY time) AS previous"
    " FROM (SELECT bucket, time, {group}, {field} AS value FROM inside WHERE {field} IS NOT NULL"
    " UNION ALL"
    " SELECT NULL, before.time, {group}, before.value"
    " FROM (SELECT DISTINCT {group} FROM inside WHERE {field} IS NOT NULL) AS groups"
    " CROSS JOIN LATERAL (SELECT t.time, t.{field} AS value FROM {table} AS t"
    " WHERE {same} AND t.{field} IS NOT NULL AND t.time < %(start)s ORDER BY t.time DESC LIMIT 1) AS before"
    ") AS counted) AS stepped WHERE bucket IS NOT NULL GROUP BY bucket, {group})"
)


def _simple(column: SeriesColumn) -> sql.Composed:
    name = sql.Identifier(column.field.name)
    if column.aggregate is Aggregate.MEAN and column.field.circular:
        return _CIRCULAR_MEAN.format(name)
    assert column.aggregate is not None, "a column of a bucketed series has an aggregate"
    return _SIMPLE[column.aggregate].format(name)


def bucket_statement(kind: Kind, columns: Sequence[SeriesColumn], *, resuming: bool) -> sql.Composed:
    """Buckets that hold any reading of the fields, by (bucket, keys): start of the bucket, the keys, the columns.

    Parameters: device_id, start, end, width (interval), origin, limit; when resuming also after_time and after_key_0,
    after_key_1, ...
    """
    table = sql.Identifier("commune", kind.name)
    group = _names(["device_id", *(key.name for key in kind.keys)])
    fields = list({column.field.name: column.field for column in columns}.values())
    simple, rises, output = [], [], []
    for place, column in enumerate(columns):
        label = sql.Identifier(f"column_{place}")
        if column.aggregate is Aggregate.INCREASE:
            rises.append((label, sql.Identifier(column.field.name)))
            output.append(sql.SQL("{}.rise").format(label))
        else:
            simple.append(sql.SQL("{} AS {}").format(_simple(column), label))
            output.append(sql.SQL("grouped.{}").format(label))
    parts = [
        sql.SQL(
            "inside AS (SELECT time_bucket(%(width)s, time, %(origin)s) AS bucket, time, {group}, {fields}"
            " FROM {table} WHERE device_id = %(device_id)s AND time >= %(start)s AND time < %(end)s AND {any})"
        ).format(group=_list(group), fields=_list(_names(f.name for f in fields)), table=table, any=_has_any(fields)),
        sql.SQL("grouped AS (SELECT {columns} FROM inside GROUP BY {group})").format(
            columns=_list([sql.Identifier("bucket"), *group, *simple]), group=_list([sql.Identifier("bucket"), *group])
        ),
    ]
    same = sql.SQL(" AND ").join(sql.SQL("t.{0} = groups.{0}").format(name) for name in group)
    parts += [
        _INCREASE.format(name=label, group=_list(group), field=field, table=table, same=same) for label, field in rises
    ]
    joins = [sql.SQL(" LEFT JOIN {} USING (bucket, {})").format(label, _list(group)) for label, _ in rises]
    bucket, keys = sql.Identifier("bucket"), group[1:]
    return sql.SQL("WITH {parts} SELECT {output} FROM grouped{joins}{later} ORDER BY {order} LIMIT %(limit)s").format(
        parts=_list(parts),
        output=_list([bucket, *keys, *output]),
        joins=sql.SQL("").join(joins),
        later=sql.SQL(" WHERE {}").format(_later(kind, bucket)) if resuming else sql.SQL(""),
        order=_list([bucket, *keys]),
    )
