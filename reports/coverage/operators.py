"""What one operator's samples say of every cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.coverage.cells import NOT_COVERED, Evidence, Question, States, evidence_of, states_of
from reports.coverage.chances import Prior, fit_prior
from reports.coverage.ground import Ground
from reports.coverage.rules import CoverageRules
from reports.coverage.tally import CellDays, Picks
from reports.grids import Floats


@dataclass(frozen=True, slots=True)
class OperatorCells:
    """The evidence of one operator on each cell of the ground, and the states that follow from it."""

    number: int
    """Its place in the operators of the tallies."""
    name: str
    evidence: Evidence
    states: States
    prior: Prior

    @property
    def chances(self) -> Floats:
        """The chance that each cell is covered; 0 where too little is known to say."""
        found = self.prior.chances(self.evidence.samples, self.evidence.passed)
        return np.where(self.states <= NOT_COVERED, found, 0.0)


def judge_operator(
    ground: Ground, picks: Picks, days: CellDays, name: str, question: Question, rules: CoverageRules
) -> OperatorCells:
    """Judge every cell by one operator's picks of a period."""
    number = days.operators.index(name)
    evidence = evidence_of(ground, picks, days, number, question, rules)
    prior = fit_prior(evidence.samples, evidence.passed, rules)
    return OperatorCells(number, name, evidence, states_of(evidence, rules), prior)
