"""How much of the time a device did its work.

An hour's availability is the share of it in which every condition of the kind held: the smallest of their shares, which
is exact when one thing fails at a time and is never too small otherwise. Time of which there are no readings counts as
not available: a device that says nothing cannot be shown to work. The same figure over the time that is known is given
beside it, so that a silent device is told from a faulty one. Where a kind has working hours, only those count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.model import Text
from reports.grids import Floats


@dataclass(frozen=True, slots=True)
class Condition:
    """A state that must be true (or false) for a device to do its work."""

    field: str
    good: bool


@dataclass(frozen=True, slots=True)
class AtMost:
    """A gauge whose hourly mean may not be above a limit, in the unit of the catalogue."""

    field: str
    limit: float


@dataclass(frozen=True, slots=True)
class Definition:
    """When a device of a kind is available, in words and as conditions."""

    kind: str
    words: Text
    conditions: tuple[Condition | AtMost, ...]


MOST_BACKHAUL_LOSS_PERCENT = 20.0
"""Above this loss people call a connection down; our default."""

DEFINITIONS = {
    definition.kind: definition
    for definition in (
        Definition(
            "camera",
            Text(
                "đang ghi hình, có tín hiệu hình, không bị che hay xoay",
                "recording, with a picture, and not covered or turned away",
            ),
            (Condition("recording", True), Condition("signal_loss", False), Condition("tamper", False)),
        ),
        Definition(
            "loudspeaker",
            Text("có điện lưới và bộ khuếch đại không lỗi", "mains power is there and the amplifier has no fault"),
            (Condition("mains_power", True), Condition("amplifier_fault", False)),
        ),
        Definition(
            "wifi",
            Text(
                "gửi số liệu và đường truyền mất không quá 20 % gói tin",
                "reports, and its backhaul loses no more than 20 % of packets",
            ),
            (AtMost("backhaul_loss", MOST_BACKHAUL_LOSS_PERCENT),),
        ),
        Definition(
            "notice_board",
            Text("đang bật và hiển thị đúng nội dung", "switched on and showing what it should"),
            (Condition("power_on", True), Condition("content_ok", True)),
        ),
    )
}
"""The kinds whose availability is told here; lamps have a report of their own."""


@dataclass(frozen=True, slots=True)
class AvailableHours:
    """Hours of each device: those required, of these those of which there are readings, and those when it was fit."""

    hours: Floats
    known: Floats
    available: Floats


def good_share(condition: Condition | AtMost, value: Floats) -> Floats:
    """The share of each hour in which a condition held, of what is known; NaN where nothing is.

    `value` is the share of time in which the state was true, or the hourly mean of the gauge.
    """
    if isinstance(condition, Condition):
        return value if condition.good else 1.0 - value
    return np.where(np.isfinite(value), (value <= condition.limit).astype(np.float64), np.nan)


def available_hours(required: Floats, known: Floats, shares: Sequence[Floats]) -> AvailableHours:
    """Hours of devices from the share of each hour in which they have to work (0 to 1), the share that is known, and
    those in which conditions held.

    All are hours × devices. A device that never says anything of a condition is not held to it; an hour without any
    word on a condition of which it speaks at other times is known as far as the other conditions are.
    """
    stacked = np.stack(shares)
    told = np.isfinite(stacked)
    least = np.where(told, stacked, 1.0).min(axis=0)
    told_of = np.where(told.any(axis=0), known, 0.0) * required
    return AvailableHours(
        hours=required.sum(axis=0), known=told_of.sum(axis=0), available=(least * told_of).sum(axis=0)
    )
