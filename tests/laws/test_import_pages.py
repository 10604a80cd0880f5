"""The pages on importing devices say what is so: every column, every state, and commands that work."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.app import create_app
from commune.cli import app
from devices.importing import COLUMNS, MOST_BYTES, parse_csv, parse_json, plain
from devices.registry import Commune, DeviceState, Hamlet, HamletType
from devices.sheets.tables import MOST_ROWS
from storage.connect import connect
from storage.import_verdicts import FAR_KILOMETRES
from storage.registry import add_commune, add_hamlet

DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to"
HOW_TO = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("import-devices.md", "nhap-nhieu-thiet-bi.md")}
PAGES = pytest.mark.parametrize("page", HOW_TO)


def indented(page: str) -> list[str]:
    """The lines of a page that are commands or files."""
    return [line[4:] for line in HOW_TO[page].splitlines() if line.startswith("    ")]


@PAGES
def test_every_column_of_a_file_is_on_the_page_with_names_that_are_understood(page: str) -> None:
    understood = {plain(name) for column, others in COLUMNS.items() for name in (column, *others)}
    rows = [line.split("|")[1:3] for line in HOW_TO[page].splitlines() if line.startswith("| `")]
    columns = [name for names, _ in rows for name in re.findall("`([^`]+)`", names)]
    others = [name for _, names in rows for name in re.findall("`([^`]+)`", names)]
    assert sorted(columns) == sorted(COLUMNS)
    assert [name for name in others if plain(name) not in understood] == []
    assert all(f"`{state}`" in HOW_TO[page] for state in DeviceState)


@PAGES
def test_the_limits_on_the_page_are_those_that_hold(page: str) -> None:
    text = HOW_TO[page].replace(".", "").replace(",", "")
    assert f"{MOST_ROWS} " in text
    assert f"{MOST_BYTES // 1024 // 1024} MiB" in text
    assert f"{FAR_KILOMETRES:.0f} km" in text


@PAGES
def test_the_commands_on_the_page_work_in_their_order(
    page: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = indented(page)
    (tmp_path / "devices.csv").write_text("\n".join(line for line in lines if line.count(";") > 3), encoding="utf-8")
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_hamlet(connection, "gia-loc", Hamlet("thon-1", "Thôn Một", HamletType.THON))
    monkeypatch.chdir(tmp_path)
    commands = [line for line in lines if line.startswith("commune ")]
    outputs = []
    for command in commands:
        result = CliRunner().invoke(app, shlex.split(command)[1:], env={"COMMUNE_DATABASE_URL": database_url})
        assert result.exit_code == 0, f"{command}: {result.output}"
        outputs.append(result.stdout.splitlines()[0])
    assert outputs[2:] == [
        "1 added, 0 changed, 0 unchanged, 0 refused",
        "1 thiết bị / devices: all.xlsx",
        "0 added, 0 changed, 1 unchanged, 0 refused",
    ]


@PAGES
def test_the_coordinates_and_the_json_on_the_page_are_read(page: str) -> None:
    forms = re.findall(r"`([^`]*20[.,]7301[^`]*106[^`]*)`", HOW_TO[page])
    assert len(forms) >= 2
    for form in forms:
        (row,) = parse_csv(f"xã\tmã\tloại\ttoạ độ\ngia-loc\tw-1\twifi\t{form}\n").rows
        assert (row.device.latitude, row.device.longitude, row.faults) == (20.7301, 106.4012, ())
    found = re.search(r"`(\[\{.*?\}\])`", HOW_TO[page])
    assert found is not None
    (row,) = parse_json(found[1]).rows
    assert row.faults == ()


@PAGES
def test_the_routes_on_the_page_are_those_of_the_api(page: str) -> None:
    paths = create_app("postgresql://").openapi()["paths"]
    asked = re.findall(r"\$API(/[^?\" ]+)", HOW_TO[page])
    assert len(asked) == 4
    assert all(path.replace("gia-loc", "{commune}") in paths for path in asked)
