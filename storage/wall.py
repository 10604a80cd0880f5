"""The views that dashboards may read: schema `wall`, one view a kind and three of the whole.

They run with the rights of the role that migrates, so whoever reads the wall needs no right on any table behind it.
Each view bears a digest of its definition in its comment; one whose digest differs is dropped and made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from psycopg import sql

from devices.model import Kind
from storage.sql import query
from storage.tables import SCHEMA, columns, table

READERS = ("commune_admin", "commune_grafana", "commune_read")

_PLACE = {
    "commune": sql.SQL("c.code"),
    "commune_name": sql.SQL("c.name"),
    "device": sql.SQL("d.code"),
    "device_name": sql.SQL("d.name"),
    "hamlet": sql.SQL("h.code"),
    "hamlet_name": sql.SQL("h.name"),
    "site": sql.SQL("s.code"),
    "site_name": sql.SQL("s.name"),
    "device_latitude": sql.SQL("coalesce(d.latitude, s.latitude)"),
    "device_longitude": sql.SQL("coalesce(d.longitude, s.longitude)"),
}
WALL_COLUMNS = frozenset(_PLACE)
"""The columns of every kind's view beside those of its table; no field may bear such a name."""

FIXED_VIEWS = {
    "device": ("wall_device", "Thiết bị: nơi đặt, lần cuối nhận được tin"),
    "latest": ("wall_latest", "Giá trị mới nhất của từng thông số"),
    "ledger": ("wall_ledger", "Sổ đối soát bản tin theo thiết bị và ngày"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A view of the wall: its name, the statement that makes it, and its comment."""

    name: str
    create: sql.Composable
    comment: str

    def statements(self) -> tuple[sql.Composable, ...]:
        """Make the view anew, say what it is, and let its readers read."""
        name = sql.Identifier("wall", self.name)
        return (
            sql.SQL("DROP VIEW IF EXISTS {}").format(name),
            self.create,
            sql.SQL("COMMENT ON VIEW {} IS {}").format(name, sql.Literal(self.comment)),
            sql.SQL("GRANT SELECT ON {} TO {}").format(name, sql.SQL(", ").join(map(sql.Identifier, READERS))),
        )


def views(kinds: Mapping[str, Kind]) -> tuple[View, ...]:
    """Every view of the wall for these kinds."""
    fixed = [_view(name, sql.SQL(query(named)), meaning) for name, (named, meaning) in FIXED_VIEWS.items()]
    return (*fixed, *(_view(kind.name, _of_kind(kind), kind.meaning.vi) for kind in kinds.values()))


def _view(name: str, create: sql.Composable, meaning: str) -> View:
    digest = sha256(create.as_bytes(None)).hexdigest()[:16]
    return View(name, create, f"{meaning} (definition {digest})")


def _of_kind(kind: Kind) -> sql.Composed:
    """Readings of a kind under the codes, names and places of their devices."""
    own = [c.name for c in columns(kind) if c.name not in ("device_id", "time")]
    chosen = [
        sql.SQL("r.time"),
        *(sql.SQL("{} AS {}").format(source, sql.Identifier(name)) for name, source in _PLACE.items()),
        *(sql.Identifier("r", name) for name in own),
    ]
    return sql.SQL(
        "CREATE VIEW {view} AS SELECT {chosen} FROM {readings} AS r "
        "JOIN {schema}.device AS d USING (device_id) JOIN {schema}.commune AS c USING (commune_id) "
        "LEFT JOIN {schema}.hamlet AS h ON h.hamlet_id = d.hamlet_id "
        "LEFT JOIN {schema}.site AS s ON s.site_id = d.site_id"
    ).format(
        view=sql.Identifier("wall", kind.name),
        chosen=sql.SQL(", ").join(chosen),
        readings=table(kind),
        schema=sql.Identifier(SCHEMA),
    )
