"""The evidence on each cell, and what it says of the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.coverage.ground import Ground
from reports.coverage.hexagons import parents
from reports.coverage.passing import level_of, passes, purpose_of
from reports.coverage.rules import CoverageRules
from reports.coverage.tally import IN, OUT, CellDays, Picks
from reports.coverage.words import CellState, SignalProfile, Surroundings, Technology
from reports.grids import Floats, Integers, floats

STATES = (CellState.COVERED, CellState.NOT_COVERED, CellState.INSUFFICIENT, CellState.UNMEASURED)
COVERED, NOT_COVERED, INSUFFICIENT, UNMEASURED = range(len(STATES))
States = NDArray[np.int8]
_BARELY = 1e-9
"""Nine of ten are ninety percent, whatever a double makes of it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each cell of the ground for one operator: samples that count, how many of them pass, in how many
    slots of time samples were taken, and the sum of levels in dBm of `levels` samples.
    """

    samples: Integers
    passed: Integers
    slots: Integers
    levels: Integers
    level_sum: Floats

    @property
    def mean_level(self) -> Floats:
        """The mean level of each cell in dBm, NaN where there is none."""
        return np.where(self.levels > 0, self.level_sum / np.maximum(self.levels, 1), np.nan)


@dataclass(frozen=True, slots=True)
class Question:
    """What a sample has to show, and where it was taken."""

    technology: Technology
    surroundings: Surroundings
    profile: SignalProfile

    @property
    def indoors(self) -> int:
        """The surroundings as tallies have them."""
        return IN if self.surroundings is Surroundings.INDOOR else OUT


def chosen_picks(picks: Picks, question: Question) -> Picks:
    """The picks that are evidence for a question."""
    return picks.take(((picks.purpose & purpose_of(question.profile)) > 0) & (picks.indoors == question.indoors))


def evidence_of(
    ground: Ground, picks: Picks, days: CellDays, operator: int, question: Question, rules: CoverageRules
) -> Evidence:
    """The evidence on each cell from one operator's picks of a period, of which each fine cell has one."""
    own = chosen_picks(picks, question)
    own = own.take(own.operator == operator)
    at = ground.places(parents(own.fine, rules.resolution))
    inside = at >= 0
    own, at = own.take(inside), at[inside]
    size = ground.cells.size
    good, level = passes(own, question.technology, question.profile, rules), level_of(own, question.technology)
    told = np.isfinite(level)
    there = days.take((days.operator == operator) & (days.indoors == question.indoors))
    cell = ground.places(there.cell)
    return Evidence(
        np.bincount(at, minlength=size),
        np.bincount(at[good], minlength=size),
        np.bincount(cell[cell >= 0], weights=there.slots[cell >= 0], minlength=size).astype(np.int64),
        np.bincount(at[told], minlength=size),
        floats(np.bincount(at[told], weights=level[told], minlength=size)),
    )


def states_of(evidence: Evidence, rules: CoverageRules) -> States:
    """The state of each cell, as a place in `STATES`."""
    enough = (evidence.samples >= rules.least_samples) & (evidence.slots >= rules.least_slots)
    covered = evidence.passed >= rules.covered_share * evidence.samples - _BARELY
    judged = np.where(covered, COVERED, NOT_COVERED)
    return np.where(enough, judged, np.where(evidence.samples > 0, INSUFFICIENT, UNMEASURED)).astype(np.int8)


def best_of(
    states: Sequence[States], samples: Sequence[Integers], passed: Sequence[Integers]
) -> tuple[States, Integers]:
    """The state of each cell or site for any operator, and which of the operators speaks for it.

    A cell is covered when it is for one of them, and not covered when it is known not to be for each: a handset has one
    operator, and passes of several do not add up. Of those who could speak the one does whose share is the largest,
    then who has most samples.
    """
    stacked = np.stack(states)
    found = np.select(
        [
            (stacked == COVERED).any(axis=0),
            (stacked == NOT_COVERED).all(axis=0),
            (stacked == UNMEASURED).all(axis=0),
        ],
        [COVERED, NOT_COVERED, UNMEASURED],
        INSUFFICIENT,
    ).astype(np.int8)
    counts = np.stack(samples).astype(np.float64)
    share = np.stack(passed) / np.maximum(counts, 1)
    merit = 4.0 * (stacked == found) + 2.0 * share + counts / (counts.max(initial=0) + 1)
    speaks: Integers = merit.argmax(axis=0).astype(np.int64)
    return found, speaks
