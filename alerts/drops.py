"""The alert on a broker that drops messages: what it accepted is lost, and nothing else tells."""

from __future__ import annotations

import logging
from datetime import timedelta

from devices.model import Text
from storage.alerts import close_quiet_alerts, list_alerts, open_alert
from storage.broker_watch import Seen, dropped_since, record_seen
from storage.connect import Session

logger = logging.getLogger(__name__)

KIND = "broker_drop"
QUIET = timedelta(hours=1)
"""An alert is closed when nothing has been dropped for so long; what is dropped later opens another."""


def judge_drops(session: Session, seen: Seen) -> int:
    """Record what is seen of a broker; open, renew or close its alert. Returns what it has dropped since the last look.

    Raises what psycopg raises; then nothing was recorded.
    """
    with session.transaction():
        rise = record_seen(session, seen)
        if rise:
            _alert(session, seen, rise)
        for broker in close_quiet_alerts(session, KIND, quiet_since=seen.observed_at - QUIET, at=seen.observed_at):
            logger.info("the MQTT broker %s has dropped nothing for an hour; the alert is closed", broker)
    return rise


def _alert(session: Session, seen: Seen, rise: int) -> None:
    """Open the alert, or bring the one that is open up to date: with all that was dropped since it was opened."""
    opened = [a.opened_at for a in list_alerts(session, kind=KIND, only_open=True) if a.subject == seen.broker]
    total = dropped_since(session, seen.broker, opened[0]) if opened else rise
    if open_alert(session, KIND, seen.broker, seen.observed_at, in_words(seen, total)):
        logger.error(
            "the MQTT broker %s drops messages: a queue is full",
            seen.broker,
            extra={"broker": seen.broker, "dropped": total, "queued_messages": seen.queued_messages},
        )


def in_words(seen: Seen, total: int) -> Text:
    """What the alert says."""
    return Text(
        vi=f"Máy chủ MQTT {seen.broker} đã bỏ {total} bản tin vì hàng đợi của một phiên nhận đã đầy. "
        "Hãy xem tiến trình tiếp nhận có đang chạy không, và có phiên nào bị bỏ quên không.",
        en=f"The MQTT broker {seen.broker} has dropped {total} messages because the queue of a subscriber is full. "
        "See whether ingest runs, and whether a session is left behind that nobody uses.",
    )
