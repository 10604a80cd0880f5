"""What is odd about the places of a commune taken together: overlaps, gaps, what lies outside, names that repeat."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from devices.boundaries.findings import Finding, fault, note, vietnamese, warning
from devices.boundaries.repair import square_metres
from devices.profile import Places
from devices.registry import Hamlet
from devices.sheets.columns import plain

SMALL_M2 = 1000.0
"""Overlaps and gaps below this are how two people draw the same line."""
SAME = 0.5
"""Two hamlets that share more than this of the smaller one are drawn twice."""
LITTLE = 0.01
"""What more than this share of an area lies elsewhere is told."""


def check_places(places: Places) -> list[Finding]:
    """Everything that is odd, the heaviest first."""
    areas = {hamlet.code: area_of(hamlet) for hamlet in places.hamlets if hamlet.boundary}
    boundary = None if places.boundary is None else shape(dict(places.boundary))
    found = [
        *_names(places),
        *_overlaps(places, areas),
        *_against(places, areas, boundary),
        *_people(places),
        *_sites(places, boundary),
    ]
    order = ("fault", "warning", "repaired", "note")
    return sorted(found, key=lambda finding: order.index(finding.weight))


def area_of(hamlet: Hamlet) -> BaseGeometry:
    """The boundary of a hamlet that has one."""
    area: BaseGeometry = shape(json.loads(hamlet.boundary or ""))
    return area


def _names(places: Places) -> Iterator[Finding]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for hamlet in places.hamlets:
        by_name[plain(hamlet.name)].append(hamlet.code)
    for codes in by_name.values():
        if len(codes) > 1:
            name = next(hamlet.name for hamlet in places.hamlets if hamlet.code == codes[0])
            listed = ", ".join(codes)
            yield fault(name, f"{len(codes)} thôn cùng tên ({listed})", f"{len(codes)} hamlets of one name ({listed})")


def _overlaps(places: Places, areas: dict[str, BaseGeometry]) -> Iterator[Finding]:
    names = {hamlet.code: hamlet.name for hamlet in places.hamlets}
    codes = sorted(areas)
    for one, other in combinations(codes, 2):
        if not areas[one].intersects(areas[other]):
            continue
        shared = square_metres(areas[one].intersection(areas[other]))
        if shared < SMALL_M2:
            continue
        share = shared / min(square_metres(areas[one]), square_metres(areas[other]))
        say = fault if share > SAME else warning
        where = f"{names[one]} – {names[other]}"
        yield say(
            where,
            f"chồng lên nhau {vietnamese(shared / 10_000, 2)} ha ({vietnamese(100 * share)} % thôn nhỏ hơn)",
            f"overlap by {shared / 10_000:.2f} ha ({100 * share:.1f} % of the smaller one)",
        )


def _against(places: Places, areas: dict[str, BaseGeometry], boundary: BaseGeometry | None) -> Iterator[Finding]:
    if boundary is None:
        if areas:
            yield note(
                "",
                "xã chưa có ranh giới; hợp của các thôn được dùng",
                "no boundary of the commune; its hamlets' union is used",
            )
        return
    names = {hamlet.code: hamlet.name for hamlet in places.hamlets}
    for code, area in areas.items():
        outside = square_metres(area.difference(boundary))
        share = outside / square_metres(area)
        if outside < SMALL_M2 or share <= LITTLE:
            continue
        say = fault if share > SAME else warning
        yield say(
            names[code],
            f"{vietnamese(100 * share)} % ({vietnamese(outside / 10_000, 2)} ha) nằm ngoài ranh giới xã",
            f"{100 * share:.1f} % ({outside / 10_000:.2f} ha) lies outside the commune's boundary",
        )
    if not areas:
        return
    gap = square_metres(boundary.difference(shapely.union_all(list(areas.values()))))
    if gap > LITTLE * square_metres(boundary):
        share, km2 = 100 * gap / square_metres(boundary), gap / 1e6
        yield warning(
            "",
            f"{vietnamese(km2, 2)} km² ({vietnamese(share)} %) của xã không thuộc thôn nào",
            f"{km2:.2f} km² ({share:.1f} %) of the commune belongs to no hamlet",
        )


def _people(places: Places) -> Iterator[Finding]:
    unknown = [hamlet.name for hamlet in places.hamlets if not hamlet.population]
    if unknown:
        listed = ", ".join(unknown[:10]) + (", ..." if len(unknown) > 10 else "")
        yield warning(
            "",
            f"{len(unknown)} thôn chưa có dân số, không tính được tỷ lệ theo dân số: {listed}",
            f"{len(unknown)} hamlets have no population, so shares of the people leave them out: {listed}",
        )
    shapeless = [hamlet.name for hamlet in places.hamlets if not hamlet.boundary]
    if shapeless:
        listed = ", ".join(shapeless[:10]) + (", ..." if len(shapeless) > 10 else "")
        yield warning(
            "",
            f"{len(shapeless)} thôn chưa có ranh giới: {listed}",
            f"{len(shapeless)} hamlets have no boundary: {listed}",
        )


def _sites(places: Places, boundary: BaseGeometry | None) -> Iterator[Finding]:
    for site in places.sites:
        if boundary is not None and not boundary.intersects(shapely.Point(site.longitude, site.latitude)):
            yield warning(site.name, "nằm ngoài ranh giới xã", "lies outside the commune's boundary")
    if places.centre is not None and boundary is not None:
        centre = shape(dict(places.centre))
        outside = square_metres(centre.difference(boundary)) / square_metres(centre)
        if outside > LITTLE:
            yield warning(
                "centre",
                f"{vietnamese(100 * outside)} % của vùng trung tâm nằm ngoài ranh giới xã",
                f"{100 * outside:.1f} % of the centre lies outside the commune's boundary",
            )
