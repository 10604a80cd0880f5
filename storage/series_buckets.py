"""The statements that read series in buckets, composed from the catalogue.

A range is read in up to five stretches: from the readings what is cut from an hour at either end, by the hour what is
cut from a day, by the day the rest. Buckets wider than a day are made of days, those narrower than an hour of readings.
Every identifier comes from the catalogue, quoted by psycopg; everything that a caller chooses is a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import sql

from devices.model import Behaviour, Field, Kind
from storage.aggregates import Aggregate
from storage.rollup_answers import AGGREGATES_OF_STEPS, Frame, answer, needed_parts
from storage.rollup_parts import Part, part_name
from storage.rollup_tables import Grain, exact, group, names
from storage.rollup_wall import last_said
from storage.rollups import DAY, HOUR, day_of
from storage.series_sql import SeriesColumn, later_rows, listed
from storage.tables import table

_START, _END, _WIDTH = sql.Placeholder("start"), sql.Placeholder("end"), sql.Placeholder("width")
_BUCKET = sql.SQL("time_bucket(%(width)s, time, %(origin)s)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a range, read by days or hours of the rollups, or from the readings (None)."""

    grain: Grain | None
    start: datetime
    end: datetime


def stretches(start: datetime, end: datetime, width: timedelta, settled: datetime | None = None) -> list[Stretch]:
    """How a range is read for buckets of a width; the stretches follow each other without a gap.

    What is behind `settled` is read from the readings: the hour that runs, above all. The views of the rollups would
    compute it too, but device by device.
    """
    cuts: list[tuple[datetime, Grain | None]] = [(start, None)]
    first_hour, last_hour = _up(start, HOUR), _down(min(end, settled or end), HOUR)
    if width % HOUR == timedelta(0) and first_hour < last_hour:
        cuts.append((first_hour, Grain.HOUR))
        first_day, last_day = _up(start, DAY), _down(last_hour, DAY)
        if width % DAY == timedelta(0) and first_day < last_day:
            cuts += [(first_day, Grain.DAY), (last_day, Grain.HOUR)]
        cuts.append((last_hour, None))
    ends = [*(cut for cut, _ in cuts[1:]), end]
    return [Stretch(grain, cut, until) for (cut, grain), until in zip(cuts, ends, strict=True) if cut < until]


def _down(moment: datetime, width: timedelta) -> datetime:
    return moment - (moment - day_of(moment)) % width


def _up(moment: datetime, width: timedelta) -> datetime:
    return moment + (day_of(moment) - moment) % width


def stretch_parameters(found: Sequence[Stretch]) -> dict[str, object]:
    """The parameters that say where the stretches begin and end."""
    return {f"{name}_{place}": getattr(one, name) for place, one in enumerate(found) for name in ("start", "end")}


def device_statement(
    kind: Kind, columns: Sequence[SeriesColumn], found: Sequence[Stretch], *, resuming: bool
) -> sql.Composed:
    """Buckets of a device that hold any reading of the fields, by (bucket, keys): bucket, keys, the columns.

    Parameters: device_id, start, end, width (interval), origin, limit, those of the stretches; when resuming also
    after_time and after_key_0, after_key_1, ...
    """
    parts = _parts(kind, columns)
    tables = [_rows(kind, parts, found, sql.SQL("device_id = %(device_id)s")), _by_device(kind, parts)]
    output: list[sql.Composable] = []
    joins: list[sql.Composable] = []
    for place, column in enumerate(columns):
        if column.aggregate in AGGREGATES_OF_STEPS:
            label = sql.Identifier(f"steps_{place}")
            tables.append(_steps(kind, column, label))
            joins.append(sql.SQL(" LEFT JOIN {} USING (bucket, {})").format(label, names(group(kind))))
            output.append(sql.SQL("{}.answer").format(label))
        else:
            output.append(_answer(kind, column))
    bucket, keys = sql.Identifier("bucket"), [sql.Identifier(key.name) for key in kind.keys]
    return sql.SQL(
        "WITH {tables} SELECT {output} FROM by_device AS g{joins}{later} ORDER BY {order} LIMIT %(limit)s"
    ).format(
        tables=listed(tables),
        output=listed([bucket, *keys, *output]),
        joins=sql.SQL("").join(joins),
        later=sql.SQL(" WHERE {}").format(later_rows(kind, bucket)) if resuming else sql.SQL(""),
        order=listed([bucket, *keys]),
    )


def group_statement(
    kind: Kind, columns: Sequence[SeriesColumn], found: Sequence[Stretch], *, resuming: bool
) -> sql.Composed:
    """Buckets of groups of devices, by (bucket, group): bucket, group, the columns.

    Parameters: devices (numbers) and members (the group of each), start, end, width, origin, limit, those of the
    stretches; when resuming also after_time and after_member.
    """
    parts = _parts(kind, columns)
    few = {part.name for part in _parts(kind, columns, steps=False)}
    tables = [
        _MEMBERS,
        _rows(kind, parts, found, sql.SQL("device_id = ANY(%(devices)s)")),
        sql.SQL(
            "by_member AS (SELECT member, bucket, {parts}"
            " FROM rows JOIN members USING (device_id) GROUP BY member, bucket)"
        ).format(parts=_composed([part for part in parts if part.name in few])),
    ]
    output: list[sql.Composable] = []
    joins: list[sql.Composable] = []
    if any(column.aggregate in AGGREGATES_OF_STEPS for column in columns):
        tables.append(_by_device(kind, parts))
    for place, column in enumerate(columns):
        if column.aggregate in AGGREGATES_OF_STEPS:
            label, sums = sql.Identifier(f"steps_{place}"), sql.Identifier(f"sums_{place}")
            tables += [_steps(kind, column, label), _SUMS.format(sums=sums, steps=label)]
            joins.append(sql.SQL(" LEFT JOIN {} USING (bucket, member)").format(sums))
            output.append(sql.SQL("{}.answer").format(sums))
        else:
            output.append(_answer(kind, column))
    return sql.SQL(
        "WITH {tables} SELECT bucket, member, {output} FROM by_member AS g{joins}{later}"
        " ORDER BY bucket, member LIMIT %(limit)s"
    ).format(
        tables=listed(tables),
        output=listed(output),
        joins=sql.SQL("").join(joins),
        later=sql.SQL(" WHERE (bucket, member) > (%(after_time)s, %(after_member)s)" if resuming else ""),
    )


_MEMBERS = sql.SQL(
    "members AS (SELECT * FROM unnest(%(devices)s::integer[], %(members)s::text[]) AS m (device_id, member))"
)
_SUMS = sql.SQL(
    "{sums} AS (SELECT member, bucket, sum(answer) AS answer FROM {steps} JOIN members USING (device_id)"
    " GROUP BY member, bucket)"
)


def _parts(kind: Kind, columns: Sequence[SeriesColumn], *, steps: bool = True) -> tuple[Part, ...]:
    """The parts that the columns need; without `steps`, of those that ask for more only how many readings there are."""
    wanted = []
    for column in columns:
        assert column.aggregate is not None, "a column of a bucketed series has an aggregate"
        is_plain = steps or column.aggregate not in AGGREGATES_OF_STEPS
        wanted.append((column.field, column.aggregate if is_plain else Aggregate.COUNT))
    return needed_parts(kind, wanted)


def _composed(parts: Sequence[Part]) -> sql.Composed:
    return listed(sql.SQL("{} AS {}").format(part.from_rows, sql.Identifier(part.name)) for part in parts)


def _rows(kind: Kind, parts: Sequence[Part], found: Sequence[Stretch], devices: sql.Composable) -> sql.Composed:
    """Rows of rollups in the stretches: device, keys, time, the bucket of the question, the parts."""
    arms = []
    for place, one in enumerate(found):
        within = sql.SQL("{} AND time >= {} AND time < {}").format(
            devices, sql.Placeholder(f"start_{place}"), sql.Placeholder(f"end_{place}")
        )
        arms.append(
            _from_readings(kind, parts, within) if one.grain is None else _from_rollup(kind, parts, one.grain, within)
        )
    return sql.SQL("rows AS ({})").format(sql.SQL(" UNION ALL ").join(arms))


def _from_rollup(kind: Kind, parts: Sequence[Part], grain: Grain, within: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "SELECT {group}, time, {bucket} AS bucket, {parts} FROM {view} WHERE {within} AND num_nonnulls({parts}) > 0"
    ).format(
        group=names(group(kind)),
        bucket=_BUCKET,
        parts=names(part.name for part in parts),
        view=exact(kind, grain),
        within=within,
    )


def _from_readings(kind: Kind, parts: Sequence[Part], within: sql.Composable) -> sql.Composed:
    fields = [field.name for field in kind.values if part_name(field, "n") in {part.name for part in parts}]
    return sql.SQL(
        "SELECT {group}, min(time) AS time, {bucket} AS bucket, {parts} FROM {readings}"
        " WHERE {within} AND num_nonnulls({fields}) > 0 GROUP BY {group}, {bucket}"
    ).format(
        group=names(group(kind)),
        bucket=_BUCKET,
        parts=listed(sql.SQL("{} AS {}").format(part.from_readings, sql.Identifier(part.name)) for part in parts),
        readings=table(kind),
        within=within,
        fields=names(fields),
    )


def _by_device(kind: Kind, parts: Sequence[Part]) -> sql.Composed:
    return sql.SQL("by_device AS (SELECT {group}, bucket, {parts} FROM rows GROUP BY {group}, bucket)").format(
        group=names(group(kind)), parts=_composed(parts)
    )


def _answer(kind: Kind, column: SeriesColumn) -> sql.Composable:
    assert column.aggregate is not None, "a column of a bucketed series has an aggregate"
    starts = sql.SQL("greatest(g.bucket, {})").format(_START)
    ends = sql.SQL("least(g.bucket + {}, {})").format(_WIDTH, _END)
    return answer(kind, column.field, column.aggregate, Frame(starts, ends, lambda _, expression: expression))


def _steps(kind: Kind, column: SeriesColumn, label: sql.Identifier) -> sql.Composed:
    """An aggregate for which it matters what was said in the bucket before or, for the first one, before the range."""
    field = column.field
    said = last_said(kind, field, "here", _START)
    return sql.SQL(
        "{label} AS (SELECT {group}, bucket, {answer} AS answer FROM ("
        "SELECT here.*, coalesce(lag({last}) OVER w, (SELECT value FROM ({said}) AS s)) AS said,"
        " coalesce(lag({when}) OVER w, (SELECT time FROM ({said}) AS s)) AS said_at"
        " FROM by_device AS here WHERE {count} IS NOT NULL WINDOW w AS (PARTITION BY {group} ORDER BY bucket)) AS g"
        " CROSS JOIN LATERAL (SELECT g.said AS value, g.said_at AS time) AS b)"
    ).format(
        label=label,
        group=names(group(kind)),
        answer=_answer(kind, column),
        last=sql.Identifier(part_name(field, "last")),
        when=sql.Identifier(_time_of_last(field)),
        said=said,
        count=sql.Identifier(part_name(field, "n")),
    )


def _time_of_last(field: Field) -> str:
    """The column that says when the last value was said; of counters it is of no matter."""
    return part_name(field, "last_time") if field.behaviour is Behaviour.STATE else "bucket"
