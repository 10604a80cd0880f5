"""The core: a rule, what was measured, and how it stood before, make how it stands and what changed.

Pure, and a fold over single observations: the same observations give the same alerts however they are parted, so that
a month that is replayed tells what the month that was lived told. What is not newer than the last observation changes
nothing: late data cannot warn anybody any more, and cannot undo a warning that was given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.rules import Limits, Measure, Side

GAP_SECONDS = 3600
"""Over a longer silence nothing is held: what was passed before it need not have stayed so."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured at a moment."""

    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class State:
    """How a rule stands: the last observation's time, since when the threshold is passed, whether an alert is open."""

    time: datetime | None = None
    since: datetime | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """An alert opens or closes with an observation."""

    opens: bool
    at: datetime
    value: float


def evaluate(
    limits: Limits, side: Side, observations: Iterable[Observation], state: State
) -> tuple[State, list[Transition]]:
    """How the rule stands after some observations, in any order, and what opened and closed on the way."""
    transitions = []
    for observation in sorted(observations, key=lambda one: one.time):
        state, transition = step(limits, side, observation, state)
        if transition is not None:
            transitions.append(transition)
    return state, transitions


def step(limits: Limits, side: Side, seen: Observation, state: State) -> tuple[State, Transition | None]:
    """One observation. `limits` must have a threshold."""
    if limits.threshold is None:
        raise ValueError("a rule without a threshold is not evaluated")
    if state.time is not None and seen.time <= state.time:
        return state, None
    sign = 1.0 if side is Side.ABOVE else -1.0
    beyond = sign * (seen.value - limits.threshold)
    if state.is_open:
        if beyond >= -limits.margin:
            return replace(state, time=seen.time), None
        return State(seen.time), Transition(False, seen.time, seen.value)
    if beyond < 0:
        return State(seen.time), None
    is_broken = state.time is None or (seen.time - state.time).total_seconds() > GAP_SECONDS
    since = seen.time if is_broken or state.since is None else state.since
    if (seen.time - since).total_seconds() < limits.hold_seconds:
        return State(seen.time, since), None
    return State(seen.time, since, is_open=True), Transition(True, seen.time, seen.value)


def measured(
    measure: Measure, window_seconds: int, readings: Sequence[Observation], after: datetime
) -> list[Observation]:
    """What a rule compares at each reading after a moment, from the readings of one field in the order of time.

    Whoever asks brings the readings of one window before that moment too.
    """
    if measure is Measure.VALUE:
        return [reading for reading in readings if reading.time > after]
    window = timedelta(seconds=window_seconds)
    held: deque[Observation] = deque()
    found = []
    for reading in readings:
        held.append(reading)
        while held[0].time <= reading.time - window:
            held.popleft()
        if reading.time > after:
            found.append(Observation(reading.time, _over(measure, held)))
    return found


def _over(measure: Measure, held: Sequence[Observation]) -> float:
    values = [one.value for one in held]
    if measure is Measure.SUM:
        return sum(values)
    if measure is Measure.MEAN:
        return sum(values) / len(values)
    if measure is Measure.RISE:
        return values[-1] - min(values)
    since = held[-1].time
    for one in reversed(held):
        if one.value != held[-1].value:
            break
        since = one.time
    return (held[-1].time - since).total_seconds()
