"""What is said of a file of places: what stops it, what was repaired, and what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.model import Text


class Weight(StrEnum):
    """How much a finding weighs."""

    FAULT = "fault"
    """Nothing is taken over until it is put right."""
    WARNING = "warning"
    """A person should look at it."""
    REPAIRED = "repaired"
    """It was wrong, and was put right as the words say."""
    NOTE = "note"
    """So that it is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a place of a file, or about the whole file where `where` is empty."""

    weight: Weight
    where: str
    text: Text


def fault(where: str, vi: str, en: str) -> Finding:
    """A finding that stops the file."""
    return Finding(Weight.FAULT, where, Text(vi, en))


def warning(where: str, vi: str, en: str) -> Finding:
    """A finding that a person should look at."""
    return Finding(Weight.WARNING, where, Text(vi, en))


def repaired(where: str, vi: str, en: str) -> Finding:
    """A finding that was put right."""
    return Finding(Weight.REPAIRED, where, Text(vi, en))


def note(where: str, vi: str, en: str) -> Finding:
    """A finding that nobody has to do anything about."""
    return Finding(Weight.NOTE, where, Text(vi, en))


def vietnamese(number: float, decimals: int = 1) -> str:
    """A number as it is written in Vietnamese: a comma before the decimals."""
    return f"{number:.{decimals}f}".replace(".", ",")
