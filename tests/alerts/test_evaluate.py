"""The core of the alerts: threshold, margin, hold time, and the same alerts however the observations are parted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluate import Observation, State, Transition, evaluate, measured, step
from alerts.rules import Limits, Measure, Override, Side, limits_with
from devices.alert_rules import GAP_SECONDS, LATEST_SECONDS

START = datetime(2026, 8, 1, tzinfo=UTC)
LIMITS = Limits(100.0, margin=10.0, hold_seconds=120)
LONG_AGO = START - timedelta(days=1)


def at(minutes: float, value: float) -> Observation:
    return Observation(START + timedelta(minutes=minutes), value)


def flood(*values: float) -> list[Observation]:
    """A reading a minute."""
    return [at(minute, value) for minute, value in enumerate(values)]


def judged(observations: list[Observation], limits: Limits = LIMITS, side: Side = Side.ABOVE) -> list[tuple[bool, int]]:
    """Whether each transition opens, and at which minute."""
    _, transitions = evaluate(limits, side, observations, State())
    return [(one.opens, int((one.at - START).total_seconds() // 60)) for one in transitions]


months = st.lists(st.tuples(st.integers(1, 30), st.floats(80, 120, allow_nan=False)), min_size=1, max_size=60).map(
    lambda steps: [at(sum(gap for gap, _ in steps[: place + 1]), value) for place, (_, value) in enumerate(steps)]
)


def test_an_alert_opens_when_the_threshold_is_passed_for_the_hold_time() -> None:
    assert judged(flood(99, 100, 101, 102, 103)) == [(True, 3)]


def test_a_peak_shorter_than_the_hold_time_opens_nothing() -> None:
    assert judged(flood(99, 150, 150, 99, 150, 150, 99)) == []


def test_an_alert_closes_below_the_margin_and_not_before() -> None:
    assert judged(flood(100, 100, 100, 95, 90, 89.9)) == [(True, 2), (False, 5)]


def test_the_other_side_is_the_mirror_image() -> None:
    assert judged(flood(20, 19, 18, 25, 31), Limits(20.0, 10.0, 120), Side.BELOW) == [(True, 2), (False, 4)]


def test_nothing_is_held_over_a_long_silence() -> None:
    late = GAP_SECONDS / 60 + 2
    assert judged([at(0, 120), at(late, 120), at(late + 1, 120)]) == []
    assert judged([at(0, 120), at(late, 120), at(late + 2, 120)]) == [(True, int(late + 2))]


def test_a_rule_that_sleeps_is_not_evaluated() -> None:
    with pytest.raises(ValueError, match="without a threshold"):
        step(Limits(None), Side.ABOVE, at(0, 1), State())


@given(months)
def test_transitions_alternate_and_each_waits_for_its_cause(month: list[Observation]) -> None:
    state, transitions = evaluate(LIMITS, Side.ABOVE, month, State())
    assert [one.opens for one in transitions] == [place % 2 == 0 for place in range(len(transitions))]
    assert state.is_open == (len(transitions) % 2 == 1)
    assert all(one.value >= 100 if one.opens else one.value < 90 for one in transitions)
    for earlier, later in pairwise(transitions):
        if later.opens:
            assert (later.at - earlier.at).total_seconds() >= LIMITS.hold_seconds


@given(months.map(lambda month: [Observation(one.time, 91 + one.value % 8) for one in month]))
def test_what_wavers_within_the_margin_changes_nothing(month: list[Observation]) -> None:
    for is_open in (True, False):
        state, transitions = evaluate(LIMITS, Side.ABOVE, month, State(LONG_AGO, None, is_open))
        assert (state.is_open, transitions) == (is_open, [])


@given(months, st.data())
def test_a_month_replayed_tells_what_the_month_that_was_lived_told(
    month: list[Observation], data: st.DataObject
) -> None:
    state, told = State(), list[Transition]()
    rest = list(month)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        state, some = evaluate(LIMITS, Side.ABOVE, rest[:size], state)
        told, rest = told + some, rest[size:]
    assert (state, told) == evaluate(LIMITS, Side.ABOVE, month, State())


@given(months, st.data())
def test_what_comes_late_or_twice_changes_nothing(month: list[Observation], data: st.DataObject) -> None:
    end, _ = evaluate(LIMITS, Side.ABOVE, month, State())
    again = data.draw(st.permutations(month))
    assert evaluate(LIMITS, Side.ABOVE, again, end) == (end, [])


@given(months, st.integers(0, 60))
def test_a_measure_is_the_same_with_the_readings_of_one_window_before(month: list[Observation], place: int) -> None:
    place = min(place, len(month) - 1)
    after = month[place].time
    for measure in Measure:
        whole = [one for one in measured(measure, 3600, month, LONG_AGO) if one.time > after]
        brought = [one for one in month if one.time > after - timedelta(hours=1)]
        assert measured(measure, 3600, brought, after) == whole


def test_what_is_received_long_after_it_was_measured_opens_nothing_by_itself() -> None:
    came = START + timedelta(seconds=LATEST_SECONDS, minutes=30)
    dump = [Observation(START + timedelta(minutes=minute), 150.0, came) for minute in range(25)]
    state, told = evaluate(LIMITS, Side.ABOVE, dump, State())
    assert told == [] and state.since == START
    fresh = Observation(START + timedelta(minutes=60), 150.0, came)
    assert evaluate(LIMITS, Side.ABOVE, [fresh], state)[1] == [Transition(True, fresh.time, 150.0, came)]


def test_what_is_received_long_after_it_was_measured_may_close() -> None:
    came = START + timedelta(days=7)
    state = State(START, START, is_open=True)
    dump = [Observation(START + timedelta(minutes=minute), value, came) for minute, value in ((1, 120), (2, 80))]
    _, told = evaluate(LIMITS, Side.ABOVE, dump, state)
    assert told == [Transition(False, START + timedelta(minutes=2), 80, came)]


@given(months, st.lists(st.integers(0, 90), min_size=60, max_size=60), st.data())
def test_a_month_in_any_order_tells_the_same_whenever_it_is_looked_at(
    month: list[Observation], delays: list[int], data: st.DataObject
) -> None:
    came = [
        Observation(one.time, one.value, one.time + timedelta(minutes=delay))
        for one, delay in zip(month, delays, strict=False)
    ]
    looks = sorted(data.draw(st.lists(st.sampled_from([one.known_at for one in came]), max_size=4)))
    state, told = State(), list[Transition]()
    for look in [*looks, START + timedelta(days=9)]:
        known = [one for one in came if one.known_at <= look]
        after = state.time or LONG_AGO
        some = measured(Measure.RISE, 3600, [one for one in known if one.time > after - timedelta(hours=1)], after)
        state, more = evaluate(Limits(20.0, 5.0, 60), Side.ABOVE, some, state)
        told += more
    whole = measured(Measure.RISE, 3600, came, LONG_AGO)
    assert (state, told) == evaluate(Limits(20.0, 5.0, 60), Side.ABOVE, whole, State())


def test_measures_look_back_over_their_window() -> None:
    readings = [at(0, 1), at(30, 2), at(60, 4), at(90, 4)]
    expected = {
        Measure.VALUE: [1, 2, 4, 4],
        Measure.SUM: [1, 3, 6, 8],
        Measure.MEAN: [1, 1.5, 3, 4],
        Measure.RISE: [0, 1, 2, 0],
        Measure.STUCK: [0, 0, 0, 1800],
    }
    for measure, values in expected.items():
        assert [one.value for one in measured(measure, 3600, readings, LONG_AGO)] == values


def test_a_place_may_set_a_rule_otherwise_or_switch_it_off() -> None:
    assert limits_with(Limits(None, 5.0), Override()) is None
    assert limits_with(Limits(None, 5.0), Override(threshold=320.0)) == Limits(320.0, 5.0)
    assert limits_with(LIMITS, Override(margin=0.0, hold_seconds=0)) == Limits(100.0)
    assert limits_with(LIMITS, Override(enabled=False)) is None
