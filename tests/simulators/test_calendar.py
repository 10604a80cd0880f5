"""Local time, seasons, Tết, and the tables by year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulators.calendar import (
    ORIGIN,
    check_begun,
    day_number,
    hour_of_day,
    monthly,
    near_tet,
    season,
    utc,
    weekday,
    year_of,
    year_start,
)
from simulators.errors import BeforeTheWorld
from simulators.noise import Floats
from simulators.sun import Sun, clear_sky, illuminance
from simulators.tables import Sampled, Yearbook, between_steps
from tests.simulators.moments import at, every, whole_years


def test_the_world_begins_with_the_year_2024_in_viet_nam() -> None:
    assert utc(ORIGIN).isoformat() == "2023-12-31T17:00:00+00:00"
    check_begun(ORIGIN)
    with pytest.raises(BeforeTheWorld, match="before the simulated world begins"):
        check_begun(ORIGIN - 1)


def test_hours_days_weekdays_and_years_are_those_of_viet_nam() -> None:
    moment = np.array([at("2026-11-20 00:30"), at("2025-12-31 23:59"), at("2026-01-01 00:00")], dtype=np.float64)
    assert hour_of_day(moment).tolist()[0] == 0.5
    assert weekday(moment).tolist() == [4, 2, 3]
    assert year_of(moment).tolist() == [2026, 2025, 2026]
    assert day_number(moment)[0] == (date(2026, 11, 20) - date(1970, 1, 1)).days


def test_the_phase_of_the_year_comes_back_every_new_year() -> None:
    starts = np.array([year_start(year) for year in range(2024, 2036)], dtype=np.float64)
    days_off = np.angle(np.exp(1j * season(starts))) * 365 / (2 * np.pi)
    assert np.abs(days_off).max() < 1.2


def test_monthly_means_are_met_in_the_middle_of_each_month() -> None:
    middle = np.array([at("2026-07-16 12:00")], dtype=np.float64)
    assert monthly(range(12), middle)[0] == pytest.approx(6, abs=0.06)


@pytest.mark.parametrize(("day", "expected"), [("2026-02-17", True), ("2026-02-20", True), ("2026-02-21", False)])
def test_tet_lasts_until_the_third_day_after_new_year(day: str, expected: bool) -> None:
    assert bool(near_tet(np.array([float(at(f"{day} 10:00"))]), 0, 3)[0]) is expected


@pytest.mark.parametrize(("day", "expected"), [("2026-02-10", False), ("2026-02-11", True), ("2026-02-17", False)])
def test_the_rush_before_tet_ends_on_its_eve(day: str, expected: bool) -> None:
    assert bool(near_tet(np.array([float(at(f"{day} 10:00"))]), 6, -1)[0]) is expected


def test_after_the_last_known_tet_there_is_none() -> None:
    assert not near_tet(np.array([float(at("2040-02-12 10:00"))]), 5, 5)[0]


def test_interpolation_holds_the_edges() -> None:
    assert between_steps(np.array([1.0, 3.0]), np.array([-1.0, 0.5, 9.0])).tolist() == [1.0, 2.0, 3.0]


def test_a_yearbook_carries_over_the_turn_of_the_year_and_builds_each_year_once() -> None:
    built: list[int] = []

    def build(year: int, before: float | None) -> float:
        built.append(year)
        return (before or 0.0) + 1.0

    book: Yearbook[float] = Yearbook(build)
    times = np.array([at("2024-12-31 23:00"), at("2025-01-01 01:00")], dtype=np.float64)
    assert book.read(times, lambda table, here: np.full(here.shape, table)).tolist() == [2.0, 3.0]
    assert book[2024] == 2.0
    assert built == [2023, 2024, 2025]
    with pytest.raises(BeforeTheWorld):
        book[2022]


def test_a_sampled_function_gives_the_same_whatever_was_asked_before() -> None:
    def slow(times: Floats) -> Floats:
        result: Floats = np.sin(times / 5000.0)
        return result

    times = every(77, "2026-03-01 00:00", 20)
    backwards = Sampled(slow, 60.0)
    ones = np.array([backwards(np.array([t]))[0] for t in times[::-97]])
    assert np.array_equal(ones, Sampled(slow, 60.0)(times)[::-97])
    assert np.abs(Sampled(slow, 60.0)(times) - slow(times)).max() < 1e-4


def test_the_sun_rises_and_sets_when_astral_says_so() -> None:
    """Our fast elevation crosses the horizon within three minutes of astral's times, all year."""
    sun = Sun(20.87, 106.30)
    for month in range(1, 13):
        rise, down = sun.rise_and_set(date(2026, month, 15))
        assert utc(rise).astimezone().date() <= utc(down).astimezone().date()
        # astral counts the upper edge of the sun and refraction: 0.833 degrees below the horizon.
        elevation = np.degrees(np.arcsin(sun.elevation_sine(np.array([rise, down]))))
        assert np.abs(elevation + 0.833).max() < 0.6


def test_the_sun_stands_in_the_zenith_over_the_delta_at_noon_in_june_and_not_in_december() -> None:
    sun = Sun(20.87, 106.30)
    june = sun.elevation_sine(every(600, "2026-06-21 00:00", 1))
    december = sun.elevation_sine(every(600, "2026-12-21 00:00", 1))
    assert np.degrees(np.arcsin(june.max())) > 86
    assert np.degrees(np.arcsin(december.max())) == pytest.approx(45.7, abs=0.7)
    assert clear_sky(june).max() == pytest.approx(1037, abs=5)
    assert clear_sky(june).min() == 0


def test_twilight_fades_and_night_is_dark() -> None:
    dusk = illuminance(np.zeros(3), np.sin(np.radians([0.0, -3.0, -12.0])))
    assert dusk[0] > dusk[1] > dusk[2]
    assert dusk[2] < 1


def test_whole_years_are_whole() -> None:
    assert whole_years(3600).size == (366 + 365 + 365) * 24
