"""The pages on the database and on registering devices say what is so."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commune.cli import app
from devices.catalogue import KINDS
from devices.importing import parse_csv
from storage.connect import connect
from storage.editions import Edition
from storage.roles import Role
from storage.rollup_tables import Grain, table_name
from storage.tables import FIXED_COLUMNS
from storage.wall import FIXED_VIEWS

DOCS = Path(__file__).resolve().parents[2] / "docs"
DATABASE = (DOCS / "reference" / "database.md").read_text(encoding="utf-8")
HOW_TO = {
    name: (DOCS / "how-to" / name).read_text(encoding="utf-8")
    for name in ("register-devices.md", "dang-ky-thiet-bi.md")
}
PAGES = pytest.mark.parametrize("page", HOW_TO)


def indented(page: str) -> list[str]:
    """The lines of a page that are commands or files."""
    return [line[4:] for line in HOW_TO[page].splitlines() if line.startswith("    ")]


def test_every_table_role_edition_column_and_view_is_on_the_page(database_url: str) -> None:
    with closing(connect(database_url)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'commune'").fetchall()
    of_kinds = {*KINDS, *(table_name(kind, grain) for kind in KINDS.values() for grain in Grain)}
    for (table,) in tables:
        assert table in of_kinds or f"| `{table}` |" in DATABASE
    names = [*Role, *Edition, *(column.name for column in FIXED_COLUMNS), *(f"wall.{view}" for view in FIXED_VIEWS)]
    assert [name for name in names if f"`{name}`" not in DATABASE] == []


@PAGES
def test_the_commands_on_the_page_work_in_their_order(page: str, database_url: str, tmp_path: Path) -> None:
    lines = indented(page)
    start = next(n for n, line in enumerate(lines) if line.count(",") > 3 or line.count(";") > 3)
    sheet = "\n".join(lines[start : start + 3]) + "\n"
    assert [row.faults for row in parse_csv(sheet).rows] == [(), ()]
    file = tmp_path / "devices.csv"
    file.write_text(sheet, encoding="utf-8")
    commands = [line for line in lines if line.startswith("commune ") and "dead-letters" not in line]
    assert len(commands) == 13
    for command in commands:
        arguments = shlex.split(command.replace("devices.csv", str(file)))[1:]
        result = CliRunner().invoke(app, arguments, env={"COMMUNE_DATABASE_URL": database_url})
        assert result.exit_code == 0, f"{command}: {result.output}"
    listed = CliRunner().invoke(app, ["devices", "list", "--json"], env={"COMMUNE_DATABASE_URL": database_url})
    assert [code in listed.stdout for code in ("tram-01", "tram-02", "cam-01")] == [True, True, True]
