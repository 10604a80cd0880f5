"""Irrigation controllers: soil, valve, pump and meter of each zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.frames import Column, Columns
from simulators.noise import Floats
from simulators.soil import Soil, Zone
from simulators.world import World

ZONES = {
    "rice": Zone("", "rice", area_m2=3600.0, flow_l_min=540.0, pump_watts=2200.0),
    "vegetables": Zone("", "vegetables", area_m2=900.0, flow_l_min=120.0, pump_watts=750.0),
}
"""A usual zone of each crop."""


class IrrigationController(Simulator):
    """A controller for the zones that the commune's file names by crop; a single zone has no key."""

    kind_name = "irrigation"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        crops = list(traits.more.get("zones", ["vegetables"]))
        self._soils: list[Soil] = []
        for number, crop in enumerate(crops, start=1):
            usual = ZONES[crop]
            size = self.trait(f"size {number}", 0.7, 1.3)
            zone = Zone(
                f"zone-{number}" if len(crops) > 1 else "",
                crop,
                area_m2=usual.area_m2 * size,
                flow_l_min=usual.flow_l_min,
                pump_watts=usual.pump_watts,
            )
            self._soils.append(world.soil(device.code, zone, self.spot))
        self._blocked = self.spells("blocked", 60.0, 0.25, 1200.0, 7200.0)

    def measure(self, times: Floats) -> Sequence[Columns]:
        return [self._zone(soil, times) for soil in self._soils]

    def _zone(self, soil: Soil, times: Floats) -> Columns:
        zone, name = soil.zone, soil.zone.name
        opened = soil.is_open(times)
        columns: dict[str, Column] = {
            "zone": name,
            "soil_moisture": soil.moisture(times) + self.noise(f"moisture {name}", times, 0.1),
            "soil_temperature": soil.temperature(times) + self.noise(f"soil {name}", times, 0.05),
            "soil_ec": soil.conductivity(times),
            "valve_open": opened,
            "flow_rate": np.where(opened, zone.flow_l_min * (1 + self.noise(f"flow {name}", times, 0.01)), 0.0),
            "water_total": soil.water(times),
            "pump_on": opened,
            "pump_power": np.where(opened, zone.pump_watts * (1 + self.noise(f"pump {name}", times, 0.015)), 0.0),
            "line_pressure": np.where(opened, 245.0, 32.0) + self.noise(f"pressure {name}", times, 3.0),
        }
        if zone.crop == "rice":
            columns["field_tube_level"] = soil.tube(times) + self.noise(f"tube {name}", times, 0.1)
        else:
            columns["tank_level"] = soil.tank(times) + self.noise(f"tank {name}", times, 0.2)
        return columns

    def happenings(self, start: int, end: int) -> list[Happening]:
        return self.start_of("filter_blocked", self._blocked, start, end)
