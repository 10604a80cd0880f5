"""Who is silent, and what of it is one event: a power cut, a broker that is away. Pure; times are arguments.

A device is due when nothing was received from it for three of its intervals, or when the broker told its will and it
did not come back within an interval (two minutes at least). When one is due, its neighbours that are only late already
count as witnesses: so a power cut is one alert from its first moment, though devices that report once in a quarter of
an hour are not due for long. Of a place in which half are late there is one alert, with its members; of a system in
which nearly all are, one alert and nothing else. The same holds where nobody at all has spoken for so long that several
must have: then it is not waited until the slow ones are late. When the system is back, every device has its full time
again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.rules import OFFLINE, PLACE_SILENT, SYSTEM_SILENT, Rule

LATE_INTERVALS = 1.5
WILL_SECONDS = 120
LEAST_MEMBERS = 3
LEAST_DEVICES = 5
"""In a smaller system, a few silent devices say nothing of the system."""
FEEDER = "feeder:"
"""A tag of a device such as `feeder:471-e8` names the power line on which it hangs; else its hamlet is its place."""
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Heard:
    """A device that should speak: `heard_at` is when it was last received, `offline_at` when its will was, after it."""

    device_id: int
    commune: str
    code: str
    interval_seconds: int
    heard_at: datetime
    offline_at: datetime | None = None
    hamlet: str | None = None
    tags: Sequence[str] = ()
    factor: float | None = OFFLINE.limits.threshold
    """After so many intervals it is due; None: it may be silent."""

    @property
    def subject(self) -> str:
        """The device as an alert names it."""
        return f"{self.commune}/{self.code}"

    @property
    def place(self) -> str | None:
        """The feeder or hamlet with which it falls silent."""
        feeder = next((tag for tag in self.tags if tag.startswith(FEEDER)), None)
        name = feeder or (f"hamlet:{self.hamlet}" if self.hamlet else None)
        return f"{self.commune}/{name}" if name else None


@dataclass(frozen=True, slots=True)
class Silence:
    """An alert that must be open: its rule, its subject, since when, and for whom it stands."""

    kind: str
    subject: str
    at: datetime
    members: tuple[Heard, ...]
    of: int = 1
    """So many devices the place has."""


@dataclass(slots=True)
class _Place:
    """The devices of a place, and which of them are late."""

    all: list[Heard] = field(default_factory=list)
    late: list[Heard] = field(default_factory=list)

    def add(self, device: Heard, *, is_late: bool) -> None:
        self.all.append(device)
        if is_late:
            self.late.append(device)

    @property
    def share(self) -> float:
        return len(self.late) / len(self.all)

    def is_mute(self, now: datetime, back_at: datetime | None, least: int) -> bool:
        """Whether nobody has spoken for so long that at least so many are late."""
        since = max((_heard(device, back_at) for device in self.all), default=now)
        quiet_seconds = (now - since).total_seconds()
        return sum(quiet_seconds > LATE_INTERVALS * device.interval_seconds for device in self.all) >= least


def due_at(device: Heard, back_at: datetime | None = None) -> datetime:
    """When the device is silent for too long. `back_at`: when the system last came back."""
    factor = device.factor if device.factor is not None else float("inf")
    if factor == float("inf"):
        return datetime.max.replace(tzinfo=device.heard_at.tzinfo)
    due = _heard(device, back_at) + timedelta(seconds=factor * device.interval_seconds)
    if device.offline_at is not None and (back_at is None or device.offline_at > back_at):
        due = min(due, device.offline_at + timedelta(seconds=max(WILL_SECONDS, device.interval_seconds)))
    return due


def _heard(device: Heard, back_at: datetime | None) -> datetime:
    return device.heard_at if back_at is None else max(device.heard_at, back_at)


def _is_late(device: Heard, now: datetime, back_at: datetime | None) -> bool:
    if device.factor is None:
        return False
    if device.offline_at is not None and (back_at is None or device.offline_at > back_at):
        return True
    return (now - _heard(device, back_at)).total_seconds() > LATE_INTERVALS * device.interval_seconds


def judge_silence(
    devices: Iterable[Heard], now: datetime, open_before: Collection[tuple[str, str]], back_at: datetime | None = None
) -> list[Silence]:
    """The alerts of silence that must be open now, given those that were open before as (kind, subject).

    What stays open has a margin: a place until only a quarter of it is late, the system until less than a third is.
    """
    known = [device for device in devices if device.factor is not None]
    due = [device for device in known if due_at(device, back_at) <= now]
    whole = _Place()
    places: dict[str, _Place] = defaultdict(_Place)
    for device in known:
        is_late = _is_late(device, now, back_at)
        whole.add(device, is_late=is_late)
        if device.place:
            places[device.place].add(device, is_late=is_late)
    look = _Look(now, back_at, open_before, frozenset(device.subject for device in due))
    together = look.together(SYSTEM_SILENT, SYSTEM, whole, LEAST_DEVICES)
    if together is not None:
        return [together]
    if (SYSTEM_SILENT.name, SYSTEM) in open_before:
        return []  # it is back at this moment: whoever stays silent is told when its time is over anew
    cuts = [look.together(PLACE_SILENT, name, place, LEAST_MEMBERS) for name, place in sorted(places.items())]
    found = [cut for cut in cuts if cut is not None]
    grouped = {silence.subject for silence in found}
    alone = [device for device in due if device.place not in grouped]
    return found + [Silence(OFFLINE.name, one.subject, due_at(one, back_at), (one,)) for one in alone]


@dataclass(frozen=True, slots=True)
class _Look:
    """A moment at which it is judged: what was open before, and who is due."""

    now: datetime
    back_at: datetime | None
    open_before: Collection[tuple[str, str]]
    due: frozenset[str]

    def together(self, rule: Rule, subject: str, place: _Place, least: int) -> Silence | None:
        """The one alert of a place in which so many are late, or nobody speaks; None where it is not one event.

        It is since the first was due that was not known before: one that had fallen silent alone says nothing of when
        the others did.
        """
        limits, is_mute = rule.limits, place.is_mute(self.now, self.back_at, least)
        assert limits.threshold is not None, "both rules have one"
        members = place.all if is_mute else place.late
        if (rule.name, subject) in self.open_before:
            counts = place.share > limits.threshold - limits.margin
        else:
            has_due = any(device.subject in self.due for device in place.all)
            counts = has_due and (is_mute or place.share >= limits.threshold)
        if not counts or len(place.all if rule is SYSTEM_SILENT else members) < least:
            return None
        new = [device for device in members if (OFFLINE.name, device.subject) not in self.open_before]
        at = min((due_at(device, self.back_at) for device in new), default=self.now)
        ordered = tuple(sorted(members, key=lambda one: one.subject))
        return Silence(rule.name, subject, min(at, self.now), ordered, len(place.all))
