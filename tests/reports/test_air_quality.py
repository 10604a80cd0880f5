"""VN_AQI against the sample calculations of QĐ 1459/QĐ-TCMT and against what must hold for any air."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.air_levels import LEVELS, level_of
from reports.air_quality import (
    BREAKPOINTS,
    INDEX,
    POLLUTANTS,
    Pollutant,
    daily_index,
    hourly_index,
    largest_8_hours,
    nowcast,
    ozone_8_hour_index,
    rounded,
    sub_index,
)
from reports.grids import Floats, floats

NAN = float("nan")
# Section 2.3 a: hourly means of PM2.5 that end at 09:00 to 20:00.
SAMPLE_PM25 = [26.9, 24.7, 20.5, 23.5, 19.5, 16.5, 19.0, 16.5, 20.3, 22.4, 19.6, 20.6]
# Section 2.2.2 a: hourly means of ozone, from 18:00 of the day before to 0:00 at the end of the day.
SAMPLE_OZONE = [
    15.7, 14.2, 17.7, 18.9, 19.3, 15.7, 19.7,
    22.6, 27.1, 29.0, 31.9, 25.3, 34.7, 35.2, 41.6, 45.7, 49.2, 55.8, 69.6,
    78.3, 91.5, 97.7, 81.2, 71.8, 43.5, 34.3, 21.5, 20.5, 19.4, 20.4, 21.3,
]  # fmt: skip


def column(values: list[float]) -> Floats:
    return floats(values)[:, None]


def index_of(pollutant: Pollutant, concentration: float) -> float:
    return float(rounded(sub_index(pollutant, floats([concentration])))[0])


def day(**means: float) -> dict[Pollutant, Floats]:
    """A day with the same mean in every hour."""
    return {Pollutant(name): np.full((24, 1), mean) for name, mean in means.items()}


def test_the_nowcast_of_the_decision_is_20_27_and_its_index_41() -> None:
    found = float(nowcast(column(SAMPLE_PM25))[-1, 0])
    assert round(found, 2) == 20.27
    assert index_of(Pollutant.PM25, found) == 41


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [("pm25", 20.3, 41), ("o3", 136.1, 43), ("o3", 114.6, 36), ("no2", 130.8, 65), ("pm25", 55.7, 110)],
)
def test_indices_of_the_decision(pollutant: str, concentration: float, index: int) -> None:
    assert index_of(Pollutant(pollutant), concentration) == index


def test_the_decision_prints_60_for_an_hour_of_no2_that_its_own_formula_puts_at_59() -> None:
    assert float(sub_index(Pollutant.NO2, floats([118.7]))[0]) == pytest.approx(59.35)


def test_the_day_of_the_decision_is_110_for_pm25() -> None:
    found = daily_index(day(pm25=55.7, no2=130.8, o3=89.3))
    assert found.value.tolist() == [[110]]
    assert POLLUTANTS[found.main[0, 0]] is Pollutant.PM25
    assert {name: part[0, 0] for name, part in found.parts.items()} == {"pm25": 110, "no2": 65, "o3": 45}


def test_the_8_hour_means_of_the_decision_reach_back_into_the_day_before() -> None:
    assert round(float(largest_8_hours(column(SAMPLE_OZONE), lead=7)[0, 0]), 1) == 74.4
    night = [90.0] * 7 + [0.0] * 24
    assert float(largest_8_hours(column(night), lead=7)[0, 0]) == pytest.approx(90 * 7 / 8)


def test_an_8_hour_mean_of_ozone_above_400_is_left_out() -> None:
    assert ozone_8_hour_index(floats([400, 400.01])).tolist() == pytest.approx([300, NAN], nan_ok=True)
    found = daily_index(day(pm25=10, o3=450))
    assert found.parts[Pollutant.O3].tolist() == [[rounded(sub_index(Pollutant.O3, floats([450])))[0]]]


def test_the_larger_of_both_indices_of_ozone_counts() -> None:
    assert daily_index(day(pm25=10, o3=150)).value.tolist() == [[130]]  # 8 h: 100 + 30 · 50/50; 1 h: 47


def test_without_particles_there_is_no_index() -> None:
    found = daily_index(day(no2=300, o3=100))
    assert np.isnan(found.value).all()
    assert (found.main == -1).all()
    assert found.parts[Pollutant.NO2].tolist() == [[110]]
    assert daily_index(day(pm10=50, no2=300)).value.tolist() == [[110]]
    assert np.isnan(hourly_index(day(so2=300)).value).all()


@pytest.mark.parametrize(
    ("newest_first", "there"),
    [
        ([10, 10, NAN], True),
        ([10, NAN, 10], True),
        ([NAN, 10, 10], True),
        ([10, NAN, NAN, 10, 10], False),
        ([NAN, NAN, 10, 10, 10], False),
    ],
)
def test_a_nowcast_needs_two_of_the_three_newest_hours(newest_first: list[float], there: bool) -> None:
    found = float(nowcast(column(newest_first[::-1]))[-1, 0])
    assert found == 10 if there else math.isnan(found)


def test_a_sudden_rise_weighs_each_hour_half_of_the_next() -> None:
    assert float(nowcast(column([10.0, 100.0]))[-1, 0]) == pytest.approx((100 + 0.5 * 10) / 1.5)


def test_a_missing_hour_keeps_the_place_of_the_others() -> None:
    found = float(nowcast(column([8.0, NAN, 10.0, 10.0]))[-1, 0])
    assert found == pytest.approx((10 + 0.8 * 10 + 0.8**3 * 8) / (1 + 0.8 + 0.8**3))


def test_air_without_any_dust_has_the_index_nought() -> None:
    assert hourly_index(day(pm25=0)).value[-1].tolist() == [0]


def test_a_day_needs_18_of_its_hours() -> None:
    values = np.full((24, 2), 25.0)
    values[:6, 0] = NAN
    values[:7, 1] = NAN
    found = daily_index({Pollutant.PM25: values})
    assert found.value[0].tolist() == pytest.approx([50, NAN], nan_ok=True)


def test_hours_before_the_period_serve_the_nowcast_and_have_no_row() -> None:
    hours = np.arange(40.0, 70.0)[:, None]
    whole, cut = hourly_index({Pollutant.PM10: hours}), hourly_index({Pollutant.PM10: hours}, lead=11)
    assert cut.value.tolist() == whole.value[11:].tolist()


@pytest.mark.parametrize(
    ("index", "name", "rgb"),
    [
        (0, "Tốt", "#00E400"), (50, "Tốt", "#00E400"), (51, "Trung bình", "#FFFF00"), (100, "Trung bình", "#FFFF00"),
        (101, "Kém", "#FF7E00"), (150, "Kém", "#FF7E00"), (151, "Xấu", "#FF0000"), (200, "Xấu", "#FF0000"),
        (201, "Rất xấu", "#8F3F97"), (300, "Rất xấu", "#8F3F97"), (301, "Nguy hại", "#7E0023"),
        (500, "Nguy hại", "#7E0023"),
    ],
)  # fmt: skip
def test_levels_begin_and_end_where_the_decision_says(index: int, name: str, rgb: str) -> None:
    level = level_of(index)
    assert (level.name.vi, level.rgb) == (name, rgb)
    assert level.advice.vi
    assert level.advice_sensitive.en


def test_halves_are_rounded_upward_whatever_a_double_makes_of_them() -> None:
    assert rounded(floats([40.5, 41.5, 109.49999999999999, 0.49])).tolist() == [41, 42, 110, 0]


@given(pollutant=st.sampled_from(POLLUTANTS), low=st.floats(0, 200_000), more=st.floats(0, 200_000))
def test_more_of_a_pollutant_never_lowers_its_index(pollutant: Pollutant, low: float, more: float) -> None:
    below, above = sub_index(pollutant, floats([low, low + more]))
    assert 0 <= below <= above <= 500


@pytest.mark.parametrize("pollutant", POLLUTANTS)
def test_an_index_is_continuous_at_every_breakpoint_and_clamped_at_500(pollutant: Pollutant) -> None:
    points = BREAKPOINTS[pollutant]
    assert sub_index(pollutant, points).tolist() == INDEX.tolist()
    for side in (-1e-6, 1e-6):
        assert np.allclose(sub_index(pollutant, points + side), INDEX, atol=1e-4)
    assert sub_index(pollutant, points[-1:] * 10).tolist() == [500]


@given(hours=st.lists(st.one_of(st.just(NAN), st.floats(0, 2000)), min_size=1, max_size=20))
def test_a_nowcast_lies_between_the_smallest_and_the_largest_hour(hours: list[float]) -> None:
    found = float(nowcast(column(hours))[-1, 0])
    last = [hour for hour in hours[-12:] if not math.isnan(hour)]
    assert math.isnan(found) == (sum(not math.isnan(hour) for hour in hours[-3:]) < 2)
    if not math.isnan(found):
        assert min(last) - 1e-9 <= found <= max(last) + 1e-9


@given(
    air=st.lists(st.lists(st.one_of(st.just(NAN), st.floats(0, 5000)), min_size=6, max_size=6), min_size=1, max_size=14)
)
def test_an_index_is_the_largest_of_its_parts_and_has_a_level(air: list[list[float]]) -> None:
    table = floats(air)
    found = hourly_index({pollutant: table[:, [place]] for place, pollutant in enumerate(POLLUTANTS)})
    for hour, value in enumerate(found.value[:, 0]):
        parts = {pollutant: float(part[hour, 0]) for pollutant, part in found.parts.items()}
        if math.isnan(value):
            assert math.isnan(parts[Pollutant.PM25])
            assert math.isnan(parts[Pollutant.PM10])
        else:
            assert value == max(part for part in parts.values() if not math.isnan(part))
            assert parts[POLLUTANTS[found.main[hour, 0]]] == value
            assert level_of(value) in LEVELS


def test_a_month_of_many_stations_gives_each_what_it_would_have_alone() -> None:
    rng = np.random.default_rng(6)
    month = {pollutant: rng.uniform(0, BREAKPOINTS[pollutant][-1], (731, 100)) for pollutant in POLLUTANTS}
    for found in (hourly_index, daily_index):
        together = found(month, lead=11)
        alone = found({pollutant: values[:, [42]] for pollutant, values in month.items()}, lead=11)
        assert together.value.shape == (720 if found is hourly_index else 30, 100)
        assert together.value[:, 42].tolist() == alone.value[:, 0].tolist()
        assert together.main[:, 42].tolist() == alone.main[:, 0].tolist()
