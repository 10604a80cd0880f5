"""Grids of hours and devices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from reports.grids import complete_hours, expected_readings, floats, largest_over, mean_over, rolling, rolling_mean

NAN = float("nan")
GRIDS = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.sampled_from([NAN, 0.0, 0.1, 2.5, 700.0])
)


def test_an_hour_needs_three_quarters_of_the_readings_that_are_expected() -> None:
    expected = expected_readings([60, 300, 3600, 7200])
    assert expected.tolist() == [60, 12, 1, 0.5]
    mean = np.ones((2, 4))
    readings = floats([[45, 9, 1, 1], [44, 8, 0, 0]])
    kept = complete_hours(mean, readings, expected, 0.75)
    assert np.isfinite(kept).tolist() == [[True, True, True, True], [False, False, False, False]]


def test_a_mean_and_a_largest_value_need_their_share() -> None:
    values = floats([[1.0, 1.0], [3.0, NAN], [5.0, NAN], [NAN, NAN]])
    assert mean_over(values, 0.75).tolist() == pytest.approx([3, NAN], nan_ok=True)
    assert largest_over(values, 0.75).tolist() == pytest.approx([5, NAN], nan_ok=True)
    assert largest_over(values, 0.25).tolist() == [5, 1]


def test_nothing_has_no_mean_even_where_none_is_needed() -> None:
    assert np.isnan(mean_over(floats([[NAN], [NAN]]), 0.0)).all()
    assert np.isnan(largest_over(floats([[NAN], [NAN]]), 0.0)).all()
    assert np.isnan(rolling_mean(floats([[NAN], [NAN]]), 2, 0.0)).all()


@given(values=GRIDS, width=st.integers(1, 26))
def test_a_rolling_sum_is_the_sum_of_its_window(values: np.typing.NDArray[np.float64], width: int) -> None:
    sums, counts = rolling(values, width)
    for row in range(values.shape[0]):
        window = values[max(0, row - width + 1) : row + 1]
        assert np.allclose(sums[row], np.nansum(window, axis=0))
        assert np.array_equal(counts[row], np.isfinite(window).sum(axis=0))


@given(values=GRIDS, width=st.integers(1, 26))
def test_hours_without_rain_sum_to_nothing_at_all(values: np.typing.NDArray[np.float64], width: int) -> None:
    sums, _ = rolling(np.concatenate([values, np.zeros((width, values.shape[1]))]), width)
    assert (sums[-1] == 0.0).all()
