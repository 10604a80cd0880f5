"""Figures of area, people and sites, with their bounds and intervals."""

from __future__ import annotations

import numpy as np

from reports.coverage.cells import COVERED, INSUFFICIENT, NOT_COVERED, UNMEASURED, States
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import Interval, ShareFigure
from reports.coverage.verdicts import wilson_interval
from reports.grids import Floats

INTERVAL = "bounds widened by the chance that judged cells are misjudged"
BOOTSTRAP = "bootstrap over cells"
_ENDS = (2.5, 97.5)
_DIGITS = 12
"""Of an end of an interval: all of a commune is 1, and not a bit less by the sum of its cells."""


def share_figure(
    weights: Floats, states: States, draws: Floats, unit: str, rules: CoverageRules, *, nowhere: float = 0.0
) -> ShareFigure:
    """The share of a weight (km², people, or 1 a site) that is covered.

    `draws` are resamples × cells or sites (see `chances.draw`), `nowhere` is an amount that lies on none of them.
    """
    covered, not_covered, insufficient, unmeasured = (
        float(weights[states == state].sum()) for state in (COVERED, NOT_COVERED, INSUFFICIENT, UNMEASURED)
    )
    unmeasured += nowhere
    known = states <= NOT_COVERED
    total = covered + not_covered + insufficient + unmeasured
    judged = int(known.sum())
    return ShareFigure(
        unit=unit,
        covered=covered,
        not_covered=not_covered,
        insufficient=insufficient,
        unmeasured=unmeasured,
        judged=judged,
        parts=int(states.size),
        interval=_interval(covered, not_covered, total, draws[:, known] @ weights[known]),
        wilson=wilson_interval(int((states == COVERED).sum()), judged),
        weighted=bootstrap(weights[known], states[known] == COVERED, rules),
    )


def _interval(covered: float, not_covered: float, total: float, drawn: Floats) -> Interval:
    """From what is surely covered to what may be: never inside the bounds, for these are what was seen."""
    if total <= 0:
        return Interval(0.0, 1.0, INTERVAL)
    low, high = np.percentile(drawn, _ENDS)
    unknown = total - covered - not_covered
    return _rounded(min(float(low), covered) / total, (max(float(high), covered) + unknown) / total, INTERVAL)


def _rounded(low: float, high: float, method: str) -> Interval:
    return Interval(max(round(low, _DIGITS), 0.0), min(round(high, _DIGITS), 1.0), method)


def bootstrap(weights: Floats, covered: Floats, rules: CoverageRules) -> Interval | None:
    """The 95 % interval of the weighted share of what is known, as if the known cells had been drawn by lot.

    Cells are drawn again with replacement, `resamples` times with the seed of the rules. None without any weight.
    """
    if not weights.size or weights.sum() <= 0:
        return None
    random = np.random.default_rng(rules.seed)
    times = random.multinomial(weights.size, np.full(weights.size, 1 / weights.size), size=rules.resamples)
    total = times @ weights
    share = (times @ (weights * covered))[total > 0] / total[total > 0]
    low, high = np.percentile(share, _ENDS)
    return _rounded(float(low), float(high), BOOTSTRAP)
