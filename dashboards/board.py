"""A dashboard as a value, and as the JSON that Grafana reads: panels in lines, numbers that stay, nothing stray."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from dashboards.errors import DashboardError
from dashboards.grafana import data_source
from dashboards.looks import build
from dashboards.panels import Panel, panel_id
from dashboards.sdk import JSONEncoder, dashboard

WIDTH = 24
TAG = "xa-thong-minh"
TIME_ZONE = "Asia/Ho_Chi_Minh"
REFRESH = "1m"


@dataclass(frozen=True)
class Variable:
    """What the reader chooses; `sql` gives `__text` and `__value`. With `several`, any number of them, and All."""

    name: str
    label: str
    description: str
    sql: str
    several: bool = True
    hidden: bool = False

    @property
    def query(self) -> str:
        """What Grafana asks. Where several may be chosen there is always one, since "All" of none is `IN ()`."""
        if not self.several:
            return self.sql
        return (
            f"WITH choices AS (SELECT *, row_number() OVER () AS place FROM (\n{self.sql}\n) AS found)\n"  # noqa: S608
            "SELECT __text, __value FROM (SELECT __text, __value, place FROM choices\n"
            "UNION ALL SELECT 'chưa có', '-', 0 WHERE NOT EXISTS (SELECT FROM choices)) AS t ORDER BY place"
        )


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Board:
    """A dashboard; its `uid` stays for ever, since links name it."""

    uid: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    since: str = "now-24h"


def to_json(board: Board) -> dict[str, Any]:
    """The dashboard as Grafana reads it; raises DashboardError when two panels would have one number."""
    made = dashboard.Dashboard(
        uid=board.uid,
        title=board.title,
        description=board.description,
        tags=[TAG],
        timezone=TIME_ZONE,
        week_start="monday",
        editable=False,
        refresh=REFRESH,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(board.since, "now"),
        timepicker=dashboard.TimePickerConfig(refresh_intervals=["1m", "5m", "15m", "1h"]),
        templating=dashboard.DashboardDashboardTemplating([_variable(variable) for variable in board.variables]),
        annotations=dashboard.AnnotationContainer([]),
        links=[_link()],
        panels=list(_panels(board)),
    )
    return clean(decode(made))


def decode(made: dashboard.Dashboard) -> dict[str, Any]:
    """What Grafana's SDK writes, as plain members."""
    found = orjson.loads(JSONEncoder(sort_keys=True).encode(made))
    assert isinstance(found, dict)
    return found


def clean(written: dict[str, Any]) -> dict[str, Any]:
    """Take away what the SDK adds and Grafana does not want: keys of other variables, links hidden in a menu."""
    for variable in written["templating"]["list"]:
        for stray in ("auto", "auto_count", "auto_min"):
            variable.pop(stray, None)
    for link in written["links"]:
        link.pop("placement", None)
    return written


def text(board: Board) -> str:
    """The file of a dashboard: the same bytes for the same dashboard."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(to_json(board), option=options).decode()


def _panels(board: Board) -> Iterator[dashboard.Panel | dashboard.RowPanel]:
    used: dict[int, str] = {}

    def number(row: str, title: str) -> int:
        found = panel_id(board.uid, row, title)
        if found in used:
            raise DashboardError(f"{board.uid}: {title!r} and {used[found]!r} have one number; name one otherwise")
        used[found] = title
        return found

    top = 0
    for row in board.rows:
        place = dashboard.GridPos(h=1, w=WIDTH, x=0, y=top)
        yield dashboard.RowPanel(title=row.title, grid_pos=place, id_val=number(row.title, ""), panels=[])
        left, top, height = 0, top + 1, 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                left, top, height = 0, top + height, 0
            place = dashboard.GridPos(h=panel.height, w=panel.width, x=left, y=top)
            yield build(panel, number(row.title, panel.title), place)
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _variable(variable: Variable) -> dashboard.VariableModel:
    return dashboard.VariableModel(
        type_val=dashboard.VariableType.QUERY,
        name=variable.name,
        label=variable.label,
        description=variable.description,
        hide=dashboard.VariableHide.HIDE_VARIABLE if variable.hidden else dashboard.VariableHide.DONT_HIDE,
        query=variable.query,
        definition=variable.query,
        datasource=data_source(),
        multi=variable.several,
        include_all=variable.several,
        allow_custom_value=False,
        current=dashboard.VariableOption(True, ["All"], ["$__all"]) if variable.several else None,
        refresh=dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=dashboard.VariableSort.DISABLED,
        options=[],
    )


def _link() -> dashboard.DashboardLink:
    """To the other dashboards, with the time range and what was chosen."""
    return dashboard.DashboardLink(
        title="Bảng khác",
        type_val=dashboard.DashboardLinkType.DASHBOARDS,
        icon="external link",
        tooltip="Sang bảng khác, giữ khoảng thời gian và lựa chọn",
        tags=[TAG],
        as_dropdown=True,
        include_vars=True,
        keep_time=True,
    )
