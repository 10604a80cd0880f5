"""What is found in a database, and what a comparison of it with a manifest comes to. Plain values."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FoundReading:
    """A row of a reading. Times are Unix microseconds; `key` has the keys joined by /, `values` the fields there."""

    kind: str
    device: str
    key: str
    time: int
    received: int
    source: int
    device_time: int | None
    seq: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundNote:
    """A row of a status (`word` is online or offline) or an event (`word` is its name)."""

    channel: str
    device: str
    time: int
    received: int
    source: int
    word: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A row of a dead letter."""

    topic: str
    payload: bytes
    level: str
    reason: str
    index: int | None
    field: str | None


@dataclass(frozen=True, slots=True)
class FoundAlert:
    """An alert that was opened since the run began; its times are Unix microseconds, `closed` None while it is open."""

    kind: str
    subject: str
    opened: int
    detail: str
    closed: int | None = None
    members: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the database: everything received since the run began, and how to look for what was there before.

    `readings_at` is asked for the readings of a kind at (device, time); `notes_at` for notes of a channel.
    """

    readings: Iterable[FoundReading]
    notes: Iterable[FoundNote]
    letters: Iterable[FoundLetter]
    readings_at: Callable[[str, list[tuple[str, int]]], Iterable[FoundReading]]
    notes_at: Callable[[str, list[tuple[str, int]]], Iterable[FoundNote]]
    alerts: Iterable[FoundAlert] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be. `message` is its number in the manifest, where there is one."""

    what: str
    where: str
    detail: str
    message: int | None = None

    def __str__(self) -> str:
        number = "" if self.message is None else f" (message {self.message})"
        return f"{self.what}: {self.where}{number}: {self.detail}"


@dataclass(slots=True)
class Verdict:
    """What a comparison came to: differences, and how much was compared."""

    differences: list[Difference] = field(default_factory=list)
    messages: int = 0
    readings: int = 0
    notes: int = 0
    letters: int = 0
    alerts: int = 0
    days: int = 0
    alerts_not_judged: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0

    def add(self, what: str, where: str, detail: str, message: int | None = None) -> None:
        """Add a difference."""
        self.differences.append(Difference(what, where, detail, message))


@dataclass(slots=True)
class Often:
    """How often something must be there at least, and may be at most; and the first message that says so."""

    number: int
    least: int = 0
    most: int = 0


def hold_often(
    what: str, expected: Mapping[Hashable, Often], counted: Mapping[Hashable, int], verdict: Verdict
) -> None:
    """Hold how often each thing is there against how often it must and may be."""
    for content, often in expected.items():
        count = counted.get(content, 0)
        if count < often.least:
            verdict.add("missing", what, f"{count} instead of {often.least}: {shown(content)}", often.number)
        elif count > often.most:
            verdict.add("too many", what, f"{count} instead of {often.most}: {shown(content)}", often.number)
    for content, count in counted.items():
        if content not in expected:
            verdict.add("unknown", what, f"{count} that nothing in the manifest says: {shown(content)}")


def at(device: str, key: str, time: int) -> str:
    """Where something is, in words."""
    return f"{device}{f' {key}' if key else ''} at {time / 1e6:.3f}"


def shown(value: object) -> str:
    """A value in at most 300 characters."""
    text = str(dict(value)) if isinstance(value, Mapping) else str(value)
    return text if len(text) <= 300 else f"{text[:300]} …"
