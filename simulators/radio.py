"""Radio waves in the rural macro cell: path loss of 3GPP TR 38.901 table 7.4.1-1, its chance of sight, its shadows.

Distances in metres, frequencies in GHz. The environment is the one that DOMAIN fixes: buildings of 5 m, streets of
20 m, base stations of 35 m, terminals at 1.5 m.
"""

from __future__ import annotations

import numpy as np

from simulators.noise import Flags, Floats

BUILDING_M = 5.0
STREET_M = 20.0
STATION_M = 35.0
TERMINAL_M = 1.5
LIGHT_M_S = 299_792_458.0
SHADOW_NEAR_DB = 4.0
SHADOW_FAR_DB = 6.0
SHADOW_HIDDEN_DB = 8.0
SHADOW_SIGHT_M = 37.0
"""Correlation distance of shadowing in sight (TR 38.901 table 7.5-6 part 2, RMa)."""
SHADOW_HIDDEN_M = 120.0
"""Correlation distance of shadowing out of sight."""
SIGHT_M = 60.0
"""Correlation distance of being in sight at all (TR 38.901 table 7.6.3.1-2, RMa)."""


def breakpoint_m(frequency_ghz: float) -> float:
    """Distance from which the loss in sight grows with the fourth power: 2π·hBS·hUT·fc/c."""
    return 2.0 * np.pi * STATION_M * TERMINAL_M * frequency_ghz * 1e9 / LIGHT_M_S


def _near(distance_3d: Floats, frequency_ghz: float) -> Floats:
    """PL1: free space and the roofs."""
    roofs = float(BUILDING_M**1.72)
    result: Floats = (
        20.0 * np.log10(40.0 * np.pi * distance_3d * frequency_ghz / 3.0)
        + min(0.03 * roofs, 10.0) * np.log10(distance_3d)
        - min(0.044 * roofs, 14.77)
        + 0.002 * np.log10(BUILDING_M) * distance_3d
    )
    return result


def loss_in_sight(distance_2d: Floats, frequency_ghz: float) -> Floats:
    """Path loss in dB where the terminal sees the base station."""
    flat = np.maximum(distance_2d, 10.0)
    height = STATION_M - TERMINAL_M
    distance = np.sqrt(flat**2 + height**2)
    edge = breakpoint_m(frequency_ghz)
    far = _near(np.array([edge]), frequency_ghz) + 40.0 * np.log10(distance / edge)
    return np.where(flat <= edge, _near(distance, frequency_ghz), far)


def loss_out_of_sight(distance_2d: Floats, frequency_ghz: float) -> Floats:
    """Path loss in dB where buildings or trees stand between; never less than in sight."""
    flat = np.maximum(distance_2d, 10.0)
    distance = np.sqrt(flat**2 + (STATION_M - TERMINAL_M) ** 2)
    hidden: Floats = (
        161.04
        - 7.1 * np.log10(STREET_M)
        + 7.5 * np.log10(BUILDING_M)
        - (24.37 - 3.7 * (BUILDING_M / STATION_M) ** 2) * np.log10(STATION_M)
        + (43.42 - 3.1 * np.log10(STATION_M)) * (np.log10(distance) - 3.0)
        + 20.0 * np.log10(frequency_ghz)
        - (3.2 * np.log10(11.75 * TERMINAL_M) ** 2 - 4.97)
    )
    result: Floats = np.maximum(loss_in_sight(flat, frequency_ghz), hidden)
    return result


def sight_probability(distance_2d: Floats) -> Floats:
    """Chance of seeing the base station: 1 up to 10 m, then exp(−(d − 10) / 1000)."""
    result: Floats = np.exp(-np.maximum(distance_2d - 10.0, 0.0) / 1000.0)
    return result


def shadow_deviation(distance_2d: Floats, in_sight: Flags, frequency_ghz: float) -> Floats:
    """Standard deviation of shadowing in dB."""
    seen = np.where(distance_2d <= breakpoint_m(frequency_ghz), SHADOW_NEAR_DB, SHADOW_FAR_DB)
    return np.where(in_sight, seen, SHADOW_HIDDEN_DB)


def power_per_element(total_dbm: float, resource_blocks: int) -> float:
    """Power of one resource element in dBm when a carrier's power is spread over 12 subcarriers a block."""
    return total_dbm - 10.0 * float(np.log10(12 * resource_blocks))


def sector_gain(bearing: Floats, first_azimuth: float, peak_db: float) -> Floats:
    """Gain of a site of three sectors: a 65° beam each, minus 12 (φ/65°)² dB, at most 30 dB down (TR 38.901 7.3)."""
    off = np.mod(bearing - first_azimuth + 60.0, 120.0) - 60.0
    result: Floats = peak_db - np.minimum(12.0 * (off / 65.0) ** 2, 30.0)
    return result


def noise_per_element(spacing_khz: float, figure_db: float = 7.0) -> float:
    """Thermal noise of one resource element in dBm at a terminal with a usual noise figure."""
    return -174.0 + 10.0 * float(np.log10(spacing_khz * 1e3)) + figure_db


def spectral_efficiency(sinr_db: Floats, share: float = 0.6, most: float = 7.4) -> Floats:
    """Bits a second and hertz of one layer: a truncated share of Shannon's bound (3GPP TR 36.942 annex A)."""
    result: Floats = np.minimum(share * np.log2(1.0 + np.exp(sinr_db * (np.log(10.0) / 10.0))), most)
    return result
