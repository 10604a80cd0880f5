"""Samples and grounds for the tests of coverage, by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import h3.api.numpy_int as h3
import numpy as np

from devices.catalogue.signal_probe import OPERATORS
from devices.registry import Hamlet, HamletType, Site
from reports.coverage.ground import Ground, ground_of
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import COLUMNS, NR_SA, OUTDOOR, Samples
from reports.periods import parse_period

RULES = CoverageRules()
CENTRE = (20.87, 106.30)
VIETTEL = OPERATORS.index("452-04")
VINAPHONE = OPERATORS.index("452-02")
START_US = round(datetime.fromisoformat("2026-11-02T08:00:00+07:00").timestamp() * 1e6)
MINUTE_US = 60_000_000
QUARTER = parse_period("2026-Q4")
_USUAL: dict[str, Any] = {
    "terminal": 1,
    "operator": VIETTEL,
    "technology": NR_SA,
    "surroundings": OUTDOOR,
    "accuracy": 5.0,
    "speed": 0.0,
    "ss_rsrp": -90.0,
    "ss_sinr": 10.0,
    "access_ok": 1,
}
_WHOLE = {"time_us", "terminal"}
_CODES = {"operator", "technology", "surroundings", "access_ok"}


Row = dict[str, Any]
"""What a sample says that is not as usual."""


def samples(rows: Sequence[Row]) -> Samples:
    """Samples with what each row says; a good one of Viettel's 5G in the open at the centre, a minute after the last,
    where it says nothing.
    """
    columns = {name: [_value(name, place, row) for place, row in enumerate(rows)] for name in COLUMNS}
    return Samples(OPERATORS, *(np.array(columns[name], dtype=_dtype(name)) for name in COLUMNS))


def _value(name: str, place: int, row: dict[str, Any]) -> Any:
    if name == "time_us":
        return START_US + round(row.get("minute", place) * MINUTE_US)
    if name in ("latitude", "longitude") and "fine" in row:
        return h3.cell_to_latlng(row["fine"])[name == "longitude"]
    usual = CENTRE[name == "longitude"] if name in ("latitude", "longitude") else _USUAL.get(name, np.nan)
    return row.get(name, usual)


def _dtype(name: str) -> type:
    return np.int64 if name in _WHOLE else np.int8 if name in _CODES else np.float64


def cells_of(count: int) -> list[int]:
    """So many neighbouring cells of resolution 9, the middle one first."""
    middle = h3.latlng_to_cell(*CENTRE, 9)
    found: list[int] = []
    ring = 0
    while len(found) < count:
        found += [int(cell) for cell in sorted(h3.grid_ring(middle, ring))]
        ring += 1
    return found[:count]


def fine_cells(cell: int, count: int) -> list[int]:
    """So many cells of resolution 11 inside one of resolution 9."""
    return [int(fine) for fine in sorted(h3.cell_to_children(cell, 11))][:count]


def boundary_of(cells: Sequence[int]) -> dict[str, Any]:
    """The outline of some cells as GeoJSON."""
    shape = h3.cells_to_geo([np.uint64(cell) for cell in cells])
    return dict(shape)


def ground(
    cells: Sequence[int], people: Sequence[tuple[Sequence[int], int]] = (), sites: Sequence[Site] = ()
) -> Ground:
    """The ground of some cells, with hamlets that are each some of them and so many people."""
    hamlets = [
        Hamlet(f"thon-{number}", f"Thôn {number}", HamletType.THON, count, boundary=json.dumps(boundary_of(own)))
        for number, (own, count) in enumerate(people, 1)
    ]
    return ground_of(hamlets, sites, RULES, boundary=boundary_of(cells))
