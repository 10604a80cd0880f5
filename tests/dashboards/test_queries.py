"""Every statement of every panel and variable, as Grafana's role, on a day of a simulated commune."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from commune.bench.wall import RANGES as RANGES_OF_BENCH
from commune.bench.wall import time_board
from dashboards.board import Board, to_json
from dashboards.boards import boards
from dashboards.macros import Chosen, expand
from devices.catalogue import KINDS
from tests.dashboards.conftest import HISTORY, Wall

BOARDS = {board.uid: board for board in boards(KINDS)}
RANGES = {"readings": timedelta(hours=4), "hours": timedelta(hours=25), "days": timedelta(days=20)}
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


@dataclass(frozen=True)
class Found:
    """What a statement gave."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def has_values(self) -> bool:
        """Whether there is anything but times."""
        return any(
            value is not None
            for row in self.rows
            for name, value in zip(self.columns, row, strict=True)
            if name != "time"
        )


def run(wall: Wall, sql: str, chosen: Chosen, span: timedelta) -> Found:
    """Run a statement as Grafana would."""
    expanded = expand(sql, chosen, wall.end - span, wall.end + timedelta(minutes=1))
    cursor = wall.session.execute(expanded.encode())
    return Found([column.name for column in cursor.description or ()], cursor.fetchall())


def choose(wall: Wall, board: Board, kind: str) -> Chosen:
    """The first of each single variable, and all of each that takes several; a device of `kind` where one is asked."""
    chosen: dict[str, str | list[str]] = {}
    for variable in board.variables:
        found = run(wall, variable.query, chosen, HISTORY)
        place = found.columns.index("__value")
        values = [str(row[place]) for row in found.rows]
        assert values, f"nothing to choose for {variable.name}"
        own = wall.devices[kind][0]
        chosen[variable.name] = values if variable.several else own if variable.name == "device" else values[0]
    return chosen


def kind_of(board: Board) -> str:
    """The kind that a board is about; that of stations where it is about all."""
    return board.uid.removeprefix("commune-kind-") if board.uid.startswith("commune-kind-") else "environment"


def panels(board: Board) -> Iterator[dict[str, Any]]:
    for panel in to_json(board)["panels"]:
        if panel["type"] != "row":
            yield panel


def what_is_wrong(panel: dict[str, Any], found: Found) -> str | None:
    """Why a panel of this type could not show these rows."""
    if panel["type"] in ("timeseries", "state-timeline"):
        if found.columns[0] != "time" or len(found.columns) < 2:
            return f"columns {found.columns}"
        times = [row[0] for row in found.rows]
        if not all(isinstance(time, datetime) for time in times) or times != sorted(times):
            return "times do not ascend"
    if panel["type"] == "geomap" and not {"latitude", "longitude", "health"} <= set(found.columns):
        return f"columns {found.columns}"
    if panel["type"] == "stat" and (len(found.columns), len(found.rows)) != (1, 1):
        return f"{len(found.rows)} rows of {found.columns}"
    named = {one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]}
    return f"no columns {named - set(found.columns)}" if named - set(found.columns) else None


@every_board
@pytest.mark.parametrize("span", RANGES.values(), ids=RANGES)
def test_every_panel_gets_the_columns_that_its_type_needs(wall: Wall, board: Board, span: timedelta) -> None:
    chosen = choose(wall, board, kind_of(board))
    wrong = {}
    for panel in panels(board):
        (target,) = panel["targets"]
        wrong[panel["title"]] = what_is_wrong(panel, run(wall, target["rawSql"], chosen, span))
    assert {title: words for title, words in wrong.items() if words} == {}


def unsaid(wall: Wall, kind: str) -> set[str]:
    """Titles of the fields that none of the simulated devices of a kind has, such as the battery of a lamp."""
    said = {name for (name,) in wall.session.execute("SELECT field FROM wall.latest WHERE kind = %s", [kind])}
    return {field.title.vi for field in KINDS[kind].values if field.name not in said}


@every_board
def test_no_panel_is_empty_on_a_day_of_the_sample_commune(wall: Wall, board: Board) -> None:
    kind = kind_of(board)
    chosen = choose(wall, board, kind)
    empty = {
        panel["title"]
        for panel in panels(board)
        if not run(wall, panel["targets"][0]["rawSql"], chosen, RANGES["hours"]).has_values
    }
    assert empty - unsaid(wall, kind) == set()
    assert len(empty) <= 3


def test_grafana_sees_views_of_the_wall_and_no_word_of_what_was_set_aside(wall: Wall) -> None:
    seen = wall.session.execute(
        "SELECT table_schema, table_type FROM information_schema.tables"
        " WHERE table_schema NOT LIKE 'pg\\_%' AND table_schema NOT LIKE '%timescaledb%'"
        " AND table_schema <> 'information_schema' GROUP BY 1, 2"
    ).fetchall()
    assert seen == [("wall", "VIEW")]
    columns = {column.name for column in wall.session.execute("SELECT * FROM wall.dead_letter").description or ()}
    assert columns.isdisjoint({"payload", "value", "detail", "topic"})


@pytest.mark.parametrize("statement", ["INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}"])
def test_grafana_writes_nothing(wall: Wall, statement: str) -> None:
    views = wall.session.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'wall'")
    for (view,) in views.fetchall():
        with pytest.raises(psycopg.Error):
            wall.session.execute(statement.format(f"wall.{view}").encode())


@every_board
def test_where_nothing_can_be_chosen_no_panel_fails(wall: Wall, board: Board) -> None:
    """A commune without devices of a kind, or without a plan, has a dashboard all the same."""
    chosen: dict[str, str | list[str]] = {}
    for variable in board.variables:
        sql = variable.query.replace("FROM wall.", "FROM (SELECT 1 WHERE false) AS none, wall.")
        found = [row[1] for row in run(wall, sql, chosen, HISTORY).rows]
        assert found == (["-"] if variable.several else [])
        chosen[variable.name] = found if variable.several else ""
    for panel in panels(board):
        run(wall, panel["targets"][0]["rawSql"], chosen, HISTORY)


def test_every_statement_of_a_board_is_timed_over_every_range(wall: Wall) -> None:
    board = BOARDS["commune-coverage"]
    timed = list(time_board(wall.session, board, wall.end, repeats=1))
    assert [one.panel for one in timed if one.range == "–"] == ["$commune", "$operator", "$technology", "$surroundings"]
    assert len(timed) == len(board.variables) + len(RANGES_OF_BENCH) * len(list(panels(board)))
    assert all(one.milliseconds > 0 for one in timed)
    assert {one.rows for one in timed if one.panel == "Bản đồ các ô"} == {20}


def test_a_range_of_days_reads_neither_readings_nor_hours(wall: Wall) -> None:
    """The branches of a trend that do not apply are cut away when PostgreSQL plans it."""
    board = BOARDS["commune-kind-environment"]
    (panel,) = (panel for panel in panels(board) if panel["title"] == "Nhiệt độ không khí")
    chosen = choose(wall, board, "environment")
    plans = {
        name: "\n".join(str(row[0]) for row in run(wall, f"EXPLAIN {panel['targets'][0]['rawSql']}", chosen, span).rows)
        for name, span in RANGES.items()
    }
    assert [plan.count("One-Time Filter: false") for plan in plans.values()] == [2, 2, 2]
    assert "rollup_environment" not in plans["readings"]
    assert "rollup_environment_day" not in plans["hours"]
