"""Public lighting: energy, saving against the old lamps, availability, and faults kept apart.

Saving = 1 − E / E_baseline, E_baseline = Σ old power × hours lit. Availability = hours lit / hours required. The faults
are those that a D4i gear tells apart (DALI parts 251 to 253): the bus has no power, the gear does not answer, the gear
is faulty, the lamp is faulty, it is too hot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from devices.catalogue.lighting import FAILURE_CAUSES
from devices.model import Text
from reports.grids import Floats

FAULTS: dict[str, Text] = {
    "bus_power": Text("mất nguồn bus", "bus power lost"),
    "unreachable": Text("mất liên lạc với bộ nguồn", "gear unreachable"),
    "gear": Text("hỏng bộ nguồn", "gear fault"),
    "lamp_open": Text("hở mạch đèn", "lamp open circuit"),
    "lamp_short": Text("chập mạch đèn", "lamp short circuit"),
    "thermal": Text("quá nhiệt", "too hot"),
    "unnamed": Text("không rõ nguyên nhân", "no cause given"),
}
"""Causes of failure, in the order of the catalogue; `unnamed` is a failure for which the lamp gives none."""
NAMED_FAULTS = tuple(cause for cause in FAILURE_CAUSES if cause != "none")


@dataclass(frozen=True, slots=True)
class LampHours:
    """Hours of each lamp over a period; every array has one number a lamp.

    `required` is when it had to be lit, `known` the part of that of which there are readings, `lit` the part of that in
    which it was lit. `lit_by_day` is when it was lit without need, of what is known. `faults` are the hours of failure
    by cause.
    """

    required: Floats
    known: Floats
    lit: Floats
    lit_by_day: Floats
    faults: dict[str, Floats]


def lamp_hours(
    required: Floats, known: Floats, lit: Floats, failed: Floats, causes: Mapping[str, Floats] | None = None
) -> LampHours:
    """Hours of lamps from shares (0 to 1) of each hour, all hours × lamps.

    `required` is the share in which a lamp had to be lit, `known` that of which there are readings, `lit` and `failed`
    are shares of what is known, NaN where nothing is. A lamp is taken to be lit first when it has to be. `causes` says
    with 1 and 0 which cause the lamp gave in each hour.
    """
    told = np.isfinite(lit)
    known = np.where(told, known, 0.0)
    burning = np.where(told, lit, 0.0) * known
    needed = required * known
    useful = np.minimum(burning, needed)
    failing = np.where(np.isfinite(failed), failed, 0.0) * known
    faults = {cause: (failing * (causes or {}).get(cause, np.zeros_like(known))).sum(axis=0) for cause in NAMED_FAULTS}
    named = sum(faults.values(), np.zeros(known.shape[1]))
    return LampHours(
        required=required.sum(axis=0),
        known=needed.sum(axis=0),
        lit=useful.sum(axis=0),
        lit_by_day=(burning - useful).sum(axis=0),
        faults=faults | {"unnamed": np.maximum(failing.sum(axis=0) - named, 0.0)},
    )


def ratio(part: float, whole: float) -> float | None:
    """A share, None where there is nothing of which it could be one."""
    return part / whole if whole > 0 else None


def baseline_energy(old_watts: Floats, hours_lit: Floats) -> Floats:
    """E_baseline in kWh of each lamp: the power of the lamp that it replaced, gear included, over the hours lit."""
    return old_watts * hours_lit / 1000.0


def saving(energy_kwh: float, baseline_kwh: float) -> float | None:
    """1 − E / E_baseline; negative where more was used. None without a baseline."""
    used = ratio(energy_kwh, baseline_kwh)
    return None if used is None else 1.0 - used
