"""A view as the catalogue's step makes it, and what every view of readings says of the place of a device.

Each view bears a digest of its definition in its comment; one whose digest differs is dropped and made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from psycopg import sql

READERS = {
    "wall": ("commune_admin", "commune_grafana", "commune_read"),
    "commune": ("commune_admin", "commune_read"),
}
"""Who may read the views of a schema."""

PLACE = {
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
"""The columns of every view of readings beside those of its table; no field may bear such a name."""

POSITION = frozenset({"latitude", "longitude"})
"""The fields that say where a probe was: who follows it follows a person, so the wall has none of them."""

PLACES = sql.SQL(
    "JOIN commune.commune AS c ON c.commune_id = d.commune_id "
    "LEFT JOIN commune.hamlet AS h ON h.hamlet_id = d.hamlet_id "
    "LEFT JOIN commune.site AS s ON s.site_id = d.site_id"
)
"""The tables from which `PLACE` comes, beside the device `d`."""


@dataclass(frozen=True, slots=True)
class View:
    """A view: its schema and name, the statement that makes it, and its comment."""

    name: str
    create: sql.Composable
    comment: str
    schema: str = "wall"

    @property
    def qualified(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.name}"

    def drop(self) -> sql.Composable:
        """Drop the view where it is there."""
        return sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(self.schema, self.name))

    def statements(self) -> tuple[sql.Composable, ...]:
        """Make the view, say what it is, and let its readers read."""
        name = sql.Identifier(self.schema, self.name)
        return (
            self.create,
            sql.SQL("COMMENT ON VIEW {} IS {}").format(name, sql.Literal(self.comment)),
            sql.SQL("GRANT SELECT ON {} TO {}").format(
                name, sql.SQL(", ").join(map(sql.Identifier, READERS[self.schema]))
            ),
        )


def described(schema: str, name: str, create: sql.Composable, meaning: str, base: View | None = None) -> View:
    """A view with a digest of its definition, and of the one that it reads: when that changes, both are made anew."""
    digest = sha256(create.as_bytes(None) + (base.comment.encode() if base else b"")).hexdigest()[:16]
    return View(name, create, f"{meaning} (definition {digest})", schema)
