"""The sun over a place: elevation at any time, sunrise and sunset of a day, radiation, light, ultraviolet index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta

import numpy as np
from astral import Observer
from astral.sun import sunrise, sunset

from simulators.calendar import season
from simulators.noise import Floats

LUX_PER_WATT = 115.0
"""Luminous efficacy of daylight in lm/W, the middle of the 105-125 that is usual."""


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun as seen from one place; latitude and longitude in WGS 84 degrees."""

    latitude: float
    longitude: float

    def elevation_sine(self, times: Floats) -> Floats:
        """Sine of the sun's elevation.

        Spencer's Fourier series of 1971 for declination and equation of time, as in NOAA's solar calculator; within
        about half a degree.
        """
        g = season(times)
        declination = (
            0.006918 - 0.399912 * np.cos(g) + 0.070257 * np.sin(g) - 0.006758 * np.cos(2 * g)
            + 0.000907 * np.sin(2 * g) - 0.002697 * np.cos(3 * g) + 0.00148 * np.sin(3 * g)
        )  # fmt: skip
        equation_minutes = 229.18 * (
            0.000075 + 0.001868 * np.cos(g) - 0.032077 * np.sin(g) - 0.014615 * np.cos(2 * g) - 0.040849 * np.sin(2 * g)
        )
        solar_hours = np.mod(times, 86_400.0) / 3600.0 + self.longitude / 15.0 + equation_minutes / 60.0
        hour_angle = (solar_hours - 12.0) * np.pi / 12.0
        latitude = np.radians(self.latitude)
        result: Floats = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
            hour_angle
        )
        return result

    def rise_and_set(self, day: date) -> tuple[float, float]:
        """Unix seconds of sunrise and sunset of a local date, by `astral`."""
        here = Observer(self.latitude, self.longitude)
        # At UTC+7 the sun rises late on the UTC day before or early on the same one; astral is asked for both.
        sets = sunset(here, day, tzinfo=UTC).timestamp()
        rises = [sunrise(here, day + timedelta(days=shift), tzinfo=UTC).timestamp() for shift in (-1, 0)]
        return max(rise for rise in rises if rise < sets), sets


def clear_sky(elevation_sine: Floats) -> Floats:
    """Global horizontal irradiance under a clear sky in W/m² (Haurwitz 1945)."""
    up = np.maximum(elevation_sine, 1e-3)
    result: Floats = np.where(elevation_sine > 0, 1098.0 * up * np.exp(-0.057 / up), 0.0)
    return result


def under_clouds(irradiance: Floats, cloud: Floats) -> Floats:
    """Irradiance that a cloud cover of 0 to 1 lets through (Kasten and Czeplak 1980)."""
    result: Floats = irradiance * (1.0 - 0.75 * cloud**3.4)
    return result


def illuminance(irradiance: Floats, elevation_sine: Floats) -> Floats:
    """Daylight in lx, with twilight down to 6 degrees below the horizon, and never less than starlight and glow."""
    twilight = 400.0 * np.exp(np.minimum(elevation_sine, 0.0) * 75.0)
    result: Floats = irradiance * LUX_PER_WATT + np.where(elevation_sine > -0.12, twilight, 0.0) + 0.2
    return result


def ultraviolet_index(elevation_sine: Floats, cloud: Floats) -> Floats:
    """Ultraviolet index at 300 Dobson units (Madronich 2007), dimmed by clouds like the rest of the light."""
    clear = 12.5 * np.maximum(elevation_sine, 0.0) ** 2.42
    result: Floats = clear * (1.0 - 0.7 * cloud**2.5)
    return result
