"""The area figure holds the truth of communes whose coverage is known, and no verdict ĐẠT is false.

The full trial, 200 communes of three kilometres, is `commune bench coverage-truth`; these are fewer and smaller ones
through the whole way, and 200 of numbers alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from commune.bench.coverage_truth import RULES, Trial, sum_up, try_commune, try_communes
from commune.bench.coverage_world import OPERATOR, SimulatedCommune
from reports.coverage.cells import COVERED, INSUFFICIENT, NOT_COVERED, UNMEASURED
from reports.coverage.chances import draw, fit_prior
from reports.coverage.clean import clean
from reports.coverage.samples import NONE, VEHICLE
from reports.coverage.shares import share_figure
from reports.coverage.summary import Interval, ShareFigure
from reports.coverage.words import Outcome

COMMUNES = 15
SIDE_M = 1_500.0


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    """Small communes, driven and reported."""
    return try_communes(COMMUNES, SIDE_M)


def test_the_interval_holds_the_truth_of_simulated_communes(trials: list[Trial]) -> None:
    found = sum_up(trials)
    assert found.is_within, found
    assert [trial.seed for trial in trials if not trial.holds] == []
    assert found.falsely_met == 0


def test_communes_differ_in_their_truth_and_a_trial_is_the_same_again(trials: list[Trial]) -> None:
    truths = [trial.truth for trial in trials]
    assert min(truths) < 0.6
    assert max(truths) > 0.95
    assert try_commune(3, SIDE_M) == trials[3]


def numbers(seed: int) -> tuple[float, ShareFigure]:
    """A commune of numbers: shares of places by a Beta distribution, samples that hang together in pairs, some cells
    with few and some with none.
    """
    random = np.random.default_rng(seed)
    cells = 80
    places = random.beta(random.uniform(0.3, 3), random.uniform(0.1, 0.6), cells)
    pairs = random.choice([0, 1, 3, 4, 6, 9], cells)
    passed = 2 * random.binomial(pairs, places)
    samples = 2 * pairs
    judged = np.where(passed >= 0.9 * samples - 1e-9, COVERED, NOT_COVERED)
    few = np.where(samples > 0, INSUFFICIENT, UNMEASURED)
    states = np.where(samples >= RULES.least_samples, judged, few).astype(np.int8)
    rules = RULES.model_copy(update={"resamples": 400})
    chances = fit_prior(samples, passed, rules).chances(samples, passed)
    weights = np.ones(cells)
    figure = share_figure(weights, states, draw(np.where(states <= NOT_COVERED, chances, 0), rules), "", rules)
    return float((places >= 0.9).mean()), figure


def test_the_interval_holds_the_truth_of_200_communes_of_numbers() -> None:
    found = sum_up([Trial(seed, 1, *numbers(seed)) for seed in range(200)])
    assert found.interval_holds >= 0.95, found
    assert found.falsely_met <= 0.025, found
    assert found.bounds_hold < found.interval_holds
    assert found.mean_width < 0.6


def test_a_trial_knows_a_false_verdict() -> None:
    area = ShareFigure("km2", 90, 10, 0, 0, 100, 100, Interval(0.9, 0.9, "-"))
    trial = Trial(0, 1, 0.8, area)
    assert trial.wrong(Outcome.MET, 0.85)
    assert not trial.wrong(Outcome.MET, 0.75)
    assert trial.wrong(Outcome.NOT_MET, 0.95) is False
    assert Trial(0, 1, 0.97, area).wrong(Outcome.NOT_MET, 0.95)
    assert not trial.holds
    assert not sum_up([trial]).is_within


def test_a_drive_keeps_to_the_roads_and_to_its_hours_and_loses_in_a_vehicle() -> None:
    commune = SimulatedCommune(4, SIDE_M)
    inside, outside = commune.drive(1), commune.drive(1, in_vehicle=False)
    assert len(inside) == 600
    assert inside.operators == (OPERATOR,)
    assert (inside.surroundings == VEHICLE).all()
    served = np.isfinite(inside.ss_rsrp) & np.isfinite(outside.ss_rsrp)
    assert (outside.ss_rsrp - inside.ss_rsrp)[served].mean() == pytest.approx(3, abs=0.01)
    assert ((inside.technology == NONE) == np.isnan(inside.ss_rsrp)).all()
    assert np.diff(inside.time_us).min() == 30_000_000
    assert len(clean(inside, RULES).samples) == 600
    never = sum(road.weight == 0 for road in SimulatedCommune(7, 6_000.0).roads)
    assert never > 0
