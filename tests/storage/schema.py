"""What two databases must have in common to be called the same, read from pg_catalog."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from storage.editions import Edition, edition_of

ASPECTS = {
    "schemas": """
        SELECT nspname, obj_description(oid, 'pg_namespace'), nspacl::text FROM pg_namespace
        WHERE nspname IN ('commune', 'wall')""",
    "relations": """
        SELECT n.nspname, c.relname, c.relkind, c.reloptions, obj_description(c.oid, 'pg_class'),
            ARRAY(SELECT g.grantee::regrole || ' ' || g.privilege_type FROM aclexplode(c.relacl) AS g ORDER BY 1)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('commune', 'wall')""",
    "columns": """
        SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname IN ('commune', 'wall') AND c.relkind <> 'i'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace IN ('commune'::regnamespace, 'wall'::regnamespace)""",
    "indexes": "SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'commune'",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'wall'",
    "functions": """
        SELECT oid::regprocedure::text, pg_get_functiondef(oid), proacl::text FROM pg_proc
        WHERE pronamespace IN ('commune'::regnamespace, 'wall'::regnamespace)""",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "default privileges": "SELECT defaclnamespace::regnamespace::text, defaclobjtype, defaclacl FROM pg_default_acl",
    "extensions": "SELECT extname, extversion FROM pg_extension",
    "kinds": "SELECT name, title_vi, title_en, domain_vi, domain_en FROM commune.kind",
    "migrations": "SELECT number, name, sha256 FROM commune.schema_migration",
}
HYPERTABLES = """
    SELECT h.hypertable_name, h.num_dimensions, d.column_name, d.column_type, d.time_interval, d.dimension_type
    FROM timescaledb_information.hypertables AS h
    JOIN timescaledb_information.dimensions AS d USING (hypertable_schema, hypertable_name)"""


def describe_schema(connection: Connection[Any]) -> dict[str, list[str]]:
    """Every aspect as sorted lines of text. Columns go by name: their order in the table does not matter."""
    aspects = dict(ASPECTS)
    if edition_of(connection) is not Edition.PLAIN:
        aspects["hypertables"] = HYPERTABLES
    return {name: sorted(map(repr, connection.execute(sql).fetchall())) for name, sql in aspects.items()}


def count_of(connection: Connection[Any], sql: str) -> int:
    """The one number that a query gives."""
    row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
