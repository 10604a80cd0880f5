"""The alerts that no reading tells: who is silent, a broker that restarted, a ledger that does not add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from alerts.judging import merged_overrides
from alerts.rules import (
    BROKER_RESTART,
    BY_NAME,
    LEDGER_GAP,
    OFFLINE,
    PLACE_SILENT,
    SYSTEM_SILENT,
    Override,
    limits_with,
)
from alerts.silence import Heard, Silence, due_at, judge_silence
from alerts.telling import Judged
from alerts.words import of_silence
from devices.model import Text
from storage.alerting import heard_devices, last_start, ledger_gaps, take_judging
from storage.alerts import About, close_alert, close_quiet_alerts, last_closed, open_alert, open_subjects
from storage.broker_watch import START_TOLERANCE, Seen
from storage.connect import Session

SILENCES = (OFFLINE.name, PLACE_SILENT.name, SYSTEM_SILENT.name)
QUIET = timedelta(hours=1)
LEDGER_DAYS = 2


def judge_silent(session: Session, now: datetime, devices: Sequence[Heard] | None = None) -> Judged:
    """Open and close what must be said of silent devices now. Raises what psycopg raises; then nothing was changed.

    `devices` are as they are known now; a replay says how they were known then.
    """
    judged = Judged()
    with session.transaction():
        if not take_judging(session):
            return judged
        before = set(open_subjects(session, list(SILENCES)))
        devices = heard(session) if devices is None else devices
        back_at = last_closed(session, SYSTEM_SILENT.name)
        wanted = {(one.kind, one.subject): one for one in judge_silence(devices, now, before, back_at)}
        spoken = {device.subject: device.heard_at for device in devices if due_at(device, back_at) > now}
        for kind, subject in sorted(before - wanted.keys()):
            # One that is still silent is from now on in the alert of its place.
            close_alert(session, kind, subject, spoken.get(subject, now) if kind == OFFLINE.name else now)
            judged.closed.append(f"{kind} {subject}")
        for key, silence in wanted.items():
            if _open(session, silence, now) and key not in before:
                judged.opened.append(" ".join(key))
    return judged


def heard(session: Session) -> list[Heard]:
    """The devices that should speak, as they are known now."""
    otherwise = merged_overrides(session)
    found = []
    for row in heard_devices(session):
        limits = limits_with(OFFLINE.limits, otherwise.get((OFFLINE.name, row.device_id), Override()))
        found.append(
            Heard(
                row.device_id,
                row.commune,
                row.code,
                row.interval_seconds,
                row.heard_at,
                row.offline_at,
                row.hamlet,
                row.tags,
                limits.threshold if limits is not None else None,
            )
        )
    return found


def _open(session: Session, silence: Silence, now: datetime) -> bool:
    rule = BY_NAME[silence.kind]
    alone = silence.members[0] if silence.kind == OFFLINE.name else None
    about = About(
        rule.severity,
        commune=None if silence.kind == SYSTEM_SILENT.name else silence.members[0].commune,
        device_id=alone.device_id if alone else None,
        members=() if alone else tuple(member.subject for member in silence.members),
    )
    return open_alert(session, silence.kind, silence.subject, min(silence.at, now), of_silence(rule, silence), about)


def judge_restart(session: Session, seen: Seen) -> bool:
    """Open one alert where a broker has restarted since it was last seen; to be called before `judge_drops` records it.

    It closes after an hour. True where the broker restarted.
    """
    with session.transaction():
        before = last_start(session, seen.broker)
        restarted = before is not None and seen.started_at > before + START_TOLERANCE
        if restarted:
            title, advice = BROKER_RESTART.title, BROKER_RESTART.advice
            detail = Text(
                f"{title.vi}: {seen.broker}, lúc {seen.started_at:%Y-%m-%d %H:%M} UTC. {advice.vi}",
                f"{title.en}: {seen.broker}, at {seen.started_at:%Y-%m-%d %H:%M} UTC. {advice.en}",
            )
            about = About(BROKER_RESTART.severity)
            open_alert(session, BROKER_RESTART.name, seen.broker, seen.started_at, detail, about)
        quiet = seen.observed_at - QUIET
        close_quiet_alerts(session, BROKER_RESTART.name, quiet_since=quiet, at=seen.observed_at)
    return restarted


def judge_ledger(session: Session, now: datetime, today: date) -> int:
    """Open or close the alert on messages of the last days (UTC+7) that are not accounted for; returns how many."""
    with session.transaction():
        rows, messages = ledger_gaps(session, today - timedelta(days=LEDGER_DAYS - 1))
        if not rows:
            close_alert(session, LEDGER_GAP.name, "ledger", now)
            return 0
        title, advice = LEDGER_GAP.title, LEDGER_GAP.advice
        detail = Text(
            f"{title.vi}: {messages} bản tin trong {rows} dòng. {advice.vi}",
            f"{title.en}: {messages} messages in {rows} rows. {advice.en}",
        )
        open_alert(session, LEDGER_GAP.name, "ledger", now, detail, About(LEDGER_GAP.severity))
        return messages
