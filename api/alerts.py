"""Routes of alerts: look through them, take them on, silence them, talk about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from alerts.rules import BY_NAME, Severity
from api import cursors
from api.access import Caller, needs
from api.context import (
    DEFAULT_LIMIT,
    LARGEST_ID,
    PREFIX,
    CommuneQuery,
    Context,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
)
from api.errors import ApiProblem, Problem
from api.registering import changing
from api.schemas import Words
from api.schemas_alerts import (
    AlertAnswer,
    AlertCommentAnswer,
    AlertCommentRequest,
    AlertDetail,
    AlertPage,
    AlertSilence,
)
from api.versions import ExpectedVersions, etag
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage import alert_desk
from storage.alert_desk import AlertFilter, AlertState, DeskAlert

LONGEST_SILENCE = timedelta(days=31)

reads = APIRouter(prefix=PREFIX, tags=["alerts"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])
router = APIRouter(
    prefix=PREFIX, tags=["alerts"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
Operator = Annotated[Caller, needs(Role.OPERATOR)]
AlertPath = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the alert.", examples=[42])]
CHANGES = (403, 404, 413, 415, 422)


@reads.get("/alerts", responses=problems(400, 422))
def list_alerts(
    request: Request,
    response: Response,
    context: Ctx,
    state: Annotated[AlertState | None, Query(description="Only those that stand so.")] = None,
    rule: Annotated[str | None, Query(pattern="^[a-z0-9_]{1,40}$", description="Only of this rule.")] = None,
    severity: Annotated[Severity | None, Query(description="Only of this gravity.")] = None,
    commune: CommuneQuery = None,
    subject: Annotated[
        str | None,
        Query(
            pattern=r"^[^\x00-\x1f\x7f]{1,200}$",
            description="Only about this subject or member.",
            examples=["gia-loc/wl-001"],
        ),
    ] = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> AlertPage:
    """Alerts, the newest first."""
    place = cursors.decode(cursor, cursors.scope_of(request), (int,)) if cursor else None
    wanted = AlertFilter(state, rule, severity, commune, subject)
    now = context.now()
    with context.reader.session() as connection:
        found = alert_desk.find_alerts(
            connection, wanted, now, limit=limit + 1, before=int(place[0]) if place else None
        )
    last = found[limit - 1] if len(found) > limit else None
    return AlertPage(
        items=[AlertAnswer(**alert_members(context, alert)) for alert in found[:limit]],
        next_cursor=next_page(request, response, (last.alert_id,) if last else None),
    )


@reads.get("/alerts/{id}", responses=problems(404, 422))
def get_alert(response: Response, context: Ctx, id: AlertPath) -> AlertDetail:
    """One alert with what was said of it. The ETag is its version, which rises with what people do and with its end."""
    with context.reader.session() as connection:
        alert = _found(alert_desk.get_alert(connection, id, context.now()), id)
        comments = alert_desk.comments_of(connection, id)
    response.headers["ETag"] = etag(alert.version)
    return AlertDetail(
        **alert_members(context, alert),
        comments=[AlertCommentAnswer(at=one.at, author=one.author, text=one.text) for one in comments],
    )


@router.post("/alerts/{id}/acknowledge", responses=problems(*CHANGES))
def acknowledge_alert(response: Response, context: Ctx, caller: Operator, id: AlertPath) -> AlertDetail:
    """Take an alert on. The first who does stands; a second call changes nothing and says who it was."""
    with changing(context, caller) as session:
        _found(alert_desk.get_alert(session, id, context.now()), id)
        alert_desk.acknowledge(session, id, caller.name, context.now())
    return get_alert(response, context, id)


@router.post("/alerts/{id}/silence", responses=problems(*CHANGES, 412, 428))
def silence_alert(
    response: Response, context: Ctx, caller: Operator, expected: ExpectedVersions, id: AlertPath, request: AlertSilence
) -> AlertDetail:
    """Tell nobody of an alert until a moment, or with null from now on again.

    One of the same rule and subject that opens again meanwhile is silenced too.
    """
    now = context.now()
    if request.until is not None and (request.until.tzinfo is None or not now < request.until <= now + LONGEST_SILENCE):
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text(
                "until phải có múi giờ, sau lúc này và trong vòng 31 ngày.",
                "until must have an offset, be later than now, and within 31 days.",
            ),
            allowed={"until": f"to {(now + LONGEST_SILENCE).isoformat()}"},
        )
    with context.reader.session() as connection:
        _found(alert_desk.get_alert(connection, id, now), id)
    with changing(context, caller, current=lambda: _current(context, id)) as session:
        alert_desk.silence(session, id, caller.name, request.until, expected=expected)
    return get_alert(response, context, id)


@router.post("/alerts/{id}/comments", status_code=201, responses=problems(*CHANGES))
def comment_alert(
    response: Response, context: Ctx, caller: Operator, id: AlertPath, request: AlertCommentRequest
) -> AlertDetail:
    """Say something of an alert, for those who look at it next."""
    with changing(context, caller) as session:
        _found(alert_desk.get_alert(session, id, context.now()), id)
        alert_desk.add_comment(session, id, caller.name, request.text, context.now())
    return get_alert(response, context, id)


def _current(context: Context, id: int) -> tuple[int, dict[str, Any]]:
    with context.reader.session() as connection:
        alert = _found(alert_desk.get_alert(connection, id, context.now()), id)
    return alert.version, AlertAnswer(**alert_members(context, alert)).model_dump(mode="json")


def _found(alert: DeskAlert | None, id: int) -> DeskAlert:
    if alert is None:
        raise ApiProblem(
            Problem.UNKNOWN_ALERT,
            Text(f"Không có cảnh báo số {id}.", f"There is no alert {id}."),
            allowed=f"{PREFIX}/alerts",
        )
    return alert


def alert_members(context: Context, alert: DeskAlert) -> dict[str, Any]:
    """The members of an AlertAnswer."""
    rule = BY_NAME.get(alert.kind)
    same = (
        "severity", "subject", "commune", "device", "members", "opened_at", "seen_at", "closed_at",
        "acknowledged_at", "acknowledged_by", "silenced_until", "silenced_by",
    )  # fmt: skip
    return {name: getattr(alert, name) for name in same} | {
        "id": alert.alert_id,
        "state": alert.state(context.now()),
        "rule": alert.kind,
        "title": Words.of(rule.title) if rule else Words(vi=alert.kind, en=alert.kind),
        "detail": Words(vi=alert.detail_vi, en=alert.detail_en),
    }
