"""The targets of a plan, judged today: each from its own source, none guessed.

A verdict compares bounds, never a best guess: **ĐẠT** when even the worse bound is on the right side of the threshold,
**CHƯA ĐẠT** when even the better one is not, else **CHƯA ĐỦ CĂN CỨ**. What is counted has no bounds, and is one or the
other. The trend is made of the last value of each month that was kept then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from devices import profiles
from devices.model import Text
from devices.profile import Comparison, Indicator, Level, Profile, Target
from reports.coverage.summary import CoverageReport
from reports.coverage.words import OUTCOME_NAMES, Outcome
from reports.targets_measured import MemberShare, area_of, roll_up, technology_of, unmeasurable
from reports.targets_projection import Outlook, outlook
from reports.targets_sources import Asked, Sources
from reports.targets_types import Found, Point, TargetResult, TargetsReport
from storage.connect import Session
from storage.places import list_communes
from storage.profiles import list_profiles, read_profile
from storage.target_days import TargetDay, list_target_days, put_target_days

__all__ = ["Asked", "commune_targets", "outcome_of", "province_targets", "record"]

CONTINUOUS = (Indicator.COVERAGE, Indicator.DEAD_SPOTS, Indicator.DATA_QUALITY, Indicator.DECLARED)
"""What changes little by little, so that a line through its months says something."""


def commune_targets(session: Session, commune: str, asked: Asked) -> TargetsReport | None:
    """The targets of a commune's plan, with the nation's goals beside them; None where no plan applies to it."""
    profile = read_profile(session, commune)
    if profile is None or profile.level is not Level.COMMUNE:
        return None
    sources = Sources(session, commune, profile, asked)
    history = _History(list_target_days(session, commune, since=_since(asked), until=asked.today))
    nation = profiles.national()
    notes = []
    if profile.places.is_sample:
        notes.append(
            Text(
                "Ranh giới, thôn, dân số hoặc địa điểm còn là dữ liệu mẫu: số liệu chỉ để chạy thử.",
                "Boundary, hamlets, population or sites are made up: the figures are for trials only.",
            )
        )
    return TargetsReport(
        scope=commune,
        name=profile.name,
        at=asked.now,
        profile=profile,
        results=tuple(
            _judge(profile.code, target, sources.found(target), history, asked) for target in profile.targets
        ),
        national=tuple(_judge(nation.code, target, sources.found(target), history, asked) for target in nation.targets),
        notes=tuple(notes),
    )


def province_targets(session: Session, province: Profile, asked: Asked) -> TargetsReport:
    """The targets of a province's plan: a roll-up of its communes that are registered.

    Made-up communes count only where there is no real one; it is said.
    """
    members = [commune for commune in list_communes(session) if commune.province == province.province]
    real = [commune for commune in members if not commune.is_sample]
    notes = []
    if members and not real:
        notes.append(
            Text("Chỉ có xã mẫu: số liệu để chạy thử.", "There are only made-up communes: figures for trials.")
        )
    plans = {applied.profile.code: applied.profile for applied in list_profiles(session)}
    sources = [(one.name, Sources(session, one.code, plans.get(one.code), asked)) for one in real or members]
    history = _History(list_target_days(session, province.code, since=_since(asked), until=asked.today))
    results = []
    for target in province.targets:
        technology = technology_of(target)
        if target.indicator is not Indicator.COVERAGE or technology is None:
            found = unmeasurable(target)
        else:
            shares = [_member(name, source.coverage(technology, None)) for name, source in sources]
            found = roll_up(shares, province.area_km2, province.communes)
        results.append(_judge(province.code, target, found, history, asked))
    return TargetsReport(province.code, province.name, asked.now, province, tuple(results), (), tuple(notes))


def record(session: Session, report: TargetsReport, today: date) -> int:
    """Keep what each target came to today, for the trend; returns how many were kept."""
    days = [
        TargetDay(one.plan, one.target.id, today, one.found.value, one.found.low, one.found.high, one.outcome.value)
        for one in (*report.results, *report.national)
    ]
    put_target_days(session, report.scope, days)
    return len(days)


def outcome_of(target: Target, found: Found) -> Outcome:
    """The verdict on what was found."""
    if found.low is None or found.high is None:
        return Outcome.UNDECIDED
    at_least = target.comparison is Comparison.AT_LEAST
    worse, better = (found.low, found.high) if at_least else (found.high, found.low)
    # Shares are computed from 0 to 1: what a double lacks in the twelfth decimal does not decide.
    slack = 1e-9 if at_least else -1e-9
    if target.reached_by(worse + slack):
        return Outcome.MET
    return Outcome.UNDECIDED if target.reached_by(better + slack) else Outcome.NOT_MET


class _History:
    """What targets came to, as it was kept."""

    def __init__(self, days: Iterable[TargetDay]) -> None:
        self._days: dict[tuple[str, str], list[Point]] = {}
        for one in days:
            if one.value is not None:
                self._days.setdefault((one.profile, one.target), []).append(Point(one.day, one.value))

    def months(self, plan: str, target: str, today: date, value: float | None) -> tuple[Point, ...]:
        """The last value of each month, and today's in place of this month's."""
        last = {(point.day.year, point.day.month): point for point in self._days.get((plan, target), ())}
        if value is not None:
            last[today.year, today.month] = Point(today, value)
        return tuple(last[month] for month in sorted(last))


def _judge(plan: str, target: Target, found: Found, history: _History, asked: Asked) -> TargetResult:
    outcome = outcome_of(target, found)
    trend = history.months(plan, target.id, asked.today, found.value)
    left = None if target.deadline is None else (target.deadline - asked.today).days
    return TargetResult(
        plan=plan,
        target=target,
        found=found,
        outcome=outcome,
        reason=_reason(outcome, found),
        days_left=left,
        trend=trend,
        outlook=_outlook(target, trend, outcome, asked) if left is not None and left >= 0 else None,
    )


def _outlook(target: Target, trend: Sequence[Point], outcome: Outcome, asked: Asked) -> Outlook | None:
    if outcome is Outcome.MET or target.deadline is None or target.indicator not in CONTINUOUS or not trend:
        return None
    return outlook(
        [(point.day, point.value) for point in trend],
        deadline=target.deadline,
        today=asked.today,
        threshold=target.threshold,
        at_least=target.comparison is Comparison.AT_LEAST,
        largest=100.0 if target.unit == "%" else None,
    )


def _reason(outcome: Outcome, found: Found) -> Text:
    name = OUTCOME_NAMES[outcome]
    return Text(f"{name.vi}: {_low(found.reason.vi)}", f"{name.en}: {_low(found.reason.en)}")


def _low(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence


def _member(name: str, report: CoverageReport | None) -> MemberShare:
    return MemberShare(name, 0.0 if report is None else area_of(report), report)


def _since(asked: Asked) -> date:
    return asked.today - timedelta(days=31 * asked.rules.targets.history_months)
