"""The rules about readings, applied to what the database has of them; each device and rule where it left off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.evaluate import Observation, State, evaluate, measured
from alerts.landslide import LandslideRules
from alerts.rules import BY_NAME, RULES, Limits, Measure, Override, Rule, limits_with
from alerts.telling import Finding, Judged, Telling
from devices.alert_rules import FIRST_LOOK_SECONDS
from devices.catalogue import KINDS
from devices.model import Kind
from storage.alerting import (
    JudgedDevice,
    StateRow,
    Wanted,
    alert_states,
    forget_alert_state,
    judged_devices,
    overrides_by_device,
    put_alert_states,
    readings_after,
    take_judging,
)
from storage.alerts import close_alert, close_alerts_of_device, open_subjects
from storage.connect import Session

__all__ = ["USUAL", "Judged", "judge_readings", "merged_overrides"]

USUAL = LandslideRules()
FIRST_LOOK = timedelta(seconds=FIRST_LOOK_SECONDS)
PIECE = timedelta(hours=8)
"""So much is judged at once where judging stood still for long."""
UNSAID = timedelta(minutes=10)
"""Of a device that does not say a field, only so much is looked through again: the rest of it is known."""


@dataclass(slots=True)
class _Known:
    """The readings of each device and field, and the time of the newest reading of each device, whatever it says."""

    series: dict[tuple[int, str], list[Observation]] = field(default_factory=lambda: defaultdict(list))
    newest: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """A rule at a device: its limits there, and how it stood."""

    rule: Rule
    device: JudgedDevice
    limits: Limits
    state: State

    def after(self, now: datetime) -> datetime:
        return self.state.time or now - FIRST_LOOK

    def find(self, known: _Known, now: datetime, landslide: LandslideRules) -> Finding:
        """How the rule stands after the readings that it has not seen."""
        series = known.series.get((self.device.device_id, self.rule.field), [])
        over = None
        if self.rule.measure is Measure.LANDSLIDE:
            over = landslide.measure_at(self.device.subject, self.device.hamlet)
        seen = measured(self.rule.measure, self.rule.window_seconds, series, self.after(now), over)
        if not seen:  # the device does not say this field, or not any more
            newest = known.newest.get(self.device.device_id)
            times = [time for time in (self.state.time, newest - UNSAID if newest else None) if time is not None]
            state = replace(self.state, time=max(times, default=None))
            return Finding(self.rule, self.device, self.limits, state, (), None)
        state, transitions = evaluate(self.limits, self.rule.side, seen, self.state)
        return Finding(self.rule, self.device, self.limits, state, transitions, seen[-1])


def judge_readings(session: Session, now: datetime, landslide: LandslideRules = USUAL) -> Judged:
    """Judge every reading that no rule has seen, in one transaction. Raises what psycopg raises; then nothing is done.

    What was missed for long is judged in pieces, each in a transaction of its own, as it would have been then: a week
    of a large commune does not fit into memory. Another maintainer that is at it leaves nothing to be done.
    """
    judged, until = Judged(), datetime.min.replace(tzinfo=now.tzinfo)
    while until < now:
        until = _judge_piece(session, until, now, judged, landslide)
    return judged


def _judge_piece(
    session: Session, before: datetime, now: datetime, judged: Judged, landslide: LandslideRules
) -> datetime:
    """Judge what was known some hours after the moment of the piece before; returns the moment of this one."""
    rules = [rule for rule in RULES if rule.measure.is_judged_at_readings and rule.is_about_readings]
    with session.transaction():
        if not take_judging(session):
            return now
        states = alert_states(session, [rule.name for rule in rules])
        devices = judged_devices(session, sorted({kind for rule in rules for kind in rule.kinds}))
        last = max((row.time for row in states.values()), default=now)
        has_more = any(device.newest > last for device in devices)
        until = min(max(last, before) + PIECE, now) if has_more else now
        subjects = {device.device_id: device.subject for device in devices}
        leave(session, states, subjects, until, judged, rules)
        otherwise = merged_overrides(session)
        findings = []
        tasks = _tasks(session, rules, devices, states, otherwise, judged, until)
        for kind in KINDS.values():
            alike = [task for task in tasks if task.device.kind == kind.name]
            findings += _find(session, kind, alike, until, landslide)
        Telling(session, judged, open_places(states, subjects)).tell(findings)
        put_findings(session, findings)
    return until


def open_places(states: Mapping[tuple[str, int], StateRow], subjects: Mapping[int, str]) -> dict[str, list[str]]:
    """The devices at which each rule of a commune stands open."""
    found: dict[str, list[str]] = defaultdict(list)
    for (name, device_id), row in states.items():
        if row.is_open and BY_NAME[name].together:
            found[name].append(subjects[device_id])
    return found


def put_findings(session: Session, findings: Sequence[Finding]) -> None:
    """Keep how the rules stand."""
    rows = [
        StateRow(one.rule.name, one.device.device_id, one.state.time, one.state.since, one.state.is_open)
        for one in findings
        if one.state.time is not None
    ]
    put_alert_states(session, rows)


def leave(
    session: Session,
    states: dict[tuple[str, int], StateRow],
    subjects: Mapping[int, str],
    now: datetime,
    judged: Judged,
    rules: Sequence[Rule],
    awake: Collection[tuple[str, int]] | None = None,
) -> None:
    """Forget devices that are judged no more, such as one under repair, and close what is open about them.

    With `awake` (rule and device) all others are judged no more.
    """
    for name, device_id in [
        key for key in states if key[1] not in subjects or (awake is not None and key not in awake)
    ]:
        del states[name, device_id]
        forget_alert_state(session, name, device_id)
        judged.closed += [f"{name} {subject}" for subject in close_alerts_of_device(session, name, device_id, now)]
    together = {rule.name for rule in rules if rule.together}
    still = open_places(states, subjects)
    for name, commune in open_subjects(session, sorted(together)):
        if not any(subject.startswith(f"{commune}/") for subject in still.get(name, ())):
            close_alert(session, name, commune, now)
            judged.closed.append(f"{name} {commune}")


def _tasks(
    session: Session,
    rules: Sequence[Rule],
    devices: Sequence[JudgedDevice],
    states: dict[tuple[str, int], StateRow],
    otherwise: Mapping[tuple[str, int], Override],
    judged: Judged,
    now: datetime,
) -> list[_Task]:
    """What is to be judged: where there is something new. A rule that sleeps closes what it had opened."""
    tasks = []
    for device in devices:
        for rule in (rule for rule in rules if device.kind in rule.kinds):
            row = states.get((rule.name, device.device_id))
            limits = limits_with(rule.limits, otherwise.get((rule.name, device.device_id), Override()))
            if limits is None:
                if row is not None:
                    del states[rule.name, device.device_id]
                    forget_alert_state(session, rule.name, device.device_id)
                    if close_alert(session, rule.name, device.subject, now):
                        judged.closed.append(f"{rule.name} {device.subject}")
            elif row is None or device.newest > row.time:
                state = State(row.time, row.since, row.is_open) if row else State()
                tasks.append(_Task(rule, device, limits, state))
    return tasks


def merged_overrides(session: Session) -> dict[tuple[str, int], Override]:
    """What is set otherwise, by rule and device: each number from the most exact place that sets it."""
    merged: dict[tuple[str, int], Override] = {}
    for row in overrides_by_device(session):
        before = merged.get((row.rule, row.device_id), Override())
        merged[row.rule, row.device_id] = Override(
            row.enabled,
            before.threshold if row.threshold is None else row.threshold,
            before.margin if row.margin is None else row.margin,
            before.hold_seconds if row.hold_seconds is None else row.hold_seconds,
        )
    return merged


def _find(
    session: Session, kind: Kind, tasks: Sequence[_Task], now: datetime, landslide: LandslideRules
) -> list[Finding]:
    findings = []
    for adds_up in (False, True):
        alike = [task for task in tasks if task.rule.measure.adds_up == adds_up]
        known = _readings(session, kind, alike, now, adds_up=adds_up) if alike else _Known()
        findings += [task.find(known, now, landslide) for task in alike]
    return findings


def _readings(session: Session, kind: Kind, tasks: Sequence[_Task], now: datetime, *, adds_up: bool) -> _Known:
    """The readings of each device and field, with one window before what is judged."""
    fields = sorted({task.rule.field for task in tasks})
    wanted: dict[int, Wanted] = {}
    for task in tasks:
        after = task.after(now)
        begins = after - timedelta(seconds=task.rule.window_seconds)
        before = wanted.get(task.device.device_id, Wanted(begins, after))
        wanted[task.device.device_id] = Wanted(min(begins, before.begins), min(after, before.after))
    found = _Known()
    for device_id, time, received_at, values in readings_after(session, kind, fields, wanted, now, adds_up=adds_up):
        found.newest[device_id] = time
        for name, value in zip(fields, values, strict=True):
            if value is not None:
                found.series[device_id, name].append(Observation(time, value, received_at))
    return found
