"""Priority sites: the verdict on each, and the figure of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.coverage.cells import NOT_COVERED, STATES, UNMEASURED, Question, States, best_of, chosen_picks
from reports.coverage.chances import any_of, draw
from reports.coverage.ground import Ground
from reports.coverage.hexagons import cells_at, parents
from reports.coverage.operators import OperatorCells
from reports.coverage.passing import passes
from reports.coverage.rules import CoverageRules
from reports.coverage.shares import share_figure
from reports.coverage.sites import Around, around, site_states
from reports.coverage.summary import ShareFigure, SiteVerdict
from reports.coverage.tally import Picks
from reports.grids import Flags, Floats, Integers, floats

NEARBY, CELL = "nearby", "cell"


@dataclass(frozen=True, slots=True)
class Sites:
    """The verdicts on the sites of the ground, in its order; the figure is None where there are none."""

    verdicts: tuple[SiteVerdict, ...]
    figure: ShareFigure | None


@dataclass(frozen=True, slots=True)
class _OfOperator:
    states: States
    nearby: Flags
    samples: Integers
    passed: Integers
    chances: Floats


def judge_sites(
    ground: Ground,
    picks: Picks,
    operators: Sequence[OperatorCells],
    question: Question,
    rules: CoverageRules,
) -> Sites:
    """Judge each site by the samples around it where there are enough, else by its cell, for any of some operators."""
    if not ground.sites:
        return Sites((), None)
    latitude = floats([site.latitude for site in ground.sites])
    longitude = floats([site.longitude for site in ground.sites])
    at_cell = ground.places(parents(cells_at(latitude, longitude, rules.thinning_resolution), rules.resolution))
    own = chosen_picks(picks, question)
    found = []
    for operator in operators:
        of = own.take(own.operator == operator.number)
        good = passes(of, question.technology, question.profile, rules)
        counts = around(latitude, longitude, of.fine, good, rules.site_radius_m)
        found.append(_of_operator(counts, at_cell, operator, rules))
    return _verdicts(ground, found, rules)


def _of_operator(counts: Around, at_cell: Integers, operator: OperatorCells, rules: CoverageRules) -> _OfOperator:
    """The verdicts with the samples that speak: those nearby, or those of the cell."""
    states, nearby = site_states(counts, at_cell, operator.states, rules)
    by_cell = ~nearby & (at_cell >= 0)
    samples = np.where(by_cell, operator.evidence.samples[at_cell], counts.samples)
    passed = np.where(by_cell, operator.evidence.passed[at_cell], counts.passed)
    chances = np.where(states <= NOT_COVERED, operator.prior.chances(samples, passed), 0.0)
    return _OfOperator(states, nearby, samples, passed, chances)


def _verdicts(ground: Ground, found: Sequence[_OfOperator], rules: CoverageRules) -> Sites:
    count = len(ground.sites)
    if found:
        states, speaks = best_of([o.states for o in found], [o.samples for o in found], [o.passed for o in found])
        draws = draw(any_of([o.chances for o in found]), rules)
    else:
        states, speaks = np.full(count, UNMEASURED, dtype=np.int8), np.zeros(count, dtype=np.int64)
        draws = draw(np.zeros(count), rules)
    verdicts = []
    for at, (site, state) in enumerate(zip(ground.sites, states.tolist(), strict=True)):
        of = found[int(speaks[at])] if found else None
        verdicts.append(
            SiteVerdict(
                code=site.code,
                name=site.name,
                type=site.type.value,
                latitude=site.latitude,
                longitude=site.longitude,
                state=STATES[state],
                basis=_basis(of, at),
                samples=int(of.samples[at]) if of else 0,
                passed=int(of.passed[at]) if of else 0,
                hamlet=site.hamlet,
            )
        )
    return Sites(tuple(verdicts), share_figure(np.ones(count), states, draws, "sites", rules))


def _basis(of: _OfOperator | None, at: int) -> str | None:
    if of is None or of.states[at] == UNMEASURED:
        return None
    return NEARBY if of.nearby[at] else CELL
