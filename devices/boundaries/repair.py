"""Areas put right: what cannot be drawn, crosses itself, or is left over from drawing. Each repair is told."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from devices.boundaries.findings import Finding, fault, note, repaired, vietnamese, warning
from devices.geometry import MOST_POSITIONS

Area = Polygon | MultiPolygon

SLIVER_M2 = 50.0
"""Holes and pieces smaller than this are left over from drawing: no hamlet has a part of 7 × 7 m."""
GRID_DEGREES = 1e-7
"""To which positions are rounded: a centimetre."""
MUCH = 0.01
"""A repair that changes more than this share of an area is told as something to look at."""

_EARTH = Geod(ellps="WGS84")


def square_metres(area: BaseGeometry) -> float:
    """The area on the WGS 84 ellipsoid."""
    return abs(float(_EARTH.geometry_area_perimeter(area)[0])) if not area.is_empty else 0.0


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons in a geometry of any type."""
    parts: Iterable[BaseGeometry] = getattr(geometry, "geoms", (geometry,))
    found: list[Polygon] = []
    for part in parts:
        if isinstance(part, Polygon):
            found.append(part)
        elif hasattr(part, "geoms"):
            found.extend(polygons_of(part))
    return [polygon for polygon in found if not polygon.is_empty]


def joined(polygons: Iterable[Polygon]) -> Area:
    """Polygons as one area, a MultiPolygon only where there are several."""
    listed = list(polygons)
    return listed[0] if len(listed) == 1 else MultiPolygon(listed)


def repair(geometry: BaseGeometry, where: str) -> tuple[Area | None, list[Finding]]:
    """The area of a geometry as a registry can keep it, and what was done to it; None where no area is left.

    Rings go round as RFC 7946 wants, outer ones against the clock.
    """
    findings: list[Finding] = []
    whole = _valid(geometry, where, findings)
    kept = _without_slivers(whole, where, findings)
    if not kept:
        nothing = fault(where, "không có vùng nào trong hình học", "there is no area in the geometry")
        return None, [*findings, nothing]
    area = joined(kept)
    fine = shapely.set_precision(area, GRID_DEGREES)
    area = joined(polygons_of(fine) or kept)
    area = _few_positions(area, where, findings)
    if isinstance(area, MultiPolygon):
        count = len(area.geoms)
        findings.append(note(where, f"gồm {count} mảnh rời nhau", f"consists of {count} separate pieces"))
    oriented: Area = shapely.orient_polygons(shapely.remove_repeated_points(area))
    return oriented, findings


def _valid(geometry: BaseGeometry, where: str, findings: list[Finding]) -> BaseGeometry:
    """The geometry without crossings; how much of the area that changes is told."""
    if geometry.is_valid:
        return geometry
    reason = explain_validity(geometry)
    whole: BaseGeometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    before = sum(square_metres(Polygon(polygon.exterior)) for polygon in polygons_of(geometry))
    after = square_metres(whole)
    share = min(abs(after - before) / before, 1.0) if before > 0 else 1.0
    say = warning if share > MUCH else repaired
    findings.append(
        say(
            where,
            f"ranh giới sai ({reason}); đã sửa, diện tích đổi {vietnamese(100 * share)} %",
            f"the boundary is not valid ({reason}); repaired, the area changed by {100 * share:.1f} %",
        )
    )
    return whole


def _without_slivers(geometry: BaseGeometry, where: str, findings: list[Finding]) -> list[Polygon]:
    pieces = polygons_of(geometry)
    kept = [piece for piece in pieces if square_metres(Polygon(piece.exterior)) >= SLIVER_M2]
    if kept and len(kept) < len(pieces):
        dropped = len(pieces) - len(kept)
        findings.append(
            repaired(
                where,
                f"đã bỏ {dropped} mảnh nhỏ hơn {SLIVER_M2:.0f} m²",
                f"{dropped} pieces smaller than {SLIVER_M2:.0f} m² were dropped",
            )
        )
    return [_without_small_holes(piece, where, findings) for piece in kept]


def _without_small_holes(piece: Polygon, where: str, findings: list[Finding]) -> Polygon:
    sizes = [(square_metres(Polygon(hole)), hole) for hole in piece.interiors]
    small = sum(size < SLIVER_M2 for size, _ in sizes)
    if small:
        findings.append(
            repaired(
                where,
                f"đã lấp {small} lỗ nhỏ hơn {SLIVER_M2:.0f} m²",
                f"{small} holes smaller than {SLIVER_M2:.0f} m² were filled",
            )
        )
    large = [(size, hole) for size, hole in sizes if size >= SLIVER_M2]
    if large:
        hectares = sum(size for size, _ in large) / 10_000
        findings.append(
            warning(
                where,
                f"có {len(large)} lỗ, tổng {vietnamese(hectares, 2)} ha, không tính vào vùng này",
                f"has {len(large)} holes of {hectares:.2f} ha together, which are not part of it",
            )
        )
    return Polygon(piece.exterior, [hole for _, hole in large])


def _few_positions(area: Area, where: str, findings: list[Finding]) -> Area:
    before = shapely.get_num_coordinates(area)
    tolerance = 1e-6
    simple: BaseGeometry = area
    while shapely.get_num_coordinates(simple) > MOST_POSITIONS:
        simple = shapely.simplify(area, tolerance, preserve_topology=True)
        tolerance *= 2
    if simple is area:
        return area
    after, metres = shapely.get_num_coordinates(simple), tolerance / 2 * 111_000
    findings.append(
        repaired(
            where,
            f"đã giản lược {before} điểm còn {after} (lệch tối đa {vietnamese(metres)} m)",
            f"{before} positions were simplified to {after} (at most {metres:.1f} m off)",
        )
    )
    return joined(polygons_of(simple))
