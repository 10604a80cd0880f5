"""The alerts as jobs of `commune maintain`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from alerts.hourly import judge_hours
from alerts.judging import USUAL, judge_readings
from alerts.landslide import LandslideRules
from alerts.watching import judge_ledger, judge_silent
from reports.rules import ReportRules
from storage.arrivals import local_day
from storage.connect import Session

logger = logging.getLogger(__name__)


def landslide_rules(rules: ReportRules) -> LandslideRules:
    """The commune's rules of rain, as alerts need them: report and alert go by the same numbers."""
    rain = rules.rain
    return LandslideRules(rain.landslide, rain.rainy_day_mm, rain.usual_susceptibility, rain.susceptibility)


def judge_devices(session: Session, landslide: LandslideRules = USUAL) -> None:
    """Judge who is silent, what was read, and with the full hour what it lets expect and what is missing."""
    now = datetime.now(UTC)
    for judged in (judge_silent(session, now), judge_readings(session, now, landslide), judge_hours(session, now)):
        for name in judged.opened:
            logger.warning("alert: %s", name)
        for name in judged.closed:
            logger.info("the alert is over: %s", name)


def judge_books(session: Session) -> None:
    """Judge whether the loss ledger accounts for every message."""
    now = datetime.now(UTC)
    missing = judge_ledger(session, now, local_day(now))
    if missing:
        logger.error("the loss ledger does not account for %d messages", missing)
