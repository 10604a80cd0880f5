"""Rain in sums and days."""

from __future__ import annotations

import numpy as np
import pytest

from reports.grids import Floats, floats
from reports.rain import MOST_DAYS_BEFORE, days_of_rain_before, rain_sums

NAN = float("nan")


def days(*millimetres: float) -> Floats:
    """Days of one gauge, the rain of each in its first hour."""
    hourly = np.zeros((24 * len(millimetres), 1))
    hourly[::24, 0] = millimetres
    return hourly


def test_sums_over_1_3_and_24_hours_end_with_each_hour() -> None:
    hourly = np.zeros((30, 1))
    hourly[[0, 20, 28, 29], 0] = [40, 10, 5, 2]
    one, three, day = rain_sums(hourly)
    assert [one.hours, three.hours, day.hours] == [1, 3, 24]
    assert [s.millimetres[-1, 0] for s in (one, three, day)] == [2, 7, 17]
    assert day.millimetres[23, 0] == 50
    assert (day.measured[23:] == 1).all()


def test_a_sum_says_how_much_of_it_was_measured() -> None:
    hourly = floats([NAN, NAN, 3.0, NAN])[:, None]
    _, three, day = rain_sums(hourly)
    assert three.millimetres[:, 0].tolist() == pytest.approx([NAN, NAN, 3, 3], nan_ok=True)
    assert three.measured[:, 0].tolist() == pytest.approx([0, 0, 1 / 3, 1 / 3])
    assert day.measured[-1, 0] == pytest.approx(1 / 24)


def test_days_of_rain_are_counted_back_from_the_beginning_of_the_24_hours() -> None:
    assert days_of_rain_before(days(20, 20, 20, 150))[-1, 0] == 3
    assert days_of_rain_before(days(20, 3, 20, 150))[-1, 0] == 1
    assert days_of_rain_before(days(20, 20, 3, 150))[-1, 0] == 0
    assert days_of_rain_before(days(3, 3, 150), rainy_day_mm=2)[-1, 0] == 2
    assert days_of_rain_before(days(*[16] * 9))[-1, 0] == MOST_DAYS_BEFORE


def test_rain_of_the_24_hours_is_not_also_a_day_before() -> None:
    hourly = np.zeros((60, 1))
    hourly[40] = 120
    before = days_of_rain_before(hourly)[:, 0]
    _, _, day = rain_sums(hourly)
    assert not ((before > 0) & (day.millimetres[:, 0] > 0)).any()
    assert np.flatnonzero(before).tolist() == []
    later = days_of_rain_before(np.concatenate([hourly, np.zeros((30, 1))]))[:, 0]
    assert np.flatnonzero(later).tolist() == list(range(64, 88))
