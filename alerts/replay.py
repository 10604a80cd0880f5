"""The alerts of a time judged anew, from what is stored: they must be those that were lived.

Everything happens in a transaction that is rolled back, by the code that judges from day to day, with what was known
at each moment and nothing else. What no reading tells (restarts of the broker, the ledger, coverage) is not replayed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.hourly import judge_hours
from alerts.judging import USUAL, judge_readings
from alerts.landslide import LandslideRules
from alerts.rules import RULES
from alerts.silence import Heard
from alerts.watching import SILENCES, heard, judge_silent
from storage.alert_replay import Receipts, alerts_between, receipts, set_alerts_aside
from storage.connect import Session
from storage.witness import StoredAlert

READINGS_EVERY = timedelta(hours=6)
"""Readings are judged in such pieces: it makes no difference to what comes of it."""
BEFORE = timedelta(days=1)
"""So long before its beginning it is looked at who had spoken."""
REPLAYED = (*SILENCES, *(rule.name for rule in RULES if rule.is_about_readings))


@dataclass(frozen=True, slots=True)
class Replay:
    """What was lived and what was replayed of the alerts that were opened within a time."""

    lived: list[StoredAlert]
    replayed: list[StoredAlert]

    def differences(self, slack: timedelta) -> tuple[list[StoredAlert], list[StoredAlert]]:
        """What was lived and not replayed, and what was replayed and not lived; times may differ by slack."""
        missing, rest = [], list(self.replayed)
        for alert in self.lived:
            same = next((other for other in rest if _is_same(alert, other, slack)), None)
            if same is None:
                missing.append(alert)
            else:
                rest.remove(same)
        return missing, rest


def replay(
    session: Session,
    since: datetime,
    until: datetime,
    look: timedelta,
    landslide: LandslideRules = USUAL,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Replay:
    """Judge a time anew, looking for silence every `look`. The rules are as they are set now. Nothing is changed.

    While it goes on nobody else judges: where that matters, replay on a copy. Raises what psycopg raises.
    """
    with session.transaction(force_rollback=True):
        set_alerts_aside(session)
        known, devices = receipts(session, since - BEFORE, until), heard(session)
        now, pieces = since, since
        while now < until:
            before, now = now, min(now + look, until)
            judge_silent(session, now, devices_at(devices, known, now))
            if now - pieces >= READINGS_EVERY or now == until:
                pieces = now
                judge_readings(session, now, landslide)
                progress(now)
            if _hour(now) > _hour(before):
                judge_hours(session, now)
        lived = alerts_between(session, REPLAYED, since, until, lived=True)
        replayed = alerts_between(session, REPLAYED, since, until, lived=False)
    return Replay([_until(alert, until) for alert in lived if alert.opened_at > since], replayed)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def devices_at(devices: Sequence[Heard], known: Mapping[int, Receipts], now: datetime) -> list[Heard]:
    """The devices as they were known at a moment: those that had spoken before it."""
    found = []
    for device in devices:
        received = known.get(device.device_id)
        if received is None:
            continue
        reading = _last(received.readings, now)
        place = bisect_left(received.words, now, key=lambda word: word[0]) - 1
        word, online = received.words[place] if place >= 0 else (None, False)
        heard_at = max((at for at in (reading, word if online else None) if at is not None), default=None)
        if heard_at is not None:
            is_away = word is not None and not online and (reading is None or word >= reading)
            found.append(replace(device, heard_at=heard_at, offline_at=word if is_away else None))
    return found


def _last(times: Sequence[datetime], now: datetime) -> datetime | None:
    place = bisect_left(times, now) - 1
    return times[place] if place >= 0 else None


def _until(alert: StoredAlert, until: datetime) -> StoredAlert:
    """As the alert was known at the end."""
    return alert if alert.closed_at is None or alert.closed_at <= until else replace(alert, closed_at=None)


def _is_same(one: StoredAlert, other: StoredAlert, slack: timedelta) -> bool:
    if (one.kind, one.subject) != (other.kind, other.subject) or abs(one.opened_at - other.opened_at) > slack:
        return False
    if one.closed_at is None or other.closed_at is None:
        return one.closed_at is other.closed_at
    return abs(one.closed_at - other.closed_at) <= slack
