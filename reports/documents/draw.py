"""Charts as PNG pictures, the same bytes for the same values: 160 mm wide, 200 dots an inch, in the font of texts."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from reports.documents.charts import SERIES_COLOURS, Bars, Chart, DayBars, DayLines, Limit, Map
from reports.documents.draw_map import draw_map
from reports.documents.words import write_number, write_share

FONTS = Path(__file__).parent / "fonts"
WIDTH_MM = 160.0
DOTS_AN_INCH = 200
MM_AN_INCH = 25.4
LINES = ("-", (0, (4, 1.5)), (0, (1, 1)))
"""After the last colour the colours begin again with another line."""
STYLE: Any = {
    "font.family": "Tinos",
    "font.size": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "legend.frameon": False,
    "text.parse_math": False,
    "date.autoformatter.day": "%d/%m",
}
_one_at_a_time = Lock()
"""The settings of matplotlib are those of the process: only one picture is drawn at a time."""


def draw(chart: Chart) -> bytes:
    """The picture of a chart, as PNG."""
    with _one_at_a_time, mpl.rc_context(STYLE):
        _register_fonts()
        figure = Figure(figsize=(WIDTH_MM / MM_AN_INCH, _height_mm(chart) / MM_AN_INCH), dpi=DOTS_AN_INCH)
        figure.set_layout_engine("constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _DRAWERS[type(chart)](axes, chart)
        file = io.BytesIO()
        canvas.print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return file.getvalue()


@cache
def _register_fonts() -> None:
    for file in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(file)


def _height_mm(chart: Chart) -> float:
    if isinstance(chart, Bars):
        return 22.0 + 7.5 * len(chart.bars)
    return 100.0 if isinstance(chart, Map) else 68.0


def _day_bars(axes: Axes, chart: DayBars) -> None:
    days = _days(chart.days)
    heights = [np.nan if value is None else value for value in chart.values]
    axes.bar(days, heights, width=0.86, color=list(chart.colours), edgecolor="#555555", linewidth=0.3)
    _limits(axes, chart.limits)
    handles = [Patch(facecolor=colour, edgecolor="#555555", label=words) for words, colour in chart.legend.items()]
    _time_axis(axes, chart.axis)
    _legend(axes, [*handles, *axes.get_lines()])


def _day_lines(axes: Axes, chart: DayLines) -> None:
    days = _days(chart.days)
    for place, (name, values) in enumerate(chart.series.items()):
        colour, line = SERIES_COLOURS[place % len(SERIES_COLOURS)], LINES[place // len(SERIES_COLOURS) % len(LINES)]
        heights = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        marker = "o" if len(days) <= 40 or np.isfinite(heights).sum() <= 3 else ""
        axes.plot(days, heights, color=colour, linestyle=line, linewidth=1.3, marker=marker, markersize=2.5, label=name)
    _limits(axes, chart.limits)
    _time_axis(axes, chart.axis)
    if len(axes.get_lines()) > 1:
        _legend(axes, axes.get_lines())


def _bars(axes: Axes, chart: Bars) -> None:
    places = np.arange(len(chart.bars))
    for place, bar in zip(places, chart.bars, strict=True):
        if bar.value is not None:
            axes.barh(place, bar.value, height=0.62, color=bar.colour)
        elif bar.low is not None and bar.high is not None:
            # Nothing is known but where it lies: a pale band, which no one takes for a value.
            axes.barh(place, bar.high - bar.low, left=bar.low, height=0.3, color="#E4E8EA")
        if bar.value is not None and bar.low is not None and bar.high is not None:
            span = [[max(bar.value - bar.low, 0.0)], [max(bar.high - bar.value, 0.0)]]
            axes.errorbar(bar.value, place, xerr=span, color="#222222", capsize=3, linewidth=1.1)
        end = max((number for number in (bar.value, bar.high) if number is not None), default=0.0)
        shown = write_share(bar.value) if chart.share else write_number(bar.value, 1)
        axes.annotate(shown, (end, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9.5)
    axes.set_yticks(places, [bar.name for bar in chart.bars])
    axes.set_ylim(len(chart.bars) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(chart.axis)
    if chart.share:
        axes.set_xlim(0, 1.12)
        axes.set_xticks(np.linspace(0, 1, 6))
    else:
        longest = max(
            (number for bar in chart.bars for number in (bar.value, bar.high) if number is not None), default=0.0
        )
        axes.set_xlim(0, longest * 1.14 or 1.0)
    _numbers(axes, "x", share=chart.share)
    for limit in chart.limits:
        axes.axvline(limit.value, color=limit.colour, linewidth=1.2, linestyle=(0, (5, 3)), label=limit.words)
    _legend(axes, [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")])


def _days(days: Sequence[Any]) -> Any:
    return date2num(list(days))  # type: ignore[no-untyped-call]


def _limits(axes: Axes, limits: Sequence[Limit]) -> None:
    for limit in limits:
        axes.axhline(limit.value, color=limit.colour, linewidth=1.1, linestyle=(0, (5, 3)), label=limit.words)


def _time_axis(axes: Axes, title: str) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    forms = ["%Y", "%m/%Y", "%d/%m", "%H:%M", "%H:%M", "%S"]
    offsets = ["", "", "", "%d/%m", "%d/%m", "%H:%M"]
    zeros = ["", *forms[:-1]]
    formatter = ConciseDateFormatter(locator, formats=forms, zero_formats=zeros, offset_formats=offsets)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    axes.set_ylabel(title)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(visible=False, axis="x")
    axes.margins(x=0.01)
    _numbers(axes, "y", share=False)


def _numbers(axes: Axes, which: str, *, share: bool) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis

    def shown(value: float, _: object) -> str:
        if share:
            return write_share(value, 0)
        return write_number(value, 0 if abs(value - round(value)) < 1e-6 else 1)

    axis.set_major_formatter(FuncFormatter(shown))


def _legend(axes: Axes, handles: Sequence[Any]) -> None:
    if handles:
        longest = max(len(str(handle.get_label())) for handle in handles)
        columns = max(1, min(len(handles), 4, int(WIDTH_MM / (12 + 1.75 * longest))))
        axes.figure.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=9.5, handlelength=1.6)


_DRAWERS: dict[type, Callable[[Axes, Any], None]] = {
    DayBars: _day_bars,
    DayLines: _day_lines,
    Bars: _bars,
    Map: draw_map,
}
