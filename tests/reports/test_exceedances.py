"""Limits of QCVN 05:2023/BTNMT."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from reports.air_quality import Pollutant
from reports.exceedances import LIMITS, Averaging, Judged, judge_days, judge_year, limits_on
from reports.grids import Floats, floats

NAN = float("nan")
DAYS = [date(2025, 12, 31), date(2026, 1, 1)]


def judged(pollutant: Pollutant, averaging: Averaging, hourly: Floats, lead: int = 0) -> Judged:
    found = judge_days({pollutant: hourly}, DAYS, lead=lead)
    return next(one for one in found if one.averaging is averaging)


def hours(*days: float) -> Floats:
    """Two days of one station, each with the same mean in all of its hours."""
    return np.repeat(floats(days), 24)[:, None]


@pytest.mark.parametrize(
    ("pollutant", "limits"),
    [
        ("so2", {"1h": 350, "24h": 125, "year": 50}),
        ("co", {"1h": 30_000, "8h": 10_000}),
        ("no2", {"1h": 200, "24h": 100, "year": 40}),
        ("o3", {"1h": 200, "8h": 120}),
        ("pm10", {"24h": 150, "year": 50}),
        ("pm25", {"24h": 50, "year": 25}),
    ],
)
def test_the_limits_are_those_of_the_regulation(pollutant: str, limits: dict[str, float]) -> None:
    assert {averaging: limit for (name, averaging), limit in LIMITS.items() if name == pollutant} == limits


def test_the_daily_limit_of_pm25_is_stricter_from_2026_and_its_yearly_one_is_not() -> None:
    assert limits_on(Pollutant.PM25, Averaging.DAY, DAYS).tolist() == [50, 45]
    assert limits_on(Pollutant.PM25, Averaging.YEAR, DAYS).tolist() == [25, 25]
    assert judged(Pollutant.PM25, Averaging.DAY, hours(48, 48)).exceeds.tolist() == [[False], [True]]


def test_a_mean_that_equals_its_limit_does_not_exceed_it() -> None:
    assert judged(Pollutant.NO2, Averaging.DAY, hours(100, 100.1)).exceeds.tolist() == [[False], [True]]


def test_each_hour_is_judged_by_itself() -> None:
    hourly = hours(20, 20)
    hourly[[5, 30]] = 240
    found = judged(Pollutant.NO2, Averaging.HOUR, hourly)
    assert np.flatnonzero(found.exceeds[:, 0]).tolist() == [5, 30]
    assert found.hours_a_period == 1


def test_an_afternoon_of_ozone_is_one_exceedance_of_the_8_hour_limit_not_eight() -> None:
    hourly = hours(40, 40)
    hourly[36:46] = 150
    assert judged(Pollutant.O3, Averaging.EIGHT_HOURS, hourly).exceeds.tolist() == [[False], [True]]


def test_a_night_counts_for_the_day_in_which_its_8_hours_end() -> None:
    hourly = np.concatenate([np.full((7, 1), 12_000.0), hours(10_500, 200)])
    hourly[8:] = 200
    found = judged(Pollutant.CO, Averaging.EIGHT_HOURS, hourly, lead=7)
    assert found.means[0, 0] == pytest.approx((7 * 12_000 + 10_500) / 8)
    assert found.exceeds.tolist() == [[True], [False]]


def test_what_is_not_complete_is_neither_kept_nor_exceeded() -> None:
    hourly = hours(400, 400)
    hourly[:7] = NAN
    found = judged(Pollutant.SO2, Averaging.DAY, hourly)
    assert np.isnan(found.means[:, 0]).tolist() == [True, False]
    assert found.exceeds.tolist() == [[False], [True]]


def test_a_year_needs_three_quarters_of_its_hours() -> None:
    year = np.full((365 * 24, 2), 26.0)
    year[: 365 * 24 // 4 + 1, 1] = NAN
    (found,) = judge_year({Pollutant.PM25: year}, 2026)
    assert found.means[0].tolist() == pytest.approx([26, NAN], nan_ok=True)
    assert found.exceeds.tolist() == [[True, False]]


def test_a_pollutant_that_is_not_measured_is_not_judged() -> None:
    found = judge_days({Pollutant.PM10: hours(10, 10)}, DAYS)
    assert [(one.pollutant, one.averaging) for one in found] == [(Pollutant.PM10, Averaging.DAY)]
    assert DAYS[1] - DAYS[0] == timedelta(days=1)
