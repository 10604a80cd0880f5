"""Power cuts take lamps with them; lamps are lit at night; meters are integrals."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.calendar import ORIGIN, hour_of_day, year_start
from simulators.lamps import DIMMED_PERCENT, FAILURES, Lamp, wanted_level
from simulators.noise import Floats, key
from simulators.power import Supply
from simulators.steps import Spells, Steps
from simulators.world import World
from tests.simulators.moments import DAY, HOUR, YEARS, every, whole_years

MINUTES_OF_A_MONTH = every(60, "2026-06-01 00:00", 30)


@pytest.fixture(scope="module")
def lamp(world: World) -> Lamp:
    return world.lamp("cs-01", 120.0, "471")


def test_lamps_are_lit_at_night_only(world: World, lamp: Lamp) -> None:
    times = whole_years(600)
    lit = lamp.level(times) > 0
    assert world.sun.elevation_sine(times[lit]).max() < 0
    hours = hour_of_day(times)
    assert lit[(hours > 19.5) | (hours < 4.5)].mean() > 0.9
    assert not lit[(hours > 7) & (hours < 17)].any()


def test_lamps_are_lit_longer_in_december_than_in_june(world: World) -> None:
    winter, summer = every(60, "2026-12-01 12:00", 10), every(60, "2026-06-15 12:00", 10)
    assert world.nights.lit(winter).sum() > world.nights.lit(summer).sum() * 1.2


def test_lamps_are_dimmed_late_at_night(world: World) -> None:
    times = MINUTES_OF_A_MONTH
    level, hours = wanted_level(times, world.nights), hour_of_day(times)
    assert set(level.tolist()) == {0.0, DIMMED_PERCENT, 100.0}
    assert set(level[(hours > 23) | (hours < 4)].tolist()) == {DIMMED_PERCENT}
    assert set(level[(hours > 19.5) & (hours < 22)].tolist()) == {100.0}


def test_the_energy_meter_is_the_integral_of_power_over_any_interval(lamp: Lamp) -> None:
    start, end = every(1, "2026-06-01 00:00", 1)[0], every(1, "2026-07-01 00:00", 1)[0]
    counted = (lamp.energy(np.array([end])) - lamp.energy(np.array([start])))[0]
    watts = lamp.power(np.arange(start, end, 20.0) + 10.0)
    assert counted == pytest.approx(watts.sum() * 20 / 3.6e6, rel=1e-3)
    for step in (300, 3571, DAY):
        reads = lamp.energy(np.append(np.arange(start, end, step), end))
        assert (np.diff(reads) >= 0).all()
        assert reads[-1] - reads[0] == pytest.approx(counted)


def test_burning_hours_count_the_time_lit(lamp: Lamp) -> None:
    times = MINUTES_OF_A_MONTH
    hours = lamp.hours(times[-1:])[0] - lamp.hours(times[:1])[0]
    assert hours == pytest.approx((lamp.level(times + 30) > 0).sum() / 60, abs=0.2)


def test_meters_go_on_over_the_turn_of_the_year(lamp: Lamp) -> None:
    edge = float(year_start(2026))
    around = np.array([edge - 1, edge, edge + 1])
    assert np.ptp(lamp.energy(around)) < 1e-3
    assert np.ptp(lamp.hours(around)) < 1e-3


def test_a_failed_lamp_is_dark_and_says_why(world: World) -> None:
    lamps = [world.lamp(f"cs-{number:02d}", 100.0, "473") for number in range(1, 41)]
    times = whole_years(3 * HOUR)
    causes: set[str] = set()
    failing = []
    for lamp in lamps:
        failed = lamp.failed(times)
        failing.append(failed.mean())
        assert not lamp.level(times[failed]).any()
        causes |= {FAILURES[n] for n in lamp.cause(times[failed])}
    assert 0 < np.mean(failing) < 0.02
    assert len(causes) >= 4


def test_a_cut_puts_out_every_lamp_of_its_feeder_and_no_other(world: World) -> None:
    here, elsewhere = world.lamp("cs-01", 100.0, "471"), world.lamp("cs-02", 100.0, "475")
    cuts = world.feeder("471").cuts(2026)
    assert cuts.begin.size > 1
    inside = (cuts.begin + 1).astype(np.float64)
    assert not here.power(inside).any()
    alone = world.feeder("475").is_on(inside)
    assert elsewhere.power(inside)[alone].all()


def test_cuts_are_few_short_apart_and_end_with_their_year(world: World) -> None:
    for feeder in world.setting.feeders:
        for year in YEARS:
            cuts = world.feeder(feeder).cuts(year)
            assert (cuts.end > cuts.begin).all()
            assert (cuts.begin[1:] > cuts.end[:-1]).all()
            assert cuts.end.max(initial=0) <= year_start(year + 1)
            assert 0 <= (cuts.end - cuts.begin).sum() / HOUR < 80


def test_voltage_is_near_220_and_0_in_a_cut(world: World) -> None:
    feeder = world.feeder("472")
    volts = feeder.voltage(whole_years(900))
    on = volts > 0
    assert volts[on].min() > 205
    assert volts[on].max() < 242
    assert np.array_equal(on, feeder.is_on(whole_years(900)))


def _slots(phase: int, interval: int, end: int) -> Floats:
    return np.arange(phase, end, interval, dtype=np.float64)


@pytest.mark.parametrize("interval", [30, 300, 3600])
def test_a_device_counts_exactly_the_messages_it_could_send(world: World, interval: int) -> None:
    supply = Supply(1, "x", world.feeder("471"), backed_up=False)
    phase = ORIGIN + 7
    slots = _slots(phase, interval, year_start(2026))
    spoken = slots[supply.speaks(slots)]
    counted = supply.sent_before(spoken.astype(np.int64), phase, interval)
    assert counted.tolist() == list(range(spoken.size))
    assert spoken.size < slots.size


def test_a_battery_or_the_sun_carries_a_device_through_a_cut(world: World) -> None:
    times = whole_years(HOUR)
    for supply in (
        Supply(1, "x", world.feeder("471"), backed_up=True),
        Supply(1, "x", None, backed_up=False),
    ):
        assert supply.speaks(times).all()
        assert supply.silences(2026).begin.size == 0
        slots = np.array([ORIGIN + 7 + 60 * 5], dtype=np.int64)
        assert supply.sent_before(slots, ORIGIN + 7, 60).tolist() == [5]


def test_uptime_grows_by_the_second_until_the_device_starts_anew(world: World) -> None:
    supply = Supply(1, "x", world.feeder("471"), backed_up=False)
    times = whole_years(HOUR)
    uptime = supply.uptime(times)
    steps = np.diff(uptime)
    assert uptime.min() >= 0
    assert ((steps == HOUR) | (uptime[1:] < uptime[:-1]) | (uptime[1:] < HOUR)).all()
    back = world.feeder("471").cuts(2026).end.astype(np.float64)
    assert (supply.uptime(back) == 0).all()


def test_spells_lie_in_their_slots_and_are_found_by_time_and_by_interval() -> None:
    spells = Spells(key(1, "spell"), 10.0, 0.5, 600.0, 7200.0)
    found = spells.between(ORIGIN, ORIGIN + 500 * DAY)
    assert 15 < len(found) < 35
    for begin, end in found:
        assert 600 - 1 <= end - begin <= 7200
        inside = np.array([begin, end - 1])
        outside = np.array([begin - 1, end])
        assert spells.active(inside).all()
        assert not spells.active(outside).any()
    times = np.arange(ORIGIN, ORIGIN + 500 * DAY, 60.0)
    share = sum(end - begin for begin, end in found) / (500 * DAY)
    assert spells.active(times).mean() == pytest.approx(share, rel=0.05)


def test_steps_give_rate_and_integral_and_carry_on() -> None:
    first = Steps.over(np.array([0.0, 10.0, 20.0]), np.array([1.0, 3.0]), None)
    second = Steps.over(np.array([20.0, 30.0]), np.array([2.0]), first)
    assert first.value(np.array([0.0, 9.9, 10.0])).tolist() == [1.0, 1.0, 3.0]
    assert first.total(np.array([5.0, 15.0])).tolist() == [5.0, 25.0]
    assert second.total(np.array([20.0, 25.0])).tolist() == [40.0, 50.0]
