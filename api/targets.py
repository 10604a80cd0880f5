"""The routes of targets: what a plan promised, and what it comes to today."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from fastapi import APIRouter, Depends

from api.access import needs
from api.context import PREFIX, CommunePath, Context, Ctx, check_parameter_names, problems, require_commune
from api.schemas import Words
from api.schemas_targets import CommuneTargetsAnswer, TargetsAnswer, TargetsOverview
from devices import profiles
from devices.people import Role
from devices.profile import Level
from reports.coverage.words import Outcome
from reports.targets import Asked, commune_targets, province_targets
from reports.targets_told import report_members
from storage.fleet import list_communes
from storage.profiles import list_profiles
from storage.reader import ReadConnection
from storage.target_days import list_target_days

router = APIRouter(prefix=PREFIX, tags=["targets"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

KEPT = timedelta(days=31)
"""What was kept longer ago does not stand for how a commune is today."""
NO_PLAN = Words(
    vi="Xã chưa áp dụng hồ sơ chỉ tiêu nào (commune profile apply).",
    en="No plan applies to this commune (commune profile apply).",
)


@router.get("/communes/{commune}/targets", responses=problems(404, 422))
def targets_of_commune(context: Ctx, commune: CommunePath) -> TargetsAnswer:
    """Every target of a commune's plan with today's value, bounds, evidence, verdict, trend and outlook.

    A verdict compares bounds that hold all that is not known: `dat` when even the worse one is on the right side,
    `chua_dat` when even the better one is not, else `chua_du_can_cu`.
    """
    asked = _asked(context)
    with context.reader.session() as connection:
        require_commune(connection, commune)
        report = commune_targets(connection, commune, asked)
        if report is None:
            return _without_plan(connection, commune, context)
    return TargetsAnswer(**report_members(report))


@router.get("/targets", responses=problems(422))
def targets_overview(context: Ctx) -> TargetsOverview:
    """The roll-up of each province whose plan is known and that has communes here, and how its communes stand.

    Of a province's area, what is not measured or not registered may be covered or not, and the bounds say so.
    """
    asked = _asked(context)
    with context.reader.session() as connection:
        communes = list_communes(connection)
        plans = {applied.profile.code: applied.profile for applied in list_profiles(connection)}
        shipped = {code: profiles.load(code) for code in profiles.names()}
        here = {commune.province for commune in communes}
        provinces = [
            profile
            for profile in (shipped | plans).values()
            if profile.level is Level.PROVINCE and profile.province in here
        ]
        rolled = [province_targets(connection, profile, asked) for profile in provinces]
        standing = [
            _standing(connection, commune.code, commune.name, commune.province, asked)
            for commune in communes
            if commune.code in plans
        ]
    return TargetsOverview(provinces=[TargetsAnswer(**report_members(report)) for report in rolled], communes=standing)


def _asked(context: Context) -> Asked:
    return Asked(context.report_rules, context.now())


def _standing(connection: ReadConnection, code: str, name: str, province: str, asked: Asked) -> CommuneTargetsAnswer:
    kept = list_target_days(connection, code, since=asked.today - KEPT, until=asked.today)
    own = [one for one in kept if one.profile == code]
    newest = max((one.day for one in own), default=None)
    counts = Counter(Outcome(one.outcome) for one in own if one.day == newest)
    return CommuneTargetsAnswer(
        commune=code,
        name=name,
        province=province,
        day=newest,
        counts={outcome: counts[outcome] for outcome in Outcome} if newest else {},
    )


def _without_plan(connection: ReadConnection, code: str, context: Context) -> TargetsAnswer:
    (commune,) = (one for one in list_communes(connection) if one.code == code)
    return TargetsAnswer(
        scope=code,
        name=commune.name,
        level=Level.COMMUNE,
        province=commune.province,
        at=context.now(),
        places_are_sample=commune.is_sample,
        periods=[],
        counts=dict.fromkeys(Outcome, 0),
        targets=[],
        national=[],
        notes=[NO_PLAN],
    )
