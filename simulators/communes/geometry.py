"""Plane geometry in degrees, enough for a commune of a few kilometres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
"""Longitude, latitude."""


def contains(ring: Sequence[Point], point: Point) -> bool:
    """True when a point is inside a ring (even-odd rule); the ring need not repeat its first point."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def centroid(ring: Sequence[Point]) -> Point:
    """The centre of area of a ring."""
    area = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross / 2.0
        cx += (x1 + x2) * cross
        cy += (y1 + y2) * cross
    return cx / (6.0 * area), cy / (6.0 * area)


def along(line: Sequence[Point], count: int) -> list[Point]:
    """`count` points spread evenly over a line, half a space from its ends."""
    squeeze = math.cos(math.radians(line[0][1]))
    lengths = [math.hypot((b[0] - a[0]) * squeeze, b[1] - a[1]) for a, b in pairwise(line)]
    total = sum(lengths)
    points = []
    for number in range(count):
        rest = total * (number + 0.5) / count
        for (a, b), length in zip(pairwise(line), lengths, strict=True):
            if rest <= length:
                share = rest / length
                points.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
                break
            rest -= length
    return points
