"""ET0 against the worked examples of FAO-56."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.evapotranspiration import (
    actual_vapour_pressure,
    atmospheric_pressure,
    clear_sky_radiation,
    extraterrestrial_radiation,
    hargreaves,
    net_longwave_radiation,
    penman_monteith,
    penman_monteith_day,
    psychrometric_constant,
    saturation_vapour_pressure,
    slope_of_saturation,
    wind_at_2_m,
)
from reports.grids import Floats, floats


def number(value: Floats) -> float:
    return float(value)


def test_example_2_pressure_and_psychrometric_constant_at_1800_m() -> None:
    assert number(atmospheric_pressure(1800)) == pytest.approx(81.8, abs=0.05)
    assert number(psychrometric_constant(81.8)) == pytest.approx(0.054, abs=0.0005)


def test_example_3_saturation_vapour_pressure() -> None:
    assert number(saturation_vapour_pressure(24.5)) == pytest.approx(3.075, abs=0.005)
    assert number(saturation_vapour_pressure(15)) == pytest.approx(1.705, abs=0.005)


def test_example_5_actual_vapour_pressure_from_humidity() -> None:
    assert number(actual_vapour_pressure(25, 18, 82, 54)) == pytest.approx(1.70, abs=0.005)


def test_example_8_radiation_above_the_atmosphere_at_20_degrees_south_on_3_september() -> None:
    assert number(extraterrestrial_radiation(-20, 246)) == pytest.approx(32.2, abs=0.05)


def test_example_11_longwave_radiation_of_rio_in_may() -> None:
    assert number(net_longwave_radiation(25.1, 19.1, 2.1, 14.5, 18.8)) == pytest.approx(3.5, abs=0.05)


def test_example_14_wind_at_2_m_from_that_at_10_m() -> None:
    assert number(wind_at_2_m(3.2, 10)) == pytest.approx(2.4, abs=0.05)
    assert number(wind_at_2_m(3.2, 2)) == pytest.approx(3.2, abs=0.01)


def test_example_17_bangkok_in_april_is_5_7_mm_a_day() -> None:
    found = penman_monteith(
        t_max=34.8, t_min=25.6, vapour_pressure=2.85, wind_2_m=2, net_radiation=14.33, soil_heat=0.14,
        pressure_kpa=atmospheric_pressure(2), t_mean=30.2,
    )  # fmt: skip
    assert number(slope_of_saturation(30.2)) == pytest.approx(0.246, abs=0.0005)
    assert number(found) == pytest.approx(5.72, abs=0.02)


def test_example_18_brussels_on_6_july_is_3_9_mm_a_day() -> None:
    ra = extraterrestrial_radiation(50.8, 187)
    assert number(ra) == pytest.approx(41.09, abs=0.02)
    assert number(clear_sky_radiation(ra, 100)) == pytest.approx(30.90, abs=0.02)
    wind = wind_at_2_m(10 / 3.6, 10)
    assert number(wind) == pytest.approx(2.078, abs=0.002)
    found = penman_monteith_day(
        latitude=50.8, elevation_m=100, day_of_year=187, t_max=21.5, t_min=12.3, rh_max=84, rh_min=63,
        wind_2_m=wind, solar=22.07,
    )  # fmt: skip
    assert number(found) == pytest.approx(3.88, abs=0.01)


def test_example_20_lyon_in_july_by_hargreaves_is_5_0_mm_a_day() -> None:
    ra = extraterrestrial_radiation(45 + 43 / 60, 196)
    assert number(ra) == pytest.approx(40.6, abs=0.1)
    assert number(hargreaves(26.6, 14.8, ra)) == pytest.approx(5.0, abs=0.05)


def test_a_polar_summer_and_winter_have_a_whole_day_of_sun_and_none() -> None:
    assert number(extraterrestrial_radiation(80, 172)) > 40
    assert number(extraterrestrial_radiation(80, 355)) == pytest.approx(0, abs=1e-9)


def test_a_whole_year_of_many_places_is_one_sweep() -> None:
    days = np.arange(1, 366)[:, None]
    places = floats([8.6, 16.0, 23.4])
    ra = extraterrestrial_radiation(places, days)
    assert ra.shape == (365, 3)
    assert ((ra > 20) & (ra < 42)).all()
    assert hargreaves(np.full((365, 3), 32.0), 24.0, ra).shape == (365, 3)


def test_what_is_not_measured_gives_no_number() -> None:
    assert math.isnan(number(hargreaves(float("nan"), 20, 35)))
    found = penman_monteith_day(
        latitude=21, elevation_m=10, day_of_year=100, t_max=30, t_min=22, rh_max=95, rh_min=60, wind_2_m=1.5,
        solar=float("nan"),
    )  # fmt: skip
    assert math.isnan(number(found))


@given(
    t_min=st.floats(-5, 30), spread=st.floats(0, 20), rh=st.floats(5, 100), wind=st.floats(0, 15),
    solar=st.floats(0.1, 32), day=st.integers(1, 366),
)  # fmt: skip
def test_no_weather_of_viet_nam_evaporates_less_than_nothing_or_more_than_is_known(
    t_min: float, spread: float, rh: float, wind: float, solar: float, day: int
) -> None:
    found = penman_monteith_day(
        latitude=21, elevation_m=10, day_of_year=day, t_max=t_min + spread, t_min=t_min, rh_max=rh, rh_min=rh,
        wind_2_m=wind, solar=solar,
    )  # fmt: skip
    assert 0 <= number(found) < 40
    assert 0 <= number(hargreaves(t_min + spread, t_min, extraterrestrial_radiation(21, day))) < 15
