"""What is to be told of alerts goes out by every channel, each at its own pace; what fails is tried again.

An event is written with the alert that it is about, in one transaction, so that nothing is lost while a channel is
away. A channel is a name and a way to deliver. Whoever receives may receive twice (a crash between the delivery and the
note of it), and knows it by `event_id`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from alerts.errors import DeliveryFailed
from alerts.rules import BY_NAME
from storage.alert_outbox import Due, due_events, fail_delivery, settle_delivery, tell_after_silence
from storage.connect import Session

logger = logging.getLogger(__name__)

FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP = timedelta(days=3)
"""So long an event is tried; what is older calls for nobody, and a channel that is new is not told of the past."""
AT_ONCE = 100
FAILURES_A_ROUND = 3
"""After so many failures in a row a channel is left alone until the next round: it is away."""


class Channel(Protocol):
    """A way by which alerts are told."""

    @property
    def name(self) -> str:
        """Under which it is kept what was delivered; the same over restarts."""

    def deliver(self, due: Due, members: dict[str, Any]) -> None:
        """Deliver one event; raises DeliveryFailed."""


@dataclass(slots=True)
class Sent:
    """What one round delivered, and what failed."""

    delivered: int = 0
    failed: int = 0


def delay_after(attempts: int) -> timedelta:
    """How long a delivery waits after so many failed tries: 10 s, doubled each time, an hour at most."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempts - 1, 20)
    return min(LONGEST_DELAY, doubled)


def send_due(session: Session, channels: Sequence[Channel], now: Callable[[], datetime]) -> Sent:
    """Deliver by each channel what is due, in order. Raises what psycopg raises. The session is in autocommit."""
    sent = Sent()
    tell_after_silence(session)
    for channel in channels:
        failures = 0
        for due in due_events(session, channel.name, now(), since=now() - GIVE_UP, limit=AT_ONCE):
            try:
                channel.deliver(due, members_of(due))
            except DeliveryFailed as error:
                failures += 1
                sent.failed += 1
                _note_failure(session, channel.name, due, str(error), now())
                if failures == FAILURES_A_ROUND:
                    break
            else:
                failures = 0
                sent.delivered += 1
                settle_delivery(session, due.alert_event_id, channel.name, now())
    return sent


def _note_failure(session: Session, channel: str, due: Due, failure: str, now: datetime) -> None:
    next_try = now + delay_after(due.attempts + 1)
    gives_up = next_try - due.at > GIVE_UP
    fail_delivery(session, due.alert_event_id, channel, failure, next_try, settled_at=now if gives_up else None)
    if gives_up:
        logger.error("gave up telling %s of alert %d: %s", channel, due.alert_id, failure)
    elif due.attempts == 0:  # one line an event, not one a try
        logger.warning("cannot tell %s of alert %d: %s; trying again", channel, due.alert_id, failure)


def members_of(due: Due) -> dict[str, Any]:
    """An event as every channel carries it."""
    rule = BY_NAME.get(due.kind)
    return {
        "event_id": due.alert_event_id,
        "event": due.event,
        "alert_id": due.alert_id,
        "rule": due.kind,
        "severity": due.severity,
        "commune": due.commune,
        "subject": due.subject,
        "members": due.members,
        "opened_at": _utc(due.opened_at),
        "closed_at": _utc(due.closed_at),
        "title": {"vi": rule.title.vi, "en": rule.title.en} if rule else {"vi": due.kind, "en": due.kind},
        "detail": {"vi": due.detail_vi, "en": due.detail_en},
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
