"""Water-level gauges on river and canals, with a rain gauge on the same pole."""

from __future__ import annotations

from collections.abc import Sequence

from devices.registry import Device
from simulators.communes.sample import Traits
from simulators.devices.base import Simulator
from simulators.devices.environment import rain_in_interval
from simulators.errors import BadCommuneFile
from simulators.frames import Columns
from simulators.noise import Floats
from simulators.world import World


class WaterGauge(Simulator):
    """A radar gauge over the reach that the commune's file names."""

    kind_name = "water_level"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        reach = str(traits.more.get("reach", ""))
        if reach not in world.rivers:
            raise BadCommuneFile(f"device {device.code} is at reach {reach!r}; there is {', '.join(world.rivers)}")
        self._river = world.rivers[reach]

    def measure(self, times: Floats) -> Sequence[Columns]:
        river = self._river
        # A gauge upstream sees the wave earlier: a minute for each 60 m at 1 m/s.
        here = times + self.spot.x + self.spot.y
        return [
            {
                "level": river.level(here) + self.trait("zero", -6, 6) + self.noise("level", times, 0.3),
                "flow": river.flow(here) * self.trait("section", 0.85, 1.15),
                "rainfall": rain_in_interval(self, times),
                "water_temperature": river.temperature(times, self.spot) + self.noise("water", times, 0.05),
            }
        ]
