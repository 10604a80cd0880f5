"""Where a point lies in GeoJSON boundaries (RFC 7946), and whether a boundary is one.

Plane geometry in degrees: a commune is a few kilometres wide, and an edge of a hamlet a few metres long, so the
difference to the ellipsoid is far below a survey's error. A point on an edge, of a hole too, belongs to the area.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Any

from devices.model import Text

MOST_POSITIONS = 20_000
"""Of one boundary. A hamlet's official boundary has a few hundred."""

BORDER_DEGREES = 1e-8
"""A point as near as that to an edge, about a millimetre, is on it: what rounding leaves of a point on a slope."""

Point = tuple[float, float]
"""Longitude, latitude."""
Ring = Sequence[Point]
Segment = tuple[Point, Point]


class Side(IntEnum):
    """Where a point lies of an area; the larger, the more it belongs to it."""

    OUTSIDE = 0
    BORDER = 1
    INSIDE = 2


class Areas:
    """The areas of a commune under their codes, made once and asked for every point."""

    def __init__(self, areas: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        """Take (code, boundary) pairs; an area without a boundary cannot be found."""
        self._areas = [
            (code, polygon, _box_of(polygon[0]))
            for code, boundary in sorted(areas, key=lambda area: area[0])
            if boundary is not None
            for polygon in _polygons(boundary)
        ]
        self.bounded = frozenset(code for code, _, _ in self._areas)
        """The codes of the areas that have a boundary."""

    def locate(self, longitude: float, latitude: float) -> str | None:
        """The code of the area that a point lies in, or None.

        On a border that two share, or where two overlap, it is the one that the point is more inside of, then the first
        by code: the same question always has the same answer.
        """
        best: tuple[Side, str | None] = (Side.OUTSIDE, None)
        for code, polygon, (west, south, east, north) in self._areas:
            if west <= longitude <= east and south <= latitude <= north:
                found = _side_of_polygon(polygon, (longitude, latitude))
                if found > best[0]:
                    best = (found, code)
        return best[1]


def _box_of(ring: Ring) -> tuple[float, float, float, float]:
    """West, south, east and north of a ring, with room for what counts as its border."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    room = BORDER_DEGREES
    return min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room


def side_of(boundary: Mapping[str, Any], point: Point) -> Side:
    """Where a point lies of a Polygon or MultiPolygon that `faults_of_boundary` finds nothing wrong with."""
    return max((_side_of_polygon(polygon, point) for polygon in _polygons(boundary)), default=Side.OUTSIDE)


def _side_of_polygon(rings: Sequence[Ring], point: Point) -> Side:
    outer, *holes = rings
    side = side_of_ring(outer, point)
    if side is not Side.INSIDE:
        return side
    for hole in holes:
        inside = side_of_ring(hole, point)
        if inside is not Side.OUTSIDE:
            return Side.BORDER if inside is Side.BORDER else Side.OUTSIDE
    return Side.INSIDE


def side_of_ring(ring: Ring, point: Point) -> Side:
    """Where a point lies of a closed ring: crossings of the ray to the east are counted (even-odd rule)."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if _distance((x1, y1), (x2, y2), point) <= BORDER_DEGREES:
            return Side.BORDER
        turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if (y1 > y) != (y2 > y) and (turn > 0) == (y2 > y1):
            inside = not inside
    return Side.INSIDE if inside else Side.OUTSIDE


def _distance(a: Point, b: Point, point: Point) -> float:
    """How far a point is from a segment, in degrees."""
    along_x, along_y = b[0] - a[0], b[1] - a[1]
    length = along_x * along_x + along_y * along_y
    share = ((point[0] - a[0]) * along_x + (point[1] - a[1]) * along_y) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.hypot(a[0] + share * along_x - point[0], a[1] + share * along_y - point[1])


def faults_of_boundary(boundary: object) -> list[Text]:
    """What is wrong with a GeoJSON geometry as the boundary of a hamlet; an empty list when nothing is."""
    if not isinstance(boundary, Mapping) or boundary.get("type") not in ("Polygon", "MultiPolygon"):
        return [
            Text(
                "ranh giới phải là GeoJSON loại Polygon hoặc MultiPolygon",
                "a boundary is a GeoJSON geometry of type Polygon or MultiPolygon",
            )
        ]
    nested = boundary.get("coordinates")
    polygons = [nested] if boundary["type"] == "Polygon" else nested
    if not isinstance(polygons, list) or not polygons:
        return [_shapeless()]
    if not all(isinstance(polygon, list) and polygon for polygon in polygons):
        return [_shapeless()]
    rings = [ring for polygon in polygons for ring in polygon]
    for ring in rings:
        fault = _fault_of_ring(ring)
        if fault is not None:
            return [fault]
    if sum(map(len, rings)) > MOST_POSITIONS:
        return [
            Text(
                f"ranh giới có hơn {MOST_POSITIONS} điểm; hãy giản lược nó",
                f"the boundary has more than {MOST_POSITIONS} positions; simplify it",
            )
        ]
    return [fault for polygon in _polygons(boundary) for fault in _faults_of_polygon(polygon)]


def _shapeless() -> Text:
    return Text("ranh giới không có điểm nào", "the boundary has no positions")


def _fault_of_ring(ring: object) -> Text | None:
    if not isinstance(ring, list) or not all(map(_is_position, ring)):
        return Text(
            "mỗi điểm của ranh giới là [kinh độ, vĩ độ] bằng số, -180 đến 180 và -90 đến 90",
            "each position of a boundary is [longitude, latitude] in numbers, -180 to 180 and -90 to 90",
        )
    if len(ring) < 4 or len({tuple(position[:2]) for position in ring}) < 3:
        return Text(
            "một vòng của ranh giới cần ít nhất ba điểm khác nhau và điểm đầu lặp lại ở cuối",
            "a ring of a boundary has at least three different positions and its first one again at its end",
        )
    if ring[0][:2] != ring[-1][:2]:
        return Text(
            f"vòng bắt đầu ở {_shown(ring[0])} chưa khép kín: nó kết thúc ở {_shown(ring[-1])}",
            f"the ring that begins at {_shown(ring[0])} is not closed: it ends at {_shown(ring[-1])}",
        )
    return None


def _is_position(position: object) -> bool:
    if not isinstance(position, list) or not 2 <= len(position) <= 3:
        return False
    if any(isinstance(part, bool) or not isinstance(part, int | float) or not abs(part) < 1e6 for part in position):
        return False
    return bool(abs(position[0]) <= 180 and abs(position[1]) <= 90)


def _faults_of_polygon(rings: Sequence[Ring]) -> Iterator[Text]:
    crossing = crossing_of([segment for ring in rings for segment in pairwise(ring) if segment[0] != segment[1]])
    if crossing is not None:
        yield Text(
            f"ranh giới tự cắt nhau gần {_shown(crossing)}",
            f"the boundary crosses itself near {_shown(crossing)}",
        )
        return
    outer, *holes = rings
    for hole in holes:
        # No edges cross, so one position that is not on the border tells for the whole hole.
        sides = (side_of_ring(outer, position) for position in hole)
        if next((side for side in sides if side is not Side.BORDER), Side.INSIDE) is Side.OUTSIDE:
            yield Text(
                f"lỗ bắt đầu ở {_shown(hole[0])} nằm ngoài vòng của nó",
                f"the hole that begins at {_shown(hole[0])} lies outside its ring",
            )


def crossing_of(segments: Sequence[Segment]) -> Point | None:
    """A point near which two of these segments cross or lie on each other, or None. Ends that touch are no crossing.

    The segments are taken from west to east, and each is compared with those only that reach its own west end.
    """
    reaching: list[Segment] = []
    for a, b in sorted((min(segment), max(segment)) for segment in segments):
        reaching = [other for other in reaching if other[1][0] >= a[0]]
        south, north = min(a[1], b[1]), max(a[1], b[1])
        for c, d in reaching:
            if min(c[1], d[1]) <= north and max(c[1], d[1]) >= south and _cross(a, b, c, d):
                return a
        reaching.append((a, b))
    return None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if all(turns):
        return turns[0] != turns[1] and turns[2] != turns[3]
    if any(turns):
        return False
    # All four lie on one line: they overlap where more than an end is common to both.
    axis = 0 if abs(b[0] - a[0]) >= abs(b[1] - a[1]) else 1
    first, second = sorted((a[axis], b[axis])), sorted((c[axis], d[axis]))
    return max(first[0], second[0]) < min(first[1], second[1])


def _turn(a: Point, b: Point, c: Point) -> int:
    """1 when the way from a over b to c turns left, -1 when it turns right, 0 when it goes straight."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _polygons(boundary: Mapping[str, Any]) -> list[list[Ring]]:
    nested = boundary["coordinates"]
    polygons = [nested] if boundary["type"] == "Polygon" else nested
    return [[[(position[0], position[1]) for position in ring] for ring in polygon] for polygon in polygons]


def _shown(position: Sequence[float]) -> str:
    return f"[{position[0]:.6g}, {position[1]:.6g}]"
