"""What days leave behind adds up to periods exactly, in whatever order samples come."""

from __future__ import annotations

import h3.api.numpy_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.coverage.clean import clean, local_day
from reports.coverage.hexagons import (
    areas_km2,
    cells_at,
    cells_inside,
    centres,
    code_of,
    number_of,
    numbers,
    outline,
    parents,
)
from reports.coverage.rules import CoverageRules, ServiceRules
from reports.coverage.samples import INDOOR, LTE, VEHICLE, Samples
from reports.coverage.tally import (
    CELL_COLUMNS,
    PICK_COLUMNS,
    SERVICE,
    SIGNAL,
    CellDays,
    Picks,
    fingerprint,
    join_picks,
    least,
    lots,
    tally,
)
from tests.reports.coverage_samples import CENTRE, RULES, Row, boundary_of, cells_of, fine_cells, samples

MINUTES_A_DAY = 24 * 60


def told(table: Picks | CellDays) -> list[tuple[object, ...]]:
    """The rows in an order of their own; NaN is equal to itself."""
    names = PICK_COLUMNS if isinstance(table, Picks) else CELL_COLUMNS
    columns = [getattr(table, name) for name in names]
    shown = [np.nan_to_num(c, nan=-1e9).round(6) if c.dtype == np.float64 else c for c in columns]
    return sorted(zip(*(column.tolist() for column in shown), strict=True))


def drive(seed: int, count: int, days: int = 3) -> Samples:
    """Samples at random over a few cells and days."""
    random = np.random.default_rng(seed)
    fine = [f for cell in cells_of(4) for f in fine_cells(cell, 5)]
    return samples(
        [
            {
                "minute": float(random.integers(0, days * MINUTES_A_DAY * 2) / 2),
                "fine": fine[int(random.integers(len(fine)))],
                "terminal": int(random.integers(1, 4)),
                "operator": int(random.integers(4)),
                "surroundings": int(random.integers(3)),
                "ss_rsrp": float(random.uniform(-130, -60)),
                "download": float(random.uniform(0, 200)) if random.uniform() < 0.5 else float("nan"),
            }
            for _ in range(count)
        ]
    )


def test_parents_are_those_that_h3_tells() -> None:
    fine = cells_at(np.array([20.87, 21.5, -3.0]), np.array([106.3, 105.1, 10.0]), 11)
    for resolution in (10, 9, 8):
        expected = [h3.cell_to_parent(cell, resolution) for cell in fine.tolist()]
        assert parents(fine, resolution).tolist() == expected


def test_a_cell_of_resolution_9_has_a_tenth_of_a_square_kilometre() -> None:
    cells = np.array(cells_of(7), dtype=np.uint64)
    assert areas_km2(cells) == pytest.approx(0.115, abs=0.002)
    latitude, longitude = centres(cells[:1])
    assert (latitude[0], longitude[0]) == pytest.approx(CENTRE, abs=0.003)


def test_cells_are_inside_by_their_centre_and_written_as_hexadecimal() -> None:
    cells = cells_of(7)
    assert sorted(cells_inside(boundary_of(cells), 9).tolist()) == sorted(cells)
    code = code_of(cells[0])
    assert number_of(code) == cells[0]
    assert len(code) == 15
    assert numbers([code]).tolist() == [cells[0]]
    ring = outline(cells[0])
    assert len(ring) == 7
    assert ring[0] == ring[-1]


def test_one_sample_of_each_fine_cell_operator_and_surroundings_is_drawn() -> None:
    first, second = fine_cells(cells_of(1)[0], 2)
    rows = [{"fine": first, "minute": m} for m in range(10)] + [{"fine": second, "minute": 20}]
    rows += [{"fine": first, "minute": 30, "operator": 0}, {"fine": first, "minute": 31, "surroundings": INDOOR}]
    picks, days = tally(samples(rows), RULES)
    assert len(picks) == 4
    assert days.samples.sum() == len(rows)


def test_the_draw_is_fair_it_prefers_neither_early_nor_good_samples() -> None:
    fine = fine_cells(cells_of(1)[0], 1)[0]
    rows = [
        {"fine": fine, "minute": m % 700 + 1440 * (m // 700), "ss_rsrp": -120.0 + (m % 2) * 40} for m in range(4000)
    ]
    chosen = []
    for start in range(0, 4000, 20):
        picks, _ = tally(samples(rows[start : start + 20]), RULES)
        chosen.append(float(least(picks).ss_rsrp[0]) > -100)
    assert 0.35 < np.mean(chosen) < 0.65


def test_a_draw_for_the_service_is_among_the_samples_with_a_test() -> None:
    fine = fine_cells(cells_of(1)[0], 1)[0]
    rows: list[Row] = [{"fine": fine, "minute": m} for m in range(20)]
    rows += [{"fine": fine, "minute": 30, "download": 50.0}, {"fine": fine, "minute": 31, "access_ok": 0}]
    picks, _ = tally(samples(rows), RULES)
    assert sorted(picks.purpose.tolist()) in ([SIGNAL, SERVICE], [SIGNAL | SERVICE])
    for_service = picks.take(picks.purpose & SERVICE > 0)
    assert np.isfinite(for_service.download[0]) or for_service.access_ok[0] == 0


@pytest.mark.parametrize("seed", range(3))
def test_picks_and_sums_are_the_same_to_the_last_bit_in_whatever_order_they_come(seed: int) -> None:
    everything = drive(seed, 200)
    picks, sums = tally(clean(everything, RULES).samples, RULES)
    random = np.random.default_rng(seed)
    turned = everything.take(random.permutation(len(everything)))
    again, same_sums = tally(clean(turned, RULES).samples, RULES)
    shuffled = least(picks.take(random.permutation(len(picks))))
    for name in PICK_COLUMNS:
        np.testing.assert_array_equal(getattr(least(again), name), getattr(least(picks), name), err_msg=name)
        np.testing.assert_array_equal(getattr(shuffled, name), getattr(least(picks), name), err_msg=name)
    for name in CELL_COLUMNS:
        np.testing.assert_array_equal(getattr(same_sums, name), getattr(sums, name), err_msg=name)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 120))
def test_days_counted_apart_add_up_to_all_of_them_counted_together(seed: int, count: int) -> None:
    everything = clean(drive(seed, count), RULES).samples
    picks, sums = tally(everything, RULES)
    days = local_day(everything.time_us)
    parts = [tally(everything.take(days == day), RULES) for day in np.unique(days)]
    assert told(join_picks([part for part, _ in parts])) == told(picks)
    joined = [np.concatenate([getattr(part, name) for _, part in parts]) for name in CELL_COLUMNS]
    assert told(CellDays(sums.operators, *joined)) == told(sums)
    whole = least(picks)
    assert told(least(join_picks([least(part) for part, _ in parts]))) == told(whole)
    assert told(least(whole)) == told(whole)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_arrival_changes_nothing(seed: int) -> None:
    first = clean(drive(seed, 80), RULES).samples
    shuffled = first.take(np.random.default_rng(seed).permutation(len(first)))
    picks, days = tally(first, RULES)
    again, same_days = tally(shuffled, RULES)
    assert (told(picks), told(days)) == (told(again), told(same_days))


def test_slots_are_quarters_of_an_hour_and_sums_are_of_5g_alone() -> None:
    fine = fine_cells(cells_of(1)[0], 1)[0]
    rows: list[Row] = [
        {"fine": fine, "minute": 0, "download": 100.0, "upload": 20.0, "latency": 30.0},
        {"fine": fine, "minute": 14, "download": 20.0, "access_ok": 0, "surroundings": VEHICLE},
        {"fine": fine, "minute": 15, "technology": LTE, "rsrp": -90.0, "ss_rsrp": float("nan"), "download": 500.0},
        {"fine": fine, "minute": 29},
    ]
    _, days = tally(samples(rows), RULES)
    assert (days.samples.tolist(), days.slots.tolist(), days.nr_samples.tolist()) == ([4], [2], [3])
    assert (days.downloads.tolist(), days.download_sum.tolist(), days.fast.tolist()) == ([2], [120.0], [1])
    assert (days.uploads.tolist(), days.latency_sum.tolist()) == ([1], [30.0])
    assert (days.accesses.tolist(), days.failures.tolist(), days.nr_moving.tolist()) == ([3], [1], [1])


def test_nothing_leaves_nothing_behind() -> None:
    picks, days = tally(samples([]), RULES)
    assert (len(picks), len(days)) == (0, 0)
    assert days.cell.dtype == np.uint64


def test_lots_differ_by_terminal_and_by_time() -> None:
    time = np.arange(1000) * 30_000_000
    found = np.concatenate([lots(np.full(1000, terminal), time) for terminal in (1, 2)])
    assert np.unique(found).size == 2000
    assert 0.4 < (found > 0).mean() < 0.6


def test_a_tally_is_marked_by_the_numbers_that_it_depends_on() -> None:
    assert fingerprint(RULES) == fingerprint(CoverageRules(covered_share=0.5, least_samples=9))
    assert fingerprint(RULES) != fingerprint(CoverageRules(accuracy_m=40))
    assert fingerprint(RULES) != fingerprint(CoverageRules(service=ServiceRules(download_mbit_s=50)))
