"""What the targets of a commune are found from: each source read once, and only where a target asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from devices.model import Text
from devices.profile import Indicator, Profile, Target
from reports.coverage.summary import CoverageReport
from reports.coverage.words import Technology
from reports.coverage_report import CoverageSource, commune_coverage
from reports.data_quality_report import data_quality_report
from reports.errors import NoGround
from reports.figures import Group
from reports.periods import Period, midnight
from reports.rules import ReportRules
from reports.sources import Scope
from reports.targets_counted import deployed, early_warning, open_data, operations_centre
from reports.targets_declared import declared_share
from reports.targets_measured import coverage, data_quality, dead_spots, technology_of, unmeasurable
from reports.targets_types import Found
from storage.alert_desk import list_overrides
from storage.arrivals import LOCAL_TIME
from storage.connect import Session
from storage.declared import list_declared
from storage.fleet import FleetDevice, FleetFilter, list_fleet


@dataclass(frozen=True)
class Asked:
    """For what targets are judged: the rules and the moment."""

    rules: ReportRules
    now: datetime

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(LOCAL_TIME).date()

    def days(self, count: int) -> Period:
        """So many local days up to today."""
        tomorrow = self.today + timedelta(days=1)
        return Period(midnight(tomorrow - timedelta(days=count)), midnight(tomorrow))


class Sources:
    """What a commune's targets are found from, each read at most once."""

    def __init__(self, session: Session, commune: str, profile: Profile | None, asked: Asked) -> None:
        self._session, self._commune, self._profile, self._asked = session, commune, profile, asked
        self._reports: dict[tuple[Technology, str | None], CoverageReport | None] = {}

    def found(self, target: Target) -> Found:
        """What a target comes to."""
        profile, asked = self._profile, self._asked
        assert profile is not None, "targets are those of a plan"
        match target.indicator:
            case Indicator.COVERAGE | Indicator.DEAD_SPOTS:
                return self._coverage(target)
            case Indicator.DATA_QUALITY:
                scope = Scope(self._commune, asked.days(asked.rules.targets.quality_days), asked.rules, asked.now)
                return data_quality(data_quality_report(self._session, scope, Group.COMMUNE))
            case Indicator.DEPLOYED:
                return deployed(target, self._devices, profile.places.centre)
            case Indicator.EARLY_WARNING:
                return early_warning(target, self._devices, list_overrides(self._session))
            case Indicator.OPERATIONS_CENTRE:
                return operations_centre(self._devices, asked.now)
            case Indicator.OPEN_DATA:
                return open_data(asked.rules.open_data.routes)
            case Indicator.DECLARED:
                assert target.declared is not None, "a profile is checked when it is read"
                rows = list_declared(self._session, self._commune, day=asked.today, indicator=target.declared)
                return declared_share(
                    target.declared,
                    rows,
                    profile.places.hamlets,
                    today=asked.today,
                    old_after_months=asked.rules.targets.declared_months,
                )

    def coverage(self, technology: Technology, operator: str | None) -> CoverageReport | None:
        """The coverage report; None where nothing tells where the commune lies."""
        key = technology, operator
        if key not in self._reports:
            source = self._coverage_source
            self._reports[key] = None if source is None else source.report(technology, operator)
        return self._reports[key]

    def _coverage(self, target: Target) -> Found:
        technology = technology_of(target)
        if technology is None:
            return unmeasurable(target)
        report = self.coverage(technology, target.operator)
        if report is None:
            return Found(None, None, None, Text("xã chưa có ranh giới", "the commune has no boundary"))
        return dead_spots(report.dead_spots) if target.indicator is Indicator.DEAD_SPOTS else coverage(target, report)

    @cached_property
    def _coverage_source(self) -> CoverageSource | None:
        rules = self._asked.rules
        period = self._asked.days(rules.targets.coverage_days)
        try:
            return commune_coverage(self._session, self._commune, period, rules.coverage)
        except NoGround:
            return None

    @cached_property
    def _devices(self) -> list[FleetDevice]:
        return list_fleet(self._session, FleetFilter(commune=self._commune, in_use=True), now=self._asked.now)
