"""The ground that a figure is about: the cells of a commune, who lives on them, its priority sites and settlements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import from_geojson, intersects_xy, unary_union
from shapely.geometry import mapping

from devices.registry import Hamlet, Site, SiteType
from reports.coverage.hexagons import Cells, areas_km2, cells_at, cells_inside, centres, parents
from reports.coverage.rules import CoverageRules
from reports.errors import NoGround
from reports.grids import Floats, Integers, floats

PRIORITY = tuple(kind for kind in SiteType if kind is not SiteType.CLUSTER)
"""The types of site that count as priority sites where a plan names none."""
Point = tuple[float, float]
"""Latitude and longitude in degrees."""
NOWHERE = -1
"""In `hamlet_of`: the cell lies in no hamlet."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where people live: the centre of a hamlet, or an outlying cluster."""

    code: str
    name: str
    latitude: float
    longitude: float
    is_centre: bool
    hamlet: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells in rising order, with their centres in degrees, areas in km², hamlets (places in `hamlets`) and people.

    `unplaced` people belong to hamlets of which neither a boundary nor a point is known.
    """

    cells: Cells
    latitude: Floats
    longitude: Floats
    area_km2: Floats
    hamlet_of: Integers
    people: Floats
    hamlets: tuple[Hamlet, ...]
    unplaced: float
    sites: tuple[Site, ...]
    spots: tuple[Spot, ...]

    def hamlet_code(self, at: int) -> str | None:
        """The code of the hamlet that a cell lies in."""
        number = int(self.hamlet_of[at])
        return None if number == NOWHERE else self.hamlets[number].code

    def places(self, cells: Cells) -> Integers:
        """Where each cell stands in `cells` of the ground, -1 for one that is not of it."""
        if not self.cells.size:
            return np.full(cells.shape, -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.cells, cells), self.cells.size - 1)
        return np.where(self.cells[at] == cells, at, -1).astype(np.int64)


def ground_of(
    hamlets: Sequence[Hamlet],
    sites: Sequence[Site],
    rules: CoverageRules,
    *,
    boundary: Mapping[str, Any] | None = None,
    priority: Sequence[SiteType] = PRIORITY,
) -> Ground:
    """The ground of a commune; without a `boundary` of its own it is all that its hamlets cover.

    `priority` are the types of site that the plan puts first. Raises NoGround where there is no boundary at all.
    """
    bounded = [json.loads(hamlet.boundary) if hamlet.boundary else None for hamlet in hamlets]
    shape = boundary or _together([found for found in bounded if found])
    cells = cells_inside(shape, rules.resolution)
    if not cells.size:
        raise NoGround("the boundary is so small that no cell has its centre in it")
    latitude, longitude = centres(cells)
    areas = areas_km2(cells)
    hamlet_of = _hamlets_of(bounded, latitude, longitude)
    points = [_point_of(hamlet, boundary) for hamlet, boundary in zip(hamlets, bounded, strict=True)]
    people, unplaced = _spread(hamlets, points, hamlet_of, cells, areas, rules)
    return Ground(
        cells,
        latitude,
        longitude,
        areas,
        hamlet_of,
        people,
        tuple(hamlets),
        unplaced,
        tuple(site for site in sites if site.type in priority),
        _spots(hamlets, sites, points),
    )


def _together(boundaries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if not boundaries:
        raise NoGround("the commune has no boundary, and none of its hamlets has one")
    # Hamlets leave slivers and overlap; cells in either are counted once.
    whole = unary_union([from_geojson(json.dumps(boundary)).buffer(0) for boundary in boundaries])
    found: Mapping[str, Any] = mapping(whole)
    return found


def _hamlets_of(boundaries: Sequence[Mapping[str, Any] | None], latitude: Floats, longitude: Floats) -> Integers:
    """The hamlet that each cell's centre lies in; where hamlets overlap, the first one."""
    found = np.full(latitude.shape, NOWHERE, dtype=np.int64)
    for number in reversed(range(len(boundaries))):
        boundary = boundaries[number]
        if boundary is not None:
            found[intersects_xy(from_geojson(json.dumps(boundary)).buffer(0), longitude, latitude)] = number
    return found


def _point_of(hamlet: Hamlet, boundary: Mapping[str, Any] | None) -> Point | None:
    """Latitude and longitude of a hamlet's own point, else of the middle of its boundary."""
    if hamlet.latitude is not None and hamlet.longitude is not None:
        return hamlet.latitude, hamlet.longitude
    if boundary is None:
        return None
    middle = from_geojson(json.dumps(boundary)).buffer(0).representative_point()
    return middle.y, middle.x


def _spread(
    hamlets: Sequence[Hamlet],
    points: Sequence[Point | None],
    hamlet_of: Integers,
    cells: Cells,
    areas: Floats,
    rules: CoverageRules,
) -> tuple[Floats, float]:
    """The people of each cell: a hamlet's, by area over its cells, or in the cell of its point; and those left over."""
    people, unplaced = np.zeros(cells.shape), 0.0
    for number, (hamlet, point) in enumerate(zip(hamlets, points, strict=True)):
        inhabitants = float(hamlet.population or 0)
        own = np.flatnonzero(hamlet_of == number)
        # A small hamlet, of a town, may lie between the centres of cells.
        if own.size == 0 and point is not None:
            here = cells_at(floats([point[0]]), floats([point[1]]), rules.thinning_resolution)
            own = np.flatnonzero(cells == parents(here, rules.resolution)[0])
        if own.size:
            people[own] += inhabitants * areas[own] / areas[own].sum()
        else:
            unplaced += inhabitants
    return people, unplaced


def _spots(hamlets: Sequence[Hamlet], sites: Sequence[Site], points: Sequence[Point | None]) -> tuple[Spot, ...]:
    """The centre of each hamlet, which is its own point or the middle of its boundary, and the outlying clusters."""
    spots = []
    for hamlet, point in zip(hamlets, points, strict=True):
        if point is not None:
            spots.append(Spot(hamlet.code, hamlet.name, point[0], point[1], True, hamlet.code))
    clusters = (site for site in sites if site.type is SiteType.CLUSTER)
    spots += [Spot(site.code, site.name, site.latitude, site.longitude, False, site.hamlet) for site in clusters]
    return tuple(spots)
