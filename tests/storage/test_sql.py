"""Named statements."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg
import pytest

from storage.connect import connect
from storage.errors import StorageError
from storage.sql import UnknownQuery, parse, queries, query

PLANNED = re.compile(r"^(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def test_a_statement_is_found_by_its_name() -> None:
    assert query("registry_generation").startswith("-- The number that rises")
    assert query("registry_generation").endswith("FROM registry_generation")


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(UnknownQuery, match="no statement named nothing_of_the_kind"):
        query("nothing_of_the_kind")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1;",
        "-- name: undescribed\nSELECT 1;",
        "-- name: Bad-Name\n-- It is badly named.\nSELECT 1;",
        "-- name: twice\n-- Once.\nSELECT 1;\n-- name: twice\n-- Again.\nSELECT 2;",
    ],
)
def test_a_file_that_breaks_the_form_is_refused(text: str) -> None:
    with pytest.raises(StorageError, match=r"^broken\.sql: "):
        parse(text, "broken.sql")


@pytest.mark.parametrize("name", [n for n in queries() if PLANNED.match(queries()[n].partition("\n")[2])])
def test_every_statement_is_understood_by_the_database(module_database_url: str, name: str) -> None:
    """PREPARE parses a statement and finds its tables and columns; parameters are inferred or cast."""
    statement = query(name)
    places = dict.fromkeys(re.findall(r"%\((\w+)\)[sbt]", statement))
    for place, parameter in enumerate(places, 1):
        statement = re.sub(rf"%\({parameter}\)[sbt]", f"${place}", statement)
    statement = (
        statement.replace("%%", "%")
        .replace("{table}", "commune.environment")
        .replace("{fields}", "r.pm25")
        .replace("{field}", "r.pm25")
    )
    with closing(connect(module_database_url)) as connection:
        for needed in ("timescaledb_information.hypertables", "timescaledb_information.chunks"):
            if needed in statement and connection.execute("SELECT to_regclass(%s)", [needed]).fetchone() == (None,):
                return
        try:
            connection.execute(f"PREPARE tried AS {statement}".encode())
        except psycopg.errors.IndeterminateDatatype:
            assert "NULL" in statement, "only a bare parameter beside IS NULL may be without a type"
