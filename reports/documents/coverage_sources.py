"""What a document on coverage is made from: reports on several subjects of one period, and the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from devices.profile import Indicator, Profile, Target
from reports.coverage.change import change_between
from reports.coverage.summary import CoverageChange, CoverageReport, Subject, Verdict
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import SignalProfile, Surroundings, Technology
from reports.coverage_report import commune_coverage
from reports.documents.sources import Progress
from reports.periods import Period
from reports.sources import Scope
from reports.targets_measured import figure_of, technology_of
from storage.connect import Session
from storage.fleet import CommuneRow, HamletRow, list_hamlets
from storage.profiles import read_profile

MAIN = "5g"


@dataclass(frozen=True, slots=True)
class CoverageSources:
    """The reports by name: `5g` is the one on 5G of any operator outdoors, and the others differ in one thing."""

    scope: Scope
    period: str
    commune: CommuneRow
    hamlets: list[HamletRow]
    profile: Profile | None
    reports: Mapping[str, CoverageReport]
    operators: Mapping[str, CoverageReport]
    """5G outdoors by the code of the operator."""
    change: CoverageChange | None
    """Against the period before, where that has any sample."""
    before: str

    @property
    def main(self) -> CoverageReport:
        """5G, any operator, outdoors, by the profile `basic`."""
        return self.reports[MAIN]

    def targets(self) -> list[tuple[Target, Verdict]]:
        """The plan's targets of coverage that samples can show, each with the verdict on this period."""
        found = []
        for target in self.profile.targets if self.profile else ():
            technology = technology_of(target)
            if target.indicator is not Indicator.COVERAGE or technology is None:
                continue
            report = self.operators.get(target.operator) if target.operator else self.reports[technology.value]
            if report is not None:
                figure = figure_of(target.quantity, report)
                found.append((target, verdict_of(figure, target.threshold / 100, report.cells)))
        return found


def gather_coverage(
    session: Session, scope: Scope, period: str, commune: CommuneRow, progress: Progress
) -> CoverageSources:
    """Make the reports. Raises NoGround where there is no boundary."""
    progress("Đang đọc các mẫu đo")
    profile = read_profile(session, commune.code)
    source = commune_coverage(session, commune.code, scope.period, scope.rules.coverage)
    progress("Đang tính phủ sóng")
    reports = {technology.value: source.report(technology) for technology in Technology}
    reports["indoor"] = source.report(surroundings=Surroundings.INDOOR)
    for level in (SignalProfile.GOOD, SignalProfile.STRICT, SignalProfile.SERVICE):
        reports[level.value] = source.report(profile=level)
    operators = {operator: source.report(operator=operator) for operator in source.operators}
    progress("Đang so với kỳ trước")
    before = previous_period(scope.period)
    earlier = commune_coverage(session, commune.code, before, scope.rules.coverage).report()
    change = change_between(earlier, reports[MAIN]) if earlier.counts.received else None
    return CoverageSources(
        scope,
        period,
        commune,
        list_hamlets(session, commune.code),
        profile,
        reports,
        operators,
        change,
        f"{before.days[0]:%d/%m/%Y} – {before.days[-1]:%d/%m/%Y}",
    )


def coverage_address(subject: Subject, period: str) -> str:
    """The route that answers a report on a subject; `period` as it is asked for."""
    asked = {
        "period": period,
        "technology": subject.technology.value,
        "surroundings": subject.surroundings.value,
        "profile": subject.profile.value,
    }
    if subject.operator is not None:
        asked["operator"] = subject.operator
    return f"/api/v1/coverage/{subject.commune}/summary?{urlencode(asked)}"


def previous_period(period: Period) -> Period:
    """The period of as many months before one of whole months; the day before a day."""
    first, last = period.days[0], period.days[-1]
    after = last + timedelta(days=1)
    if first.day != 1 or after.day != 1:
        return Period(period.start - (period.end - period.start), period.start)
    months = (after.year - first.year) * 12 + after.month - first.month
    count = first.year * 12 + first.month - 1 - months
    begin = first.replace(year=count // 12, month=count % 12 + 1)
    return Period(period.start - (first - begin), period.start)
