"""Outlines and names of hamlets for maps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import fill
from typing import Any

from reports.documents.charts import Point
from storage.fleet import HamletRow

Rings = tuple[tuple[Point, ...], ...]


def outer_rings(geometry: Mapping[str, Any] | None) -> Iterator[tuple[Point, ...]]:
    """The outer outlines of a GeoJSON Polygon or MultiPolygon; nothing of anything else."""
    if geometry is None:
        return
    given: Any = geometry.get("coordinates", [])
    for polygon in {"Polygon": [given], "MultiPolygon": given}.get(geometry["type"], []):
        yield tuple((float(point[0]), float(point[1])) for point in polygon[0])


def hamlet_outlines(hamlets: Iterable[HamletRow]) -> Rings:
    """The outlines of all hamlets."""
    return tuple(ring for hamlet in hamlets for ring in outer_rings(hamlet.boundary))


def hamlet_labels(hamlets: Iterable[HamletRow]) -> tuple[tuple[Point, str], ...]:
    """The name of each hamlet that has a place, at that place."""
    return tuple(
        ((hamlet.longitude, hamlet.latitude), fill(hamlet.name, 12))
        for hamlet in hamlets
        if hamlet.longitude is not None and hamlet.latitude is not None
    )
