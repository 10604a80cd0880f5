"""House rules of every dashboard: what each panel says and where it lies, and that the files are up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from commune.cli.dashboards import ALERTING_DIRECTORY, DIRECTORY
from dashboards import alerting
from dashboards.board import Board, Row, clean, decode, to_json
from dashboards.boards import boards, files, outdated, write
from dashboards.colours import NO_DATA, limits_of
from dashboards.errors import DashboardError
from dashboards.grafana import DATA_SOURCE_UID, PostgresQuery
from dashboards.kinds import decimals_of, unit_of
from dashboards.panels import Panel, Shape
from dashboards.sdk import dashboard as sdk
from dashboards.sdk import units as sdk_units
from dashboards.statements import names, statement
from devices import units
from devices.catalogue import KINDS
from devices.model import Behaviour, Kind
from reports.air_levels import LEVELS
from storage.wall_queries import shown_values

BOARDS = {board.uid: board for board in boards(KINDS)}
ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$(?!__)\{?(\w+)")
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def panels(board: Board) -> list[dict[str, Any]]:
    return [panel for panel in to_json(board)["panels"] if panel["type"] != "row"]


def test_the_files_are_what_the_code_says() -> None:
    assert outdated(DIRECTORY, files(KINDS)) == [], "run: commune dashboards build"
    assert outdated(ALERTING_DIRECTORY, alerting.files()) == [], "run: commune dashboards build"


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """Neither the order of sets nor the hash of words may show."""
    places = {"--directory": tmp_path / "dashboards", "--alerting-directory": tmp_path / "alerting"}
    options = [str(part) for place in places.items() for part in place]
    command = (sys.executable, "-m", "commune", "dashboards", "build", *options)
    subprocess.run(command, check=True, cwd=ROOT, env={"PYTHONHASHSEED": "7"}, capture_output=True)
    found = [{path.name: path.read_text(encoding="utf-8") for path in place.glob("*")} for place in places.values()]
    assert found == [files(KINDS), alerting.files()]


def test_files_that_belong_to_no_dashboard_go_and_others_are_written(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}", encoding="utf-8")
    (tmp_path / "same.json").write_text("1", encoding="utf-8")
    assert write(tmp_path, {"new.json": "2", "same.json": "1"}) == ["new.json", "old.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.json", "same.json"]
    assert outdated(tmp_path, {"new.json": "2", "same.json": "1"}) == []


def test_there_is_a_dashboard_for_every_kind_with_every_value_of_it() -> None:
    for kind in KINDS.values():
        found = {panel["title"] for panel in panels(BOARDS[f"commune-kind-{kind.name}"])}
        assert found >= {field.title.vi for field in shown_values(kind)}


def test_no_dashboard_tells_where_a_probe_was() -> None:
    hidden = {field.name for field in KINDS["signal_probe"].values} - {
        field.name for field in shown_values(KINDS["signal_probe"])
    }
    assert hidden == {"latitude", "longitude"}
    for uid in ("commune-kind-signal_probe", "commune-device"):
        written = files(KINDS)[f"{uid}.json"]
        assert "Vĩ độ" not in written
        assert "latitude" not in written


def test_every_statement_of_the_file_is_used() -> None:
    written = "\n".join((*files(KINDS).values(), *alerting.files().values()))
    for name in names():
        middle = re.split(r"\{\w+\}", statement(name))[0].splitlines()[0]
        assert middle.replace('"', '\\"') in written, f"{name} is used nowhere"


@every_board
def test_numbers_are_unique_and_all_panels_are_titled_described_and_have_a_unit(board: Board) -> None:
    made = to_json(board)
    numbers = [panel["id"] for panel in made["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert 0 not in numbers
    for panel in panels(board):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == panel["targets"][0]["datasource"]["uid"] == DATA_SOURCE_UID


@every_board
def test_no_panels_overlap_and_none_leaves_the_page(board: Board) -> None:
    squares = [panel["gridPos"] for panel in to_json(board)["panels"]]
    assert all(one["x"] >= 0 and one["x"] + one["w"] <= 24 for one in squares)
    for a, b in combinations(squares, 2):
        apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert apart or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"], f"{a} lies over {b}"


@every_board
def test_every_variable_that_is_used_is_defined_before(board: Board) -> None:
    defined: set[str] = set()
    for variable in board.variables:
        assert set(VARIABLE.findall(variable.sql)) <= defined
        defined.add(variable.name)
    for panel in panels(board):
        assert set(VARIABLE.findall(panel["targets"][0]["rawSql"])) <= defined


@every_board
def test_several_choices_are_listed_and_single_ones_quoted(board: Board) -> None:
    for sql in (*(variable.sql for variable in board.variables), *(p["targets"][0]["rawSql"] for p in panels(board))):
        for variable in board.variables:
            wanted = f"IN (${variable.name})" if variable.several else f"'${variable.name}'"
            assert sql.count(f"${variable.name}") == sql.count(wanted)
        assert "--" not in sql


@every_board
def test_it_refreshes_every_minute_in_vietnamese_time_and_links_keep_the_range(board: Board) -> None:
    made = to_json(board)
    assert (made["refresh"], made["timezone"]) == ("1m", "Asia/Ho_Chi_Minh")
    assert [(link["keepTime"], "placement" in link) for link in made["links"]] == [(True, False)]
    for panel in made["panels"]:
        for override in panel.get("fieldConfig", {}).get("overrides", []):
            for links in (one["value"] for one in override["properties"] if one["id"] == "links"):
                assert all("${__url_time_range}" in link["url"] for link in links)


@every_board
def test_what_is_not_known_has_a_colour_of_its_own(board: Board) -> None:
    for panel in panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        special = [one["options"]["result"]["color"] for one in defaults["mappings"] if one["type"] == "special"]
        assert special == [NO_DATA]
        assert defaults["noValue"]


@every_board
def test_grafanas_sdk_reads_a_dashboard_back_as_it_wrote_it(board: Board) -> None:
    made = to_json(board)
    again = sdk.Dashboard.from_json(made)
    assert clean(decode(again)) == made
    first = next(panel for panel in again.panels or [] if isinstance(panel, sdk.Panel))
    assert isinstance((first.targets or [])[0], PostgresQuery)


def test_links_to_dashboards_name_dashboards_that_there_are() -> None:
    found = set(re.findall(r"/d/([\w-]+)\?", "\n".join(files(KINDS).values())))
    assert found == {"commune-device"}
    assert {f"commune-kind-{kind}" for kind in KINDS} <= set(BOARDS)


@pytest.mark.parametrize("unit", units.ALL, ids=lambda unit: unit.name)
def test_every_unit_of_the_catalogue_is_one_that_grafana_knows(unit: units.Unit) -> None:
    known = {value for value in vars(sdk_units).values() if isinstance(value, str)}
    assert unit.grafana in known or unit.grafana == f"suffix: {unit.symbol}"


@every_kind
def test_a_value_has_the_unit_of_the_catalogue_and_decibel_milliwatts_no_decimals(kind: Kind) -> None:
    for field in kind.values:
        if field.behaviour is Behaviour.STATE:
            assert unit_of(field) == "percentunit"
        elif field.unit is units.DECIBEL_MILLIWATT:
            assert (unit_of(field), decimals_of(field)) == ("dBm", 0)
        elif field.unit:
            assert (unit_of(field), decimals_of(field)) == (field.unit.grafana, field.decimals)


@pytest.mark.parametrize(("name", "second"), [("pm25", 25.0), ("pm10", 50.0), ("o3", 160.0)])
def test_pollutants_are_drawn_in_the_colours_of_vn_aqi(name: str, second: float) -> None:
    kind = KINDS["environment"]
    limits = limits_of(kind, kind.by_name[name])
    assert [limit.colour for limit in limits] == [level.rgb for level in LEVELS]
    assert [limit.value for limit in limits[:2]] == [None, second]


@every_kind
def test_limits_rise_from_one_without_a_value(kind: Kind) -> None:
    for field in kind.values:
        first, *rest = limits_of(kind, field)
        values = [limit.value for limit in rest if limit.value is not None]
        assert first.value is None
        assert values == sorted(values)
        assert len(values) == len(rest)


def test_two_panels_of_one_name_in_one_row_are_refused() -> None:
    panel = Panel("Một", "Một.", Shape.STAT, "SELECT 1")
    with pytest.raises(DashboardError, match="name one otherwise"):
        to_json(Board("b", "B", "B.", (), (Row("Hàng", (panel, panel)),)))


def test_an_unknown_statement_is_named() -> None:
    with pytest.raises(DashboardError, match="no statement named nothing_of_the_kind"):
        statement("nothing_of_the_kind")


def test_the_sdk_is_imported_without_a_warning_and_hides_no_other() -> None:
    code = "import warnings, dashboards.sdk; warnings.warn('Prefer using dashboardv2', DeprecationWarning)"
    done = subprocess.run(
        (sys.executable, "-W", "error", "-c", code), check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("DeprecationWarning: Prefer using dashboardv2")
    assert "site-packages" not in done.stderr
