"""Panels as values: what one shows, where its rows come from, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zlib import crc32

from dashboards.colours import ALWAYS_GOOD, Limit

MOST_IDS = 1_000_000


class Shape(StrEnum):
    """The panels that are used, under Grafana's names."""

    STAT = "stat"
    TIMES = "timeseries"
    TABLE = "table"
    MAP = "geomap"
    STATES = "state-timeline"


@dataclass(frozen=True)
class Column:
    """How a column of a table differs from the others: unit, words for codes, a link, width in pixels."""

    unit: str | None = None
    decimals: int | None = None
    words: Mapping[str, tuple[str, str]] | None = None
    limits: tuple[Limit, ...] = ()
    link: tuple[str, str] | None = None
    hidden: bool = False
    width: int | None = None


@dataclass(frozen=True)
class Panel:
    """One panel. Words are Vietnamese; `unit` is Grafana's identifier; sizes are in squares, 24 to a line."""

    title: str
    description: str
    shape: Shape
    sql: str
    unit: str = "none"
    width: int = 8
    height: int = 8
    decimals: int | None = None
    limits: tuple[Limit, ...] = ALWAYS_GOOD
    words: Mapping[str, tuple[str, str]] | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    interval: str | None = None
    bars: bool = False
    bounds: tuple[float | None, float | None] = (None, None)


def panel_id(board: str, row: str, title: str) -> int:
    """A number that a panel keeps as long as its board, row and title stay."""
    return 1 + crc32(f"{board}/{row}/{title}".encode()) % MOST_IDS
