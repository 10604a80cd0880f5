"""States of cells, figures with their bounds, intervals and verdicts, and change between periods."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.coverage.assemble import Tallies, assemble
from reports.coverage.cells import COVERED, INSUFFICIENT, NOT_COVERED, UNMEASURED, best_of
from reports.coverage.chances import Prior, any_of, draw, fit_prior
from reports.coverage.change import change_between, lost_cells
from reports.coverage.clean import clean, count_causes
from reports.coverage.ground import Ground
from reports.coverage.hexagons import code_of
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import INDOOR, LTE, NONE, NR_NSA, UMTS, VEHICLE
from reports.coverage.shares import bootstrap, share_figure
from reports.coverage.summary import CoverageReport, Interval, ShareFigure, Subject
from reports.coverage.tally import least, tally
from reports.coverage.verdicts import verdict_of, wilson, wilson_interval
from reports.coverage.words import CellState, LeftOut, Outcome, SignalProfile, Surroundings, Technology
from reports.grids import floats
from tests.reports.coverage_samples import (
    QUARTER,
    RULES,
    VIETTEL,
    VINAPHONE,
    Row,
    cells_of,
    fine_cells,
    ground,
    samples,
)

NAN = float("nan")


def report(on: Ground, rows: list[Row], rules: CoverageRules = RULES, **subject: object) -> CoverageReport:
    """The report on some samples."""
    cleaned = clean(samples(rows), rules)
    picks, days = tally(cleaned.samples, rules)
    asked = replace(Subject("xa", QUARTER), **subject)  # type: ignore[arg-type]  # fields by name
    return assemble(asked, on, Tallies(least(picks), days, {"452-04": count_causes(cleaned.cause)}), rules)


def in_cell(cell: int, count: int, *, passing: int | None = None, minutes: float = 10.0, **told: object) -> list[Row]:
    """So many samples in fine cells of a cell, of which so many pass, some minutes apart."""
    good = count if passing is None else passing
    usual = {"terminal": (cell >> 18) % 100_003}  # each cell has a terminal of its own
    return [
        usual | {"fine": fine, "minute": place * minutes, "ss_rsrp": -90.0 if place < good else -115.0} | told
        for place, fine in enumerate(fine_cells(cell, count))
    ]


@pytest.mark.parametrize(
    ("count", "passing", "minutes", "state"),
    [
        (5, 5, 10.0, CellState.COVERED),
        (10, 9, 10.0, CellState.COVERED),
        (10, 8, 10.0, CellState.NOT_COVERED),
        (5, 4, 10.0, CellState.NOT_COVERED),
        (4, 4, 10.0, CellState.INSUFFICIENT),
        (6, 6, 1.0, CellState.INSUFFICIENT),
        (0, 0, 10.0, CellState.UNMEASURED),
    ],
)
def test_the_state_of_a_cell(count: int, passing: int, minutes: float, state: CellState) -> None:
    cell, other = cells_of(2)
    found = report(ground([cell]), in_cell(cell, count, passing=passing, minutes=minutes) + in_cell(other, 1))
    (only,) = found.cells
    assert (only.state, only.samples, only.passed) == (state, count, passing)
    assert only.cell == code_of(cell)


def test_many_samples_at_one_place_are_one() -> None:
    (cell,) = cells_of(1)
    fine = fine_cells(cell, 1)[0]
    (only,) = report(ground([cell]), [{"fine": fine, "minute": m} for m in range(100)]).cells
    assert (only.state, only.samples) == (CellState.INSUFFICIENT, 1)


@pytest.mark.parametrize(
    ("told", "technology", "passes"),
    [
        ({}, Technology.FIVE_G, True),
        ({"ss_rsrp": -110.0, "ss_sinr": -5.0}, Technology.FIVE_G, True),
        ({"ss_rsrp": -110.1}, Technology.FIVE_G, False),
        ({"ss_sinr": -5.1}, Technology.FIVE_G, False),
        ({"ss_sinr": NAN}, Technology.FIVE_G, True),
        ({"technology": LTE, "rsrp": -80.0}, Technology.FIVE_G, False),
        ({"technology": LTE, "rsrp": -80.0}, Technology.FOUR_G, True),
        ({"technology": LTE, "rsrp": -111.0}, Technology.ANY, False),
        ({"technology": NR_NSA, "ss_rsrp": -115.0, "rsrp": -95.0}, Technology.FIVE_G, False),
        ({"technology": NR_NSA, "ss_rsrp": -115.0, "rsrp": -95.0}, Technology.FOUR_G, True),
        ({}, Technology.FOUR_G, True),
        ({"technology": UMTS}, Technology.FOUR_G, False),
        ({"technology": UMTS}, Technology.ANY, True),
        ({"technology": UMTS, "access_ok": 0}, Technology.ANY, False),
        ({"technology": NONE, "ss_rsrp": NAN}, Technology.ANY, False),
    ],
)
def test_what_passes_on_which_technology(told: Row, technology: Technology, passes: bool) -> None:
    (cell,) = cells_of(1)
    rows = [row | told for row in in_cell(cell, 5)]
    (only,) = report(ground([cell]), rows, technology=technology).cells
    assert only.passed == (5 if passes else 0)
    assert only.samples == 5


@pytest.mark.parametrize(("profile", "passed"), [("basic", 6), ("good", 4), ("strict", 2), ("service", 1)])
def test_profiles_ask_for_more_and_more(profile: str, passed: int) -> None:
    (cell,) = cells_of(1)
    levels = [-110, -105, -100, -95, -90, -85]
    rows = [
        row | {"ss_rsrp": level, "download": 30.0 if level == -85 else 29.9 if level == -90 else NAN}
        for row, level in zip(in_cell(cell, 6), levels, strict=True)
    ]
    (only,) = report(ground([cell]), rows, profile=SignalProfile(profile)).cells
    assert only.passed == passed
    assert only.samples == (2 if profile == "service" else 6)


def test_a_profile_that_the_rules_leave_out_keeps_its_numbers() -> None:
    one = {"rsrp_dbm": -105, "sinr_db": -3, "lte_rsrp_dbm": -105, "lte_sinr_db": -3}
    rules = CoverageRules.model_validate({"thresholds": {"basic": one}})
    assert rules.thresholds[SignalProfile.BASIC].rsrp_dbm == -105
    assert rules.thresholds[SignalProfile.GOOD] == RULES.thresholds[SignalProfile.GOOD]
    with pytest.raises(ValueError, match="service_download_mbit_s"):
        CoverageRules.model_validate({"thresholds": {"service": one}})


def test_indoors_and_outdoors_are_apart_and_a_vehicle_is_outdoors() -> None:
    (cell,) = cells_of(1)
    rows = in_cell(cell, 5) + [
        row | {"surroundings": INDOOR, "minute": 100 + row["minute"]} for row in in_cell(cell, 6)
    ]
    rows += [row | {"surroundings": VEHICLE, "terminal": 2} for row in in_cell(cell, 7)]
    assert report(ground([cell]), rows).cells[0].samples == 7
    assert report(ground([cell]), rows, surroundings=Surroundings.INDOOR).cells[0].samples == 6


def test_what_a_vehicle_takes_is_added_where_the_rules_say_how_much() -> None:
    (cell,) = cells_of(1)
    rows = [row | {"surroundings": VEHICLE, "ss_rsrp": -113.0} for row in in_cell(cell, 5)]
    assert report(ground([cell]), rows).cells[0].state is CellState.NOT_COVERED
    corrected = report(ground([cell]), rows, CoverageRules(vehicle_loss_db=3))
    assert corrected.cells[0].state is CellState.COVERED
    assert corrected.notes


def test_any_operator_covers_a_cell_and_all_have_to_fail_for_it_not_to_be() -> None:
    first, second, third, fourth = cells_of(4)
    rows = in_cell(first, 5) + in_cell(first, 5, passing=0, operator=VINAPHONE)
    rows += in_cell(second, 5, passing=0, terminal=2) + in_cell(second, 5, passing=0, operator=VINAPHONE, terminal=2)
    rows += in_cell(third, 5, passing=0, terminal=3) + in_cell(third, 2, operator=VINAPHONE, terminal=3)
    found = report(ground([first, second, third, fourth]), rows)
    by_cell = {cell.cell: cell for cell in found.cells}
    states = [by_cell[code_of(cell)].state for cell in (first, second, third, fourth)]
    assert states == [CellState.COVERED, CellState.NOT_COVERED, CellState.INSUFFICIENT, CellState.UNMEASURED]
    assert by_cell[code_of(first)].operator == "452-04"
    assert by_cell[code_of(fourth)].operator is None
    assert found.operators == ("452-02", "452-04")
    assert report(ground([first]), rows, operator="452-02").cells[0].state is CellState.NOT_COVERED
    nobody = report(ground([first]), rows, operator="452-01")
    assert nobody.cells[0].state is CellState.UNMEASURED
    assert nobody.area.interval == Interval(0.0, 1.0, nobody.area.interval.method)


@given(st.lists(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=3, max_size=3), min_size=1, max_size=4))
def test_who_speaks_for_a_cell_has_its_state_where_it_is_known(states: list[list[int]]) -> None:
    arrays = [np.array(of, dtype=np.int8) for of in states]
    counts = [np.where(of == UNMEASURED, 0, 5).astype(np.int64) for of in arrays]
    found, speaks = best_of(arrays, counts, [np.where(of == COVERED, 5, 0).astype(np.int64) for of in arrays])
    for place, (state, voice) in enumerate(zip(found.tolist(), speaks.tolist(), strict=True)):
        told = [of[place] for of in arrays]
        assert (COVERED in told) == (state == COVERED)
        assert (set(told) == {NOT_COVERED}) == (state == NOT_COVERED)
        if state != INSUFFICIENT:
            assert told[voice] == state


def test_every_sample_received_is_used_or_left_out_for_a_cause() -> None:
    cell, other = cells_of(2)
    rows = in_cell(cell, 6) + in_cell(other, 3) + [{"minute": 500, "accuracy": 99.0}, {"minute": 501, "speed": 50.0}]
    counts = report(ground([cell]), rows).counts
    assert (counts.received, counts.used, counts.thinned) == (11, 6, 6)
    left_out = {cause: n for cause, n in counts.left_out.items() if n}
    assert left_out == {LeftOut.OUTSIDE: 3, LeftOut.INACCURATE: 1, LeftOut.TOO_FAST: 1}


def test_people_are_spread_over_the_cells_of_their_hamlet() -> None:
    cells = cells_of(4)
    on = ground(cells, [(cells[:2], 400), (cells[2:], 100)])
    found = report(on, in_cell(cells[0], 5))
    assert found.population is not None
    assert found.population.total == pytest.approx(500)
    assert found.population.covered == pytest.approx(200, rel=0.01)
    assert [hamlet.code for hamlet in found.hamlets] == ["thon-1", "thon-2"]
    assert found.hamlets[0].area.lower == pytest.approx(0.5, abs=0.01)
    assert {cell.hamlet for cell in found.cells} == {"thon-1", "thon-2"}
    assert sum(sum(parent.states.values()) for parent in found.parents) == 4


@pytest.mark.parametrize(
    ("passed", "samples_", "low", "high"),
    [(66, 100, 56.3, 74.5), (70, 100, 60.4, 78.1), (240, 400, 55.1, 64.7), (260, 400, 60.2, 69.5)],
)
def test_wilsons_interval_has_its_check_values(passed: int, samples_: int, low: float, high: float) -> None:
    found = wilson(passed, samples_)
    assert [round(end * 100, 1) for end in found] == [low, high]


@pytest.mark.parametrize(("share", "cells"), [(0.60, 6), (0.90, 35), (0.95, 73)])
def test_so_many_cells_that_all_pass_show_a_share(share: float, cells: int) -> None:
    assert wilson(cells, cells)[0] >= share > wilson(cells - 1, cells - 1)[0]
    assert wilson_interval(0, 0) is None


@given(passed=st.integers(0, 500), more=st.integers(0, 500))
def test_wilsons_interval_holds_the_share_and_lies_in_0_to_1(passed: int, more: int) -> None:
    if passed + more:
        low, high = wilson(passed, passed + more)
        assert 0 <= low <= passed / (passed + more) + 1e-12
        assert passed / (passed + more) - 1e-12 <= high <= 1


def figure(low: float, high: float, covered: float = 50, not_covered: float = 20) -> ShareFigure:
    return ShareFigure("km2", covered, not_covered, 10, 90 - covered - not_covered, 70, 100, Interval(low, high, "-"))


def test_bounds_count_what_is_not_known_as_nothing_and_as_all() -> None:
    told = figure(0, 1)
    assert (told.lower, told.upper, told.measured) == pytest.approx((0.5, 0.8, 5 / 7))
    nothing = ShareFigure("km2", 0, 0, 0, 0, 0, 0, Interval(0, 1, "-"))
    assert (nothing.lower, nothing.upper, nothing.measured) == (None, None, None)


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.60, 0.9, Outcome.MET),
        (0.5999, 0.9, Outcome.UNDECIDED),
        (0.3, 0.6, Outcome.UNDECIDED),
        (0.3, 0.5999, Outcome.NOT_MET),
    ],
)
def test_the_verdict_is_by_the_ends_of_the_interval(low: float, high: float, outcome: Outcome) -> None:
    verdict = verdict_of(figure(low, high), 0.6)
    assert verdict.outcome is outcome
    assert verdict.reason.vi
    assert "60.0 %" in verdict.reason.en


def test_an_undecided_verdict_names_the_cells_that_would_settle_it() -> None:
    first, second, third = cells_of(3)
    found = report(ground([first, second, third]), in_cell(first, 5) + in_cell(second, 2))
    verdict = verdict_of(found.area, 0.6, found.cells)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.to_drive == (code_of(second), code_of(third))
    assert verdict_of(None, 0.6).outcome is Outcome.UNDECIDED


def test_bounds_are_told_rounded_so_that_they_claim_no_more_than_they_know() -> None:
    reason = verdict_of(figure(0.59999, 0.80001), 0.7).reason
    assert "59.9 %" in reason.en
    assert "80.1 %" in reason.en
    assert "59,9 %" in reason.vi


@pytest.mark.parametrize("samples_", [5, 10, 20])
def test_chances_of_a_cell_whose_samples_all_pass_are_those_of_the_page_where_nothing_else_is_known(
    samples_: int,
) -> None:
    flat = Prior(np.full(200, 1 / 200), RULES)
    found = flat.chances(np.array([samples_]), np.array([samples_]))[0]
    assert found == pytest.approx(1 - 0.9 ** (samples_ / 2 + 1), abs=1e-3)


def test_a_commune_in_which_all_passes_makes_each_of_its_cells_surer() -> None:
    counts = np.full(100, 8)
    sure = fit_prior(counts, counts, RULES).chances(np.array([8]), np.array([8]))[0]
    mixed = fit_prior(counts, np.tile([8, 7, 5, 8], 25), RULES).chances(np.array([8]), np.array([8]))[0]
    assert sure > 0.99 > mixed


def test_the_chance_of_any_operator_is_that_not_all_fail() -> None:
    assert any_of([floats([0.5, 0]), floats([0.5, 0])]).tolist() == [0.75, 0]


def test_draws_are_the_same_for_the_same_seed() -> None:
    chances = floats([0.2, 0.9])
    assert (draw(chances, RULES) == draw(chances, RULES)).all()
    assert draw(chances, RULES).mean(axis=0) == pytest.approx([0.2, 0.9], abs=0.03)


def test_an_interval_is_never_inside_the_bounds_and_holds_all_where_nothing_is_known() -> None:
    weights = np.ones(4)
    states = np.array([COVERED, COVERED, NOT_COVERED, UNMEASURED], dtype=np.int8)
    told = share_figure(weights, states, draw(floats([1, 1, 0, 0]), RULES), "km2", RULES)
    assert (told.interval.low, told.interval.high) == (0.5, 0.75)
    doubtful = share_figure(weights, states, draw(floats([0.5, 0.5, 0.5, 0]), RULES), "km2", RULES)
    assert (doubtful.interval.low, doubtful.interval.high) == (0.0, 1.0)
    assert (told.judged, told.parts) == (3, 4)
    assert (
        share_figure(weights, np.full(4, UNMEASURED, np.int8), draw(np.zeros(4), RULES), "", RULES).interval.high == 1
    )


@pytest.mark.parametrize("seed", range(20))
def test_all_of_a_commune_is_1_however_its_cells_add_up(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.uniform(0.1, 0.12, 40)
    draws = np.ones((100, 40))
    census = share_figure(weights, np.full(40, COVERED, np.int8), draws, "km2", RULES)
    assert verdict_of(census, 1.0).outcome is Outcome.MET
    states = random.permutation(np.array([COVERED, INSUFFICIENT, UNMEASURED, COVERED] * 10, dtype=np.int8))
    assert verdict_of(share_figure(weights, states, draws, "km2", RULES), 1.0).outcome is Outcome.UNDECIDED


def test_the_bootstrap_is_seeded_and_weighs_cells() -> None:
    weights, covered = floats([1.0] * 30 + [30.0]), np.array([True] * 30 + [False])
    found = bootstrap(weights, covered, RULES)
    assert found is not None
    assert found == bootstrap(weights, covered, RULES)
    assert found.low < 0.5 < found.high
    assert bootstrap(floats([]), np.array([], dtype=bool), RULES) is None


def test_change_tells_what_was_won_and_lost_and_what_is_only_not_known_any_more() -> None:
    cells = cells_of(4)
    on = ground(cells)
    before = report(on, in_cell(cells[0], 5) + in_cell(cells[1], 5, passing=0) + in_cell(cells[2], 5))
    now = report(on, in_cell(cells[0], 5, passing=1) + in_cell(cells[1], 5) + in_cell(cells[3], 5))
    change = change_between(before, now)
    assert change.won == (code_of(cells[1]),)
    assert change.lost == (code_of(cells[0]),)
    assert change.newly_measured == (code_of(cells[3]),)
    assert change.no_longer_measured == (code_of(cells[2]),)
    assert change.won_km2 == pytest.approx(0.115, abs=0.002)
    assert [cell.cell for cell in lost_cells(before, now)] == list(change.lost)
    assert math.isclose(change_between(now, now).won_km2, 0)
    assert VIETTEL != VINAPHONE
