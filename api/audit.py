"""The route of the audit trail: who changed what and when."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api import cursors
from api.access import needs
from api.context import DEFAULT_LIMIT, PREFIX, Ctx, CursorQuery, LimitQuery, check_parameter_names, next_page, problems
from api.schemas import EXAMPLE_TIME, NextCursor, Schema
from api.times import TIME_FORM, parse_optional_time
from devices.people import Role
from storage import audit

router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.OPERATOR), Depends(check_parameter_names)]
)

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
WORD = r"^[^\x00-\x1f\x7f]{1,200}$"


class SubjectKind(StrEnum):
    """What changes of are written down."""

    COMMUNE = "commune"
    HAMLET = "hamlet"
    SITE = "site"
    DEVICE = "device"
    DEVICE_PHOTO = "device_photo"
    BROKER_ACCOUNT = "broker_account"
    PERSON = "person"
    ALERT = "alert"
    ALERT_COMMENT = "alert_comment"
    ALERT_OVERRIDE = "alert_override"
    API_TOKEN = "api_token"  # noqa: S105 - the name of a table


class AuditEntryAnswer(Schema):
    """A change of one thing. `before` and `after` hold only what changed; a secret is never shown."""

    id: int = Field(examples=[4711])
    at: datetime = Field(examples=[EXAMPLE_TIME])
    actor: str = Field(description="Who asked for it.", examples=["person:lan"])
    account: str = Field(description="The account of the database that did it.", examples=["commune_registry"])
    action: str = Field(description="created, changed, swapped, replaced or deleted.", examples=["changed"])
    subject_kind: str = Field(examples=["device"])
    subject: str = Field(description="Its code.", examples=["gia-loc/den-101"])
    before: dict[str, Any] | None = Field(description="Null for what is new.", examples=[{"state": "active"}])
    after: dict[str, Any] | None = Field(description="Null for what was deleted.", examples=[{"state": "maintenance"}])
    note: str | None = Field(description="Why, in the words of who asked.", examples=["thay bộ nguồn"])


class AuditPage(Schema):
    """Changes, the newest first."""

    items: list[AuditEntryAnswer]
    next_cursor: NextCursor


@router.get("/audit", responses=problems(400, 422))
def list_audit(
    request: Request,
    response: Response,
    context: Ctx,
    subject_kind: Annotated[SubjectKind | None, Query(description="Only of things of this kind.")] = None,
    subject: Annotated[
        str | None, Query(pattern=WORD, description="Only of the thing of this code.", examples=["gia-loc/den-101"])
    ] = None,
    actor: Annotated[str | None, Query(pattern=WORD, description="Only by this one.", examples=["person:lan"])] = None,
    action: Annotated[
        str | None, Query(pattern=r"^[a-z_]{1,40}$", description="Only of this sort.", examples=["swapped"])
    ] = None,
    start: Annotated[str | None, Query(alias="from", description=f"Changed from: {TIME_FORM}.")] = None,
    end: Annotated[str | None, Query(alias="to", description=f"Changed before: {TIME_FORM}.")] = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> AuditPage:
    """Who changed what and when, newest first. Nobody can edit it, this API neither."""
    place = cursors.decode(cursor, cursors.scope_of(request), (int,)) if cursor else None
    wanted = audit.AuditFilter(
        subject_kind=subject_kind,
        subject=subject,
        actor=actor,
        action=action,
        start=parse_optional_time("from", start),
        end=parse_optional_time("to", end),
    )
    with context.reader.session() as connection:
        found = audit.list_audit(connection, wanted, limit=limit + 1, before=int(place[0]) if place else None)
    more = found[limit - 1] if len(found) > limit else None
    return AuditPage(
        items=[_answer(entry) for entry in found[:limit]],
        next_cursor=next_page(request, response, (more.audit_id,) if more else None),
    )


def _answer(entry: audit.AuditEntry) -> AuditEntryAnswer:
    return AuditEntryAnswer(
        id=entry.audit_id,
        at=entry.at,
        actor=entry.actor,
        account=entry.account,
        action=entry.action,
        subject_kind=entry.subject_kind,
        subject=entry.subject,
        before=_in_utc(entry.before),
        after=_in_utc(entry.after),
        note=entry.note,
    )


def _in_utc(members: dict[str, Any] | None) -> dict[str, Any] | None:
    """The members with their times as all answers write them; the database keeps them in JSON with +00:00."""
    if members is None:
        return None
    return {
        name: value.replace("+00:00", "Z") if isinstance(value, str) and _TIME.fullmatch(value) else value
        for name, value in members.items()
    }
