"""`commune targets`: every target of a plan with today's value, its evidence, the verdict and the outlook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail, open_database
from commune.parts import report_rules
from commune.settings import SettingsError, read_settings
from devices import profiles
from devices.profile import Level, Profile
from reports.coverage.words import OUTCOME_NAMES
from reports.targets import Asked, commune_targets, province_targets, record
from reports.targets_measured import percent
from reports.targets_told import report_members, sentence, summary
from reports.targets_types import Found, TargetResult, TargetsReport
from storage.connect import Session
from storage.profiles import list_profiles


def targets(
    commune: Annotated[str | None, typer.Option(help="Code of a commune. Unset: every commune with a plan.")] = None,
    province: Annotated[str | None, typer.Option(help="Code of a province's profile: the roll-up of communes.")] = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="What each value rests on, too.")] = False,
    keep: Annotated[bool, typer.Option("--record", help="Keep today's values, of which the trend is made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Every target of a plan: today's value, verdict, evidence, trend and outlook.

    `commune maintain` keeps today's values by itself once a day. Bounds hold what is not known: a verdict is given only
    where they allow it.
    """
    try:
        settings = read_settings()
        rules = report_rules(settings)
        asked = Asked(rules, datetime.now(UTC))
    except SettingsError as error:
        fail(str(error), 2)
    with open_database(settings) as session:
        found = _reports(session, commune, province, asked)
        for report in found if keep else ():
            record(session, report, asked.today)
    if as_json:
        echo_json([report_members(report) for report in found])
        return
    for report in found:
        _print(report, evidence=evidence)


def _reports(session: Session, commune: str | None, province: str | None, asked: Asked) -> list[TargetsReport]:
    if province is not None:
        return [province_targets(session, _province(session, province), asked)]
    plans = [applied.profile for applied in list_profiles(session) if applied.profile.level is Level.COMMUNE]
    codes = [plan.code for plan in plans if commune in (None, plan.code)]
    if not codes:
        known = ", ".join(plan.code for plan in plans) or "–"
        wanted = "" if commune is None else f" {commune!r}"
        fail(
            f"chưa áp dụng hồ sơ chỉ tiêu cho xã{wanted}; có: {known}. Xem `commune profile apply` / "
            f"no plan applies to commune{wanted}; there are: {known}. See `commune profile apply`"
        )
    reports = [commune_targets(session, code, asked) for code in codes]
    return [report for report in reports if report is not None]


def _province(session: Session, code: str) -> Profile:
    applied = [one.profile for one in list_profiles(session, code) if one.profile.level is Level.PROVINCE]
    shipped = [profiles.load(name) for name in profiles.names()]
    known = [*applied, *(one for one in shipped if one.level is Level.PROVINCE)]
    found = next((one for one in known if one.code == code), None)
    if found is None:
        fail(f"không có hồ sơ tỉnh {code!r}; có: {', '.join(one.code for one in known)} / there is no such province")
    return found


def _print(report: TargetsReport, *, evidence: bool) -> None:
    counts = summary(report.counts)
    typer.echo(f"{report.name}: {counts.vi} / {counts.en}")
    for note in report.notes:
        typer.echo(f"  ! {note.vi} / {note.en}")
    for result in report.results:
        _print_result(result, evidence=evidence)
    if report.national:
        typer.echo("  Mục tiêu quốc gia / National goals")
    for result in report.national:
        _print_result(result, evidence=evidence)


def _print_result(result: TargetResult, *, evidence: bool) -> None:
    target = result.target
    late = " QUÁ HẠN / OVERDUE" if result.is_overdue else ""
    typer.echo(f"  {target.id:22} {OUTCOME_NAMES[result.outcome].vi:15} {_value(result.found, target.unit)}{late}")
    typer.echo(f"    {target.title.vi}: {sentence(result).vi}. {target.source.document}{_part(target.source.part)}")
    typer.echo(f"    {result.reason.vi}")
    if result.outlook is not None:
        typer.echo(f"    Triển vọng: {result.outlook.reason.vi}")
    for one in result.found.evidence if evidence else ():
        typer.echo(f"      - {one.title.vi}: {one.value.vi}")


def _value(found: Found, unit: str) -> str:
    if found.low is None or found.high is None:
        return "–"
    if unit != "%":
        return f"{found.low:g}" if found.low == found.high else f"{found.low:g}–{found.high:g}"
    if found.low == found.high:
        return percent(found.low).vi
    value = "" if found.value is None else f"{percent(found.value).vi}, "
    return f"{value}{percent(found.low).vi} – {percent(found.high).vi}"


def _part(part: str) -> str:
    return f", {part}" if part else ""
