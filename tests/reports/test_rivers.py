"""How a river stands: the alarm level that is reached, and which way it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reports.rivers import STEADY_CM_AN_HOUR, Trend, change_an_hour, flood_level, trend_of

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("level_cm", "reached"), [(119.9, 0), (120, 1), (179, 1), (180, 2), (240, 3), (900, 3), (-50, 0)]
)
def test_an_alarm_level_is_reached_at_its_limit(level_cm: float, reached: int) -> None:
    assert flood_level(level_cm, (120, 180, 240)) == reached


def test_a_limit_that_is_not_set_is_never_reached() -> None:
    assert flood_level(500, (120, None, None)) == 1
    assert flood_level(200, (None, 180, None)) == 2
    assert flood_level(500, (None, None, None)) is None
    assert flood_level(500, ()) is None


@pytest.mark.parametrize(("hours", "before_cm", "change"), [(1, 100, 20.0), (2, 100, 10.0), (1.5, 135, -10.0)])
def test_a_change_is_that_of_an_hour(hours: float, before_cm: float, change: float) -> None:
    assert change_an_hour(120, AT, before_cm, AT - timedelta(hours=hours)) == pytest.approx(change)


def test_without_an_earlier_level_there_is_no_change_and_no_trend() -> None:
    assert change_an_hour(120, AT, None, None) is None
    assert change_an_hour(120, AT, 100, AT) is None
    assert trend_of(None) is None


@pytest.mark.parametrize(
    ("change", "trend"),
    [
        (STEADY_CM_AN_HOUR, Trend.RISING),
        (STEADY_CM_AN_HOUR - 0.1, Trend.STEADY),
        (0.0, Trend.STEADY),
        (-1.9, Trend.STEADY),
        (-STEADY_CM_AN_HOUR, Trend.FALLING),
    ],
)
def test_what_moves_less_than_waves_is_steady(change: float, trend: Trend) -> None:
    assert trend_of(change) is trend
