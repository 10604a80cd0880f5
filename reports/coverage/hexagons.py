"""Cells of H3 as arrays of 64-bit numbers.

A parent and its resolution are bits of a cell's number (h3geo.org, "Index structure"), so they are had without a call
for each cell. H3 cells are not nested exactly: a sample belongs to the parent of its fine cell, which near an edge may
be the neighbour of the cell that its position lies in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import NDArray

from reports.grids import Floats, floats

Cells = NDArray[np.uint64]

_RESOLUTION_AT = 52
_RESOLUTION_MASK = np.uint64(0xF << _RESOLUTION_AT)
_FINEST = 15
_DIGIT_BITS = 3


def cells_at(latitude: Floats, longitude: Floats, resolution: int) -> Cells:
    """The cell of each place, given in degrees."""
    of = h3.latlng_to_cell
    found = (of(y, x, resolution) for y, x in zip(latitude.tolist(), longitude.tolist(), strict=True))
    return np.fromiter(found, dtype=np.uint64, count=len(latitude))


def parents(cells: Cells, resolution: int) -> Cells:
    """The parent of each cell at a coarser resolution."""
    unused = np.uint64((1 << (_DIGIT_BITS * (_FINEST - resolution))) - 1)
    result: Cells = (cells & ~_RESOLUTION_MASK) | np.uint64(resolution << _RESOLUTION_AT) | unused
    return result


def centres(cells: Cells) -> tuple[Floats, Floats]:
    """Latitude and longitude of the middle of each cell, in degrees."""
    found = floats([h3.cell_to_latlng(cell) for cell in cells.tolist()]).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def areas_km2(cells: Cells) -> Floats:
    """The area of each cell on the sphere, in km²."""
    return floats([h3.cell_area(cell, unit="km^2") for cell in cells.tolist()])


def cells_inside(boundary: Mapping[str, Any], resolution: int) -> Cells:
    """The cells whose centre lies in a GeoJSON Polygon or MultiPolygon, in rising order."""
    return np.unique(np.asarray(h3.geo_to_cells(boundary, resolution), dtype=np.uint64))


def code_of(cell: int) -> str:
    """A cell's number as it is written: 15 hexadecimal digits."""
    return f"{int(cell):x}"


def number_of(code: str) -> int:
    """The number of a cell that is written so; raises ValueError for one that is not a number."""
    return int(code, 16)


def outline(cell: int) -> list[tuple[float, float]]:
    """The corners of a cell as closed ring of (longitude, latitude), for GeoJSON."""
    ring = [(float(longitude), float(latitude)) for latitude, longitude in h3.cell_to_boundary(int(cell))]
    return [*ring, ring[0]]


def numbers(codes: Sequence[str]) -> Cells:
    """Cells that are written, as numbers."""
    return np.array([number_of(code) for code in codes], dtype=np.uint64)
