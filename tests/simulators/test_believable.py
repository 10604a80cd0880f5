"""What someone who knows the delta found wrong in the pictures once, and shall not find again."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.air import Surroundings
from simulators.calendar import hour_of_day
from simulators.devices import Simulator
from simulators.noise import Floats
from simulators.rain import STEP_SECONDS
from simulators.world import World
from tests.simulators.moments import CENTRE, DAY, HOUR, months, whole_years

HOURS = whole_years(HOUR)


@pytest.fixture(scope="module")
def month() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return months(HOURS)


@pytest.fixture(scope="module")
def peak(world: World) -> Floats:
    """The hour of the strongest storm, with six before it and six after."""
    storm = world.weather.storm(HOURS)
    assert storm.max() > 0.5
    around: Floats = HOURS[storm.argmax()] + np.arange(-6, 7) * float(HOUR)
    return around


def test_winter_rain_is_gentle_and_long_and_thundershowers_are_of_summer(world: World) -> None:
    times = whole_years(STEP_SECONDS)
    fallen, month = world.weather.rain.depth(times, STEP_SECONDS), months(times)
    winter, summer = np.isin(month, (12, 1)), np.isin(month, (5, 6, 7, 8))
    assert fallen[winter].max() * 6 < 30
    assert fallen[summer].max() * 6 > 40
    # The share of wet steps in which it pours.
    assert (fallen[winter & (fallen > 0.05)] > 2.0).mean() < 0.3 * (fallen[summer & (fallen > 0.05)] > 2.0).mean()


def test_november_is_cool_and_drier_than_early_spring(
    world: World, month: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    humidity, warmth = world.weather.humidity(HOURS, CENTRE), world.weather.temperature(HOURS, CENTRE)
    assert 70 < humidity[month == 11].mean() < humidity[month == 3].mean() - 3
    assert 19 < warmth[month == 11].mean() < 24
    assert (humidity[month == 12] > 97).mean() < 0.15


def test_air_is_hardly_ever_wholly_saturated(world: World) -> None:
    assert (world.weather.humidity(HOURS, CENTRE) >= 99.9).mean() < 0.02


def test_it_is_dark_under_a_thundercloud(world: World) -> None:
    noon = (hour_of_day(HOURS) > 9.5) & (hour_of_day(HOURS) < 14.5)
    pouring = noon & (world.weather.rain.depth(HOURS + HOUR / 2, HOUR) > 10)
    assert pouring.sum() > 20
    light = world.weather.irradiance(HOURS)
    assert light[pouring].mean() < 0.35 * light[noon].mean()


def test_drizzle_months_get_far_less_sun_than_summer(
    world: World, month: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    daily = world.weather.irradiance(HOURS) * DAY / 1e6
    assert daily[month == 2].mean() < 0.65 * daily[month == 7].mean()


def test_a_storm_keeps_people_and_traffic_at_home(world: World, peak: Floats, fleet: dict[str, Simulator]) -> None:
    before = peak - 7 * DAY
    assert world.air.traffic(peak[5:8]).sum() < 0.5 * world.air.traffic(before[5:8]).sum()
    market = world.crowd("wifi-05", fleet["wifi-05"].traits)
    assert market.present(peak[5:8]).sum() < 0.6 * market.present(before[5:8]).sum()


def test_fields_are_quieter_than_a_village_road_until_rain_drums(world: World) -> None:
    field = Surroundings(0.1, 1.0, 0.0)
    noise = world.air.noise(HOURS, field)
    dry = world.weather.rain.depth(HOURS, 2 * HOUR) == 0
    night = (hour_of_day(HOURS) < 4) & dry
    assert 37 < np.median(noise[night]) < 46
    assert 46 < np.median(noise[dry & (np.abs(hour_of_day(HOURS) - 10) < 1)]) < 54
    assert noise[world.weather.rain_rate(HOURS) > 20].min() > 55


def test_a_point_without_power_moves_no_bytes(fleet: dict[str, Simulator]) -> None:
    """A counter goes on from where it stopped, and not from where it would be had there been power."""
    point = next(s for code, s in fleet.items() if code.startswith("wifi") and s.supply.silences(2025).begin.size)
    cuts = point.supply.silences(2025)
    longest = int((cuts.end - cuts.begin).argmax())
    begin, end = int(cuts.begin[longest]), int(cuts.end[longest])
    assert end - begin > HOUR
    series = next(point.frame(begin - 600, end + 600).series())
    moved = list(series.values[[f.name for f in point.kind.values].index("tx_bytes_total")])
    gap = int(np.diff(series.times).argmax())
    steps = np.diff(np.array(moved, dtype=np.float64))
    assert (steps >= 0).all()
    assert series.times[gap + 1] - series.times[gap] > HOUR
    assert steps[gap] <= 3 * max(steps[:gap].max(), steps[gap + 1 :].max())
