"""The estimate of a device's clock, held to the error that its module promises, with simulated lateness and offsets."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clocks import FEWEST_TO_BE_SURE, SKEWED_SECONDS, ClockState, estimate_clock, left_out

OFFSETS = st.floats(-1e7, 1e7)
DELAYS = st.floats(0, 1e6)
FRESH_SECONDS = 2.0


def messages(offset: float, delays: list[float]) -> list[float]:
    """The differences of messages with these delays, sent by a clock with this offset."""
    return [offset - delay for delay in delays]


@given(OFFSETS, st.lists(DELAYS, min_size=1, max_size=200))
def test_late_messages_never_make_a_clock_seem_ahead_of_what_it_is(offset: float, delays: list[float]) -> None:
    clock = estimate_clock(messages(offset, delays))
    assert clock.offset_seconds is not None
    assert clock.offset_seconds <= offset
    assert clock.spread_seconds is not None and clock.spread_seconds >= 0


@given(
    OFFSETS,
    st.integers(1, 20),
    st.lists(DELAYS, max_size=180),
    st.lists(st.floats(1, 1e8), max_size=20),
    st.randoms(use_true_random=False),
)
def test_the_error_is_bounded_by_the_freshest_few_however_late_the_rest_and_whatever_a_few_claim(
    offset: float, fresh: int, late: list[float], slips: list[float], shuffle: random.Random
) -> None:
    """One more fresh message than is left out, and no more slips into the future than are left out."""
    total = fresh + len(late) + len(slips)
    may_lie = left_out(total)
    differences = messages(offset, [shuffle.uniform(0, FRESH_SECONDS) for _ in range(fresh)])
    differences += messages(offset, late) + [offset + slip for slip in slips]
    shuffle.shuffle(differences)
    clock = estimate_clock(differences)
    assert clock.offset_seconds is not None
    if len(slips) <= may_lie:
        assert clock.offset_seconds <= offset
    if fresh > may_lie:
        assert clock.offset_seconds >= offset - FRESH_SECONDS - 1e-6


@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=100), st.floats(-1e6, 1e6))
def test_a_shift_of_all_times_shifts_the_estimate_by_as_much(differences: list[float], shift: float) -> None:
    before = estimate_clock(differences).offset_seconds
    after = estimate_clock([difference + shift for difference in differences]).offset_seconds
    assert before is not None and after is not None
    assert after == pytest.approx(before + shift, abs=1e-6)


@given(st.lists(st.floats(-1e7, 1e7), max_size=100), st.randoms(use_true_random=False))
def test_the_order_of_messages_does_not_matter(differences: list[float], shuffle: random.Random) -> None:
    mixed = differences[:]
    shuffle.shuffle(mixed)
    assert estimate_clock(mixed) == estimate_clock(differences)


@pytest.mark.parametrize("offset", [-86_400.0, -3_600.0, -200.0, 0.0, 60.0, 200.0, 25_200.0])
@pytest.mark.parametrize("stored", [0.0, 0.3, 0.8])
def test_a_station_that_stores_and_forwards_has_its_offset_found_to_two_seconds(offset: float, stored: float) -> None:
    """A day of messages a minute; a share of them was stored for up to six hours while the network was away."""
    chance = random.Random(20261120)  # noqa: S311 - a seed, no secret
    delays = [chance.uniform(60, 6 * 3600) if chance.random() < stored else chance.expovariate(2.0) for _ in range(500)]
    clock = estimate_clock(messages(offset, delays))
    assert clock.offset_seconds == pytest.approx(offset, abs=2)
    assert clock.messages == 500


def live(offset: float, count: int = 50) -> list[float]:
    """Messages of a device that sends live."""
    return messages(offset, [0.1 + 0.01 * number for number in range(count)])


@pytest.mark.parametrize(
    ("offset", "state"),
    [
        (0.0, ClockState.RIGHT),
        (100.0, ClockState.RIGHT),
        (-100.0, ClockState.RIGHT),
        (125.0, ClockState.AHEAD),
        (7 * 3600.0, ClockState.AHEAD),
        (-125.0, ClockState.BEHIND),
        (-3 * 86_400.0, ClockState.BEHIND),
    ],
)
def test_a_clock_that_is_off_by_more_than_two_minutes_is_skewed(offset: float, state: ClockState) -> None:
    clock = estimate_clock(live(offset))
    assert clock.state is state
    assert clock.is_skewed is (abs(offset) > SKEWED_SECONDS)


def test_messages_that_are_all_late_by_varying_times_do_not_make_a_clock_surely_behind() -> None:
    clock = estimate_clock(messages(0.0, [300.0 + 40 * number for number in range(60)]))
    assert clock.state is ClockState.LATE
    assert not clock.is_skewed


def test_a_clock_that_is_behind_is_found_though_many_of_its_messages_are_late_too() -> None:
    mixed = live(-600.0, 30) + messages(-600.0, [100.0 * number for number in range(20)])
    assert estimate_clock(mixed).state is ClockState.BEHIND


def test_few_messages_do_not_make_a_clock_surely_behind() -> None:
    assert estimate_clock(live(-600.0, FEWEST_TO_BE_SURE - 1)).state is ClockState.LATE
    assert estimate_clock(live(-600.0, FEWEST_TO_BE_SURE)).state is ClockState.BEHIND


def test_a_single_slip_into_the_future_does_not_make_a_clock_ahead() -> None:
    assert estimate_clock([*live(0.0, 4), 3600.0]).state is ClockState.RIGHT


def test_nothing_is_known_of_a_clock_without_a_message() -> None:
    clock = estimate_clock([])
    assert (clock.state, clock.offset_seconds, clock.spread_seconds) == (ClockState.UNKNOWN, None, None)
    assert not clock.is_skewed


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (4, 0), (5, 1), (20, 1), (21, 2), (40, 2), (500, 25)])
def test_one_in_twenty_is_left_out_and_none_of_a_few(count: int, expected: int) -> None:
    assert left_out(count) == expected
