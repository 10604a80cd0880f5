"""The targets of a plan on a real database: figures of other reports, and what is kept of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from devices import profiles
from devices.registry import Commune, Device, DeviceState, Hamlet, HamletType, Site, SiteType
from reports.coverage.verdicts import verdict_of
from reports.coverage.words import Outcome, Technology
from reports.coverage_report import commune_coverage
from reports.rules import OpenDataRules, ReportRules
from reports.targets import Asked, commune_targets, province_targets, record
from reports.targets_told import report_members
from reports.targets_types import TargetResult, TargetsReport
from storage.connect import Session, connect
from storage.places import add_commune, add_hamlet, add_site
from storage.profiles import put_profile
from storage.registry import add_device
from storage.target_days import list_target_days
from tests.reports.coverage_samples import boundary_of
from tests.storage.test_coverage import CELLS, COMMUNE, join, rows_of, store

RULES = ReportRules(open_data=OpenDataRules(is_published=True))
ASKED = Asked(RULES, datetime(2026, 12, 1, 3, tzinfo=UTC))
"""The day after the month of the samples."""


@pytest.fixture(scope="module")
def session(module_database_url: str) -> Iterator[Session]:
    """A real commune of four cells, two of which were measured and covered, under the plan of Gia Lộc."""
    with closing(connect(module_database_url, autocommit=True)) as session:
        add_commune(session, Commune(COMMUNE, "Xã Gia Lộc", "Thái Nguyên", 20.87, 106.3))
        boundary = json.dumps(boundary_of(CELLS))
        add_hamlet(session, COMMUNE, Hamlet("thon-1", "Thôn Một", HamletType.THON, 100, boundary=boundary))
        add_site(session, COMMUNE, Site("truong", "Trường", SiteType.SCHOOL, 20.87, 106.3))
        for code in ("probe-1", "probe-2"):
            add_device(session, Device(COMMUNE, code, "signal_probe", state=DeviceState.ACTIVE))
        store(session, join(rows_of(), rows_of(40, cells=(0,))))
        put_profile(session, tomllib.loads(profiles.texts("gia-loc")[0]))
        yield session


@pytest.fixture(scope="module")
def report(session: Session) -> TargetsReport:
    found = commune_targets(session, COMMUNE, ASKED)
    assert found is not None
    return found


def result(report: TargetsReport, id_: str) -> TargetResult:
    return next(one for one in (*report.results, *report.national) if one.target.id == id_)


def test_a_target_of_coverage_is_what_the_coverage_report_says(session: Session, report: TargetsReport) -> None:
    source = commune_coverage(session, COMMUNE, ASKED.days(180), ASKED.rules.coverage)
    five = source.report(Technology.FIVE_G)
    for id_, figure in (("5g-2025", five.area), ("5g-2030", five.area), ("5g-population-2030", five.population)):
        found, target = result(report, id_).found, result(report, id_).target
        assert figure is not None and figure.measured is not None
        assert (found.value, found.low, found.high) == (
            100 * figure.measured,
            100 * figure.interval.low,
            100 * figure.interval.high,
        )
        verdict = verdict_of(figure, target.threshold / 100, five.cells)
        assert (result(report, id_).outcome, found.to_drive) == (verdict.outcome, verdict.to_drive)
        assert verdict.reason == found.reason


def test_priority_sites_are_those_of_the_plan(session: Session, report: TargetsReport) -> None:
    four = commune_coverage(session, COMMUNE, ASKED.days(180), ASKED.rules.coverage).report(Technology.FOUR_G)
    assert [site.code for site in four.site_verdicts] == ["truong"]
    assert four.sites is not None
    assert result(report, "priority-sites").found.high == 100 * four.sites.interval.high


def test_what_is_not_measured_never_decides(report: TargetsReport) -> None:
    assert result(report, "5g-2025").outcome is Outcome.UNDECIDED
    assert result(report, "5g-2025").found.value == 100
    assert result(report, "6g-2035").found.low is None
    assert result(report, "5g-2025").is_overdue and not result(report, "5g-2030").is_overdue


def test_samples_too_old_for_the_rules_say_nothing(session: Session) -> None:
    later = commune_targets(session, COMMUNE, Asked(ASKED.rules, datetime(2027, 12, 1, tzinfo=UTC)))
    assert later is not None
    assert result(later, "5g-2025").found.value is None


def test_a_province_adds_up_the_areas_of_its_real_communes(session: Session) -> None:
    province = profiles.load("tinh-thai-nguyen")
    (found,) = province_targets(session, province, ASKED).results
    five = commune_coverage(session, COMMUNE, ASKED.days(180), ASKED.rules.coverage).report(Technology.FIVE_G)
    area = sum(cell.area_km2 for cell in five.cells)
    assert province.area_km2 is not None and found.found.low is not None and found.found.high is not None
    assert found.found.low == pytest.approx(100 * area * five.area.interval.low / province.area_km2)
    missing = area * (1 - five.area.interval.high)
    assert found.found.high == pytest.approx(100 * (1 - missing / province.area_km2))
    assert found.outcome is Outcome.UNDECIDED


def test_what_is_kept_becomes_the_trend_of_the_next_month(session: Session, report: TargetsReport) -> None:
    assert record(session, report, date(2026, 10, 31)) == len(report.results) + len(report.national)
    kept = list_target_days(session, COMMUNE, since=date(2026, 10, 1), until=date(2026, 10, 31))
    assert {one.target for one in kept if one.profile == "quoc-gia"} == {"5g-population-2030", "gigabit-2030"}
    later = commune_targets(session, COMMUNE, ASKED)
    assert later is not None
    assert [point.day for point in result(later, "5g-2030").trend] == [date(2026, 10, 31), date(2026, 12, 1)]


def test_the_members_of_a_report_are_plain_and_whole(report: TargetsReport) -> None:
    told = json.loads(json.dumps(report_members(report)))
    assert told["counts"] == {outcome.value: count for outcome, count in report.counts.items()}
    assert [one["id"] for one in told["targets"]] == [one.target.id for one in report.results]
    assert told["places_are_sample"] is False and told["notes"] == []


def test_a_commune_without_a_plan_has_no_targets(session: Session) -> None:
    assert commune_targets(session, "nowhere", ASKED) is None
