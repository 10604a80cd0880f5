"""A straight line through months, and what is not foretold."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.targets_projection import Chance, Outlook, outlook, slope_of

TODAY = date(2026, 11, 21)


def monthly(*values: float) -> list[tuple[date, float]]:
    """The last days of the months up to today."""
    first = 2026 * 12 + 11 - len(values)
    return [(date((first + at) // 12, (first + at) % 12 + 1, 21), value) for at, value in enumerate(values)]


def ahead(values: list[float], deadline: date = date(2027, 6, 30), threshold: float = 60.0, **kwargs: bool) -> Outlook:
    return outlook(
        monthly(*values), deadline=deadline, today=TODAY, threshold=threshold, at_least=kwargs.get("at_least", True),
        largest=100.0,
    )  # fmt: skip


def test_the_slope_is_the_median_of_all_pairs_and_one_odd_month_does_not_turn_it() -> None:
    months, values = [0.0, 1, 2, 3, 4, 5], [10.0, 12, 14, 90, 18, 20]
    slope = slope_of(months, values)
    assert slope is not None
    assert slope.pace == pytest.approx(2.0)
    assert slope.last == pytest.approx(20.0)


def test_the_interval_of_the_slope_is_from_the_ranks_of_sen() -> None:
    """Five points: n(n-1)(2n+5)/18 = 16.67, 1.96 times its root is 8.0; of the ten slopes the first and the last."""
    slope = slope_of([0, 1, 2, 3, 4], [0, 1, 1, 4, 4])
    assert slope is not None
    slopes = sorted(
        (b - a) / (j - i) for i, a in enumerate([0, 1, 1, 4, 4]) for j, b in enumerate([0, 1, 1, 4, 4]) if j > i
    )
    assert (slope.low, slope.high) == (slopes[0], slopes[-1])


def test_a_steady_rise_that_gets_there_is_likely() -> None:
    found = ahead([30, 34, 38, 42, 46, 50])
    assert found.chance is Chance.LIKELY
    assert found.pace == pytest.approx(4.0, rel=0.02)
    assert found.value == pytest.approx(50 + 4.0 * 7.3, rel=0.02)
    assert found.low is not None and found.high is not None and found.low <= found.high <= 100.0
    assert "knows nothing of plans" in found.reason.en


def test_a_rise_that_is_too_slow_is_unlikely_and_the_pace_that_is_needed_is_told() -> None:
    found = ahead([30, 30.5, 31, 31.5, 32, 32.5])
    assert found.chance is Chance.UNLIKELY
    assert found.needed == pytest.approx((60 - 32.5) / 7.26, rel=0.01)


def test_months_that_scatter_leave_it_open() -> None:
    assert ahead([30, 52, 33, 55, 41, 58]).chance is Chance.OPEN


def test_fewer_than_five_months_foretell_nothing_but_the_pace_that_is_needed() -> None:
    found = ahead([30, 40, 50, 55])
    assert (found.chance, found.value, found.pace) == (Chance.UNKNOWN, None, None)
    assert found.needed is not None and "5 at least" in found.reason.en


def test_a_deadline_too_far_ahead_is_not_foretold() -> None:
    found = ahead([30, 34, 38, 42, 46, 50], deadline=date(2030, 12, 31))
    assert found.chance is Chance.UNKNOWN and "too far" in found.reason.en
    assert found.value is None and found.pace is not None


def test_what_has_to_fall_is_judged_the_other_way_round() -> None:
    falling = ahead([12, 10, 8, 6, 4, 3], threshold=0.0, at_least=False)
    assert falling.chance is Chance.LIKELY and falling.value == 0.0
    assert falling.needed is not None and falling.needed < 0
    assert ahead([3, 4, 6, 8, 10, 12], threshold=0.0, at_least=False).chance is Chance.UNLIKELY


def test_nothing_seen_is_said_and_nothing_is_needed_of_what_is_reached() -> None:
    assert ahead([]).chance is Chance.UNKNOWN
    assert ahead([]).needed is None
    assert ahead([70, 70, 70]).needed == 0.0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=5, max_size=24), st.floats(0, 100), st.booleans())
def test_a_forecast_is_a_share_with_its_interval_around_and_agrees_with_its_word(
    values: list[float], threshold: float, at_least: bool
) -> None:
    found = ahead(values, threshold=threshold, at_least=at_least)
    if found.value is None:
        assert found.chance is Chance.UNKNOWN
        return
    assert found.low is not None and found.high is not None
    assert 0.0 <= found.low <= found.value + 1e-9 and found.value <= found.high + 1e-9 <= 100.0 + 2e-9
    worse, better = (found.low, found.high) if at_least else (-found.high, -found.low)
    goal = threshold if at_least else -threshold
    expected = Chance.LIKELY if worse >= goal else Chance.UNLIKELY if better < goal else Chance.OPEN
    assert found.chance is expected


def test_the_interval_of_the_slope_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    months = list(range(10))
    held = 0
    for _ in range(400):
        values = [2.0 * month + random.normal(0, 3) for month in months]
        slope = slope_of(months, values)
        assert slope is not None
        held += slope.low <= 2.0 <= slope.high
    assert held / 400 > 0.93
