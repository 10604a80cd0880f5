"""Coverage that has become worse, as a job of `commune maintain`: the last weeks against the months before them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.regressions import CoverageLoss, judge_coverage
from reports.coverage.summary import Subject
from reports.coverage_counts import today
from reports.coverage_report import cells_lost, commune_coverage
from reports.errors import NoGround
from reports.periods import Period, midnight
from reports.rules import ReportRules
from storage.connect import Session
from storage.coverage import communes_with_probes

logger = logging.getLogger(__name__)

LATER_DAYS = 28
EARLIER_DAYS = 84
"""The last four weeks are held against the twelve before: probes drive a commune in that time, and 5G is not lost by
the day."""


def judge_coverage_losses(session: Session, rules: ReportRules, now: datetime) -> None:
    """Open and close the alerts on coverage of every operator in every commune with probes."""
    judged = judge_coverage(session, list(losses(session, rules, now)), now)
    for name in judged.opened:
        logger.warning("alert: %s", name)
    for name in judged.closed:
        logger.info("the alert is over: %s", name)


def losses(session: Session, rules: ReportRules, now: datetime) -> Iterator[CoverageLoss]:
    """What each operator has lost; a commune of which nobody said where it lies is passed over."""
    tomorrow = today(now) + timedelta(days=1)
    turn = tomorrow - timedelta(days=LATER_DAYS)
    later = Period(midnight(turn), midnight(tomorrow))
    earlier = Period(midnight(turn - timedelta(days=EARLIER_DAYS)), midnight(turn))
    for commune in communes_with_probes(session):
        try:
            operators = commune_coverage(session, commune, later, rules.coverage).operators
            for operator in operators:
                before, since = (Subject(commune, period, operator=operator) for period in (earlier, later))
                cells = cells_lost(session, before, since, rules.coverage)
                yield CoverageLoss(
                    commune, operator, tuple(cell.cell for cell in cells), sum(cell.area_km2 for cell in cells)
                )
        except NoGround:
            continue
