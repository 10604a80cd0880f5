"""A short way through places: the nearest one next, then no two legs that cross where straightening them is shorter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reports.grids import Floats

Place = tuple[float, float]
"""Latitude and longitude in degrees of WGS 84."""
PLACE_FORM = "latitude,longitude in degrees, such as 20.8737,106.3011"
EARTH_KM = 6371.0088
"""Mean radius R1 of the Earth (IUGG)."""


def place_of(text: str) -> Place | None:
    """The place that `latitude,longitude` in degrees names; None where it is none."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def kilometres(one: Place, other: Place) -> float:
    """The great circle between two places, by the haversine formula."""
    (north, east), (north_2, east_2) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((north_2 - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_2) * math.sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def short_route(start: Place, places: Sequence[Place]) -> list[int]:
    """The order, as indices, in which to visit places from a start, without coming back.

    Always to the nearest that is left, then improved by 2-opt (G. A. Croes, Operations Research 6 (1958), 791-812)
    until no reversal of a stretch makes it shorter. Good for some hundred places.
    """
    stations = [start, *places]
    far: Floats = np.array([[kilometres(one, other) for other in stations] for one in stations])
    return [station - 1 for station in _straightened(_nearest_first(far), far)[1:]]


def _nearest_first(far: Floats) -> list[int]:
    route, left = [0], set(range(1, len(far)))
    while left:
        nearest = min(left, key=lambda station: (far[route[-1], station], station))
        route.append(nearest)
        left.remove(nearest)
    return route


def _straightened(route: list[int], far: Floats) -> list[int]:
    is_shorter = True
    while is_shorter:
        is_shorter = False
        for first in range(1, len(route) - 1):
            for last in range(first + 1, len(route)):
                before, after = route[first - 1], route[last + 1] if last + 1 < len(route) else None
                old, new = far[before, route[first]], far[before, route[last]]
                if after is not None:
                    old, new = old + far[route[last], after], new + far[route[first], after]
                if new < old - 1e-9:
                    route[first : last + 1] = route[first : last + 1][::-1]
                    is_shorter = True
    return route
