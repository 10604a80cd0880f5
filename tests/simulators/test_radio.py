"""Radio waves: the check values of 3GPP TR 38.901's rural macro cell, shadows in space, what telephones report."""

from __future__ import annotations

import numpy as np
import pytest

from simulators import radio
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.network import IMPAIRMENT, Network, throughput
from simulators.noise import Floats
from simulators.roads import MEAN_SPEED_M_S, Round
from simulators.world import World
from tests.simulators.moments import DAY, at, every


@pytest.mark.parametrize(
    ("frequency_ghz", "distance_m", "in_sight", "hidden"),
    [(0.7, 1000, 93.4, 116.4), (2.6, 1000, 102.9, 127.8), (3.7, 1000, 105.9, 130.9), (3.7, 2000, 113.5, 142.5)],
)
def test_path_loss_is_that_of_the_standard(
    frequency_ghz: float, distance_m: float, in_sight: float, hidden: float
) -> None:
    where = np.array([float(distance_m)])
    assert radio.loss_in_sight(where, frequency_ghz)[0] == pytest.approx(in_sight, abs=0.05)
    assert radio.loss_out_of_sight(where, frequency_ghz)[0] == pytest.approx(hidden, abs=0.05)


def test_a_carrier_of_46_dbm_over_273_blocks_has_10_85_dbm_an_element() -> None:
    assert radio.power_per_element(46, 273) == pytest.approx(10.85, abs=0.005)


@pytest.mark.parametrize("frequency_ghz", [0.7, 2.6, 3.7])
def test_loss_grows_with_distance_without_a_jump_and_hiding_never_helps(frequency_ghz: float) -> None:
    away = np.linspace(10, 10_000, 20_000)
    seen, hidden = radio.loss_in_sight(away, frequency_ghz), radio.loss_out_of_sight(away, frequency_ghz)
    assert (np.diff(seen) > 0).all()
    assert np.diff(seen).max() < 0.5
    assert (hidden >= seen).all()


def test_loss_beyond_the_breakpoint_grows_with_the_fourth_power() -> None:
    edge = radio.breakpoint_m(0.7)
    assert edge == pytest.approx(769.7, abs=1)
    loss = radio.loss_in_sight(np.array([2 * edge, 4 * edge]), 0.7)
    assert loss[1] - loss[0] == pytest.approx(40 * np.log10(2), abs=0.02)


def test_the_chance_of_sight_falls_from_one() -> None:
    chance = radio.sight_probability(np.array([0.0, 10.0, 1010.0, 5000.0]))
    assert chance.tolist() == pytest.approx([1, 1, np.exp(-1), np.exp(-4.99)])


def test_shadows_are_deeper_beyond_the_breakpoint_and_out_of_sight() -> None:
    away = np.array([500.0, 2000.0, 500.0])
    deviations = radio.shadow_deviation(away, np.array([True, True, False]), 0.7)
    assert deviations.tolist() == [4.0, 6.0, 8.0]


def test_three_sectors_cover_the_round_and_lose_most_between_them() -> None:
    gain = radio.sector_gain(np.array([20.0, 140.0, 260.0, 80.0, 200.0, 320.0]), 20.0, 17.0)
    assert gain[:3].tolist() == [17.0] * 3
    assert gain[3:] == pytest.approx([17.0 - 12 * (60 / 65) ** 2] * 3)


def test_shannon_is_cut_off() -> None:
    bits = radio.spectral_efficiency(np.array([-20.0, 0.0, 60.0]))
    assert bits == pytest.approx([0.6 * np.log2(1.01), 0.6, 7.4])


@pytest.fixture(scope="module")
def network(world: World) -> Network:
    return world.network


def test_shadowing_of_a_mast_is_correlated_over_the_distances_of_the_standard(sample: SampleCommune) -> None:
    """Over many worlds the shadows of two points agree as exp(−distance / 37 m) in sight and / 120 m out of sight."""
    x, y = np.array([100.0, 137.0, 220.0]), np.zeros(3)
    seen, hidden = [], []
    for seed in range(250):
        shadows = Network(seed, sample.setting).shadows(x, y)["tram-an-tan"]
        seen.append(shadows[1])
        hidden.append(shadows[2])
    for found, length in ((np.array(seen), radio.SHADOW_SIGHT_M), (np.array(hidden), radio.SHADOW_HIDDEN_M)):
        assert np.abs(found.std(axis=0) - 1).max() < 0.12
        for other, distance in ((1, 37.0), (2, 120.0)):
            assert abs(np.corrcoef(found[:, 0], found[:, other])[0, 1] - np.exp(-distance / length)) < 0.15


def test_two_masts_share_half_of_their_shadow(sample: SampleCommune) -> None:
    x, y = np.zeros(1), np.zeros(1)
    pairs = []
    for seed in range(250):
        shadows = Network(seed, sample.setting).shadows(x, y)
        pairs.append((shadows["tram-an-tan"][2][0], shadows["tram-cao-duong"][2][0]))
    assert abs(np.corrcoef(np.array(pairs).T)[0, 1] - 0.5) < 0.15


def _over_the_commune(times: Floats) -> tuple[Floats, Floats]:
    """Places all over the commune, one for each time."""
    number = np.arange(times.size)
    return -2800.0 + 5600.0 * np.mod(number * 0.6180339887, 1), -2000.0 + 4000.0 * np.mod(number * 0.7548776662, 1)


def test_signal_falls_with_distance_from_the_mast(sample: SampleCommune, network: Network) -> None:
    mast = sample.setting.masts[0]
    carrier = mast.carriers[0]
    angle = np.linspace(0, 2 * np.pi, 300)
    means = []
    for radius in (100.0, 500.0, 1500.0):
        x, y = mast.x + radius * np.cos(angle), mast.y + radius * np.sin(angle)
        means.append(float(network.received(mast, carrier, x, y, network.shadows(x, y)[mast.code]).mean()))
    assert means[0] > means[1] + 10 > means[2] + 20


def test_what_telephones_report_stays_in_the_ranges_of_the_standard(network: Network) -> None:
    times = every(30, "2026-11-20 00:00", 1)
    x, y = _over_the_commune(times)
    for operator in network.operators():
        reception = network.receive(operator, ("NR_SA", "NR_NSA", "LTE"), x, y, times, 0.0)
        assert reception is not None
        assert reception.power_dbm.max() < -31
        assert reception.rsrq_db.min() > -43
        assert reception.rsrq_db.max() < 0
        assert reception.sinr_db.max() <= -10 * np.log10(IMPAIRMENT)
        download, upload = throughput(reception)
        assert 0 < upload.max() < download.max() < 2500


def test_better_signal_gives_more_throughput(network: Network) -> None:
    times = every(30, "2026-11-20 00:00", 1)
    x, y = _over_the_commune(times)
    reception = network.receive("452-04", ("NR_SA",), x, y, times, 0.0)
    assert reception is not None
    assert np.corrcoef(reception.sinr_db, throughput(reception)[0])[0, 1] > 0.6


def test_an_operator_without_a_generation_has_no_reception(network: Network) -> None:
    one = np.zeros(1)
    assert network.receive("452-05", ("NR_SA", "NR_NSA"), one, one, one + at("2026-01-01 00:00"), 0.0) is None


def test_some_of_the_commune_has_5g_and_some_has_not(network: Network) -> None:
    times = every(60, "2026-11-20 00:00", 1)
    x, y = _over_the_commune(times)
    best = np.full(times.shape, -200.0)
    for operator in network.operators():
        reception = network.receive(operator, ("NR_SA", "NR_NSA"), x, y, times, 0.0)
        if reception is not None:
            assert 0.3 < (reception.power_dbm >= -110).mean() < 0.97
            best = np.maximum(best, reception.power_dbm)
    assert 0.6 < (best >= -110).mean() < 1.0


def test_the_signal_at_a_place_is_the_same_whoever_measures_there_first(sample: SampleCommune) -> None:
    times = every(30, "2026-11-20 08:00", 0.1)
    x, y = _over_the_commune(times)
    together = Network(1, sample.setting).receive("452-04", ("NR_SA",), x, y, times, 3.0)
    network = Network(1, sample.setting)
    for place in range(times.size - 1, -1, -29):
        here = slice(place, place + 1)
        alone = network.receive("452-04", ("NR_SA",), x[here], y[here], times[here], 3.0)
        assert together is not None
        assert alone is not None
        assert alone.power_dbm[0] == pytest.approx(together.power_dbm[place], abs=1e-9)


@pytest.fixture(scope="module")
def tour(world: World) -> Round:
    return world.round("song-05")


def test_a_mobile_probe_moves_as_far_as_its_speed_says(tour: Round) -> None:
    track = tour.at(every(5, "2026-11-16 00:00", 7))
    steps = np.hypot(np.diff(track.x), np.diff(track.y))
    fastest = MEAN_SPEED_M_S * 1.2
    assert steps.max() <= 5 * fastest
    assert (steps[(track.speed[:-1] == 0) & (track.speed[1:] == 0)] == 0).all()
    assert track.speed.max() <= fastest


def test_a_mobile_probe_drives_on_working_days_only_and_rounds_the_whole_route(tour: Round) -> None:
    sunday = tour.at(every(60, "2026-11-22 00:00", 1))
    assert not sunday.driving.any()
    week = tour.at(every(30, "2026-11-16 00:00", 6))
    assert 0.15 < week.driving.mean() < 0.3
    assert week.x.max() - week.x.min() > 4500
    driven = MEAN_SPEED_M_S * 5.25 * 3600
    assert driven > tour.length_m


def test_fixed_probes_stay_and_mobile_ones_move(fleet: dict[str, Simulator]) -> None:
    noon = at("2026-11-20 08:30")
    for code, moves in (("song-03", False), ("song-05", True)):
        part = fleet[code].frame(noon, noon + DAY // 12).parts[0]
        latitude, longitude = np.asarray(part["latitude"], dtype=float), np.asarray(part["longitude"], dtype=float)
        assert bool(np.ptp(latitude) + np.ptp(longitude) > 0.005) is moves
        assert bool(np.asarray(part["speed"], dtype=float).max() > 3) is moves
