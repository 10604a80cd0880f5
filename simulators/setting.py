"""Where a simulated world lies: its plane, ground, roads, waters, feeders and base stations. Pure values."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.noise import Floats
from simulators.river import Reach
from simulators.terrain import Terrain
from simulators.weather import Spot

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of the earth's mean radius."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A commune is small: degrees become metres east and north of its centre."""

    latitude: float
    longitude: float

    def spot(self, latitude: float, longitude: float) -> Spot:
        """The place of a WGS 84 point."""
        east = (longitude - self.longitude) * METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
        return Spot(east, (latitude - self.latitude) * METRES_PER_DEGREE, latitude, longitude)

    def degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of places in metres."""
        squeeze = METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
        return self.latitude + y / METRES_PER_DEGREE, self.longitude + x / squeeze


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier of an operator on a mast.

    `technology` is the generation the cell speaks: NR_SA, NR_NSA, LTE, UMTS or GSM. `resource_blocks` and
    `spacing_khz` give its width; `gain_db` is the peak gain of a sector.
    """

    operator: str
    technology: str
    band: str
    frequency_ghz: float
    bandwidth_mhz: float
    resource_blocks: int
    spacing_khz: float
    power_dbm: float
    gain_db: float
    downlink_share: float
    layers: int


@dataclass(frozen=True, slots=True)
class Mast:
    """A base station: its place, the azimuth of its first sector, what it carries."""

    code: str
    x: float
    y: float
    azimuth: float
    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything about a commune that the world needs besides its devices."""

    code: str
    plane: Plane
    terrain: Terrain
    masts: tuple[Mast, ...]
    route: tuple[tuple[float, float], ...]
    """The round that mobile probes drive, in metres; it ends where it begins."""
    reaches: tuple[Reach, ...]
    feeders: tuple[str, ...]
