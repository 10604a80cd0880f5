"""Reference evapotranspiration ET0: FAO-56 Penman–Monteith where radiation and wind are measured, else Hargreaves.

Source: Allen, Pereira, Raes, Smith, "Crop evapotranspiration", FAO Irrigation and Drainage Paper 56 (1998); equations
are named by their numbers there. Temperatures are in °C, vapour pressures in kPa, radiation in MJ m⁻² day⁻¹, wind in
m/s, evapotranspiration in mm/day. All functions take numbers or arrays that fit together; NaN in gives NaN out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from reports.grids import Floats, floats

SOLAR_CONSTANT = 0.0820
"""MJ m⁻² min⁻¹."""
STEFAN_BOLTZMANN = 4.903e-9
"""MJ K⁻⁴ m⁻² day⁻¹."""
MM_PER_MEGAJOULE = 0.408
"""Water that 1 MJ m⁻² evaporates, in mm: 1 / 2.45."""
ALBEDO = 0.23
"""Of the reference grass."""
MEGAJOULE_PER_WATT_DAY = 0.0864
"""MJ m⁻² day⁻¹ of one W/m² that lasts a day."""


def extraterrestrial_radiation(latitude: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Ra, the radiation above the atmosphere on a day, in MJ m⁻² day⁻¹ (eq. 21 to 25); latitude in degrees.

    Where the sun does not set, or does not rise, the hour angle is that of the whole day, or of none of it.
    """
    phi = np.radians(floats(latitude))
    angle = 2 * np.pi / 365 * floats(day_of_year)
    distance = 1 + 0.033 * np.cos(angle)
    declination = 0.409 * np.sin(angle - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    result: Floats = (
        24 * 60 / np.pi * SOLAR_CONSTANT * distance
        * (sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset))
    )  # fmt: skip
    return result


def clear_sky_radiation(extraterrestrial: ArrayLike, elevation_m: ArrayLike) -> Floats:
    """Rso, what of Ra reaches the ground under a clear sky, elevation in metres above the sea (eq. 37)."""
    return (0.75 + 2e-5 * floats(elevation_m)) * floats(extraterrestrial)


def atmospheric_pressure(elevation_m: ArrayLike) -> Floats:
    """The usual pressure in kPa at an elevation in metres above the sea (eq. 7)."""
    result: Floats = 101.3 * ((293 - 0.0065 * floats(elevation_m)) / 293) ** 5.26
    return result


def psychrometric_constant(pressure_kpa: ArrayLike) -> Floats:
    """γ in kPa/°C (eq. 8)."""
    return 0.665e-3 * floats(pressure_kpa)


def saturation_vapour_pressure(temperature: ArrayLike) -> Floats:
    """e° in kPa (eq. 11)."""
    at = floats(temperature)
    result: Floats = 0.6108 * np.exp(17.27 * at / (at + 237.3))
    return result


def slope_of_saturation(temperature: ArrayLike) -> Floats:
    """Δ, the slope of the saturation vapour pressure, in kPa/°C (eq. 13)."""
    at = floats(temperature)
    return 4098 * saturation_vapour_pressure(at) / (at + 237.3) ** 2


def actual_vapour_pressure(t_max: ArrayLike, t_min: ArrayLike, rh_max: ArrayLike, rh_min: ArrayLike) -> Floats:
    """ea in kPa from the extremes of temperature and relative humidity in percent (eq. 17)."""
    at_night = saturation_vapour_pressure(t_min) * floats(rh_max)
    by_day = saturation_vapour_pressure(t_max) * floats(rh_min)
    return (at_night + by_day) / 200


def wind_at_2_m(wind_speed: ArrayLike, height_m: ArrayLike) -> Floats:
    """u2, the wind at 2 m above grass, from that at another height above the ground (eq. 47)."""
    result: Floats = floats(wind_speed) * 4.87 / np.log(67.8 * floats(height_m) - 5.42)
    return result


def net_longwave_radiation(
    t_max: ArrayLike, t_min: ArrayLike, vapour_pressure: ArrayLike, solar: ArrayLike, clear_sky: ArrayLike
) -> Floats:
    """Rnl, what the ground loses to the sky (eq. 39). The measured radiation is at most that of a clear sky."""
    fourth = ((floats(t_max) + 273.16) ** 4 + (floats(t_min) + 273.16) ** 4) / 2
    clearness = np.minimum(floats(solar) / floats(clear_sky), 1.0)
    result: Floats = (
        STEFAN_BOLTZMANN * fourth * (0.34 - 0.14 * np.sqrt(floats(vapour_pressure))) * (1.35 * clearness - 0.35)
    )
    return result


def penman_monteith(
    *,
    t_max: ArrayLike,
    t_min: ArrayLike,
    vapour_pressure: ArrayLike,
    wind_2_m: ArrayLike,
    net_radiation: ArrayLike,
    pressure_kpa: ArrayLike,
    t_mean: ArrayLike | None = None,
    soil_heat: ArrayLike = 0.0,
) -> Floats:
    """ET0 by FAO-56 Penman–Monteith (eq. 6), never below nought.

    The mean temperature is (Tmax + Tmin) / 2 unless another is given. `soil_heat` is G, nought for single days.
    """
    mean = (floats(t_max) + floats(t_min)) / 2 if t_mean is None else floats(t_mean)
    saturation = (saturation_vapour_pressure(t_max) + saturation_vapour_pressure(t_min)) / 2
    slope, gamma, wind = slope_of_saturation(mean), psychrometric_constant(pressure_kpa), floats(wind_2_m)
    energy = MM_PER_MEGAJOULE * slope * (floats(net_radiation) - floats(soil_heat))
    air = gamma * 900 / (mean + 273) * wind * (saturation - floats(vapour_pressure))
    result: Floats = np.maximum((energy + air) / (slope + gamma * (1 + 0.34 * wind)), 0.0)
    return result


def penman_monteith_day(
    *,
    latitude: ArrayLike,
    elevation_m: ArrayLike,
    day_of_year: ArrayLike,
    t_max: ArrayLike,
    t_min: ArrayLike,
    rh_max: ArrayLike,
    rh_min: ArrayLike,
    wind_2_m: ArrayLike,
    solar: ArrayLike,
    pressure_kpa: ArrayLike | None = None,
) -> Floats:
    """ET0 of a day from what a station measures; `solar` is Rs in MJ m⁻² day⁻¹.

    Without a measured pressure it is that of the elevation.
    """
    clear_sky = clear_sky_radiation(extraterrestrial_radiation(latitude, day_of_year), elevation_m)
    vapour = actual_vapour_pressure(t_max, t_min, rh_max, rh_min)
    longwave = net_longwave_radiation(t_max, t_min, vapour, solar, clear_sky)
    return penman_monteith(
        t_max=t_max,
        t_min=t_min,
        vapour_pressure=vapour,
        wind_2_m=wind_2_m,
        net_radiation=(1 - ALBEDO) * floats(solar) - longwave,
        pressure_kpa=atmospheric_pressure(elevation_m) if pressure_kpa is None else pressure_kpa,
    )


def hargreaves(
    t_max: ArrayLike, t_min: ArrayLike, extraterrestrial: ArrayLike, t_mean: ArrayLike | None = None
) -> Floats:
    """ET0 by Hargreaves (eq. 52): 0.0023 (Tmean + 17.8) √(Tmax − Tmin) Ra, Ra in mm/day, never below nought."""
    mean = (floats(t_max) + floats(t_min)) / 2 if t_mean is None else floats(t_mean)
    spread = np.sqrt(np.maximum(floats(t_max) - floats(t_min), 0.0))
    result: Floats = np.maximum(0.0023 * (mean + 17.8) * spread * MM_PER_MEGAJOULE * floats(extraterrestrial), 0.0)
    return result
