"""Nights, hours lit, saving, and faults of lamps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.grids import Floats, floats
from reports.lighting import FAULTS, NAMED_FAULTS, baseline_energy, lamp_hours, ratio, saving
from reports.nights import days_touched, night_of, required_shares, scheduled

NAN = float("nan")
GIA_LOC = (20.87, 106.3)
MIDNIGHT = datetime(2026, 11, 19, 17, tzinfo=UTC)
"""20 November 2026, 00:00 in UTC+7."""


def column(*values: float) -> Floats:
    return floats(values)[:, None]


def test_a_night_at_gia_loc_in_november_is_from_a_quarter_past_five_to_six() -> None:
    sets, rises = night_of(*GIA_LOC, date(2026, 11, 20))
    assert (sets.hour, sets.date()) == (17, date(2026, 11, 20))
    assert abs(sets - datetime(2026, 11, 20, 10, 15, tzinfo=UTC)) < timedelta(minutes=5)
    assert abs(rises - datetime(2026, 11, 20, 23, 8, tzinfo=UTC)) < timedelta(minutes=10)


def test_a_schedule_that_ends_in_the_morning_is_of_the_next_day() -> None:
    begins, ends = scheduled(time(18), time(5, 30), date(2026, 11, 20))
    assert ends - begins == timedelta(hours=11.5)
    begins, ends = scheduled(time(18), time(22), date(2026, 11, 20))
    assert ends - begins == timedelta(hours=4)


def test_each_hour_asks_for_the_part_of_it_that_is_night() -> None:
    nights = [scheduled(time(18, 30), time(5, 15), day) for day in days_touched(MIDNIGHT, 24)]
    shares = required_shares(MIDNIGHT, 24, nights)
    assert shares[:7].tolist() == pytest.approx([1, 1, 1, 1, 1, 0.25, 0])
    assert shares[17:].tolist() == pytest.approx([0, 0.5, 1, 1, 1, 1, 1])
    assert shares.sum() == pytest.approx(10.75)


@given(first=st.integers(0, 8760), hours=st.integers(1, 100), cut=st.integers(0, 100))
def test_a_period_asks_for_as_much_as_its_two_parts(first: int, hours: int, cut: int) -> None:
    start = MIDNIGHT + timedelta(hours=first)
    cut = min(cut, hours)

    def asked(begin: datetime, length: int) -> float:
        nights = [night_of(*GIA_LOC, day) for day in days_touched(begin, length)]
        return float(required_shares(begin, length, nights).sum())

    parts = asked(start, cut) + asked(start + timedelta(hours=cut), hours - cut)
    assert asked(start, hours) == pytest.approx(parts)


def test_a_lamp_that_burns_whenever_it_has_to_is_wholly_available() -> None:
    required = column(0, 0.5, 1, 1)
    found = lamp_hours(required, np.ones((4, 1)), column(0, 0.5, 1, 1), np.zeros((4, 1)))
    assert (found.required[0], found.known[0], found.lit[0], found.lit_by_day[0]) == (2.5, 2.5, 2.5, 0)
    assert ratio(found.lit[0], found.required[0]) == 1


def test_a_lamp_that_burns_by_day_does_not_make_up_for_a_dark_night() -> None:
    found = lamp_hours(column(0, 0, 1, 1), np.ones((4, 1)), column(1, 1, 0, 0.5), np.zeros((4, 1)))
    assert (found.lit[0], found.lit_by_day[0]) == (0.5, 2)


def test_hours_without_readings_are_neither_lit_nor_known() -> None:
    found = lamp_hours(np.ones((4, 1)), column(1, 0.5, 0, 1), column(1, 1, NAN, NAN), column(0, 0, NAN, NAN))
    assert (found.required[0], found.known[0], found.lit[0]) == (4, 1.5, 1.5)


def test_faults_are_kept_apart_by_cause() -> None:
    causes = {"gear": column(1, 0, 0, 0), "bus_power": column(0, 1, 0, 0)}
    found = lamp_hours(np.ones((4, 1)), np.ones((4, 1)), np.zeros((4, 1)), column(1, 0.5, 0.25, 0), causes)
    told = {cause: hours[0] for cause, hours in found.faults.items() if hours[0]}
    assert told == {"gear": 1, "bus_power": 0.5, "unnamed": 0.25}
    assert tuple(FAULTS) == (*NAMED_FAULTS, "unnamed")


def test_saving_is_what_the_old_lamps_would_have_used_for_the_same_hours() -> None:
    baseline = baseline_energy(floats([150, 250]), floats([300, 100]))
    assert baseline.tolist() == [45, 25]
    assert saving(28, float(baseline.sum())) == pytest.approx(0.6)
    assert saving(77, 70) == pytest.approx(-0.1)
    assert saving(5, 0) is None


@given(
    hours=st.lists(st.tuples(*[st.floats(0, 1)] * 3, st.one_of(st.just(NAN), st.floats(0, 1))), min_size=1, max_size=50)
)
def test_no_lamp_is_lit_longer_than_required_and_known(hours: list[tuple[float, float, float, float]]) -> None:
    required, known, failed, lit = (column(*values) for values in zip(*hours, strict=True))
    found = lamp_hours(required, known, lit, failed)
    assert 0 <= found.lit[0] <= found.known[0] + 1e-9
    assert found.known[0] <= found.required[0] + 1e-9
    assert all(hours[0] >= 0 for hours in found.faults.values())
