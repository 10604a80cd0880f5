"""The risk of landslides: the bands of 24 hours, the days of rain before, and how susceptible the place is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.evaluate import Observation, measured
from alerts.landslide import HOURS_HELD, LandslideRules
from alerts.rules import BY_NAME, Measure
from devices.rain_risk import RiskRow, Susceptibility

END = datetime(2026, 9, 10, tzinfo=UTC)
RULE = BY_NAME["landslide_level_1"]
SUBJECT = "vo-nhai/wl-001"


def days(*millimetres: float) -> list[Observation]:
    """An hour's reading each hour, so much rain in each span of 24 hours up to END."""
    first = END - timedelta(days=len(millimetres))
    return [
        Observation(first + timedelta(hours=hour + 1), millimetres[hour // 24] / 24)
        for hour in range(24 * len(millimetres))
    ]


def level(readings: list[Observation], place: Susceptibility, rules: LandslideRules | None = None) -> float:
    """The measure at the last reading."""
    rules = rules or LandslideRules(susceptibility={"vo-nhai": place})
    over = rules.measure_at(SUBJECT, "xom-1")
    return measured(Measure.LANDSLIDE, RULE.window_seconds, readings, END - timedelta(minutes=1), over)[-1].value


@pytest.mark.parametrize(
    ("rain", "place", "expected"),
    [
        ((20, 99.9), Susceptibility.VERY_HIGH, 0),
        ((0, 120), Susceptibility.VERY_HIGH, 0),
        ((20, 120), Susceptibility.LOW, 1),
        ((20, 120), Susceptibility.HIGH, 2),
        ((20, 120), Susceptibility.VERY_HIGH, 3),
        ((20, 20, 20, 240), Susceptibility.MEDIUM, 2),
        ((20, 0, 20, 240), Susceptibility.MEDIUM, 1),
        ((20, 20, 20, 480), Susceptibility.LOW, 2),
    ],
)
def test_bands_days_before_and_susceptibility_make_the_level(
    rain: tuple[float, ...], place: Susceptibility, expected: int
) -> None:
    assert level(days(*rain), place) == expected


def test_the_level_holds_for_some_hours_after_the_rain() -> None:
    rain = [one for one in days(30, 30, 120) if one.time <= END - timedelta(hours=20)]
    dry = [Observation(END + timedelta(hours=hour), 0.0) for hour in range(40)]
    over = LandslideRules(susceptibility={SUBJECT: Susceptibility.HIGH}).measure_at(SUBJECT, None)
    storm = [*rain, Observation(END - timedelta(hours=19), 110.0), *dry]
    told = measured(Measure.LANDSLIDE, RULE.window_seconds, storm, END - timedelta(days=2), over)
    risky = [one.time for one in told if one.value]
    assert risky[-1] - risky[0] == timedelta(hours=23 + HOURS_HELD - 1)
    assert all(later - earlier <= timedelta(hours=19) for earlier, later in pairwise(risky)), "and does not flap"


def test_the_most_exact_place_says_how_susceptible_it_is() -> None:
    rules = LandslideRules(
        usual=Susceptibility.LOW,
        susceptibility={
            "vo-nhai": Susceptibility.MEDIUM,
            "vo-nhai/xom-1": Susceptibility.HIGH,
            "vo-nhai/wl-002": Susceptibility.VERY_HIGH,
        },
    )
    assert [rules.of_place(f"vo-nhai/wl-00{n}", "xom-1").value for n in (1, 2)] == ["high", "very_high"]
    assert [rules.of_place(f"{commune}/wl-001", None).value for commune in ("vo-nhai", "x")] == ["medium", "low"]


def test_a_commune_may_have_the_table_of_its_region() -> None:
    table = (RiskRow(50.0, True, 0, Susceptibility.LOW, 4),)
    assert level(days(0, 60), Susceptibility.LOW, LandslideRules(table)) == 4
    assert level(days(0, 60), Susceptibility.LOW, LandslideRules(())) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 300), min_size=5, max_size=5), st.integers(0, 4), st.floats(0, 200))
def test_more_rain_never_lowers_the_level(rain: list[float], day: int, more: float) -> None:
    wetter = [one + more * (place == day) for place, one in enumerate(rain)]
    assert level(days(*wetter), Susceptibility.HIGH) >= level(days(*rain), Susceptibility.HIGH)
