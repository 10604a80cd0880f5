"""Street-lamp controllers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.errors import BadCommuneFile
from simulators.frames import Columns
from simulators.lamps import FAILURES
from simulators.noise import Floats
from simulators.world import World


class LampController(Simulator):
    """The controller on one lamp; its meter and hours go on from the day the lamp was put up."""

    kind_name = "lighting"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        if traits.feeder is None:
            raise BadCommuneFile(f"lamp {device.code} hangs on no feeder")
        watts = float(traits.more.get("watts", 100.0)) * self.trait("watts", 0.97, 1.03)
        self._lamp = world.lamp(device.code, watts, traits.feeder)

    def measure(self, times: Floats) -> Sequence[Columns]:
        lamp = self._lamp
        level, watts = lamp.level(times), lamp.power(times)
        lit, failed = level > 0, lamp.failed(times)
        volts = np.maximum(lamp.feeder.voltage(times) - self.trait("line loss", 0, 6), 0.0)
        factor = np.where(level > 60, 0.97, 0.91) + self.noise("factor", times, 0.004)
        draws = watts * (1.0 + self.noise("watts", times, 0.004))
        causes = np.array(FAILURES, dtype=object)[lamp.cause(times)]
        weather = self.world.weather
        # The photocell looks at the sky, but the lamp's own light leaks in.
        ambient = weather.illuminance(times) * self.trait("photocell", 0.8, 1.1) + 0.06 * level
        return [
            {
                "lamp_on": lit,
                "dimming": level,
                "voltage": volts,
                "current": np.where(lit, draws / np.maximum(volts, 1.0) / factor, 0.0),
                "active_power": draws,
                "power_factor": np.where(lit, factor, np.nan),
                "energy_total": self.trait("meter", 20, 400) + lamp.energy(times),
                "burning_time": self.trait("hours", 100, 4000) + lamp.hours(times),
                "lamp_failure": failed,
                "failure_cause": np.where(failed, causes, "none"),
                "illuminance": ambient * np.exp(self.noise("lux", times, 0.02)),
                "case_temperature": self.cabinet(times, 0.0) + 0.2 * level,
            }
        ]

    def happenings(self, start: int, end: int) -> list[Happening]:
        return self.start_of("lamp_failure", self._lamp.failures, start, end)
