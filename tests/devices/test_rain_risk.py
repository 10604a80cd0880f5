"""The words for rain, and the bands of landslides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rain_risk import (
    LANDSLIDE_TABLE,
    RISK_COLOURS,
    RiskRow,
    Susceptibility,
    landslide_level,
    rain_words,
)

PLACES = st.sampled_from(Susceptibility)


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
