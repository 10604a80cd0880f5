"""How surely a cell that was judged is what it was judged to be.

Some samples of a cell may all pass although nine tenths of its places would not, and the other way round; without
this, bounds that count judged cells as certain miss the truth in every sixth commune (docs/explanation/coverage.md).
The share of places that pass differs from cell to cell by a Beta distribution; which one is told by all cells of the
commune together. What the samples of a cell say is weighed less than if they were independent, for its shadows reach
farther than from one sample to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.coverage.rules import CoverageRules
from reports.grids import Floats, Integers

_STEPS = 200
_PLACES: Floats = (np.arange(_STEPS) + 0.5) / _STEPS
"""Shares at which the distributions are worked out."""
_LOG_YES, _LOG_NO = np.log(_PLACES), np.log(1 - _PLACES)
_FIRST, _SECOND = np.geomspace(0.05, 100, 22), np.geomspace(0.0005, 10, 22)
"""The Beta distributions that are weighed against each other: all pairs of these two numbers. They reach to communes in
which nearly every place passes, so that a census with many samples a cell can show 100 %."""


def _candidates() -> Floats:
    logs = (_FIRST[:, None, None] - 1) * _LOG_YES + (_SECOND[None, :, None] - 1) * _LOG_NO
    weights = np.exp(logs).reshape(-1, _STEPS)
    result: Floats = weights / weights.sum(axis=1, keepdims=True)
    return result


_CANDIDATES = _candidates()


@dataclass(frozen=True, slots=True)
class Prior:
    """How the share of places that pass is distributed over the cells of a commune, before a cell's own samples."""

    weights: Floats
    rules: CoverageRules

    def chances(self, samples: Integers, passed: Integers) -> Floats:
        """The chance that a cell with such samples is covered: that `covered_share` of its places pass."""
        likely = _likelihood(samples, passed, self.rules) * self.weights
        covered = likely[:, self.rules.covered_share <= _PLACES].sum(axis=1)
        result: Floats = covered / likely.sum(axis=1)
        return result


def fit_prior(samples: Integers, passed: Integers, rules: CoverageRules) -> Prior:
    """The prior that the samples of all cells tell: each Beta distribution weighed by how likely it makes them."""
    there = samples > 0
    if not there.any():
        return Prior(_CANDIDATES.mean(axis=0), rules)
    # Cells with the same counts say the same, and there are few different counts.
    counts, cells = np.unique(np.stack([samples[there], passed[there]], axis=1), axis=0, return_counts=True)
    # Not by matrix product: its threads wait for each other where the processors are busy, twenty times as long.
    marginal = np.einsum("us,cs->uc", _likelihood(counts[:, 0], counts[:, 1], rules), _CANDIDATES)
    logs = cells @ np.log(marginal)
    weights = np.exp(logs - logs.max())
    return Prior(weights / weights.sum() @ _CANDIDATES, rules)


def any_of(chances: Sequence[Floats]) -> Floats:
    """The chance that at least one of several operators covers each cell, each told by samples of its own."""
    result: Floats = 1 - np.prod([1 - chance for chance in chances], axis=0)
    return result


def draw(chances: Floats, rules: CoverageRules) -> Floats:
    """Many times each cell, covered (1) or not (0) by its chance: resamples × cells. The same seed, the same draws."""
    random = np.random.default_rng(rules.seed)
    result: Floats = (random.random((rules.resamples, chances.shape[0])) < chances).astype(np.float64)
    return result


def _likelihood(samples: Integers, passed: Integers, rules: CoverageRules) -> Floats:
    """How likely each share makes the samples of each cell, up to a factor: cells × shares."""
    yes = passed[:, None] / rules.design_effect
    no = (samples - passed)[:, None] / rules.design_effect
    logs = yes * _LOG_YES + no * _LOG_NO
    result: Floats = np.exp(logs - logs.max(axis=1, keepdims=True))
    return result
