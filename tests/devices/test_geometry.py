"""Points in polygons with holes, on borders, in several parts; and boundaries that are none."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.geometry import MOST_POSITIONS, Areas, Side, crossing_of, faults_of_boundary, side_of
from devices.placing import settle
from devices.registry import Device

OUTER = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]
ISLAND = [[20, 20], [22, 20], [21, 22], [20, 20]]
RING = {"type": "Polygon", "coordinates": [OUTER, HOLE]}
PARTS = {"type": "MultiPolygon", "coordinates": [[OUTER, HOLE], [ISLAND]]}
SLOPE = {"type": "Polygon", "coordinates": [[[0, 0], [3, 1], [0, 2], [0, 0]]]}


@pytest.mark.parametrize("boundary", [RING, PARTS])
@pytest.mark.parametrize(
    ("point", "side"),
    [
        ((1, 1), Side.INSIDE),
        ((5, 5), Side.OUTSIDE),
        ((5, 4), Side.BORDER),
        ((0, 5), Side.BORDER),
        ((10, 10), Side.BORDER),
        ((0, 0), Side.BORDER),
        ((11, 5), Side.OUTSIDE),
        ((-1, 0), Side.OUTSIDE),
        ((-1, 10), Side.OUTSIDE),
        ((5, 10 + 1e-6), Side.OUTSIDE),
    ],
)
def test_a_point_is_inside_outside_or_on_a_border(boundary: Any, point: tuple[float, float], side: Side) -> None:
    assert side_of(boundary, point) is side


def test_a_part_that_lies_apart_is_part_of_the_area() -> None:
    assert side_of(PARTS, (21, 21)) is Side.INSIDE
    assert side_of(RING, (21, 21)) is Side.OUTSIDE


@given(st.floats(0, 1), st.sampled_from([((0, 0), (3, 1)), ((3, 1), (0, 2))]))
def test_a_point_on_a_slope_is_on_the_border_whatever_rounding_does(share: float, edge: Any) -> None:
    (x1, y1), (x2, y2) = edge
    assert side_of(SLOPE, (x1 + share * (x2 - x1), y1 + share * (y2 - y1))) is Side.BORDER


@given(st.lists(st.floats(0, 2 * math.pi), min_size=3, max_size=40, unique=True), st.floats(0, 0.999), st.floats(0, 7))
def test_a_star_about_a_point_holds_what_is_nearer_than_its_edges(
    angles: list[float], share: float, direction: float
) -> None:
    ring = [[math.cos(angle), math.sin(angle)] for angle in sorted(angles)]
    boundary = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    if faults_of_boundary(boundary):
        return
    for corner in ring:
        assert side_of(boundary, (corner[0], corner[1])) is Side.BORDER
        assert side_of(boundary, (corner[0] * 1.01, corner[1] * 1.01)) is Side.OUTSIDE
    middle = [sum(c[axis] for c in ring) / len(ring) for axis in (0, 1)]
    corner = ring[int(direction) % len(ring)]
    between = tuple(middle[axis] + share * (corner[axis] - middle[axis]) for axis in (0, 1))
    assert side_of(boundary, between) is not Side.OUTSIDE  # type: ignore[arg-type]


def test_of_two_areas_the_one_that_a_point_is_more_inside_of_is_found_then_the_first_by_code() -> None:
    left = {"type": "Polygon", "coordinates": [[[0, 0], [5, 0], [5, 10], [0, 10], [0, 0]]]}
    areas = Areas([("b", left), ("a", {"type": "Polygon", "coordinates": [OUTER]}), ("c", None)])
    assert areas.locate(5, 5) == "a"
    assert areas.locate(2, 2) == "a"
    assert areas.locate(0, 5) == "a"
    assert areas.locate(40, 5) is None
    assert areas.bounded == {"a", "b"}
    inside_b_only = Areas([("a", left), ("b", {"type": "Polygon", "coordinates": [OUTER]})])
    assert inside_b_only.locate(5, 5) == "b"


@pytest.mark.parametrize(
    ("boundary", "words"),
    [
        (None, "of type Polygon or MultiPolygon"),
        ({"type": "Point", "coordinates": [1, 2]}, "of type Polygon or MultiPolygon"),
        ({"type": "Polygon"}, "no positions"),
        ({"type": "Polygon", "coordinates": []}, "no positions"),
        ({"type": "MultiPolygon", "coordinates": []}, "no positions"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "no positions"),
        ({"type": "MultiPolygon", "coordinates": [OUTER]}, "in numbers"),
        ({"type": "Polygon", "coordinates": ["ring"]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [OUTER[:-1]]}, "not closed: it ends at [0, 10]"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "at least three different"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 1], [0, 0]]]}, "at least three different"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, True], [2, 2], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, math.nan], [2, 2], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 91], [2, 2], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]}, "crosses itself near"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [2, 0], [2, 2], [0, 0]]]}, "crosses itself near"),
        ({"type": "Polygon", "coordinates": [OUTER, [[8, 4], [12, 4], [12, 6], [8, 4]]]}, "crosses itself near"),
        ({"type": "Polygon", "coordinates": [OUTER, ISLAND]}, "lies outside its ring"),
    ],
)
def test_what_is_no_boundary_is_named(boundary: object, words: str) -> None:
    (fault,) = faults_of_boundary(boundary)
    assert words in fault.en
    assert fault.vi != fault.en


@pytest.mark.parametrize(
    "boundary",
    [RING, PARTS, SLOPE, {"type": "Polygon", "coordinates": [[[*position, 3.5] for position in OUTER]]}],
)
def test_a_boundary_in_order_is_taken(boundary: object) -> None:
    assert faults_of_boundary(boundary) == []


def test_a_hole_that_touches_its_ring_is_taken() -> None:
    touching = [[0, 5], [2, 4], [2, 6], [0, 5]]
    assert faults_of_boundary({"type": "Polygon", "coordinates": [OUTER, touching]}) == []


def test_a_boundary_of_many_positions_is_judged_and_one_of_too_many_is_refused() -> None:
    def circle(count: int) -> dict[str, Any]:
        ring = [[math.cos(2 * math.pi * n / count), math.sin(2 * math.pi * n / count)] for n in range(count)]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}

    assert faults_of_boundary(circle(MOST_POSITIONS - 1)) == []
    (fault,) = faults_of_boundary(circle(MOST_POSITIONS))
    assert f"more than {MOST_POSITIONS}" in fault.en


def test_segments_that_only_touch_do_not_cross() -> None:
    assert crossing_of([((0, 0), (2, 2)), ((2, 2), (4, 0)), ((1, 1), (1, 5))]) is None
    assert crossing_of([((0, 0), (2, 2)), ((0, 2), (2, 0))]) is not None


AREAS = Areas([("a", {"type": "Polygon", "coordinates": [OUTER]}), ("open", None)])


@pytest.mark.parametrize(
    ("place", "hamlet", "given", "becomes", "warned"),
    [
        ((1.0, 1.0), None, False, "a", False),
        ((1.0, 1.0), "open", False, "a", False),
        ((1.0, 1.0), "open", True, "open", False),
        ((1.0, 1.0), None, True, None, False),
        ((50.0, 1.0), None, False, None, True),
        ((50.0, 1.0), "a", False, None, True),
        ((50.0, 1.0), "open", False, "open", True),
        ((50.0, 1.0), "a", True, "a", True),
        (None, "a", False, "a", False),
    ],
)
def test_a_device_is_settled_where_it_stands_unless_a_person_says_otherwise(
    place: tuple[float, float] | None, hamlet: str | None, given: bool, becomes: str | None, warned: bool
) -> None:
    longitude, latitude = place or (None, None)
    device = Device("gia-loc", "den-1", "lighting", latitude=latitude, longitude=longitude, hamlet=hamlet)
    settled, warnings = settle(device, AREAS, hamlet_given=given)
    assert (settled.hamlet, bool(warnings)) == (becomes, warned)
