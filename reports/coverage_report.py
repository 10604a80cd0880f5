"""The report of coverage out of the database: read once, asked for every operator, technology and profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from devices.profile import Places
from devices.registry import SiteType
from reports.coverage.assemble import Tallies, assemble
from reports.coverage.change import lost_cells
from reports.coverage.ground import PRIORITY, Ground, ground_of
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import CellVerdict, CoverageReport, Subject
from reports.coverage.words import SignalProfile, Surroundings, Technology
from reports.coverage_counts import read_tallies
from reports.periods import Period
from storage import coverage as kept
from storage.connect import Session
from storage.places import list_hamlets, list_sites
from storage.profiles import read_profile

ANY_OPERATOR = "any"
"""In words for people and programs: whoever's signal it is."""


@dataclass(frozen=True, slots=True)
class CoverageSource:
    """A commune's ground and what a period of samples left behind."""

    commune: str
    period: Period
    ground: Ground
    tallies: Tallies
    rules: CoverageRules

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators of whom there are samples."""
        return self.tallies.operators

    def report(
        self,
        technology: Technology = Technology.FIVE_G,
        operator: str | None = None,
        surroundings: Surroundings = Surroundings.OUTDOOR,
        profile: SignalProfile = SignalProfile.BASIC,
    ) -> CoverageReport:
        """The report on one subject; `operator` None: any."""
        subject = Subject(self.commune, self.period, technology, operator, surroundings, profile)
        return assemble(subject, self.ground, self.tallies, self.rules)


def read_ground(
    session: Session,
    commune: str,
    rules: CoverageRules,
    places: Places | None = None,
    priority: Sequence[SiteType] = PRIORITY,
) -> Ground:
    """The ground of a commune as it is registered; boundary, hamlets and sites of `places` come first where it has any.

    Raises NoGround where there is no boundary at all.
    """
    hamlets = (places.hamlets if places else ()) or list_hamlets(session, commune)
    sites = (places.sites if places else ()) or list_sites(session, commune)
    return ground_of(hamlets, sites, rules, boundary=places.boundary if places else None, priority=priority)


def read_coverage(
    session: Session,
    commune: str,
    period: Period,
    rules: CoverageRules,
    *,
    places: Places | None = None,
    priority: Sequence[SiteType] = PRIORITY,
) -> CoverageSource:
    """Read what reports on a commune and period are made from; see `read_ground`."""
    ground = read_ground(session, commune, rules, places, priority)
    return CoverageSource(commune, period, ground, read_tallies(session, commune, period, rules), rules)


def commune_coverage(session: Session, commune: str, period: Period, rules: CoverageRules) -> CoverageSource:
    """The same with boundary, hamlets, sites and priorities of the plan that applies to the commune, where one does."""
    profile = read_profile(session, commune)
    return read_coverage(
        session,
        commune,
        period,
        rules,
        places=profile.places if profile else None,
        priority=(profile.priority_sites if profile else ()) or PRIORITY,
    )


def cells_lost(session: Session, earlier: Subject, later: Subject, rules: CoverageRules) -> tuple[CellVerdict, ...]:
    """The cells that were covered in the earlier period and are known not to be in the later one: a regression."""
    before, now = (
        commune_coverage(session, subject.commune, subject.period, rules).report(
            subject.technology, subject.operator, subject.surroundings, subject.profile
        )
        for subject in (earlier, later)
    )
    return lost_cells(before, now)


def publish_verdicts(session: Session, source: CoverageSource) -> int:
    """Put the verdicts on all cells where dashboards read them: each operator and any, each technology, outdoors and
    indoors, by the profile `basic`. Returns how many rows that are.
    """
    rows = []
    for operator in (None, *source.operators):
        for technology in Technology:
            for surroundings in Surroundings:
                report = source.report(technology, operator, surroundings)
                rows += [_row(cell, report.subject) for cell in report.cells]
    days: list[date] = source.period.days
    kept.write_verdicts(session, source.commune, rows, days[0], days[-1])
    return len(rows)


def _row(cell: CellVerdict, subject: Subject) -> kept.CellRow:
    return kept.CellRow(
        subject.operator or ANY_OPERATOR,
        subject.technology.value,
        subject.surroundings.value,
        cell.cell,
        cell.latitude,
        cell.longitude,
        cell.state.value,
        cell.samples,
        cell.passed,
        cell.mean_rsrp_dbm,
    )
