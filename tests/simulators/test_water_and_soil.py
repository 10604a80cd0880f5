"""Rivers answer rain with a lag; soil keeps its books."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulators.devices.irrigation import ZONES
from simulators.river import Reach, River
from simulators.soil import FLOOD_CM, REFILL_CM, Soil, makkink
from simulators.weather import Spot
from simulators.world import World
from tests.simulators.moments import DAY, HOUR, every, whole_years

CENTRE = Spot(0.0, 0.0, 20.87, 106.30)
HOURS = whole_years(HOUR)


@pytest.fixture(scope="module")
def song(world: World) -> River:
    return world.rivers["song"]


def test_a_unit_hydrograph_is_one_unit_of_water_and_peaks_after_its_lag() -> None:
    reach = Reach("x", 4, 7.0, 95.0, 330.0, 165.0, 11.0, 42.0)
    kernel = reach.kernel()
    assert kernel.sum() == pytest.approx(1.0)
    assert 20 <= int(kernel.argmax()) <= 21
    assert kernel.min() >= 0


def test_rain_raises_the_river_later(world: World, song: River) -> None:
    """The correlation of rain with the river's rise is largest many hours after the rain, not at once."""
    rain = world.weather.rain.depth(HOURS, HOUR)
    level = song.runoff(HOURS)
    match = [np.corrcoef(rain[:-100], level[lag : lag - 100])[0, 1] for lag in range(100)]
    assert 10 <= int(np.argmax(match)) <= 40
    assert max(match) > 2 * match[0]


def test_a_canal_answers_sooner_than_the_river(world: World) -> None:
    rain = world.weather.rain.depth(HOURS, HOUR)

    def lag(name: str) -> int:
        runoff = world.rivers[name].runoff(HOURS)
        return int(np.argmax([np.corrcoef(rain[:-100], runoff[h : h - 100])[0, 1] for h in range(100)]))

    assert lag("kenh-nhanh") < lag("kenh-chinh") < lag("song")


def test_the_runoff_is_less_than_the_rain_and_never_negative(world: World, song: River) -> None:
    fallen = world.weather.rain.depth(HOURS[-1:], HOURS[-1] - HOURS[0])[0]
    runoff = song.runoff(HOURS)
    assert runoff.min() >= 0
    assert 0.3 * fallen < runoff.sum() < 0.65 * fallen


def test_the_river_stays_between_its_bed_and_its_dikes(song: River) -> None:
    level = song.level(HOURS)
    assert level.min() > 100
    assert level.max() < 165 + 330 + 60
    assert level.max() > np.median(level) + 60


def test_flow_rises_with_the_level(song: River) -> None:
    order = np.argsort(song.level(HOURS))
    assert (np.diff(song.flow(HOURS)[order]) >= 0).all()


def test_the_river_is_continuous_over_new_year(song: River) -> None:
    times = every(60, "2025-12-31 23:00", 2 / 24)
    assert np.abs(np.diff(song.level(times))).max() < 0.5


def test_water_follows_the_season_but_hardly_the_day(world: World, song: River) -> None:
    water = song.temperature(HOURS, CENTRE)
    by_hour = water.reshape(-1, 24).mean(axis=0)
    assert np.ptp(by_hour) < 2.0
    assert water.max() - water.min() > 12


def test_makkink_gives_the_evaporation_of_a_summer_day() -> None:
    """20 MJ/m² a day at 30 °C are about 4 mm: 0.65 · 0.79 · 20 / 2.45."""
    daily = makkink(np.array([20e6 / DAY]), np.array([30.0]))[0] * 24
    assert daily == pytest.approx(4.15, abs=0.1)


@pytest.fixture(scope="module")
def rice(world: World) -> Soil:
    return world.soil("tt-01", replace(ZONES["rice"], name="zone-1"), CENTRE)


@pytest.fixture(scope="module")
def greens(world: World) -> Soil:
    return world.soil("tt-04", ZONES["vegetables"], CENTRE)


def test_rice_is_flooded_again_when_the_tube_has_sunk_to_fifteen_centimetres(rice: Soil) -> None:
    tube, opened = rice.tube(HOURS), rice.is_open(HOURS + 1)
    starts = np.flatnonzero(np.diff(opened.astype(int)) == 1) + 1
    assert starts.size > 10
    sunk = [tube[max(0, start - 24) : start + 1].min() for start in starts]
    assert np.mean(np.array(sunk) <= REFILL_CM + 1.0) > 0.5
    assert tube.max() <= 12.0
    assert (tube[opened] < FLOOD_CM + 1.0).all()


def test_rain_wets_the_soil(world: World, greens: Soil) -> None:
    rain = world.weather.rain.depth(HOURS, 6 * HOUR)
    gain = greens.moisture(HOURS) - greens.moisture(HOURS - 6 * HOUR)
    assert gain[rain > 10].mean() > 1
    assert gain[rain < 0.01].mean() < 0


def test_soil_stays_between_dry_and_flooded_and_is_watered_before_it_wilts(greens: Soil) -> None:
    moisture = greens.moisture(HOURS)
    assert moisture.min() > 20
    assert moisture.max() < 48
    opened = greens.is_open(HOURS + 60)
    assert moisture[opened].mean() < moisture.mean()


@pytest.mark.parametrize("step", [300, 3600, 7 * 3600 + 11])
def test_the_water_meter_counts_what_flows_however_often_it_is_read(rice: Soil, step: int) -> None:
    start, end = HOURS[:1] + 150 * DAY, HOURS[:1] + 160 * DAY
    reads = rice.water(np.append(np.arange(start[0], end[0], step), end))
    assert (np.diff(reads) >= 0).all()
    fine = np.arange(start[0], end[0], 20.0)
    flowed = rice.is_open(fine + 10).sum() * 20 / 60 * rice.zone.flow_l_min / 1000
    assert reads[-1] - reads[0] == pytest.approx(flowed, rel=0.01)


def test_soil_is_warmer_in_summer_and_saltier_when_dry(greens: Soil) -> None:
    warmth = greens.temperature(HOURS)
    assert warmth.max() > warmth.min() + 15
    assert np.corrcoef(greens.moisture(HOURS), greens.conductivity(HOURS))[0, 1] < 0
