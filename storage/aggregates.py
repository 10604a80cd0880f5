"""Which aggregates a field's behaviour allows when its readings are put into buckets."""

from __future__ import annotations

from enum import StrEnum

from devices.model import Behaviour, Field


class Aggregate(StrEnum):
    """One number, or word, for all readings of a field in a bucket."""

    MEAN = "mean"
    """The arithmetic mean; of a direction the circular mean, atan2(mean sin, mean cos) in 0 to 360 degrees, and
    nothing where the directions cancel out."""
    MIN = "min"
    MAX = "max"
    LAST = "last"
    """The newest value in the bucket."""
    COUNT = "count"
    """How many readings carry the field."""
    INCREASE = "increase"
    """By how much a counter rose since the reading before. A counter that fell was reset and has since counted up
    from zero. Each rise belongs to the bucket of the later reading, so the buckets of any range add up to the whole."""
    SHARE = "share"
    """The share of readings, 0 to 1, in which a state is true."""
    SUM = "sum"
    """The sum of an additive gauge, such as rain."""
    TIME_SHARE = "time_share"
    """The share of time, 0 to 1, in which a state is true, of the time of which readings speak: each until the next
    one, and no longer than `storage.rollup_parts.speech_seconds`."""
    SECONDS = "seconds"
    """The seconds in which a state is true, of the time of which readings speak."""
    CHANGES = "changes"
    """How often a state changed. A change belongs to the bucket of the later reading."""


_ALLOWED = {
    Behaviour.GAUGE: (Aggregate.MEAN, Aggregate.MIN, Aggregate.MAX, Aggregate.LAST, Aggregate.COUNT),
    Behaviour.COUNTER: (Aggregate.INCREASE, Aggregate.LAST, Aggregate.COUNT),
    Behaviour.STATE: (
        Aggregate.SHARE,
        Aggregate.TIME_SHARE,
        Aggregate.SECONDS,
        Aggregate.CHANGES,
        Aggregate.LAST,
        Aggregate.COUNT,
    ),
    Behaviour.LABEL: (Aggregate.LAST, Aggregate.COUNT),
    Behaviour.KEY: (),
}
_CIRCULAR = (Aggregate.MEAN, Aggregate.LAST, Aggregate.COUNT)
_ADDITIVE = (Aggregate.SUM, *_ALLOWED[Behaviour.GAUGE])


def allowed_aggregates(field: Field) -> tuple[Aggregate, ...]:
    """The aggregates that mean something for a field, the usual one first; none for a key, which groups instead."""
    if field.additive:
        return _ADDITIVE
    return _CIRCULAR if field.circular else _ALLOWED[field.behaviour]


_OF_ONE_DEVICE = (Aggregate.LAST, Aggregate.TIME_SHARE)


def group_aggregates(field: Field) -> tuple[Aggregate, ...]:
    """Those that mean something for many devices together, the usual one first.

    Means and shares are over all readings of all devices; rises, seconds and changes are those of each, added up.
    """
    return tuple(aggregate for aggregate in allowed_aggregates(field) if aggregate not in _OF_ONE_DEVICE)
