"""The tables of the rollups and the views that are exact at every moment, derived from the catalogue.

Of each kind: `commune.rollup_<kind>_hour` and `..._day` hold what was computed. `commune.<kind>_hourly` and `..._daily`
join it with the rest, computed from the readings at the moment of the question: hours that are noted as out of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from psycopg import sql

from devices.model import Kind
from storage.rollup_parts import part_columns, parts_of, speech_seconds
from storage.tables import SCHEMA, Column, table

ORIGIN = "timestamptz '2000-01-02 17:00:00+00'"
"""Monday 3 January 2000, 00:00 in UTC+7: hours and days are counted from there."""
GRANTS = {"commune_admin": ("DELETE", "INSERT", "SELECT", "UPDATE"), "commune_read": ("SELECT",)}
"""What each role may do with the table of a rollup."""


class Grain(Enum):
    """The width of a rollup's buckets: its name in the name of its table, in that of its view, as an interval."""

    HOUR = ("hour", "hourly", "1 hour")
    DAY = ("day", "daily", "1 day")

    @property
    def width(self) -> sql.Composed:
        """The width as an expression."""
        return sql.SQL("interval {}").format(sql.Literal(self.value[2]))


def bucket(grain: Grain, time: sql.Composable) -> sql.Composed:
    """The beginning of the hour or day (UTC+7) in which a time lies."""
    return sql.SQL("date_bin({}, {}, {})").format(grain.width, time, sql.SQL(ORIGIN))


def table_name(kind: Kind, grain: Grain) -> str:
    """The name of the table of a rollup."""
    return f"rollup_{kind.name}_{grain.value[0]}"


def stored(kind: Kind, grain: Grain) -> sql.Identifier:
    """The table of a rollup: what was computed."""
    return sql.Identifier(SCHEMA, table_name(kind, grain))


def view_name(kind: Kind, grain: Grain) -> str:
    """The name of the view of a rollup, in schema commune as in schema wall."""
    return f"{kind.name}_{grain.value[1]}"


def exact(kind: Kind, grain: Grain) -> sql.Identifier:
    """The view of a rollup that is exact at every moment, with the parts of each field as its columns."""
    return sql.Identifier(SCHEMA, view_name(kind, grain))


def names(columns: Iterable[Column | str]) -> sql.Composed:
    """Columns, with commas."""
    return sql.SQL(", ").join(sql.Identifier(c if isinstance(c, str) else c.name) for c in columns)


def group(kind: Kind) -> tuple[str, ...]:
    """What tells the rows of one bucket apart: the device and the keys."""
    return ("device_id", *(key.name for key in kind.keys))


def same(kind: Kind, left: str, right: str) -> sql.Composed:
    """The condition that two rows are of the same device and keys."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, name), sql.Identifier(right, name)) for name in group(kind)
    )


def create_table(kind: Kind, grain: Grain) -> sql.Composed:
    """The table of a rollup; its key is device, keys, beginning of the bucket."""
    columns = sql.SQL(", ").join(map(definition, part_columns(kind)))
    return sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({})) WITH (fillfactor = 90)").format(
        stored(kind, grain), columns, names((*group(kind), "time"))
    )


def definition(column: Column) -> sql.Composed:
    """A column of a rollup's table."""
    text = column.type + (" NOT NULL" if column.not_null else "")
    return sql.SQL("{} {}").format(
        sql.Identifier(column.name), sql.SQL(text + (f" DEFAULT {column.default}" if column.default else ""))
    )


def add_column(kind: Kind, grain: Grain, column: Column) -> sql.Composed:
    """A part of a field that the catalogue has gained."""
    return sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(stored(kind, grain), definition(column))


def grant(kind: Kind, grain: Grain, role: str) -> sql.Composed:
    """What a role may do with the table of a rollup."""
    return sql.SQL("GRANT {} ON {} TO {}").format(
        sql.SQL(", ".join(GRANTS[role])), stored(kind, grain), sql.Identifier(role)
    )


def comment(kind: Kind, grain: Grain) -> str:
    """What a rollup's table is, with a digest of the rules by which it was computed."""
    rules = [speech_seconds(kind), *((f.name, f.circular, f.rollover) for f in kind.values if f.circular or f.rollover)]
    digest = sha256(repr(rules).encode()).hexdigest()[:16]
    meaning = {Grain.HOUR: "Tổng hợp theo giờ", Grain.DAY: "Tổng hợp theo ngày (UTC+7)"}[grain]
    return f"{meaning}: {kind.title.vi} (rules {digest})"


def comment_on_table(kind: Kind, grain: Grain) -> sql.Composed:
    """Say so on the table."""
    return sql.SQL("COMMENT ON TABLE {} IS {}").format(stored(kind, grain), sql.Literal(comment(kind, grain)))


def note_everything(kind: Kind) -> sql.Composed:
    """Note every hour of which there are readings: nothing was computed yet, or by other rules."""
    return sql.SQL(
        "INSERT INTO {schema}.rollup_note (kind, hour, writer, noted_by)"
        " SELECT DISTINCT {kind}, {hour}, pg_backend_pid(), pg_current_xact_id() FROM {readings}"
        " ON CONFLICT (kind, hour, writer) DO UPDATE SET noted_by = excluded.noted_by"
    ).format(
        schema=sql.Identifier(SCHEMA),
        kind=sql.Literal(kind.name),
        hour=bucket(Grain.HOUR, sql.Identifier("time")),
        readings=table(kind),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Recurring pieces of the views: the notes of a kind, and from when on its readings and its hours are kept."""

    notes: sql.Composed
    raw_from: sql.Composed
    hourly_from: sql.Composed


def words_of(kind: Kind) -> Words:
    """The pieces for one kind."""
    schema, literal = sql.Identifier(SCHEMA), sql.Literal(kind.name)
    horizon = "coalesce((SELECT {name} FROM {schema}.rollup_horizon WHERE kind = {kind}), '-infinity')"
    return Words(
        sql.SQL("{}.rollup_note AS n WHERE n.kind = {}").format(schema, literal),
        *(
            sql.SQL(horizon).format(name=sql.Identifier(name), schema=schema, kind=literal)
            for name in ("raw_from", "hourly_from")
        ),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How a view reads a rollup: what it chooses of a row `g`, and the device `d` with what is joined to it.

    `of_computed` is chosen of rows that were computed, after `joins`; `of_rest` of the others, which have `d` anyway,
    after `places`.
    """

    view: sql.Composable
    of_computed: sql.Composable
    of_rest: sql.Composable
    joins: sql.Composable
    places: sql.Composable


def create_exact(kind: Kind, grain: Grain) -> sql.Composed:
    """The view with the parts of each field as its columns."""
    columns = [column.name for column in part_columns(kind)]
    computed, rest = (
        # A condition on the device must reach `d`, by which the readings are looked up.
        sql.SQL(", ").join(sql.Identifier(device if name == "device_id" else "g", name) for name in columns)
        for device in ("g", "d")
    )
    nothing = sql.SQL("")
    return create_view(kind, grain, Reading(exact(kind, grain), computed, rest, nothing, nothing))


def create_view(kind: Kind, grain: Grain, reading: Reading) -> sql.Composed:
    """A view that is exact at every moment: what was computed and is not noted, then the rest.

    Each half joins the device by itself, so that a question for some devices reads the rows of these alone.
    """
    rest = _noted_hours(kind, reading) if grain is Grain.HOUR else _noted_days(kind, reading)
    return sql.SQL("CREATE VIEW {} AS {} UNION ALL {}").format(reading.view, _computed(kind, grain, reading), rest)


def _computed(kind: Kind, grain: Grain, reading: Reading) -> sql.Composed:
    """Rows of which no hour is noted. An hour whose readings were deleted is final, and a day whose hours were."""
    words = words_of(kind)
    return sql.SQL(
        "SELECT {chosen} FROM {stored} AS g {joins}"
        " WHERE NOT EXISTS (SELECT FROM {notes} AND {bucket} = g.time AND n.hour >= {kept_from})"
    ).format(
        chosen=reading.of_computed,
        stored=stored(kind, grain),
        joins=reading.joins,
        notes=words.notes,
        bucket=sql.SQL("n.hour") if grain is Grain.HOUR else bucket(grain, sql.SQL("n.hour")),
        kept_from=words.raw_from if grain is Grain.HOUR else words.hourly_from,
    )


def _noted_hours(kind: Kind, reading: Reading) -> sql.Composed:
    """The noted hours from their readings; of a final one what came since, where the device had said nothing in it."""
    words = words_of(kind)
    return sql.SQL(
        "SELECT {chosen} FROM (SELECT DISTINCT n.hour FROM {notes} AND n.hour >= {hourly_from}) AS q"
        " CROSS JOIN {schema}.device AS d {places}"
        " CROSS JOIN LATERAL (SELECT {group}, q.hour AS time, {parts} FROM {readings} AS t"
        " WHERE t.device_id = d.device_id AND t.time >= q.hour AND t.time < q.hour + interval '1 hour'"
        " GROUP BY {group}) AS g"
        " WHERE d.kind = {kind} AND (q.hour >= {raw_from} OR NOT EXISTS (SELECT FROM {stored} AS r"
        " WHERE {same} AND r.time = q.hour))"
    ).format(
        chosen=reading.of_rest,
        notes=words.notes,
        hourly_from=words.hourly_from,
        raw_from=words.raw_from,
        schema=sql.Identifier(SCHEMA),
        places=reading.places,
        group=_group(kind),
        parts=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(part.from_readings, sql.Identifier(part.name)) for part in parts_of(kind)
        ),
        readings=table(kind),
        kind=sql.Literal(kind.name),
        stored=stored(kind, Grain.HOUR),
        same=same(kind, "r", "g"),
    )


def _noted_days(kind: Kind, reading: Reading) -> sql.Composed:
    """The days with a noted hour, from the view of hours."""
    words = words_of(kind)
    return sql.SQL(
        "SELECT {chosen} FROM (SELECT DISTINCT {day} AS day FROM {notes} AND n.hour >= {hourly_from}) AS q"
        " CROSS JOIN {schema}.device AS d {places}"
        " CROSS JOIN LATERAL (SELECT {group}, q.day AS time, {parts} FROM {hourly} AS t"
        " WHERE t.device_id = d.device_id AND t.time >= q.day AND t.time < q.day + interval '1 day'"
        " GROUP BY {group}) AS g WHERE d.kind = {kind}"
    ).format(
        chosen=reading.of_rest,
        day=bucket(Grain.DAY, sql.SQL("n.hour")),
        notes=words.notes,
        hourly_from=words.hourly_from,
        schema=sql.Identifier(SCHEMA),
        places=reading.places,
        group=_group(kind),
        parts=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(part.from_rows, sql.Identifier(part.name)) for part in parts_of(kind)
        ),
        hourly=exact(kind, Grain.HOUR),
        kind=sql.Literal(kind.name),
    )


def _group(kind: Kind) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("t", name) for name in group(kind))
