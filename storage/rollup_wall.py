"""The views of the rollups: the exact ones for programs, and those of the wall for dashboards.

`wall.<kind>_hourly` and `wall.<kind>_daily` have a column for every aggregate that a field allows,
`<field>_<aggregate>`, under the codes and names of device and place. Each is computed only where a query asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql

from devices.model import Behaviour, Field, Kind
from storage.aggregates import Aggregate, allowed_aggregates
from storage.rollup_answers import Frame, answer
from storage.rollup_parts import part_name
from storage.rollup_tables import (
    Grain,
    Reading,
    bucket,
    create_exact,
    create_view,
    same,
    stored,
    view_name,
    words_of,
)
from storage.tables import SCHEMA, table
from storage.views import PLACE, PLACES, POSITION, View, described

_MEANING = {
    Grain.HOUR: "số liệu theo giờ, đúng ở mọi thời điểm",
    Grain.DAY: "số liệu theo ngày (UTC+7), đúng ở mọi thời điểm",
}


def column_name(field: Field, aggregate: Aggregate) -> str:
    """The column of an aggregate in the views of the wall."""
    return f"{field.name}_{aggregate.value}"


def views(kinds: Mapping[str, Kind]) -> tuple[View, ...]:
    """The views of the rollups of these kinds, each after those that it reads."""
    found: list[View] = []
    for kind in kinds.values():
        base: View | None = None
        for grain in Grain:
            meaning = f"{kind.title.vi}: {_MEANING[grain]}"
            name = view_name(kind, grain)
            wall = described("wall", name, _of_wall(kind, grain), meaning, base)
            base = described(SCHEMA, name, create_exact(kind, grain), meaning, base)
            found += [base, wall]
    return tuple(found)


def _of_wall(kind: Kind, grain: Grain) -> sql.Composed:
    time = sql.Identifier("g", "time")
    frame = Frame(time, sql.SQL("{} + {}").format(time, grain.width), lambda f, e: _lookup(kind, f, e))
    chosen = [
        sql.SQL("g.time"),
        *(sql.SQL("{} AS {}").format(source, sql.Identifier(name)) for name, source in PLACE.items()),
        *(sql.Identifier("g", key.name) for key in kind.keys),
    ]
    for field in (field for field in kind.values if field.name not in POSITION):
        for aggregate in allowed_aggregates(field):
            label = sql.Identifier(column_name(field, aggregate))
            chosen.append(sql.SQL("{} AS {}").format(answer(kind, field, aggregate, frame), label))
    view = sql.Identifier("wall", view_name(kind, grain))
    listed = sql.SQL(", ").join(chosen)
    joins = sql.SQL("JOIN commune.device AS d ON d.device_id = g.device_id {}").format(PLACES)
    return create_view(kind, grain, Reading(view, listed, listed, joins, PLACES))


def _lookup(kind: Kind, field: Field, expression: sql.Composable) -> sql.Composed:
    """An expression over what a device last said of a field before a row of a rollup.

    Mostly its last computed hour tells, several times as fast as the readings, which are asked where it does not.
    """
    moment = sql.Identifier("g", "time")
    ways = (_last_hour(kind, field, "g", moment), last_said(kind, field, "g", moment))
    asked = (sql.SQL("(SELECT {} FROM ({}) AS b)").format(expression, way) for way in ways)
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(asked))


def _last_hour(kind: Kind, field: Field, of: str, moment: sql.Composable) -> sql.Composed:
    """As `last_said`, for the beginning of a bucket; nothing where an hour between may be out of date.

    An hour that is not noted is as its readings are: without a note since the last hour in which the field was said,
    no reading can be newer than those of that hour.
    """
    return sql.SQL(
        "SELECT value, time FROM (SELECT r.{last} AS value, r.{time} AS time, r.time AS place FROM {hours} AS r"
        " WHERE {same_r} AND r.{last} IS NOT NULL AND r.time < {moment} ORDER BY r.time DESC LIMIT 1) AS said"
        " WHERE NOT EXISTS (SELECT FROM {notes} AND n.hour >= said.place AND n.hour < {moment})"
    ).format(
        last=sql.Identifier(part_name(field, "last")),
        time=_time_of(field),
        hours=stored(kind, Grain.HOUR),
        same_r=same(kind, "r", of),
        moment=moment,
        notes=words_of(kind).notes,
    )


def _time_of(field: Field) -> sql.Identifier:
    """When a field was last said, as a rollup has it: exact for states only; for counters nothing asks for it."""
    return sql.Identifier(part_name(field, "last_time") if field.behaviour is Behaviour.STATE else "time")


def last_said(kind: Kind, field: Field, of: str, moment: sql.Composable) -> sql.Composed:
    """The last value that a device (with its keys, as `of` has them) said of a field before a moment, and when.

    `of` is the alias of a row outside, and must be none of those inside: t, r, n.

    The readings tell, but for those that came after their hour was final. Where they were deleted, the last hour that
    was computed from them does, and then the last day.
    """
    words = words_of(kind)
    of_rollup = (
        " UNION ALL (SELECT r.{last}, r.{time}, r.time FROM {stored} AS r"
        " WHERE {same_r} AND r.{last} IS NOT NULL AND r.time < {bucket} ORDER BY r.time DESC LIMIT 1)"
    )
    return sql.SQL(
        "SELECT value, time FROM ("
        "(SELECT t.{f} AS value, t.time, t.time AS place FROM {readings} AS t"
        " WHERE {same_t} AND t.{f} IS NOT NULL AND t.time < {moment} AND (t.time >= {raw_from}"
        " OR t.time >= {hourly_from} AND NOT EXISTS (SELECT FROM {hours} AS r WHERE {same_rt} AND r.time = {hour}))"
        " ORDER BY t.time DESC LIMIT 1){rollups}) AS candidates ORDER BY place DESC LIMIT 1"
    ).format(
        f=sql.Identifier(field.name),
        readings=table(kind),
        same_t=same(kind, "t", of),
        moment=moment,
        raw_from=words.raw_from,
        hourly_from=words.hourly_from,
        hours=stored(kind, Grain.HOUR),
        same_rt=same(kind, "r", "t"),
        hour=bucket(Grain.HOUR, sql.Identifier("t", "time")),
        rollups=sql.SQL("").join(
            sql.SQL(of_rollup).format(
                last=sql.Identifier(part_name(field, "last")),
                time=_time_of(field),
                stored=stored(kind, grain),
                same_r=same(kind, "r", of),
                bucket=bucket(grain, moment),
            )
            for grain in Grain
        ),
    )
