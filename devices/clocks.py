"""How far a device's clock is off, from the times that it sends and the times at which they arrive.

For each message, difference = device's time - time of receipt = offset - delay. The delay is what the message waited on
the device and on the way: seconds when it is sent live, hours when it was stored and forwarded, and never negative. So
the offset is found at the upper edge of many differences, however many messages are late, and not at their mean.

The very largest may be a slip of the device. The estimate therefore leaves out the largest differences, one in twenty
(rounded up; none of fewer than five). What can be said of its error, of n messages with m left out:

- it is never above the offset, unless more than m messages carry a time that is ahead of the device's own clock;
- it is below the offset by at most f seconds, if at least m + 1 messages arrived within f seconds.

A clock that runs ahead is thus certain. One that seems behind may be one whose messages all come late. They are told
apart by their scatter: lateness varies, an offset does not. Where half of the messages arrive within `STEADY_SECONDS`
of the estimate, the clock is behind; or something holds every message back by the same time, which makes its times
just as wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

SKEWED_SECONDS = 120.0
"""A clock that is further off is skewed: ahead of it, ingest no longer believes the device's time."""
STEADY_SECONDS = 30.0
FEWEST_TO_BE_SURE = 10
"""Fewer messages may lie close together by chance."""
FEWEST_TO_LEAVE_OUT = 5
ONE_LEFT_OUT_OF = 20


class ClockState(StrEnum):
    """What is known of a clock."""

    RIGHT = "right"
    """Within two minutes of ours."""
    AHEAD = "ahead"
    BEHIND = "behind"
    LATE = "late"
    """Behind, or its messages all come late: it cannot be told which."""
    UNKNOWN = "unknown"
    """No message with a time of its own."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as estimated from so many messages.

    `offset_seconds` is the device's clock minus ours. `spread_seconds` is how much later than the estimate says half of
    the messages came: small for a device that sends live. Both are None where there was no message.
    """

    state: ClockState
    messages: int
    offset_seconds: float | None = None
    spread_seconds: float | None = None

    @property
    def is_skewed(self) -> bool:
        """True when the clock is surely off by more than `SKEWED_SECONDS`."""
        return self.state in (ClockState.AHEAD, ClockState.BEHIND)


def left_out(messages: int) -> int:
    """How many of the largest differences of so many messages are left out."""
    return -(-messages // ONE_LEFT_OUT_OF) if messages >= FEWEST_TO_LEAVE_OUT else 0


def estimate_clock(differences: Sequence[float]) -> Clock:
    """The clock of a device from the differences, in seconds, of its messages: device's time - time of receipt.

    Of a message with several readings only the largest difference counts: the others were stored before it.
    """
    count = len(differences)
    if not count:
        return Clock(ClockState.UNKNOWN, 0)
    offset = sorted(differences, reverse=True)[left_out(count)]
    spread = max(0.0, offset - median(differences))
    return Clock(_judge(offset, spread, count), count, offset, spread)


def _judge(offset: float, spread: float, count: int) -> ClockState:
    if offset > SKEWED_SECONDS:
        return ClockState.AHEAD
    if offset >= -SKEWED_SECONDS:
        return ClockState.RIGHT
    is_sure = count >= FEWEST_TO_BE_SURE and spread <= STEADY_SECONDS
    return ClockState.BEHIND if is_sure else ClockState.LATE
