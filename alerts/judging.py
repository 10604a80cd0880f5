"""The rules about readings, applied to what the database has of them; each device and rule where it left off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.evaluate import Observation, State, Transition, evaluate, measured
from alerts.rules import RULES, Limits, Override, Rule, limits_with
from alerts.words import of_reading
from devices.catalogue import KINDS
from devices.model import Kind
from storage.alerting import (
    JudgedDevice,
    alert_states,
    forget_alert_state,
    judged_devices,
    overrides_by_device,
    put_alert_states,
    readings_after,
    take_judging,
)
from storage.alerts import About, close_alert, open_alert
from storage.connect import Session

FIRST_LOOK = timedelta(days=1)
"""A rule that never looked at a device begins so long before now: older readings call for nobody."""


@dataclass(slots=True)
class Judged:
    """What one round did."""

    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Task:
    """A rule at a device: its limits there, and how it stood."""

    rule: Rule
    device: JudgedDevice
    limits: Limits
    state: State

    def after(self, now: datetime) -> datetime:
        return self.state.time or now - FIRST_LOOK


def judge_readings(session: Session, now: datetime) -> Judged:
    """Judge every reading that no rule has seen, kind by kind; a kind is one transaction. Raises what psycopg raises.

    Another maintainer that is at it leaves nothing to be done.
    """
    judged = Judged()
    for kind in KINDS.values():
        rules = [rule for rule in RULES if kind.name in rule.kinds]
        if not rules:
            continue
        with session.transaction():
            if take_judging(session):
                _judge_kind(session, kind, rules, now, judged)
    return judged


def _judge_kind(session: Session, kind: Kind, rules: Sequence[Rule], now: datetime, judged: Judged) -> None:
    tasks = _tasks(session, kind, rules, judged, now)
    fields = sorted({task.rule.field for task in tasks})
    if not tasks:
        return
    readings = _readings(session, kind, fields, tasks, now)
    rows = []
    for task in tasks:
        series = readings.get((task.device.device_id, task.rule.field), [])
        seen = measured(task.rule.measure, task.rule.window_seconds, series, task.after(now))
        if not seen:
            continue
        state, transitions = evaluate(task.limits, task.rule.side, seen, task.state)
        _tell(session, task, transitions, judged)
        if state.is_open and not transitions:
            _open(session, task, seen[-1])
        rows.append(
            {"rule": task.rule.name, "device_id": task.device.device_id, "time": state.time, "since": state.since}
            | {"is_open": state.is_open}
        )
    put_alert_states(session, rows)


def _tasks(session: Session, kind: Kind, rules: Sequence[Rule], judged: Judged, now: datetime) -> list[_Task]:
    """What is to be judged: where there is something new. A rule that sleeps closes what it had opened."""
    states = alert_states(session, [rule.name for rule in rules])
    otherwise = merged_overrides(session)
    tasks = []
    for device in judged_devices(session, kind):
        for rule in rules:
            row = states.get((rule.name, device.device_id))
            limits = limits_with(rule.limits, otherwise.get((rule.name, device.device_id), Override()))
            if limits is None:
                if row is not None:
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


def _readings(
    session: Session, kind: Kind, fields: Sequence[str], tasks: Sequence[_Task], now: datetime
) -> Mapping[tuple[int, str], list[Observation]]:
    """The readings of each device and field, with one window before what is judged."""
    begins: dict[int, datetime] = {}
    for task in tasks:
        begin = task.after(now) - timedelta(seconds=task.rule.window_seconds)
        begins[task.device.device_id] = min(begin, begins.get(task.device.device_id, begin))
    found: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    for device_id, time, values in readings_after(session, kind, fields, begins, now):
        for name, value in zip(fields, values, strict=True):
            if value is not None:
                found[device_id, name].append(Observation(time, value))
    return found


def _tell(session: Session, task: _Task, transitions: Sequence[Transition], judged: Judged) -> None:
    name = f"{task.rule.name} {task.device.subject}"
    for transition in transitions:
        if transition.opens:
            _open(session, task, Observation(transition.at, transition.value))
            judged.opened.append(name)
        else:
            close_alert(session, task.rule.name, task.device.subject, transition.at)
            judged.closed.append(name)


def _open(session: Session, task: _Task, seen: Observation) -> None:
    """Open the alert, or say of the one that is open how it is now."""
    about = About(task.rule.severity, device_id=task.device.device_id)
    detail = of_reading(task.rule, task.limits, task.device, KINDS[task.rule.kinds[0]], seen.value)
    open_alert(session, task.rule.name, task.device.subject, seen.time, detail, about)
