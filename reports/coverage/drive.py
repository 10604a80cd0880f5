"""What to measure next: the cells that would settle a verdict soonest, in an order that can be driven.

A verdict is open because cells are not known. Each of them, once it is known, moves one bound: covered, the lower one
rises by the cell's share of the commune; not covered, the upper one falls by as much. Which bound has to move is told
by what is expected of the whole, and each cell is worth what it is expected to move for the trouble that it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import h3.api.numpy_int as h3
import numpy as np

from reports.coverage.hexagons import number_of
from reports.coverage.route import Place, kilometres, short_route
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import CellVerdict, CoverageReport
from reports.coverage.words import CellState, Outcome

MOST_STOPS = 100
"""A drive of more would take days, and its order minutes."""
RINGS = 2
"""Cells so many steps away speak for one that was not measured."""
PRIOR_CELLS = 2.0
"""What is measured of the whole commune weighs as much as so many neighbours."""
WAY_SAMPLES = 2.0
"""The way to a cell costs as much trouble as so many samples."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A cell to drive through.

    `missing_samples` and `missing_slots` (of time) are what it needs to be known. `chance` is that it turns out
    covered, `gain` the expected move of the bound that has to move, as a share of the commune. `km` is the straight
    line from the stop before.
    """

    cell: str
    latitude: float
    longitude: float
    hamlet: str | None
    state: CellState
    samples: int
    missing_samples: int
    missing_slots: int
    chance: float
    gain: float
    km: float = 0.0

    @property
    def place(self) -> Place:
        """Its centre."""
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class Drive:
    """Where to drive to settle the verdict on a target, a share of the area.

    `expected` is the verdict that the cells are expected to bring; `settled_with` how many of the stops are expected to
    be enough for it, None where these are not. `unknown` is how many cells are not known in all.
    """

    target: float
    expected: Outcome
    stops: tuple[Stop, ...]
    settled_with: int | None
    unknown: int
    km: float

    @property
    def gain(self) -> float:
        """The expected move of the bound by all stops together."""
        return sum(stop.gain for stop in self.stops)


def plan_drive(report: CoverageReport, target: float, most: int, start: Place | None = None) -> Drive:
    """Choose at most `most` cells of a report that are not known, and order them from `start`.

    `target` is the share of the area, 0 to 1. Without a start the drive begins at the cell that is worth most.
    """
    unknown = [cell for cell in report.cells if not cell.state.is_known]
    chances = _chances(report.cells, unknown, report.rules)
    total = report.area.total
    hoped = report.area.covered + sum(cell.area_km2 * chances[cell.cell] for cell in unknown)
    is_hopeful = total > 0 and hoped / total >= target
    stops = [_stop(cell, chances[cell.cell], total, report.rules, is_hopeful) for cell in unknown]
    stops.sort(key=lambda stop: (-stop.gain / (stop.missing_samples + WAY_SAMPLES), stop.cell))
    chosen = stops[:most]
    ordered = _in_order(chosen, start)
    return Drive(
        target,
        Outcome.MET if is_hopeful else Outcome.NOT_MET,
        ordered,
        _settled_with(report, target, chosen, is_hopeful),
        len(unknown),
        sum(stop.km for stop in ordered),
    )


def _chances(cells: Sequence[CellVerdict], unknown: Sequence[CellVerdict], rules: CoverageRules) -> dict[str, float]:
    """The chance of each unknown cell to be covered: what is known around it, its own few samples, and the whole."""
    known = {number_of(cell.cell): cell.state is CellState.COVERED for cell in cells if cell.state.is_known}
    whole = float(np.mean([*known.values()])) if known else 0.5
    chances = {}
    for cell in unknown:
        around = h3.grid_disk(number_of(cell.cell), RINGS)
        told = [known[int(other)] for other in around if int(other) in known]
        own = min(cell.samples / rules.least_samples, 1.0)
        passes = own * (cell.passed >= rules.covered_share * cell.samples)
        chances[cell.cell] = (sum(told) + passes + PRIOR_CELLS * whole) / (len(told) + own + PRIOR_CELLS)
    return chances


def _stop(cell: CellVerdict, chance: float, total: float, rules: CoverageRules, is_hopeful: bool) -> Stop:
    share = cell.area_km2 / total
    return Stop(
        cell.cell,
        cell.latitude,
        cell.longitude,
        cell.hamlet,
        cell.state,
        cell.samples,
        max(rules.least_samples - cell.samples, 0),
        max(rules.least_slots - cell.slots, 0),
        chance,
        share * (chance if is_hopeful else 1 - chance),
    )


def _settled_with(report: CoverageReport, target: float, chosen: Sequence[Stop], is_hopeful: bool) -> int | None:
    """How many of the chosen, the most worth first, are expected to bring the bound past the target."""
    if report.area.total <= 0:
        return None
    # The verdict is by the ends of the interval, which lie farther out than the bounds.
    bound = report.area.interval.low if is_hopeful else report.area.interval.high
    for count, stop in enumerate(sorted(chosen, key=lambda stop: -stop.gain), 1):
        bound += stop.gain if is_hopeful else -stop.gain
        if bound >= target if is_hopeful else bound < target:
            return count
    return None


def _in_order(stops: Sequence[Stop], start: Place | None) -> tuple[Stop, ...]:
    if not stops:
        return ()
    first = start or stops[0].place
    ordered, here = [], first
    for index in short_route(first, [stop.place for stop in stops]):
        stop = stops[index]
        ordered.append(replace(stop, km=kilometres(here, stop.place)))
        here = stop.place
    return tuple(ordered)
