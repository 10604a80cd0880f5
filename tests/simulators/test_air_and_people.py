"""Air follows traffic, burning, wind and rain; networks follow the hours and weekdays of people."""

from __future__ import annotations

import numpy as np
import pytest

from simulators import people
from simulators.air import Air, Surroundings
from simulators.bulletins import PRIORITIES, Programme
from simulators.calendar import hour_of_day, season
from simulators.people import Crowd
from simulators.world import World
from tests.simulators.moments import DAY, HOUR, at, every, whole_years

HOURS = whole_years(HOUR)
ROAD, FIELD, QUIET = Surroundings(1.0, 0.0, 0.0), Surroundings(0.1, 1.0, 0.0), Surroundings(0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def air(world: World) -> Air:
    return world.air


def test_dust_is_worst_in_the_still_air_of_winter_and_best_in_wet_summer(air: Air) -> None:
    fine, phase = air.particles(HOURS, ROAD)[1], season(HOURS) / (2 * np.pi)
    winter, summer = fine[(phase < 0.12) | (phase > 0.95)], fine[(phase > 0.5) & (phase < 0.65)]
    assert 30 < winter.mean() < 80
    assert 8 < summer.mean() < 30


def test_particles_are_nested_and_never_negative(air: Air) -> None:
    for near in (ROAD, FIELD, QUIET):
        pm1, pm25, pm10 = air.particles(HOURS, near)
        assert (pm1 > 0).all()
        assert (pm1 < pm25).all()
        assert (pm25 < pm10).all()
        assert pm25.max() < 400


def test_traffic_hours_can_be_smelt_at_the_roadside_and_not_in_the_quiet(air: Air) -> None:
    road = air.gases(HOURS, ROAD)[1].reshape(-1, 24).mean(axis=0)
    quiet = air.gases(HOURS, QUIET)[1].reshape(-1, 24).mean(axis=0)
    assert road[[7, 17]].min() > 1.8 * road[[2, 3]].max()
    assert road[7] > 3 * quiet[7]


def test_rain_washes_and_wind_thins_the_air(world: World, air: Air) -> None:
    mixing = air.mixing(HOURS)
    washed = world.weather.rain.depth(HOURS, 6 * HOUR) > 10
    assert mixing[washed].mean() < 0.7 * mixing[~washed].mean()
    assert np.corrcoef(mixing, world.weather.wind_speed(HOURS - 900))[0, 1] < -0.3


def test_straw_burns_on_evenings_after_the_two_harvests_only(air: Air) -> None:
    fire = air.burning(HOURS)
    day = season(HOURS) * 365 / (2 * np.pi)
    seasonal = ((day > 140) & (day < 185)) | ((day > 250) & (day < 325))
    assert fire[~seasonal].max() < 0.01
    assert 16 <= fire.reshape(-1, 24).mean(axis=0).argmax() <= 20
    smoke = air.particles(HOURS, FIELD)[1] - air.particles(HOURS, QUIET)[1]
    assert smoke.max() > 40


def test_ozone_peaks_in_the_afternoon_and_is_low_where_there_is_exhaust(air: Air) -> None:
    road, quiet = air.gases(HOURS, ROAD)[3], air.gases(HOURS, QUIET)[3]
    assert 12 <= quiet.reshape(-1, 24).mean(axis=0).argmax() <= 16
    assert (road <= quiet + 1e-9).all()


def test_the_roadside_is_louder_than_the_fields_and_day_louder_than_night(air: Air) -> None:
    road, field = air.noise(HOURS, ROAD), air.noise(HOURS, FIELD)
    assert road.mean() > field.mean() + 4
    course = road.reshape(-1, 24).mean(axis=0)
    assert course[17] > course[2] + 8
    assert field.min() > 35
    assert road.max() < 95


def test_traffic_has_a_morning_and_an_evening_peak_and_rests_on_sunday_and_at_tet() -> None:
    friday = people.traffic(every(600, "2026-11-20 00:00", 1))
    sunday = people.traffic(every(600, "2026-11-22 00:00", 1))
    tet = people.traffic(every(600, "2026-02-17 00:00", 1))
    hours = hour_of_day(every(600, "2026-11-20 00:00", 1))
    assert 6 < hours[:72][friday[:72].argmax()] < 8
    assert 16.5 < hours[72:][friday[72:].argmax()] < 18.5
    assert sunday.sum() < 0.8 * friday.sum()
    assert tet.sum() < 0.5 * friday.sum()


def test_the_market_is_full_in_the_morning_most_on_market_days_and_before_tet() -> None:
    saturday, sunday = (people.market(every(600, f"2026-11-{day} 00:00", 1)) for day in (21, 22))
    before_tet = people.market(every(600, "2026-02-14 00:00", 1))
    assert saturday.max() > 1.5 * sunday.max()
    assert before_tet.max() > saturday.max()
    assert people.market(np.array([float(at("2026-11-21 20:00"))]))[0] < 0.01


def test_offices_are_empty_at_night_at_weekends_and_at_tet() -> None:
    def at_work(text: str) -> float:
        return float(people.at_work(np.array([float(at(text))]))[0])

    assert at_work("2026-11-20 09:30") > 0.9
    assert at_work("2026-11-20 12:18") < 0.5
    assert max(at_work(text) for text in ("2026-11-20 03:00", "2026-11-21 09:30", "2026-02-18 09:30")) < 0.1


def test_mobile_load_peaks_in_the_evening_and_is_a_share() -> None:
    load = people.mobile_load(HOURS)
    assert load.min() >= 0.05
    assert load.max() <= 0.9
    assert 19 <= load.reshape(-1, 24).mean(axis=0).argmax() <= 22


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(1, "wifi-01", work=0.9, leisure=0.1, trade=0.0, size=90)


def test_a_crowd_at_an_office_works_by_day_and_on_weekdays(crowd: Crowd) -> None:
    present = crowd.present(every(HOUR, "2026-11-16 00:00", 7)).reshape(7, 24)
    assert 8 <= present[:5].mean(axis=0).argmax() <= 16
    assert present[5:].mean() < 0.4 * present[:5].mean()
    assert present.min() >= 0


@pytest.mark.parametrize("step", [60, 600, 4 * HOUR + 7])
def test_bytes_are_the_integral_of_the_rate_however_often_they_are_read(crowd: Crowd, step: int) -> None:
    start, end = at("2025-12-30 00:00"), at("2026-01-03 00:00")
    reads = crowd.moved(np.append(np.arange(start, end, step, dtype=np.float64), end))
    assert (np.diff(reads) >= 0).all()
    sent = crowd.rate(np.arange(start, end, 1800.0)).sum() * 1800
    assert reads[-1] - reads[0] == pytest.approx(sent, rel=1e-6)


@pytest.fixture(scope="module")
def programme(world: World) -> Programme:
    return world.programme


def test_bulletins_begin_at_five_in_the_morning_and_five_in_the_afternoon(programme: Programme) -> None:
    times = every(60, "2026-11-16 00:00", 7)
    on_air = programme.on_air(times)
    starts = times[(on_air.priority >= 0) & (on_air.begin == times)]
    assert hour_of_day(starts).tolist() == [5.0, 17.0] * 7
    playing = (on_air.priority >= 0).mean() * 24 * 60
    assert 20 < playing < 60


def test_mondays_and_thursdays_have_priority_bulletins(programme: Programme) -> None:
    mornings = np.array([at(f"2026-11-{day} 05:01") for day in range(16, 23)], dtype=np.float64)
    assert programme.on_air(mornings).priority.tolist() == [1, 0, 0, 1, 0, 0, 0]
    assert PRIORITIES == ("thong_thuong", "uu_tien", "khan_cap")


def test_heavy_rain_brings_urgent_warnings_at_full_hours_by_day(world: World, programme: Programme) -> None:
    wet = HOURS[world.weather.rain.depth(HOURS, DAY) > 100]
    waking = wet[(hour_of_day(wet) >= 6) & (hour_of_day(wet) <= 21)]
    assert waking.size > 3
    on_air = programme.on_air(waking + 60)
    assert (on_air.priority == 2).all()
    assert Programme.name(int(on_air.begin[0]), 2).startswith("kc-20")
    assert (programme.on_air(waking + 400).priority != 2).all()


def test_a_bulletin_is_named_by_its_local_beginning() -> None:
    assert Programme.name(at("2026-11-20 05:00"), 0) == "bt-20261120-0500"
