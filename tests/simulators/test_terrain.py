"""The ground: interpolated, in the way of waves, and colder the higher it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.communes import SampleCommune
from simulators.communes.build import build
from simulators.errors import BadCommuneFile
from simulators.network import Network
from simulators.noise import Floats
from simulators.radio import TERMINAL_M
from simulators.sun import Sun
from simulators.terrain import Terrain
from simulators.weather import Spot, Weather
from tests.simulators.moments import HOUR, every

FLAT = Terrain(-1000.0, -1000.0, 500.0, ((2.0,) * 5,) * 5)
RIDGE = Terrain(-1000.0, -1000.0, 500.0, ((0.0, 0.0, 120.0, 0.0, 0.0),) * 5)
"""A ridge from south to north through the middle."""


def line(*values: float) -> Floats:
    return np.array(values)


def test_heights_are_those_of_the_grid_and_straight_between() -> None:
    assert RIDGE.height(line(-500, -250, 0, 125), line(0, 0, 0, 77)).tolist() == [0.0, 60.0, 120.0, 90.0]


def test_beyond_the_grid_its_edge_goes_on() -> None:
    slope = Terrain(0.0, 0.0, 100.0, ((1.0, 2.0), (3.0, 4.0)))
    assert slope.height(line(-50, 500, 50), line(-1e6, 1e6, 50)).tolist() == [1.0, 4.0, 2.5]


@given(x=st.floats(-3000, 3000), y=st.floats(-3000, 3000))
def test_no_ground_is_higher_than_the_highest_or_lower_than_the_lowest(x: float, y: float) -> None:
    assert 0.0 <= RIDGE.height(line(x), line(y))[0] <= 120.0


def test_a_ridge_hides_what_is_behind_it_and_nothing_before_it() -> None:
    mast = (-900.0, 0.0, 35.0)
    x = line(-700.0, -520.0, 600.0, 950.0)
    assert RIDGE.hides(mast, x, np.zeros(4), TERMINAL_M).tolist() == [False, False, True, True]
    assert not RIDGE.hides((-900.0, 0.0, 400.0), x, np.zeros(4), TERMINAL_M).any()
    assert not FLAT.hides(mast, x, np.zeros(4), TERMINAL_M).any()


def test_the_earth_itself_hides_what_is_beyond_the_horizon() -> None:
    """A mast of 35 m sees a telephone at 1.5 m over √(2·8500 km·35 m) + √(2·8500 km·1.5 m), nearly 30 km."""
    x = line(25_000.0, 40_000.0)
    assert FLAT.hides((0.0, 0.0, 35.0), x, np.zeros(2), TERMINAL_M).tolist() == [False, True]


def test_behind_a_ridge_the_signal_is_weaker(sample: SampleCommune) -> None:
    mast = replace(sample.setting.masts[0], x=-900.0, y=0.0)
    x, y = np.full(200, 700.0), np.linspace(-300, 300, 200)
    means = []
    for terrain in (FLAT, RIDGE):
        network = Network(1, replace(sample.setting, masts=(mast,), terrain=terrain))
        means.append(float(network.received(mast, mast.carriers[0], x, y, network.shadows(x, y)[mast.code]).mean()))
    assert means[1] < means[0] - 3


def test_the_air_is_colder_on_the_ridge_by_the_standard_lapse() -> None:
    times = every(HOUR, "2026-11-20 00:00", 1)
    spot = Spot(0.0, 0.0, 20.87, 106.30)
    below, above = (Weather(1, Sun(20.87, 106.30), terrain).temperature(times, spot) for terrain in (None, RIDGE))
    assert below - above == pytest.approx(np.full(times.shape, 120 * 0.0065))


def test_the_sample_commune_lies_low_and_highest_by_its_river(sample: SampleCommune) -> None:
    ground = sample.setting.terrain
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(-3300.0, 3300.0, 100), np.arange(-2200.0, 2200.0, 100)))
    heights = ground.height(x, y)
    assert 0.0 < heights.min() < 1.0
    assert 3.0 < heights.max() < 5.0
    assert x[heights > 3.2].max() < -2500


def test_heights_that_are_no_grid_are_refused() -> None:
    import tomllib
    from importlib import resources

    text = (resources.files("simulators.communes") / "gia-loc.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    document["terrain"]["heights"][3].pop()
    with pytest.raises(BadCommuneFile, match="all of one length"):
        build(document)
