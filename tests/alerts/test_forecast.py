"""The forecast of floods: its features, its fit, and its skill on simulated floods that it was not fitted to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from alerts.errors import TooLittlePast
from alerts.forecast import (
    FEATURES,
    LEAD_HOURS,
    RAIN_HOURS,
    RISE_HOURS,
    Floats,
    Skill,
    expected,
    features,
    fit,
    skill_of,
    without_gaps,
)
from alerts.rules import BY_NAME
from commune.bench import flood_forecast
from commune.bench.flood_forecast import learned, measure, simulated_hours
from commune.cli import app
from simulators.communes import load


def test_rain_is_summed_in_spans_before_each_hour() -> None:
    rain = np.zeros(60)
    rain[10] = 7.0
    given_at = features(rain, np.zeros(60))
    for place, (begin, end) in enumerate(RAIN_HOURS):
        wet = np.flatnonzero(given_at[:, place])
        assert wet.tolist() == list(range(10 + begin, min(10 + end, 60)))
    assert given_at.shape == (60, FEATURES) and bool((given_at[:, -1] == 1).all())


def test_a_rise_is_what_the_water_rose_since_then() -> None:
    level = np.arange(10.0) ** 2
    given_at = features(np.zeros(10), level)
    for place, back in enumerate(RISE_HOURS, start=len(RAIN_HOURS)):
        assert given_at[5, place] == level[5] - level[5 - back]
        assert given_at[0, place] == 0


def test_what_the_rain_does_is_learned_again() -> None:
    source = np.random.default_rng(1)
    rain = np.where(source.random(6000) < 0.1, source.exponential(6.0, 6000), 0.0)
    level = np.convolve(rain, np.concatenate([np.zeros(3), [2.0, 1.0]]))[:6000]
    weights, error = fit(rain, level)
    assert weights[0] > 1.0 and error < 10.0
    storm = np.concatenate([np.zeros(50), [30.0]])
    assert expected(weights, storm, np.zeros(51))[-1] == pytest.approx(60.0, abs=20.0)


def test_too_short_a_past_teaches_nothing() -> None:
    with pytest.raises(TooLittlePast, match="500 are needed"):
        fit(np.ones(100), np.ones(100))
    with pytest.raises(TooLittlePast):
        fit(np.ones(3), np.ones(3))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 80), min_size=49, max_size=60))
def test_the_forecast_is_never_below_the_water_and_dry_weather_warns_of_nothing(rain: list[float]) -> None:
    wet = np.array(rain)
    weights = [0.5] * FEATURES
    level = np.full(wet.size, 100.0)
    assert bool((expected(weights, wet, level) >= level).all())
    assert expected([*[0.5] * (FEATURES - 1), 0.0], np.zeros(50), np.full(50, 100.0))[-1] == 100.0


def test_what_a_gauge_did_not_say_is_as_it_said_before() -> None:
    gap = np.nan
    filled = without_gaps(np.array([gap, gap, 5.0, gap, 7.0, gap]))
    assert filled.tolist() == [5.0, 5.0, 5.0, 5.0, 7.0, 7.0]
    assert bool(np.isnan(without_gaps(np.full(3, gap))).all())


def series(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_a_warning_before_its_flood_is_a_hit_and_one_without_a_flood_is_false() -> None:
    level = series(0, 0, 0, 100, 100, 0, *[0] * 20, 0, 100, 0)
    warned = series(0, 100, 100, 100, 100, 0, *[0] * 5, 100, *[0] * 14, 0, 0, 0)
    skill = skill_of(level, warned, 90.0, 10.0)
    assert skill == Skill(floods=2, hits=1, false_alarms=1, lead_hours=2.0)
    assert (skill.hit_rate, skill.false_alarm_ratio) == (0.5, 0.5)
    assert np.isnan(Skill(0, 0, 0, None).hit_rate) and np.isnan(Skill(0, 0, 0, None).false_alarm_ratio)


def test_the_rule_looks_as_far_ahead_as_the_forecast() -> None:
    assert BY_NAME["flood_forecast"].window_seconds == LEAD_HOURS * 3600


def test_on_simulated_floods_it_is_better_than_the_trend_of_the_water_alone() -> None:
    """The table of docs/explanation/alerts.md has more years; `commune bench flood-forecast` makes it."""
    setting = load("gia-loc").setting
    weights = learned(setting, "kenh-chinh", seeds=(101,))
    model, trend = measure(setting, "kenh-chinh", 190.0, weights, seeds=(1, 2, 3))
    assert model.floods == trend.floods > 30
    assert model.hit_rate > 0.9 and model.false_alarm_ratio < 0.25 < trend.false_alarm_ratio
    assert model.lead_hours is not None and model.lead_hours >= 2


def test_simulated_hours_are_of_one_world() -> None:
    rain, level = simulated_hours(load("gia-loc").setting, 1, 2025, "song")
    assert rain.shape == level.shape and rain.min() >= 0 and rain.max() > 10


def test_the_table_is_printed_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flood_forecast, "rows", lambda: [flood_forecast.Row("song", "forecast", Skill(4, 3, 1, 5.0))])
    result = CliRunner().invoke(app, ["bench", "flood-forecast", "--json"])
    assert "song         forecast     3 of 4 floods warned of (75%), 1 false alarms (25%), 5 h ahead" in result.stdout
    assert '"hit_rate":0.75' in result.stdout
