"""What `commune maintain` does for targets: keeps what each came to, once a day, for the trend."""

from __future__ import annotations

import logging
from datetime import datetime

from devices import profiles
from devices.profile import Level
from reports.errors import ReportError
from reports.rules import ReportRules
from reports.targets import Asked, commune_targets, province_targets, record
from storage.connect import Session
from storage.places import list_communes
from storage.profiles import list_profiles

logger = logging.getLogger(__name__)


def keep_targets(session: Session, rules: ReportRules, now: datetime) -> int:
    """Keep what the targets of every commune with a plan, and of their provinces, come to; returns how many.

    Kept again on the same day, the newer value stands. One commune that cannot be judged does not stop the others.
    """
    asked = Asked(rules, now)
    plans = [applied.profile for applied in list_profiles(session)]
    kept = 0
    for plan in plans:
        if plan.level is not Level.COMMUNE:
            continue
        try:
            report = commune_targets(session, plan.code, asked)
        except ReportError as error:
            logger.error("cannot judge the targets of %s: %s", plan.code, error)
            continue
        if report is not None:
            kept += record(session, report, asked.today)
    provinces = {commune.province for commune in list_communes(session)} if kept else set()
    shipped = {code: profiles.load(code) for code in profiles.names()}
    for plan in (shipped | {plan.code: plan for plan in plans}).values():
        if plan.level is Level.PROVINCE and plan.province in provinces:
            kept += record(session, province_targets(session, plan, asked), asked.today)
    return kept
