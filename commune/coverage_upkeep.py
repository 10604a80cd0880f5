"""What `commune maintain` does for coverage: counts the days to which samples came, and judges cells for the wall."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from reports.coverage_counts import count_noted, today
from reports.coverage_report import commune_coverage, publish_verdicts
from reports.errors import NoGround
from reports.periods import Period, midnight
from reports.rules import ReportRules
from storage.connect import Session
from storage.coverage import communes_with_probes

logger = logging.getLogger(__name__)

ROUND_SECONDS = 8.0
"""So long at most before other work has its turn."""
TOLD_DAYS = 3
"""A round that counted so many days is told of: much came late."""


def recent(rules: ReportRules, now: datetime) -> Period:
    """The days of samples that speak for coverage today."""
    tomorrow = today(now) + timedelta(days=1)
    return Period(midnight(tomorrow - timedelta(days=rules.targets.coverage_days)), midnight(tomorrow))


def count_coverage(session: Session, rules: ReportRules, stopping: threading.Event, now: datetime) -> int:
    """Count noted days for `ROUND_SECONDS` at most and judge the cells anew; returns how many days were counted."""
    ends_at = time.monotonic() + ROUND_SECONDS
    days = set()
    for counted in count_noted(session, rules.coverage):
        days.add(counted.day)
        if stopping.is_set() or time.monotonic() >= ends_at:
            break
    if len(days) >= TOLD_DAYS:
        logger.info("counted coverage of %d days, the oldest %s", len(days), min(days))
    if days and not stopping.is_set():
        for _ in judge_cells(session, rules, now):
            pass
    return len(days)


def judge_cells(session: Session, rules: ReportRules, now: datetime) -> Iterator[tuple[str, int]]:
    """Put the verdicts on the cells of every commune with probes on the wall; yields each and how many they are.

    A commune of which nobody said where it lies has none.
    """
    for commune in communes_with_probes(session):
        try:
            source = commune_coverage(session, commune, recent(rules, now), rules.coverage)
        except NoGround:
            continue
        yield commune, publish_verdicts(session, source)
