"""What is told of a target: today's value with its bounds, the evidence, the verdict, the trend and the outlook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from devices.model import Text
from devices.profile import Origin, Profile, Target
from reports.coverage.words import Outcome
from reports.targets_projection import Outlook


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a value rests on: what it is, what it came to, and of how many or of what it is."""

    title: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Found:
    """What a target comes to today, before anything is compared.

    `value` is the best single number, `low` and `high` what it lies between with all that is not known; all in the
    unit of the target, None where nothing is known. `reason` says in a sentence what they rest on or what is missing.
    `to_drive` are cells that would settle it.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: Text
    evidence: tuple[Evidence, ...] = ()
    to_drive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """What a target came to on a day."""

    day: date
    value: float


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A target, judged.

    `days_left` is negative after the deadline and None without one. `trend` holds the last value of each month and
    today's; `outlook` is None where there is nothing to look ahead to: no deadline, or it has passed.
    """

    plan: str
    target: Target
    found: Found
    outcome: Outcome
    reason: Text
    days_left: int | None
    trend: tuple[Point, ...]
    outlook: Outlook | None

    @property
    def origin(self) -> Origin:
        """Whether the value is measured, counted or declared."""
        return self.target.indicator.origin

    @property
    def is_overdue(self) -> bool:
        """Its deadline has passed and it is not reached."""
        return self.days_left is not None and self.days_left < 0 and self.outcome is not Outcome.MET


@dataclass(frozen=True, slots=True)
class TargetsReport:
    """All targets of a commune, or of a province, at a moment; `national` are the nation's goals beside them.

    `counts` are the commune's own targets by outcome. `notes` say what a reader has to know of all of them.
    """

    scope: str
    name: str
    at: datetime
    profile: Profile
    results: tuple[TargetResult, ...]
    national: tuple[TargetResult, ...]
    notes: tuple[Text, ...] = ()

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many of the plan's own targets have each outcome."""
        return {outcome: sum(result.outcome is outcome for result in self.results) for outcome in Outcome}
