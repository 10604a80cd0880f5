"""The core: a rule, what was measured, and how it stood before, make how it stands and what changed.

Pure, and a fold over single observations in the order in which they became known: the same observations give the same
alerts however they are parted, so that a month that is replayed tells what the month that was lived told. What is not
newer than the last observation changes nothing. What was received long after it was measured opens nothing by itself,
for it calls nobody to anything that can still be done; it may close what is open, and where the next reading that
comes in time still passes the threshold, the alert opens there.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from alerts.rules import Limits, Measure, Side
from devices.alert_rules import GAP_SECONDS, LATEST_SECONDS


@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured at a moment, and when it was received; None: at once."""

    time: datetime
    value: float
    received_at: datetime | None = None

    @property
    def known_at(self) -> datetime:
        """When it is judged: a clock that is a little ahead does not go before what was received meanwhile."""
        return self.time if self.received_at is None else max(self.time, self.received_at)

    @property
    def is_late(self) -> bool:
        """Whether it came so late that it opens nothing."""
        return (self.known_at - self.time).total_seconds() > LATEST_SECONDS


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
    known_at: datetime


Over = Callable[[Sequence[Observation], datetime], float]
"""What a measure makes of the readings of its window, in the order of time, at the moment of the last."""
DECIMALS = 6
_IN_ORDER = attrgetter("known_at", "time")
_TIME = attrgetter("time")


def evaluate(
    limits: Limits, side: Side, observations: Iterable[Observation], state: State
) -> tuple[State, list[Transition]]:
    """How the rule stands after some observations, in any order, and what opened and closed on the way."""
    transitions = []
    for observation in sorted(observations, key=_IN_ORDER):
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
        return State(seen.time), Transition(False, seen.time, seen.value, seen.known_at)
    if beyond < 0:
        return State(seen.time), None
    is_broken = state.time is None or (seen.time - state.time).total_seconds() > GAP_SECONDS
    since = seen.time if is_broken or state.since is None else state.since
    if seen.is_late or (seen.time - since).total_seconds() < limits.hold_seconds:
        return State(seen.time, since), None
    return State(seen.time, since, is_open=True), Transition(True, seen.time, seen.value, seen.known_at)


def measured(
    measure: Measure,
    window_seconds: int,
    readings: Iterable[Observation],
    after: datetime,
    over: Over | None = None,
) -> list[Observation]:
    """What a rule compares at each reading after a moment, from the readings of one field.

    Whoever asks brings the readings of one window before that moment too; readings of nothing may be missing among them
    where the measure adds up. Of each reading only what was known by then is counted, and one that is older than what
    was known already is compared no more. `over` is for a measure that this module does not know.
    """
    work_out = over or _OVER.get(measure)
    window = timedelta(seconds=window_seconds)
    held: list[Observation] = []
    found = []
    newest = after
    for reading in sorted(readings, key=_IN_ORDER):
        if work_out is not None and (reading.value or not measure.adds_up):
            insort(held, reading, key=_TIME)
        if reading.time <= newest:
            continue
        newest = reading.time
        value = reading.value
        if work_out is not None:
            del held[: bisect_right(held, newest - window, key=_TIME)]
            value = work_out(held, newest)
        found.append(replace(reading, value=value))
    return found


def _mean(held: Sequence[Observation], _: datetime) -> float:
    return round(sum(one.value for one in held) / len(held), DECIMALS)


def _sum(held: Sequence[Observation], _: datetime) -> float:
    return total(held)


def total(held: Sequence[Observation]) -> float:
    """The sum, without the last bits that depend on the order of adding: a threshold in tenths is met exactly."""
    return round(sum(one.value for one in held), DECIMALS)


def _rise(held: Sequence[Observation], _: datetime) -> float:
    return held[-1].value - min(one.value for one in held)


def _stuck(held: Sequence[Observation], at: datetime) -> float:
    since = at
    for one in reversed(held):
        if one.value != held[-1].value:
            break
        since = one.time
    return (at - since).total_seconds()


_OVER: dict[Measure, Over] = {Measure.MEAN: _mean, Measure.SUM: _sum, Measure.RISE: _rise, Measure.STUCK: _stuck}
