"""Routes of the rules of alerts, and of what is set otherwise for a place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from alerts.rules import BY_NAME, OFFLINE, RULES, Rule
from api.access import Caller, needs
from api.context import PREFIX, Ctx, check_parameter_names, problems
from api.errors import ApiProblem, Problem, close_to, shown
from api.registering import changing
from api.schemas import Words
from api.schemas_alerts import (
    AlertOverrideAnswer,
    AlertOverrideList,
    AlertOverridePlace,
    AlertOverrideRequest,
    AlertOverrideUndone,
    AlertRuleAnswer,
    AlertRuleList,
)
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage import alert_desk
from storage.alert_desk import AlertOverride

reads = APIRouter(prefix=PREFIX, tags=["alerts"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])
router = APIRouter(
    prefix=PREFIX, tags=["alerts"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
Operator = Annotated[Caller, needs(Role.OPERATOR)]
CHANGEABLE = [rule.name for rule in RULES if rule.is_about_readings or rule is OFFLINE]
"""Rules whose numbers a place may set; the others are about more than one place."""


@reads.get("/alert-rules", responses=problems(422))
def list_rules() -> AlertRuleList:
    """Every rule, with what to do in Vietnamese and in English."""
    return AlertRuleList(items=[_rule(rule) for rule in RULES])


@reads.get("/alert-overrides", responses=problems(422))
def list_overrides(context: Ctx) -> AlertOverrideList:
    """What is set otherwise, and where: flood levels of gauges among it."""
    with context.reader.session() as connection:
        found = alert_desk.list_overrides(connection)
    return AlertOverrideList(items=[_override(one, one.alert_override_id) for one in found])


@router.put("/alert-overrides", responses=problems(403, 404, 413, 415, 422))
def put_override(context: Ctx, caller: Operator, request: AlertOverrideRequest) -> AlertOverrideAnswer:
    """Set a rule otherwise for a commune, a hamlet or a device; what was set there before is replaced.

    The most exact place counts, number by number: that of the device, then of its hamlet, then of the commune.
    """
    if request.rule not in CHANGEABLE:
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text(
                f"Không thể đặt riêng quy tắc {shown(request.rule)!r}.",
                f"The rule {shown(request.rule)!r} cannot be set for a place.",
            ),
            allowed=CHANGEABLE,
            did_you_mean=close_to(request.rule, BY_NAME),
        )
    if request.hamlet is not None and request.device is not None:
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text("Chỉ nêu thôn hoặc thiết bị.", "Name a hamlet or a device, not both."),
            allowed=["hamlet", "device"],
        )
    override = AlertOverride(**request.model_dump())
    with changing(context, caller) as session:
        number = alert_desk.put_override(session, override)
    if number is None:
        raise ApiProblem(
            Problem.UNKNOWN_DEVICE
            if request.device
            else Problem.UNKNOWN_HAMLET
            if request.hamlet
            else Problem.UNKNOWN_COMMUNE,
            Text("Không có nơi này trong danh bạ.", "There is no such place in the registry."),
            allowed=f"{PREFIX}/communes",
        )
    return _override(override, number)


@router.delete("/alert-overrides/{id}", status_code=204, responses=problems(403, 404, 422))
def delete_override(
    context: Ctx,
    caller: Operator,
    id: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number.", examples=[7])],
) -> Response:
    """Let a place have the rule as it is again."""
    with changing(context, caller) as session:
        if not alert_desk.delete_override(session, id):
            raise ApiProblem(
                Problem.UNKNOWN_ALERT,
                Text(f"Không có thiết lập số {id}.", f"There is no override {id}."),
                allowed=f"{PREFIX}/alert-overrides",
            )
    return Response(status_code=204)


@router.post("/alert-rules/undo", responses=problems(403, 404, 413, 415, 422))
def undo_override(context: Ctx, caller: Operator, request: AlertOverridePlace) -> AlertOverrideUndone:
    """Take the last change of a place's setting back: what was set before is set again, or nothing where nothing was.

    The audit trail says what was there. Undoing twice is doing it again.
    """
    with changing(context, caller) as session:
        was_there, override = alert_desk.undo_override(
            session, request.rule, request.commune, request.hamlet, request.device
        )
    if not was_there:
        raise ApiProblem(
            Problem.UNKNOWN_ALERT,
            Text("Ở đây chưa có gì để hoàn tác.", "Nothing was ever set here that could be undone."),
            allowed=f"{PREFIX}/alert-overrides",
        )
    return AlertOverrideUndone(override=_override(override, override.alert_override_id) if override else None)


def _rule(rule: Rule) -> AlertRuleAnswer:
    return AlertRuleAnswer(
        name=rule.name,
        severity=rule.severity,
        title=Words.of(rule.title),
        advice=Words.of(rule.advice),
        kinds=list(rule.kinds),
        field=rule.field or None,
        measure=rule.measure,
        window_seconds=rule.window_seconds,
        side=rule.side,
        threshold=rule.limits.threshold,
        margin=rule.limits.margin,
        hold_seconds=rule.limits.hold_seconds,
    )


def _override(override: AlertOverride, number: int) -> AlertOverrideAnswer:
    members = asdict(override)
    del members["alert_override_id"]
    return AlertOverrideAnswer(id=number, **members)
