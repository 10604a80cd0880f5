"""What an irrigated zone needs: the balance of water in the root zone, and alternate wetting and drying for rice.

Source: FAO Irrigation and Drainage Paper 56, chapter 8; equations are named by their numbers there. Amounts of water
are in mm, moisture is the percent of volume that a probe reports, depths are in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reports.grids import Flags, Floats, floats

WASTED_SHARE_OF_ET0 = 0.2
"""Rain of less than this share of the day's ET0 evaporates before it reaches a root (FAO-56, chapter 8)."""


@dataclass(frozen=True, slots=True)
class RootZone:
    """Soil and crop of a zone: water content at field capacity and at wilting point in m³/m³, depth of the roots in m,
    and the share of the available water that the crop takes without stress (FAO-56, tables 19 and 22).
    """

    field_capacity: float
    wilting_point: float
    root_depth_m: float
    depletion_fraction: float

    @property
    def total_available_mm(self) -> float:
        """TAW = 1000 (θFC − θWP) Zr (eq. 82)."""
        return 1000.0 * (self.field_capacity - self.wilting_point) * self.root_depth_m

    @property
    def readily_available_mm(self) -> float:
        """RAW = p TAW (eq. 83)."""
        return self.depletion_fraction * self.total_available_mm


def depletion_of_moisture(moisture_percent: ArrayLike, zone: RootZone) -> Floats:
    """Dr, how much water the root zone lacks to field capacity: 1000 (θFC − θ) Zr, within 0 and TAW (eq. 87)."""
    lacking = 1000.0 * (zone.field_capacity - floats(moisture_percent) / 100.0) * zone.root_depth_m
    return np.clip(lacking, 0.0, zone.total_available_mm)


def effective_rain(rain_mm: ArrayLike, et0_mm: ArrayLike, share: float) -> Floats:
    """What of a day's rain the roots get: the share that does not run off, nothing of a shower below 0.2 ET0."""
    rain = floats(rain_mm)
    return np.where(np.isnan(rain) | (rain >= WASTED_SHARE_OF_ET0 * floats(et0_mm)), share * rain, 0.0)


def depletion_after(depletion_mm: ArrayLike, water_mm: ArrayLike, crop_et_mm: ArrayLike, zone: RootZone) -> Floats:
    """Dr at the end of a day: what lacked, less rain and irrigation, plus ETc, within 0 and TAW (eq. 85 and 86).

    What is more than the root zone holds drains away.
    """
    return np.clip(floats(depletion_mm) - floats(water_mm) + floats(crop_et_mm), 0.0, zone.total_available_mm)


def follow_balance(
    moisture_percent: Floats, rain_mm: Floats, irrigation_mm: Floats, crop_et_mm: Floats, zone: RootZone
) -> Floats:
    """Dr at the end of each day; all inputs are one number a day, NaN where there is none.

    A measured moisture is believed before the balance, which carries it over days without one. Days before the first
    measurement, and those after a day whose ETc or rain is not known, are NaN. Irrigation that is not known counts as
    none.
    """
    measured = depletion_of_moisture(moisture_percent, zone)
    found = np.full(len(measured), np.nan)
    last = np.nan
    for day, known in enumerate(measured):
        if np.isnan(known):
            water = rain_mm[day] + np.nan_to_num(irrigation_mm[day])
            last = float(depletion_after(last, water, crop_et_mm[day], zone))
        else:
            last = float(known)
        found[day] = last
    return found


def need(depletion_mm: ArrayLike, zone: RootZone, efficiency: float) -> tuple[Flags, Floats]:
    """Whether irrigation is due (Dr has reached RAW), and the gross amount in mm that would fill up the root zone.

    `efficiency`, 0 to 1, is the share of the water given that reaches the roots.
    """
    lacking = floats(depletion_mm)
    due: Flags = np.nan_to_num(lacking, nan=-1.0) >= zone.readily_available_mm
    return due, lacking / efficiency


@dataclass(frozen=True, slots=True)
class WettingAndDrying:
    """Alternate wetting and drying of rice: refill when the water in the field tube has sunk to `refill_cm`, up to
    `flood_cm` above the surface. `drainable` is the share of the soil's volume that the water table leaves empty.
    """

    refill_cm: float = -15.0
    flood_cm: float = 5.0
    drainable: float = 0.18


def rice_need(tube_cm: ArrayLike, rule: WettingAndDrying, efficiency: float) -> tuple[Flags, Floats]:
    """Whether a refill is due, and the gross amount in mm that floods the field again."""
    level = floats(tube_cm)
    above = 10.0 * (rule.flood_cm - np.maximum(level, 0.0))
    below = 10.0 * rule.drainable * np.maximum(-level, 0.0)
    due: Flags = np.nan_to_num(level, nan=np.inf) <= rule.refill_cm
    return due, np.maximum(above + below, 0.0) / efficiency
