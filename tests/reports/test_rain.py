"""Rain in sums, days, words and risk."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.grids import Floats, floats
from reports.rain import (
    LANDSLIDE_TABLE,
    MOST_DAYS_BEFORE,
    RISK_COLOURS,
    RiskRow,
    Susceptibility,
    days_of_rain_before,
    landslide_level,
    rain_sums,
    rain_words,
)

NAN = float("nan")
PLACES = st.sampled_from(Susceptibility)


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


@pytest.mark.parametrize(
    ("millimetres", "words"),
    [
        (0, "không mưa"), (0.2, "mưa nhỏ"), (15.9, "mưa nhỏ"), (16, "mưa vừa"), (50, "mưa vừa"), (50.1, "mưa to"),
        (100, "mưa to"), (100.1, "mưa rất to"), (600, "mưa rất to"),
    ],
)  # fmt: skip
def test_rain_has_the_words_of_the_forecasters(millimetres: float, words: str) -> None:
    assert rain_words(millimetres).vi == words


@pytest.mark.parametrize(
    ("millimetres", "days_before", "place", "level"),
    [
        (99.9, 5, "very_high", 0), (100, 0, "very_high", 0),
        (100, 1, "low", 1), (200, 2, "medium", 1), (150, 1, "high", 2), (150, 2, "very_high", 3),
        (200.1, 3, "low", 1), (400, 3, "medium", 2), (300, 5, "high", 3),
        (400.1, 3, "low", 2), (900, 5, "very_high", 3),
    ],
)  # fmt: skip
def test_the_bands_of_landslides_are_crossed_with_days_of_rain_and_place(
    millimetres: float, days_before: int, place: str, level: int
) -> None:
    assert landslide_level(millimetres, days_before, Susceptibility(place)) == level


@given(rain=st.floats(0, 900), more=st.floats(0, 300), before=st.integers(0, 5), longer=st.integers(0, 3), place=PLACES)
def test_more_rain_longer_rain_or_a_worse_place_never_lowers_the_level(
    rain: float, more: float, before: int, longer: int, place: Susceptibility
) -> None:
    level = landslide_level(rain, before, place)
    assert 0 <= level <= 3
    assert landslide_level(rain + more, before, place) >= level
    assert landslide_level(rain, before + longer, place) >= level
    for worse in list(Susceptibility)[list(Susceptibility).index(place) :]:
        assert landslide_level(rain, before, worse) >= level


def test_a_commune_may_have_the_table_of_its_own_region() -> None:
    mild = [RiskRow(100, True, 1, Susceptibility.HIGH, 1)]
    assert landslide_level(150, 1, Susceptibility.MEDIUM, mild) == 0
    assert landslide_level(150, 1, Susceptibility.VERY_HIGH, mild) == 1
    assert {row.level for row in LANDSLIDE_TABLE} <= set(RISK_COLOURS)
