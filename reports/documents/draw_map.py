"""Maps of a commune: shapes, points, a scale in kilometres, north at the top."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.documents.charts import Map, Point

KM_A_DEGREE = 111.32
"""Kilometres of a degree of latitude."""
STEPS_KM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def draw_map(axes: Axes, chart: Map) -> None:
    """Draw a map on empty axes."""
    for area in chart.areas:
        axes.add_collection(
            PolyCollection(
                [list(ring) for ring in area.rings],
                facecolors=area.colour,
                edgecolors="#FFFFFF" if not area.hatch else "#777777",
                linewidths=0.3,
                hatch="////" if area.hatch else None,
            ),
            autolim=False,
        )
    for outline in chart.outlines:
        axes.plot([x for x, _ in outline], [y for _, y in outline], color="#444444", linewidth=0.9, zorder=3)
    for mark in chart.marks:
        axes.plot(*mark.at, mark.shape, color=mark.colour, markersize=6, markeredgecolor="#222222", zorder=4)
        if mark.label:
            axes.annotate(mark.label, mark.at, xytext=(4, 3), textcoords="offset points", fontsize=7.5, zorder=5)
    for at, words in chart.labels:
        axes.annotate(words, at, ha="center", va="center", fontsize=7, color="#777777", zorder=2)
    _frame(axes, _points(chart))
    _legend(axes, chart)


def _points(chart: Map) -> list[Point]:
    points = [mark.at for mark in chart.marks] + [point for outline in chart.outlines for point in outline]
    return points + [point for area in chart.areas for ring in area.rings for point in ring]


def _frame(axes: Axes, points: list[Point]) -> None:
    if not points:
        axes.set_axis_off()
        return
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    middle = (south + north) / 2
    shrink = math.cos(math.radians(middle))
    margin = max((north - south) * 0.05, (east - west) * shrink * 0.05, 0.001)
    axes.set_xlim(west - margin / shrink, east + margin / shrink)
    axes.set_ylim(south - margin * 2.2, north + margin)
    axes.set_aspect(1 / shrink)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
    width_km = (east - west + 2 * margin / shrink) * KM_A_DEGREE * shrink
    _scale(axes, width_km, shrink)
    axes.annotate(
        "B", (0.965, 0.99), (0.965, 0.90), "axes fraction", "axes fraction", ha="center", va="center",
        fontsize=11, fontweight="bold", arrowprops={"arrowstyle": "-|>", "color": "#222222"},
    )  # fmt: skip


def _scale(axes: Axes, width_km: float, shrink: float) -> None:
    """A bar of a round length, about a fifth of the map, at the lower left."""
    length = max((step for step in STEPS_KM if step <= width_km / 4), default=STEPS_KM[0])
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x, y = left + (right - left) * 0.03, bottom + (top - bottom) * 0.035
    end = x + length / (KM_A_DEGREE * shrink)
    axes.plot([x, end], [y, y], color="#222222", linewidth=2.4, solid_capstyle="butt", zorder=6)
    words = f"{length:g} km".replace(".", ",")
    axes.annotate(words, (end, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5, zorder=6)


def _legend(axes: Axes, chart: Map) -> None:
    handles: dict[str, Patch | Line2D] = {}
    for area in chart.areas:
        if area.words and area.words not in handles:
            hatch = "////" if area.hatch else None
            handles[area.words] = Patch(facecolor=area.colour, edgecolor="#777777", hatch=hatch, label=area.words)
    for mark in chart.marks:
        if mark.words and mark.words not in handles:
            # Marks of one meaning and several colours: the colours are explained by the areas.
            colours = {other.colour for other in chart.marks if other.words == mark.words}
            colour = mark.colour if len(colours) == 1 else "#FFFFFF"
            handles[mark.words] = Line2D(
                [], [], marker=mark.shape, color=colour, markeredgecolor="#222222", linestyle="", label=mark.words
            )
    if handles:
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.legend(
            handles=list(handles.values()), loc="outside lower center", ncols=min(len(handles), 3), fontsize=9.5
        )
