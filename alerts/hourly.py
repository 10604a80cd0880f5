"""What is judged once an hour, of what was received by the full hour: the forecast of floods, and missing messages.

An hour that was missed is judged later as it would have been then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from alerts.evaluate import Observation, State, evaluate
from alerts.forecast import LOOK_BACK_HOURS, Floats, expected, without_gaps
from alerts.judging import leave, merged_overrides, open_places, put_findings
from alerts.rules import BY_NAME, Limits, Override, Rule, limits_with
from alerts.telling import Finding, Judged, Telling
from devices.catalogue import KINDS
from storage.alerting import JudgedDevice, StateRow, alert_states, judged_devices, take_judging
from storage.connect import Session
from storage.flood_models import FloodModel, Gauge, gauges, hours_before, list_flood_models, missing_numbers

HOUR = timedelta(hours=1)
MOST_HOURS = 24
"""So many missed hours are made up for; what is older calls for nobody."""
HOURS_AT_ONCE = 4
"""Each looks through a day of readings: more of them would keep silence and floods from being judged for a minute."""
SETTLING = HOUR
"""Messages that are younger may still be on their way."""
FORECAST = BY_NAME["flood_forecast"]
MISSING = BY_NAME["sequence_gap"]
LEVELS = ("flood_level_1", "flood_level_2", "flood_level_3")
UPSTREAM = "upstream:"
"""A tag of a rain gauge such as `upstream:mn-01` names a water gauge whose water comes from there."""
RAIN_KINDS = ("environment", "water_level")


@dataclass(frozen=True, slots=True)
class _Round:
    """What one round knows: the full hours to be judged, how the rules stand, what is set otherwise."""

    hours: Sequence[datetime]
    states: Mapping[tuple[str, int], StateRow]
    otherwise: Mapping[tuple[str, int], Override]

    def state(self, rule: Rule, device_id: int) -> State:
        row = self.states.get((rule.name, device_id))
        return State() if row is None else State(row.time, row.since, row.is_open)

    def limits(self, rule: Rule, device_id: int) -> Limits | None:
        return limits_with(rule.limits, self.otherwise.get((rule.name, device_id), Override()))


def judge_hours(session: Session, now: datetime) -> Judged:
    """Judge the full hours that have not been judged, a few at a time, in one transaction. Raises what psycopg does."""
    judged = Judged()
    with session.transaction():
        if not take_judging(session):
            return judged
        states = alert_states(session, [FORECAST.name, MISSING.name])
        hours = hours_to_judge([row.time for row in states.values()], now)
        if not hours:
            return judged
        devices = judged_devices(session, list(KINDS))
        subjects = {device.device_id: device.subject for device in devices}
        known = _Round(hours, states, merged_overrides(session))
        models = {model.device_id: model for model in list_flood_models(session)}
        awake = {(MISSING.name, one.device_id) for one in devices if known.limits(MISSING, one.device_id) is not None}
        awake |= {(FORECAST.name, one) for one in models if forecast_limits(known.otherwise, one) is not None}
        # A rule that sleeps by now closes what it had opened, as one does at a device that is judged no more.
        leave(session, states, subjects, now, judged, (FORECAST, MISSING), awake)
        findings = [*_missing(session, known, devices), *_forecasts(session, known, devices, models)]
        Telling(session, judged, open_places(states, subjects)).tell(findings)
        put_findings(session, findings)
    return judged


def hours_to_judge(judged: Sequence[datetime], now: datetime) -> list[datetime]:
    """The oldest of the full hours after those that were judged; the last one where none was."""
    full = now.replace(minute=0, second=0, microsecond=0)
    count = min(MOST_HOURS, int((full - max(judged, default=full - HOUR)) / HOUR))
    return [full - HOUR * back for back in range(count - 1, -1, -1)][:HOURS_AT_ONCE]


def _missing(session: Session, known: _Round, devices: Sequence[JudgedDevice]) -> Iterator[Finding]:
    window = timedelta(seconds=MISSING.window_seconds)
    limits = {device: known.limits(MISSING, device.device_id) for device in devices}
    asked = {device.kind for device, limit in limits.items() if limit is not None}
    seen: dict[int, list[Observation]] = {}
    for kind in (kind for name, kind in KINDS.items() if name in asked):
        for hour in known.hours:
            end = hour - SETTLING
            for device_id, missing in missing_numbers(session, kind, end - window, end, hour).items():
                seen.setdefault(device_id, []).append(Observation(hour, float(missing)))
    for device, limit in limits.items():
        if limit is not None:
            state = known.state(MISSING, device.device_id)
            yield _found(MISSING, device, limit, state, seen.get(device.device_id, []), known.hours[-1])


def _forecasts(
    session: Session, known: _Round, devices: Sequence[JudgedDevice], models: Mapping[int, FloodModel]
) -> Iterator[Finding]:
    there = gauges(session, RAIN_KINDS) if models else []
    by_id = {device.device_id: device for device in devices}
    for gauge in there:
        model = models.get(gauge.device_id)
        limits = forecast_limits(known.otherwise, gauge.device_id)
        if gauge.kind != "water_level" or model is None or limits is None:
            continue
        seen = [one for hour in known.hours if (one := _expected(session, gauge, model, there, hour)) is not None]
        state = known.state(FORECAST, gauge.device_id)
        yield _found(FORECAST, by_id[gauge.device_id], limits, state, seen, known.hours[-1])


def forecast_limits(otherwise: Mapping[tuple[str, int], Override], device_id: int) -> Limits | None:
    """What is set for the forecast itself, or else the lowest flood level of the gauge."""
    levels = [limits_with(BY_NAME[name].limits, otherwise.get((name, device_id), Override())) for name in LEVELS]
    lowest = min((one.threshold for one in levels if one is not None and one.threshold is not None), default=None)
    own = otherwise.get((FORECAST.name, device_id), Override())
    return limits_with(replace(FORECAST.limits, threshold=lowest), own)


def alarm_levels(session: Session) -> dict[int, float]:
    """The level of which the forecast warns, by gauge; gauges without one are not there."""
    otherwise = merged_overrides(session)
    found = {device_id: forecast_limits(otherwise, device_id) for _, device_id in otherwise}
    return {number: one.threshold for number, one in found.items() if one is not None and one.threshold is not None}


def _expected(
    session: Session, gauge: Gauge, model: FloodModel, there: Sequence[Gauge], hour: datetime
) -> Observation | None:
    """The highest level expected at a gauge; None where it has not spoken in the last hour."""
    kind = KINDS["water_level"]
    _, level = hours_before(session, kind, "level", [gauge.device_id], hour, LOOK_BACK_HOURS).get(
        gauge.device_id, (None, np.full(1, np.nan))
    )
    if np.isnan(level[-1]):
        return None
    rain = upstream_rain(session, gauge, there, hour)
    value = float(expected(model.weights, rain, without_gaps(level))[-1])
    return None if np.isnan(value) else Observation(hour, round(value, 1))


def upstream_of(gauge: Gauge, there: Sequence[Gauge]) -> list[Gauge]:
    """The rain gauges whose water comes to a gauge: those that say so, or else all of its commune."""
    commune, _, code = gauge.subject.partition("/")
    here = [one for one in there if one.subject.startswith(f"{commune}/")]
    return [one for one in here if f"{UPSTREAM}{code}" in one.tags] or here


def upstream_rain(session: Session, gauge: Gauge, there: Sequence[Gauge], hour: datetime) -> Floats:
    """Rain in mm of each of the last hours: the mean over the gauges upstream."""
    upstream = upstream_of(gauge, there)
    sums = []
    for name in RAIN_KINDS:
        numbers = [one.device_id for one in upstream if one.kind == name]
        found = hours_before(session, KINDS[name], "rainfall", numbers, hour, LOOK_BACK_HOURS)
        sums += [total for total, _ in found.values()]
    if not sums:
        return np.zeros(LOOK_BACK_HOURS)
    stacked = np.stack(sums)
    count = np.maximum((~np.isnan(stacked)).sum(axis=0), 1)
    result: Floats = np.nansum(stacked, axis=0) / count
    return result


def _found(
    rule: Rule, device: JudgedDevice, limits: Limits, state: State, seen: Sequence[Observation], until: datetime
) -> Finding:
    if not seen:
        return Finding(rule, device, limits, replace(state, time=until), (), None)
    after, transitions = evaluate(limits, rule.side, seen, state)
    return Finding(rule, device, limits, replace(after, time=until), transitions, seen[-1])
