"""The rate of psycopg's COPY by itself: the reference of `commune bench ingest`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

from devices.model import Kind
from storage.tables import columns

ROWS_A_COPY = 5_000


def copy_and_do_nothing_else(connection: Connection[Any], kind: Kind, rows: Sequence[tuple[Any, ...]]) -> float:
    """Seconds to COPY rows into a plain table of the kind's columns without any index; the table is dropped again."""
    every = columns(kind)
    table = sql.Identifier("commune", "bench_copy")
    described = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(c.type)) for c in every)
    with connection.transaction():
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, described))
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in every)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, names)
    try:
        began = time.perf_counter()
        for start in range(0, len(rows), ROWS_A_COPY):
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types([c.type for c in every])
                for row in rows[start : start + ROWS_A_COPY]:
                    copy.write_row(row)
        return time.perf_counter() - began
    finally:
        with connection.transaction():
            connection.execute(sql.SQL("DROP TABLE {}").format(table))


def newest_seq(connection: Connection[Any], kind: str) -> int:
    """The largest sequence number that is stored of a kind; -1 when there is none."""
    statement = sql.SQL("SELECT seq FROM {} WHERE seq IS NOT NULL ORDER BY device_id, time DESC LIMIT 1")
    row = connection.execute(statement.format(sql.Identifier("commune", kind))).fetchone()
    return -1 if row is None else int(row[0])
