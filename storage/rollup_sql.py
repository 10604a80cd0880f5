"""The statements that compute rollups anew, composed from the catalogue."""

from __future__ import annotations

from psycopg import sql

from devices.model import Kind
from storage.rollup_parts import Part, part_columns, parts_of
from storage.rollup_tables import Grain, bucket, exact, group, names, stored
from storage.tables import table

TOLERANCE = 1e-9
"""Sums of decimals that differ by no more than this share of them are the same: only their order was another."""


def compute_hours(kind: Kind) -> sql.Composed:
    """Compute hours from their readings. Parameters: devices, hours, start and end of the span that they lie in."""
    time = sql.Identifier("time")
    fresh = sql.SQL(
        "SELECT {group}, {hour} AS time, {parts} FROM {readings}"
        " WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s AND {hour} = ANY(%(hours)s)"
        " GROUP BY {group}, {hour}"
    ).format(
        group=names(group(kind)),
        hour=bucket(Grain.HOUR, time),
        parts=_parts(kind, from_rows=False),
        readings=table(kind),
    )
    return _put(kind, Grain.HOUR, fresh)


def compute_days(kind: Kind) -> sql.Composed:
    """Compute days from computed hours. Parameters: devices, hours (the beginnings of the days), start and end."""
    time = sql.Identifier("time")
    fresh = sql.SQL(
        "SELECT {group}, {day} AS time, {parts} FROM {rows}"
        " WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s GROUP BY {group}, {day}"
    ).format(
        group=names(group(kind)),
        day=bucket(Grain.DAY, time),
        parts=_parts(kind, from_rows=True),
        rows=stored(kind, Grain.HOUR),
    )
    return _put(kind, Grain.DAY, fresh)


def _parts(kind: Kind, *, from_rows: bool) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(part.from_rows if from_rows else part.from_readings, sql.Identifier(part.name))
        for part in parts_of(kind)
    )


def _put(kind: Kind, grain: Grain, fresh: sql.Composed) -> sql.Composed:
    """Bring a rollup to what was computed: new rows, changed rows, and rows of which nothing is left. Rows that are the
    same stay untouched, so that one device's late data does not write those of all others again."""
    columns = [column.name for column in part_columns(kind)]
    key = (*group(kind), "time")
    same = sql.SQL(" AND ").join(sql.SQL("f.{0} = r.{0}").format(sql.Identifier(name)) for name in key)
    return sql.SQL(
        "WITH fresh AS MATERIALIZED ({fresh}), gone AS ("
        "DELETE FROM {rollup} AS r WHERE r.device_id = ANY(%(devices)s) AND r.time = ANY(%(hours)s)"
        " AND NOT EXISTS (SELECT FROM fresh AS f WHERE {same}))"
        " INSERT INTO {rollup} AS r ({columns}) SELECT {columns} FROM fresh"
        " ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE r.* IS DISTINCT FROM excluded.*"
    ).format(
        fresh=fresh,
        rollup=stored(kind, grain),
        same=same,
        columns=names(columns),
        key=names(key),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(part.name)) for part in parts_of(kind)
        ),
    )


def differences(kind: Kind, grain: Grain) -> sql.Composed:
    """Rows in which the view of a rollup and the readings themselves disagree: device, time, the parts that differ.

    Parameters: devices, start, end. Days are computed from their readings at once, not by way of hours.
    """
    time = sql.Identifier("time")
    parts = parts_of(kind)
    return sql.SQL(
        "SELECT device_id, time, which FROM (SELECT device_id, {keys} time, array_remove(ARRAY[{which}], NULL) AS which"
        " FROM (SELECT {group}, {bucket} AS time, {fresh} FROM {readings}"
        " WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s GROUP BY {group}, {bucket}) AS a"
        " FULL JOIN (SELECT {columns} FROM {view}"
        " WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s) AS b"
        " USING ({group}, time)) AS compared WHERE cardinality(which) > 0 ORDER BY time, device_id"
    ).format(
        keys=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(key.name)) for key in kind.keys),
        which=sql.SQL(", ").join(map(_difference, parts)),
        group=names(group(kind)),
        bucket=bucket(grain, time),
        fresh=_parts(kind, from_rows=False),
        readings=table(kind),
        columns=names(part_columns(kind)),
        view=exact(kind, grain),
    )


def _difference(part: Part) -> sql.Composed:
    """The name of a part where its two values differ."""
    form = "CASE WHEN {a} IS DISTINCT FROM {b} THEN {name} END"
    if part.is_sum:
        form = (
            "CASE WHEN {a} IS DISTINCT FROM {b} AND coalesce("
            "abs({a} - {b}) > {tolerance} * greatest(abs({a}), abs({b}), 1), true) THEN {name} END"
        )
    return sql.SQL(form).format(
        a=sql.Identifier("a", part.name),
        b=sql.Identifier("b", part.name),
        name=sql.Literal(part.name),
        tolerance=sql.Literal(TOLERANCE),
    )
