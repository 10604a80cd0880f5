"""Would someone who knows the Red River delta believe the weather?"""

from __future__ import annotations

import numpy as np
import pytest

from simulators.calendar import hour_of_day, year_start
from simulators.rain import STEP_SECONDS, Rain
from simulators.sun import Sun
from simulators.weather import Spot, Weather
from simulators.world import World
from tests.simulators.moments import CENTRE, DAY, HOUR, at, every, months, whole_years

CORNER = Spot(2500.0, -1900.0, 20.853, 106.324)
YEARS = whole_years(HOUR)


@pytest.fixture(scope="module")
def weather(world: World) -> Weather:
    return world.weather


def test_weather_does_not_depend_on_who_asks_first(weather: Weather) -> None:
    times = every(1800, "2026-07-01 00:00", 3)
    for name in ("cloud", "irradiance", "illuminance", "pressure", "wind_speed", "wind_direction", "rain_rate"):
        fresh = Weather(1, Sun(20.87, 106.30))
        backwards = np.array([getattr(fresh, name)(np.array([t]))[0] for t in times[::-1]])[::-1]
        assert np.allclose(backwards, getattr(weather, name)(times), rtol=1e-12, atol=1e-12), name


def test_two_places_of_the_commune_have_nearly_the_same_weather(weather: Weather) -> None:
    times = every(HOUR, "2026-05-01 00:00", 60)
    apart = weather.temperature(times, CENTRE) - weather.temperature(times, CORNER)
    assert 0 < np.abs(apart).max() < 3


def test_the_warmest_month_is_summer_and_the_coldest_winter(weather: Weather) -> None:
    warmth, month = weather.temperature(YEARS, CENTRE), months(YEARS)
    means = {m: float(warmth[month == m].mean()) for m in range(1, 13)}
    assert 15.5 < min(means[1], means[2]) < 20
    assert 27.5 < max(means[6], means[7]) < 31
    assert min(means, key=lambda m: means[m]) in (12, 1, 2)
    assert max(means, key=lambda m: means[m]) in (5, 6, 7, 8)


def test_temperatures_stay_within_what_the_delta_has_seen(weather: Weather) -> None:
    warmth = weather.temperature(YEARS, CENTRE)
    assert 3 < warmth.min() < 11
    assert 34 < warmth.max() < 42


def test_the_day_is_warmest_in_the_early_afternoon_and_coldest_before_sunrise(weather: Weather) -> None:
    course = weather.temperature(YEARS, CENTRE).reshape(-1, 24).mean(axis=0)
    assert 12 <= course.argmax() <= 15
    assert 2 <= course.argmin() <= 6


def test_humidity_falls_when_the_day_warms(weather: Weather) -> None:
    course = weather.humidity(YEARS, CENTRE).reshape(-1, 24).mean(axis=0)
    assert 12 <= course.argmin() <= 16
    assert 75 < course.mean() < 90


def test_nom_makes_early_spring_the_season_of_saturated_air(weather: Weather) -> None:
    wet, month = weather.humidity(YEARS, CENTRE) > 97, months(YEARS)
    assert wet[month == 3].mean() > 2 * wet[month == 12].mean()
    assert weather.nom(YEARS)[month == 7].max() < 0.01


def test_cold_fronts_come_in_winter_with_falling_temperature_and_rising_pressure(weather: Weather) -> None:
    front, month = weather.cold_front(YEARS), months(YEARS)
    assert front[month == 1].max() > 0.5
    assert front[(month == 6) | (month == 7)].max() < 0.01
    winter = (month == 12) | (month == 1)
    cold = winter & (front > 0.6)
    mild = winter & (front < 0.1)
    assert weather.temperature(YEARS[cold], CENTRE).mean() < weather.temperature(YEARS[mild], CENTRE).mean() - 2
    assert weather.pressure(YEARS[cold]).mean() > weather.pressure(YEARS[mild]).mean() + 2


def test_pressure_is_high_in_winter_low_in_summer_and_has_two_tides_a_day(weather: Weather) -> None:
    pressure, month = weather.pressure(YEARS), months(YEARS)
    assert pressure[month == 1].mean() > pressure[month == 7].mean() + 10
    course = pressure.reshape(-1, 24).mean(axis=0)
    assert course[10] > course[4]
    assert course[10] > course[16]
    assert course[22] > course[16]


def test_there_is_no_sun_at_night_and_clouds_take_from_it_by_day(weather: Weather) -> None:
    light, hours = weather.irradiance(YEARS), hour_of_day(YEARS)
    assert light[(hours < 4.5) | (hours > 19.5)].max() == 0
    noon = (hours > 10) & (hours < 13)
    cloud = weather.cloud(YEARS[noon])
    assert np.corrcoef(cloud, light[noon])[0, 1] < -0.5
    assert 0 <= cloud.min() < cloud.max() <= 1
    assert 800 < light.max() < 1100
    assert 9 < weather.ultraviolet_index(YEARS).max() < 14


def test_sunshine_is_the_integral_of_the_radiation(weather: Weather) -> None:
    times = every(60, "2026-07-05 00:00", 2)
    energy = weather.sunshine(times[:1], times[-1:] + 60)[0]
    assert energy == pytest.approx(weather.irradiance(times).sum() * 60, rel=0.03)


def test_wind_comes_from_the_north_east_in_winter_and_from_the_south_east_in_summer(weather: Weather) -> None:
    direction, month = weather.wind_direction(YEARS), months(YEARS)
    assert 20 < np.median(direction[month == 1]) < 85
    assert 100 < np.median(direction[month == 7]) < 170
    speed = weather.wind_speed(YEARS)
    assert 1 < speed.mean() < 4
    assert speed.max() < 45


@pytest.fixture(scope="module")
def rain() -> Rain:
    return Rain(1)


def test_a_year_has_the_rain_of_the_delta_most_of_it_in_summer(rain: Rain) -> None:
    daily = np.diff(rain.total(np.arange(year_start(2024), year_start(2027) + 1, DAY, dtype=np.float64)))
    month = months(np.arange(year_start(2024), year_start(2027), DAY, dtype=np.float64))
    assert 1000 < daily.sum() / 3 < 2600
    assert daily[(month >= 5) & (month <= 9)].sum() > 0.6 * daily.sum()
    assert 60 < (daily > 0.5).sum() / 3 < 170


def test_rain_adds_up_over_any_intervals_and_over_the_turn_of_the_year(rain: Rain) -> None:
    whole = every(HOUR, "2025-12-20 00:00", 24)
    uneven = np.sort(np.concatenate([whole[:1], whole[-1:], whole[0] + np.geomspace(1, whole[-1] - whole[0] - 1, 500)]))
    fallen = np.diff(rain.total(uneven))
    assert (fallen >= -1e-9).all()
    assert fallen.sum() == pytest.approx(rain.total(whole[-1:])[0] - rain.total(whole[:1])[0])
    edge = float(year_start(2026))
    assert abs(np.diff(rain.total(np.array([edge - 1, edge + 1])))[0]) < 0.1


def test_rain_is_events_with_dry_spells_between(rain: Rain) -> None:
    steps = rain.depth(np.arange(year_start(2025), year_start(2026), STEP_SECONDS, dtype=np.float64), STEP_SECONDS)
    wet = steps > 0.01
    assert 0.01 < wet.mean() < 0.2
    beginnings = int((np.diff(wet.astype(int)) == 1).sum())
    assert 60 < beginnings < 900


def test_storms_bring_rain_wind_low_pressure_and_come_between_june_and_october(weather: Weather) -> None:
    storm = weather.rain.storm(YEARS)
    assert set(months(YEARS)[storm > 0.3].tolist()) <= {6, 7, 8, 9, 10, 11}
    peak = YEARS[storm.argmax() : storm.argmax() + 1]
    assert weather.rain.depth(peak + 12 * HOUR, DAY)[0] > 60
    assert weather.wind_speed(peak)[0] > 8
    assert weather.pressure(peak)[0] < weather.pressure(peak - 3 * DAY)[0]


def test_a_shower_reaches_the_north_east_later_than_the_south_west(weather: Weather) -> None:
    south_west, north_east = Spot(-2000.0, -2000.0, 20.85, 106.28), Spot(2000.0, 2000.0, 20.89, 106.32)
    times = every(60, "2026-07-01 00:00", 31)
    early, late = (np.diff(weather.fallen(times, spot)) for spot in (south_west, north_east))
    match = [np.corrcoef(early[:-60], late[lag : lag - 60])[0, 1] for lag in range(30)]
    assert 9 <= int(np.argmax(match)) <= 15


def test_rain_of_different_seeds_falls_on_different_days(rain: Rain) -> None:
    days = np.arange(year_start(2025), year_start(2026), DAY, dtype=np.float64)
    assert not np.array_equal(rain.total(days), Rain(2).total(days))
    assert at("2025-01-01 00:00") == year_start(2025)
