"""Places in the commune, judged by the samples around them: priority sites, and where people live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.coverage.cells import COVERED, INSUFFICIENT, NOT_COVERED, UNMEASURED, States
from reports.coverage.clean import LOCAL_OFFSET_US
from reports.coverage.ground import Spot
from reports.coverage.hexagons import Cells, centres
from reports.coverage.passing import IN_SERVICE
from reports.coverage.rules import CoverageRules, DeadSpotRules
from reports.coverage.summary import DeadSpot
from reports.coverage.tally import OUT, SIGNAL, Picks
from reports.coverage.words import SpotState, Technology
from reports.grids import Flags, Floats, Integers, floats

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""


@dataclass(frozen=True, slots=True)
class Around:
    """How many samples around each place, and how many of them pass."""

    samples: Integers
    passed: Integers


def near(latitude: Floats, longitude: Floats, fine: Cells, radius_m: float) -> Flags:
    """Whether the middle of each fine cell lies so near to each place: places × fine cells."""
    there = np.radians(np.stack(centres(fine))) if fine.size else np.empty((2, 0))
    result = np.zeros((len(latitude), fine.size), dtype=np.bool_)
    # Place by place, and of each only the cells of its latitude: all at once they would be gigabytes.
    for row, (y, x) in zip(result, np.radians(np.stack([latitude, longitude], axis=1)), strict=True):
        beside = np.flatnonzero(np.abs(there[0] - y) * EARTH_RADIUS_M <= radius_m)
        sine = np.sin((there[:, beside] - np.array([[y], [x]])) / 2) ** 2
        angle = 2 * np.arcsin(np.sqrt(sine[0] + np.cos(y) * np.cos(there[0, beside]) * sine[1]))
        row[beside] = angle * EARTH_RADIUS_M <= radius_m
    return result


def around(latitude: Floats, longitude: Floats, fine: Cells, good: Flags, radius_m: float) -> Around:
    """Count the samples around each place; `good` marks those that pass."""
    close = near(latitude, longitude, fine, radius_m)
    return Around(close.sum(axis=1), (close & good).sum(axis=1))


def site_states(found: Around, at_cell: Integers, cells: States, rules: CoverageRules) -> tuple[States, Flags]:
    """The state of each site, and whether samples nearby speak for it; else its cell does.

    Samples nearby speak when there are as many as a cell needs. `at_cell` is the place of the site's cell, -1 for none.
    """
    nearby = found.samples >= rules.least_samples
    covered = found.passed >= rules.covered_share * found.samples - 1e-9
    of_cell = np.where(at_cell >= 0, cells[at_cell], UNMEASURED)
    # A site whose cell has no sample that counts may still have some across the cell's edge.
    of_cell = np.where((of_cell == UNMEASURED) & (found.samples > 0), INSUFFICIENT, of_cell)
    return np.where(nearby, np.where(covered, COVERED, NOT_COVERED), of_cell).astype(np.int8), nearby


def dead_spots(spots: Sequence[Spot], picks: Picks, rules: CoverageRules) -> tuple[DeadSpot, ...]:
    """Whether there is any mobile signal in the open where people live: of any operator and technology.

    A sample has a signal when the handset is in service and an attempt to use it did not fail; its level does not
    count. A place is served when one operator's samples around it show it, and dead when those of every operator that
    was measured in the commune show that it is not: what was not measured there is not known to be missing.
    """
    limits = rules.dead_spots
    own = picks.take(((picks.purpose & SIGNAL) > 0) & (picks.indoors == OUT))
    good = np.isin(own.technology, IN_SERVICE[Technology.ANY]) & (own.access_ok != 0)
    slot = (own.time_us + LOCAL_OFFSET_US) // (rules.slot_minutes * 60_000_000)
    close = near(floats([s.latitude for s in spots]), floats([s.longitude for s in spots]), own.fine, limits.radius_m)
    operators = [own.operator == number for number in np.unique(own.operator)]
    found = []
    for spot, here in zip(spots, close, strict=True):
        told = [_is_served(good[here & of], slot[here & of], limits) for of in operators]
        state = _spot_state(spot, told, any_samples=bool(here.any()))
        counts = (int(here.sum()), int(good[here].sum()))
        found.append(
            DeadSpot(spot.code, spot.name, spot.latitude, spot.longitude, spot.is_centre, state, *counts, spot.hamlet)
        )
    return tuple(found)


def _is_served(good: Flags, slots: Integers, limits: DeadSpotRules) -> bool | None:
    """Whether one operator serves a place; None where too few samples tell."""
    if good.size < limits.least_samples or np.unique(slots).size < limits.least_slots:
        return None
    return bool(good.sum() >= limits.served_share * good.size - 1e-9)


def _spot_state(spot: Spot, told: Sequence[bool | None], *, any_samples: bool) -> SpotState:
    if any(told):
        return SpotState.SERVED
    if told and all(one is False for one in told):
        return SpotState.WHITE if spot.is_centre else SpotState.HOLLOW
    return SpotState.INSUFFICIENT if any_samples else SpotState.UNMEASURED
