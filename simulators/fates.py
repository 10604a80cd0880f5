"""What becomes of a reading that has been said before: the same is a duplicate, more is merged, else is a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devices.readings import TimeSource
from devices.reasons import Reason
from simulators.expect import Letter

STORED, MERGED, DUPLICATE, CONFLICT = "stored", "merged", "duplicate", "conflict"
DEAD_LETTER, LOST = "dead_letter", "lost"


def fate_of_values(before: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> str:
    """The fate of values, given those that earlier messages have stored or merged for the same identity."""
    if not before:
        return STORED
    known = {name: value for part in before for name, value in part.items()}
    if any(known.get(name, value) != value for name, value in values.items()):
        return CONFLICT
    return DUPLICATE if values.keys() <= known.keys() else MERGED


def fate_of_note(before: Sequence[tuple[str, Mapping[str, Any]]], word: str, detail: Mapping[str, Any]) -> str:
    """The fate of a status or event, given the one of that time that is there."""
    if not before:
        return STORED
    return DUPLICATE if before[0] == (word, detail) else CONFLICT


def fate_of_message(fates: Sequence[str], letters: Sequence[Letter]) -> str:
    """Where the loss ledger counts a message whose parts have these fates."""
    if STORED in fates or MERGED in fates:
        return STORED
    return DEAD_LETTER if any(letter.level != "field" for letter in letters) else DUPLICATE


def conflict(index: int) -> Letter:
    """The letter of a reading in conflict."""
    return Letter(Reason.CONFLICT, index)


def is_identified(source: TimeSource) -> bool:
    """True where the device's own time tells a repeat from another reading."""
    return source is TimeSource.DEVICE
