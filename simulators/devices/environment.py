"""Environment stations: weather, dust, gases, noise, light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulators.devices.base import Simulator
from simulators.frames import Columns
from simulators.noise import Floats

TIP_MM = 0.2
"""A tipping bucket counts rain in steps of this depth."""


def tips(total_mm: Floats) -> Floats:
    """What a tipping bucket has counted of a total, so that intervals add up to the total within one tip."""
    result: Floats = np.floor(total_mm / TIP_MM + 1e-9) * TIP_MM
    return result


class EnvironmentStation(Simulator):
    """Samples weather and air at its place; its particle sensor reads high in saturated air, as cheap ones do."""

    kind_name = "environment"

    def measure(self, times: Floats) -> Sequence[Columns]:
        weather, air, spot = self.world.weather, self.world.air, self.spot
        near = self.world.surroundings(self.traits)
        humidity = weather.humidity(times, spot)
        swollen = 1.0 + 0.25 * np.clip((humidity - 85.0) / 15.0, 0.0, 1.0) ** 2
        dust = swollen * air.spot_factor(spot) * self.trait("dust sensor", 0.94, 1.06)
        wind = weather.wind_speed(times) * self.trait("shelter", 0.7, 1.05)
        light = weather.illuminance(times)
        pm1, pm25, pm10 = air.particles(times, near)
        co, no2, so2, o3 = air.gases(times, near)
        return [
            {
                "temperature": weather.temperature(times, spot) + self.noise("t", times, 0.1),
                "relative_humidity": np.minimum(humidity + self.noise("rh", times, 0.5), 100.0),
                "pressure": weather.pressure(times) + self.trait("barometer", -0.4, 0.4) + self.noise("p", times, 0.05),
                "pm1": pm1 * dust * np.exp(self.noise("pm1", times, 0.03)),
                "pm25": pm25 * dust * np.exp(self.noise("pm25", times, 0.03)),
                "pm10": pm10 * dust * np.exp(self.noise("pm10", times, 0.04)),
                "co": co * np.exp(self.noise("co", times, 0.03)),
                "no2": no2 + self.noise("no2", times, 0.8),
                "so2": so2 + self.noise("so2", times, 0.5),
                "o3": o3 + self.noise("o3", times, 1.0),
                "noise": air.noise(times, near) + self.noise("noise", times, 0.8),
                "illuminance": light * np.exp(self.noise("lux", times, 0.01)),
                "uv_index": weather.ultraviolet_index(times),
                "solar_radiation": weather.irradiance(times),
                "rainfall": rain_in_interval(self, times),
                "wind_speed": wind,
                "wind_direction": np.mod(weather.wind_direction(times) + self.noise("vane", times, 4.0), 359.5),
            }
        ]


def rain_in_interval(simulator: Simulator, times: Floats) -> Floats:
    """Rain in mm since the reading before, as a tipping bucket at the device's place counts it."""
    weather, spot = simulator.world.weather, simulator.spot
    before = tips(weather.fallen(times - simulator.interval, spot))
    result: Floats = tips(weather.fallen(times, spot)) - before
    return result
