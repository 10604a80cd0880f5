"""What rules found at devices becomes alerts: one a device, or one a commune with the devices as its members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.evaluate import Observation, State, Transition
from alerts.rules import BY_NAME, Limits, Rule
from alerts.words import of_reading
from storage.alerting import JudgedDevice
from storage.alerts import About, close_alert, open_alert
from storage.connect import Session


@dataclass(slots=True)
class Judged:
    """What one round did."""

    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def join(self, other: Judged) -> None:
        """Add what another has done."""
        self.opened += other.opened
        self.closed += other.closed


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule at a device: how it stands now, what changed on the way, and what was measured last (None: nothing)."""

    rule: Rule
    device: JudgedDevice
    limits: Limits
    state: State
    transitions: Sequence[Transition]
    last: Observation | None


@dataclass(slots=True)
class _Place:
    """The one alert of a rule for a commune: by device, what was measured last where the threshold is passed."""

    rule: Rule
    commune: str
    passed: dict[str, tuple[Finding, float] | None] = field(default_factory=dict)
    """None: it had passed before, and nothing is known since."""


class Telling:
    """Opens and closes the alerts of one round. `open_before`: the devices at which each rule stood open, by rule."""

    def __init__(self, session: Session, judged: Judged, open_before: Mapping[str, Iterable[str]]) -> None:
        self._session = session
        self._judged = judged
        self._places: dict[tuple[str, str], _Place] = {}
        for name, subjects in open_before.items():
            for subject in subjects:
                self._place(BY_NAME[name], subject).passed[subject] = None

    def tell(self, findings: Sequence[Finding]) -> None:
        """Do what the findings ask for, in the order in which it became known, whichever device it is about."""
        turns = [(turn.known_at, one.device.subject, one, turn) for one in findings for turn in one.transitions]
        for _, _, finding, turn in sorted(turns, key=lambda turn: turn[:2]):
            if finding.rule.together:
                self._turn_of_place(finding, turn)
            else:
                self._turn_of_device(finding, turn)
        for finding in findings:
            if finding.state.is_open and finding.last is not None:
                self._renew(finding, finding.last)
        for place in self._places.values():
            news = [known for known in place.passed.values() if known is not None]
            if news:
                self._say(place, max(one.last.time for one, _ in news if one.last is not None))

    def _turn_of_device(self, finding: Finding, turn: Transition) -> None:
        if turn.opens:
            self._open(finding, Observation(turn.at, turn.value))
            self._judged.opened.append(f"{finding.rule.name} {finding.device.subject}")
        else:
            self._close(finding.rule.name, finding.device.subject, turn.at)

    def _turn_of_place(self, finding: Finding, turn: Transition) -> None:
        place = self._place(finding.rule, finding.device.subject)
        was_open = bool(place.passed)
        if turn.opens:
            place.passed[finding.device.subject] = finding, turn.value
            self._say(place, turn.at)
            if not was_open:
                self._judged.opened.append(f"{finding.rule.name} {place.commune}")
        else:
            place.passed.pop(finding.device.subject, None)
            if was_open and not place.passed:
                self._close(finding.rule.name, place.commune, turn.at)

    def _renew(self, finding: Finding, last: Observation) -> None:
        if finding.rule.together:
            self._place(finding.rule, finding.device.subject).passed[finding.device.subject] = finding, last.value
        elif not finding.transitions:
            self._open(finding, last)

    def _open(self, finding: Finding, seen: Observation) -> None:
        """Open the alert of a device, or say of the one that is open how it is now."""
        about = About(finding.rule.severity, device_id=finding.device.device_id)
        detail = of_reading(finding.rule, finding.limits, finding.device, seen.value)
        open_alert(self._session, finding.rule.name, finding.device.subject, seen.time, detail, about)

    def _say(self, place: _Place, at: datetime) -> None:
        """Open the alert of a place, or say how it is now: in the words of the device at which most is measured."""
        worst, value = max((known for known in place.passed.values() if known is not None), key=lambda known: known[1])
        about = About(place.rule.severity, commune=place.commune, members=tuple(sorted(place.passed)), gathers=True)
        detail = of_reading(place.rule, worst.limits, worst.device, value, others=len(place.passed) - 1)
        open_alert(self._session, place.rule.name, place.commune, at, detail, about)

    def _close(self, rule: str, subject: str, at: datetime) -> None:
        close_alert(self._session, rule, subject, at)
        self._judged.closed.append(f"{rule} {subject}")

    def _place(self, rule: Rule, subject: str) -> _Place:
        commune = subject.partition("/")[0]
        return self._places.setdefault((rule.name, commune), _Place(rule, commune))
