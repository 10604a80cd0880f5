"""The water balance of FAO-56, chapter 8, and alternate wetting and drying."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.grids import floats
from reports.irrigation import (
    RootZone,
    WettingAndDrying,
    depletion_after,
    depletion_of_moisture,
    effective_rain,
    follow_balance,
    need,
    rice_need,
)

NAN = float("nan")
ZONE = RootZone(field_capacity=0.32, wilting_point=0.15, root_depth_m=0.4, depletion_fraction=0.3)
"""Onions on silt: 0.17 · 400 = 68 mm, of which 20.4 mm are easily taken."""


def test_available_water_is_that_between_field_capacity_and_wilting_point() -> None:
    assert ZONE.total_available_mm == pytest.approx(68)
    assert ZONE.readily_available_mm == pytest.approx(20.4)


def test_a_probe_tells_how_much_water_is_lacking() -> None:
    assert depletion_of_moisture([32, 27, 15, 40, 10], ZONE).tolist() == pytest.approx([0, 20, 68, 0, 68])


def test_a_day_dries_by_etc_and_is_wetted_by_rain_and_irrigation() -> None:
    assert float(depletion_after(20, 0, 4.5, ZONE)) == pytest.approx(24.5)
    assert float(depletion_after(20, 15, 4.5, ZONE)) == pytest.approx(9.5)
    assert float(depletion_after(20, 90, 4.5, ZONE)) == 0
    assert float(depletion_after(66, 0, 4.5, ZONE)) == pytest.approx(68)


def test_a_shower_that_evaporates_at_once_is_no_rain() -> None:
    assert effective_rain([0.9, 1.0, 30, NAN], 5, 0.8).tolist() == pytest.approx([0, 0.8, 24, NAN], nan_ok=True)


def test_a_measurement_is_believed_before_the_balance_which_carries_it_on() -> None:
    moisture = floats([NAN, 30, NAN, NAN, 29])
    found = follow_balance(moisture, floats([0, 0, 0, 2, 0]), floats([NAN, NAN, NAN, 5, NAN]), floats([4] * 5), ZONE)
    assert found.tolist() == pytest.approx([NAN, 8, 12, 9, 12], nan_ok=True)


def test_after_a_day_of_unknown_weather_only_a_measurement_helps() -> None:
    found = follow_balance(floats([30, NAN, NAN, 28]), floats([0, NAN, 0, 0]), floats([0] * 4), floats([4] * 4), ZONE)
    assert found.tolist() == pytest.approx([8, NAN, NAN, 16], nan_ok=True)


def test_irrigation_is_due_when_the_readily_available_water_is_used_up() -> None:
    due, gross = need([20.3, 20.5, NAN], ZONE, efficiency=0.75)
    assert due.tolist() == [False, True, False]
    assert gross.tolist() == pytest.approx([20.3 / 0.75, 20.5 / 0.75, NAN], nan_ok=True)


def test_rice_is_flooded_again_at_15_cm_below_the_surface() -> None:
    due, gross = rice_need([5, 0, -14.9, -15, -20, NAN], WettingAndDrying(drainable=0.2), efficiency=1.0)
    assert due.tolist() == [False, False, False, True, True, False]
    assert gross.tolist() == pytest.approx([0, 50, 50 + 29.8, 80, 90, NAN], nan_ok=True)


@given(
    moisture=st.lists(st.one_of(st.just(NAN), st.floats(0, 60)), min_size=1, max_size=20),
    rain=st.floats(0, 300),
    evaporated=st.floats(0, 12),
)
def test_what_lacks_is_never_less_than_nothing_or_more_than_the_soil_holds(
    moisture: list[float], rain: float, evaporated: float
) -> None:
    size = len(moisture)
    found = follow_balance(floats(moisture), np.full(size, rain), np.zeros(size), np.full(size, evaporated), ZONE)
    first = next((day for day, value in enumerate(moisture) if not math.isnan(value)), size)
    assert np.isnan(found[:first]).all()
    assert ((found[first:] >= 0) & (found[first:] <= ZONE.total_available_mm + 1e-9)).all()
