"""Simulated communes whose coverage is known in every cell, and the drives that measure some of it.

The radio field is the simulator's (3GPP TR 38.901, rural macro), static but for fading and the load of the hour. A
drive is biased as drives are: it keeps to roads, roads near the masts are driven most, some never; it is by day; its
positions are those of a receiver; in a vehicle its levels are weaker than in the open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import h3.api.numpy_int as h3
import numpy as np

from devices.catalogue.signal_probe import TECHNOLOGIES
from reports.coverage.ground import Ground, ground_of
from reports.coverage.hexagons import centres
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import NONE, NR_SA, OUTDOOR, VEHICLE, Samples
from reports.grids import Flags, Floats
from simulators import radio
from simulators.network import IMPAIRMENT, NR_FLOOR_DBM, Network
from simulators.setting import Carrier, Mast, Plane, Setting
from simulators.terrain import Terrain

OPERATOR = "452-04"
VEHICLE_LOSS_DB = 3.0
SPEED_M_S = 7.5
INTERVAL_SECONDS = 30.0
HOURS_A_DAY = 5.0
USUAL_LOAD = 0.35
USUAL_SIDE_M = 4_000.0
"""In a commune of this size there are two to nine masts, in a smaller one as much fewer."""
CENTRE = (20.87, 106.30)
MONDAY_US = 1_790_557_200_000_000
"""Midnight (UTC+7) of 28 September 2026."""
BANDS = (("n28", 0.76, 106, 15.0, 15.0), ("n41", 2.55, 273, 30.0, 17.0), ("n78", 3.75, 273, 30.0, 19.0))
"""Name, GHz, resource blocks, kHz between subcarriers, dB of gain."""


@dataclass(frozen=True, slots=True)
class Road:
    """A winding road from one side of the commune to the other, and how often it is chosen for a drive."""

    x: Floats
    y: Floats
    weight: float


class SimulatedCommune:
    """One commune of `side_m` metres by as much, a pure function of its seed."""

    def __init__(self, seed: int, side_m: float = USUAL_SIDE_M) -> None:
        self.seed, self.side_m = seed, side_m
        self._random = np.random.default_rng([seed, 1])
        self.plane = Plane(*CENTRE)
        carrier = self._carrier()
        masts = max(round(self._random.integers(2, 10) * (side_m / USUAL_SIDE_M) ** 2), 1)
        self.masts = tuple(self._mast(number, carrier) for number in range(masts))
        self.roads = self._roads()
        setting = Setting(
            "gia-lap",
            self.plane,
            Terrain(-side_m, -side_m, 2 * side_m, ((0.0, 0.0), (0.0, 0.0))),
            self.masts,
            (),
            (),
            (),
        )
        self.network = Network(seed, setting)

    def _carrier(self) -> Carrier:
        band, frequency, blocks, spacing, gain = BANDS[int(self._random.integers(len(BANDS)))]
        power = float(self._random.uniform(40, 49))
        return Carrier(OPERATOR, TECHNOLOGIES[NR_SA], band, frequency, 100.0, blocks, spacing, power, gain, 0.75, 4)

    def _mast(self, number: int, carrier: Carrier) -> Mast:
        x, y = self._random.uniform(-0.5, 0.5, 2) * self.side_m
        return Mast(f"mast-{number}", float(x), float(y), float(self._random.uniform(0, 120)), (carrier,))

    def _roads(self) -> tuple[Road, ...]:
        half, spacing = self.side_m / 2, float(self._random.uniform(300, 900))
        along = np.arange(-half, half, 10.0)
        roads = []
        for turned in (False, True):
            for place in np.arange(-half + spacing / 2, half, spacing):
                swing, length = self._random.uniform(20, 150), self._random.uniform(800, 3000)
                phase = self._random.uniform(0, 2 * np.pi)
                across = place + swing * np.sin(2 * np.pi * along / length + phase)
                x, y = (across, along) if turned else (along, across)
                near = min(float(np.hypot(x - mast.x, y - mast.y).min()) for mast in self.masts)
                never = self._random.uniform() < 0.15
                weight = 0.0 if never else float(np.exp(-near / 800.0) * self._random.uniform(0.2, 1.0)) + 0.02
                roads.append(Road(x, y, weight))
        return tuple(roads)

    @cached_property
    def boundary(self) -> dict[str, Any]:
        """The square that the commune is, as GeoJSON."""
        half = self.side_m / 2
        corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
        latitude, longitude = self.plane.degrees(*np.array(corners).T)
        ring = [[float(x), float(y)] for x, y in zip(longitude, latitude, strict=True)]
        return {"type": "Polygon", "coordinates": [ring]}

    def ground(self, rules: CoverageRules) -> Ground:
        """The commune's cells."""
        return ground_of((), (), rules, boundary=self.boundary)

    def true_shares(self, ground: Ground, rules: CoverageRules) -> Floats:
        """Of each cell the share of its places that pass the profile `basic` in the open, at the usual load."""
        fine = np.concatenate([h3.cell_to_children(cell, rules.thinning_resolution) for cell in ground.cells.tolist()])
        latitude, longitude = centres(np.asarray(fine, dtype=np.uint64))
        passes = self._passes(latitude, longitude, rules)
        shares: Floats = passes.reshape(ground.cells.size, -1).mean(axis=1)
        return shares

    def _passes(self, latitude: Floats, longitude: Floats, rules: CoverageRules) -> Flags:
        scale = self.plane.degrees(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        x = (longitude - scale[1][0]) / (scale[1][1] - scale[1][0])
        y = (latitude - scale[0][0]) / (scale[0][1] - scale[0][0])
        shadows = self.network.shadows(x, y)
        carrier = self.masts[0].carriers[0]
        levels = np.stack([self.network.received(mast, carrier, x, y, shadows[mast.code]) for mast in self.masts])
        milliwatts = 10.0 ** (levels / 10.0)
        own = milliwatts.max(axis=0)
        noise = 10.0 ** (radio.noise_per_element(carrier.spacing_khz) / 10.0)
        sinr = own / ((milliwatts.sum(axis=0) - own) * USUAL_LOAD + noise + own * IMPAIRMENT)
        limit = next(iter(rules.thresholds.values()))
        passes: Flags = (10 * np.log10(own) >= limit.rsrp_dbm) & (10 * np.log10(sinr) >= limit.sinr_db)
        return passes

    @cached_property
    def _choice(self) -> Floats:
        weights = np.array([road.weight for road in self.roads])
        result: Floats = weights / weights.sum()
        return result

    def drive(self, days: int, *, in_vehicle: bool = True, first_day: int = 0) -> Samples:
        """What one probe tells of so many days of driving, every 30 seconds."""
        random = np.random.default_rng([self.seed, 2, first_day])
        pieces = []
        for day in range(first_day, first_day + days):
            way = self._way(random)
            moment = MONDAY_US / 1e6 + day * 86_400 + 8 * 3600 + np.arange(len(way)) * INTERVAL_SECONDS
            pieces.append(np.column_stack([moment, way]))
        time, x, y = np.concatenate(pieces).T
        return self._measure(time, x, y, random, in_vehicle=in_vehicle)

    def _way(self, random: np.random.Generator) -> Floats:
        """Where the probe is at each sample of a day: road after road, each from end to end."""
        wanted, found = round(HOURS_A_DAY * 3600 / INTERVAL_SECONDS), np.empty((0, 2))
        while len(found) < wanted:
            road = self.roads[int(random.choice(len(self.roads), p=self._choice))]
            reach = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(road.x), np.diff(road.y)))])
            step = SPEED_M_S * INTERVAL_SECONDS
            at = np.arange(random.uniform(0, step), reach[-1], step)
            at = at[:: int(random.choice([-1, 1]))]
            piece = np.column_stack([np.interp(at, reach, road.x), np.interp(at, reach, road.y)])
            found = np.concatenate([found, piece])
        return found[:wanted]

    def _measure(self, time: Floats, x: Floats, y: Floats, random: np.random.Generator, *, in_vehicle: bool) -> Samples:
        count = len(time)
        loss = VEHICLE_LOSS_DB if in_vehicle else 0.0
        told = self.network.receive(OPERATOR, (TECHNOLOGIES[NR_SA],), x, y, time, loss)
        assert told is not None, "every mast has the carrier"
        served = told.power_dbm >= NR_FLOOR_DBM
        latitude, longitude = self.plane.degrees(x + random.normal(0, 3, count), y + random.normal(0, 3, count))
        nothing, ones = np.full(count, np.nan), np.ones(count, dtype=np.int8)
        return Samples(
            operators=(OPERATOR,),
            time_us=np.round(time * 1e6).astype(np.int64),
            terminal=np.ones(count, dtype=np.int64),
            operator=0 * ones,
            technology=np.where(served, NR_SA, NONE).astype(np.int8),
            surroundings=(VEHICLE if in_vehicle else OUTDOOR) * ones,
            latitude=latitude,
            longitude=longitude,
            accuracy=random.gamma(4.0, 1.5, count),
            speed=np.full(count, SPEED_M_S),
            ss_rsrp=np.where(served, told.power_dbm, np.nan),
            ss_sinr=np.where(served, told.sinr_db, np.nan),
            rsrp=nothing,
            sinr=nothing,
            download=nothing,
            upload=nothing,
            latency=nothing,
            access_ok=served.astype(np.int8),
        )
