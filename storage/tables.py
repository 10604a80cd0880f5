"""The tables of the kinds, derived from the catalogue: `commune.<kind>`, one row a reading.

Its statements are the only SQL that is composed rather than written down; identifiers come from the catalogue alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from devices.model import Behaviour, Field, Kind
from storage.errors import MigrationRefused

SCHEMA = "commune"
CHUNK_DAYS = 7
"""Width of a chunk of a hypertable."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind's table. `type` is PostgreSQL's name; `comment` is what people read in psql."""

    name: str
    type: str
    comment: str = ""
    not_null: bool = False
    default: str | None = None


FIXED_COLUMNS = (
    Column("device_id", "integer", "Số hiệu thiết bị trong commune.device", not_null=True),
    Column("time", "timestamptz", "Thời điểm của số đo", not_null=True),
    Column("received_at", "timestamptz", "Thời điểm máy chủ nhận được bản tin", not_null=True),
    Column(
        "time_source",
        "smallint",
        "0: giờ của thiết bị; 1: thiết bị không gửi giờ; 2: giờ của thiết bị không tin được",
        not_null=True,
    ),
    Column("device_time", "timestamptz", "Giờ mà thiết bị đã gửi, khi không tin được"),
    Column("seq", "bigint", "Số thứ tự do thiết bị đánh"),
)
"""The columns that every kind has before its own."""

_TYPES = {
    Behaviour.GAUGE: "double precision",
    Behaviour.COUNTER: "double precision",
    Behaviour.STATE: "boolean",
    Behaviour.LABEL: "text",
    Behaviour.KEY: "text",
}


def columns(kind: Kind) -> tuple[Column, ...]:
    """All columns of a kind's table, in the order of a reading's row: fixed, keys, values."""
    keys = tuple(Column(f.name, "text", comment_of(f), not_null=True, default="''") for f in kind.keys)
    values = tuple(Column(f.name, _TYPES[f.behaviour], comment_of(f)) for f in kind.values)
    return FIXED_COLUMNS + keys + values


def comment_of(field: Field) -> str:
    """The Vietnamese meaning of a field, and its unit in brackets."""
    unit = field.unit.symbol if field.unit else ""
    return f"{field.meaning.vi} [{unit}]" if unit else field.meaning.vi


def identity(kind: Kind) -> tuple[str, ...]:
    """The columns that identify a reading."""
    return ("device_id", *(f.name for f in kind.keys), "time")


def table(kind: Kind) -> sql.Identifier:
    """The table of a kind."""
    return sql.Identifier(SCHEMA, kind.name)


def create_table(kind: Kind) -> sql.Composed:
    """The table without its index."""
    return sql.SQL("CREATE TABLE {} ({})").format(table(kind), sql.SQL(", ").join(map(_definition, columns(kind))))


def create_identity(kind: Kind) -> sql.Composed:
    """The unique index `<kind>_identity`, which makes writing a reading twice impossible."""
    return sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(
        sql.Identifier(f"{kind.name}_identity"),
        table(kind),
        sql.SQL(", ").join(map(sql.Identifier, identity(kind))),
    )


def create_hypertable(kind: Kind) -> sql.Composed:
    """Make a table, which may hold rows already, a hypertable of weekly chunks."""
    return sql.SQL(
        "SELECT create_hypertable({}, by_range('time', {}), create_default_indexes => false, migrate_data => true)"
    ).format(sql.Literal(f"{SCHEMA}.{kind.name}"), sql.Literal(f"{CHUNK_DAYS} days") + sql.SQL("::interval"))


def enable_columnstore(kind: Kind) -> sql.Composed:
    """Let chunks of a hypertable be made columns: the readings of a device and its keys together, in order of time.

    TimescaleDB Community only; by the words that all of its versions know.
    """
    together = ", ".join(name for name in identity(kind) if name != "time")
    return sql.SQL(
        "ALTER TABLE {} SET (timescaledb.compress, timescaledb.compress_segmentby = {},"
        " timescaledb.compress_orderby = 'time')"
    ).format(table(kind), sql.Literal(together))


def add_column(kind: Kind, column: Column) -> sql.Composed:
    """A column for a field that the catalogue has gained; earlier readings have NULL there."""
    return sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(table(kind), _definition(column))


def comment_on_table(kind: Kind) -> sql.Composed:
    """The Vietnamese meaning of a kind, on its table."""
    return sql.SQL("COMMENT ON TABLE {} IS {}").format(table(kind), sql.Literal(kind.meaning.vi))


def comment_on_column(kind: Kind, column: Column) -> sql.Composed:
    """The meaning and unit of a column, on it."""
    return sql.SQL("COMMENT ON COLUMN {} IS {}").format(
        sql.Identifier(SCHEMA, kind.name, column.name), sql.Literal(column.comment)
    )


GRANTS = {
    "commune_admin": ("DELETE", "INSERT", "SELECT", "UPDATE"),
    "commune_ingest": ("INSERT", "SELECT", "UPDATE"),
    "commune_read": ("SELECT",),
    "commune_repair": ("INSERT", "SELECT", "UPDATE"),
}
"""What each role may do with the table of a kind."""


def grant(kind: Kind, role: str) -> sql.Composed:
    """What a role may do with a kind's table."""
    return sql.SQL("GRANT {} ON {} TO {}").format(
        sql.SQL(", ").join(map(sql.SQL, GRANTS[role])), table(kind), sql.Identifier(role)
    )


def put_kind(kind: Kind) -> sql.Composed:
    """The kind's row in commune.kind."""
    values = (kind.name, kind.title.vi, kind.title.en, kind.domain.vi, kind.domain.en)
    return sql.SQL(
        "INSERT INTO {}.kind (name, title_vi, title_en, domain_vi, domain_en) VALUES ({}) "
        "ON CONFLICT (name) DO UPDATE SET "
        "title_vi = excluded.title_vi, title_en = excluded.title_en, "
        "domain_vi = excluded.domain_vi, domain_en = excluded.domain_en"
    ).format(sql.Identifier(SCHEMA), sql.SQL(", ").join(map(sql.Literal, values)))


def check_names(kinds: dict[str, Kind], reserved: frozenset[str]) -> None:
    """Raise MigrationRefused when the catalogue asks for a name that has a meaning of its own here.

    `reserved` are columns of the wall's views beside the fields.
    """
    taken = frozenset(c.name for c in FIXED_COLUMNS) | reserved
    faults = [
        f"devices/catalogue: {kind.name}.{field.name} bears the name of a column that every kind has"
        for kind in kinds.values()
        for field in kind.fields
        if field.name in taken
    ]
    if faults:
        raise MigrationRefused(*faults)


def _definition(column: Column) -> sql.Composed:
    parts = [sql.Identifier(column.name), sql.SQL(column.type)]
    if column.not_null:
        parts.append(sql.SQL("NOT NULL"))
    if column.default is not None:
        parts.append(sql.SQL("DEFAULT " + column.default))
    return sql.SQL(" ").join(parts)
