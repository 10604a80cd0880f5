"""What a picture shows, as values: bars, lines and maps. `draw` makes the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

DARK, BLUE, ORANGE, GREEN, RED, GREY = "#0B4F4A", "#2F6DB5", "#D9822B", "#2E8B57", "#C0392B", "#9AA3A8"
SERIES_COLOURS = (BLUE, ORANGE, GREEN, RED, "#7A5195", DARK)


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across a chart at a value that matters."""

    value: float
    words: str
    colour: str = RED


@dataclass(frozen=True, slots=True)
class DayBars:
    """A bar for each day; a day without a value has none. `colours` is one a day; `legend` says what they mean."""

    days: tuple[date, ...]
    values: tuple[float | None, ...]
    colours: tuple[str, ...]
    axis: str
    legend: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class DayLines:
    """A line for each of some series of daily values; gaps stay gaps."""

    days: tuple[date, ...]
    series: Mapping[str, tuple[float | None, ...]]
    axis: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that lies: a value with the interval that holds the truth, where there is one."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    colour: str = BLUE


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars one below the other, shares of 1 shown as percentages where `share`."""

    bars: tuple[Bar, ...]
    axis: str
    share: bool = False
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape of a map; `rings` are its outlines. `hatch` marks what was modelled, not measured."""

    rings: tuple[tuple[Point, ...], ...]
    colour: str
    words: str = ""
    hatch: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a map with what stands beside it; the same `words` share one line of the legend."""

    at: Point
    colour: str
    words: str = ""
    label: str = ""
    shape: str = "o"


@dataclass(frozen=True, slots=True)
class Map:
    """Shapes and points in degrees of WGS 84, drawn without a projection of note, with a scale and north up."""

    areas: tuple[Area, ...] = ()
    marks: tuple[Mark, ...] = ()
    outlines: tuple[tuple[Point, ...], ...] = ()
    labels: tuple[tuple[Point, str], ...] = ()


Chart = DayBars | DayLines | Bars | Map
