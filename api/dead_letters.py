"""Routes about what was set aside."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import cursors
from api.access import needs
from api.context import (
    DEFAULT_LIMIT,
    LARGEST_ID,
    PREFIX,
    SLUG_PATTERN,
    CommuneQuery,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
)
from api.errors import ApiProblem, Problem
from api.schemas import Words
from api.schemas_data import DeadLetterAnswer, DeadLetterDetail, DeadLetterPage
from api.times import TIME_FORM, parse_optional_time
from devices.model import Text
from devices.people import Role
from devices.reasons import REASONS, Reason
from storage import set_aside

router = APIRouter(prefix=PREFIX, tags=["losses"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

DeviceQuery = Annotated[str | None, Query(pattern=SLUG_PATTERN, description="Only the device of this code.")]


@router.get("/dead-letters", responses=problems(400, 422))
def list_dead_letters(
    request: Request,
    response: Response,
    context: Ctx,
    reason: Annotated[Reason | None, Query(description="Only this reason.")] = None,
    state: Annotated[set_aside.LetterState | None, Query(description="Only this state.")] = None,
    commune: CommuneQuery = None,
    device: DeviceQuery = None,
    start: Annotated[str | None, Query(alias="from", description=f"Received from: {TIME_FORM}.")] = None,
    end: Annotated[str | None, Query(alias="to", description=f"Received before: {TIME_FORM}.")] = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> DeadLetterPage:
    """What was set aside and why, newest first, without the payloads."""
    place = cursors.decode(cursor, cursors.scope_of(request), (int,)) if cursor else None
    wanted = set_aside.DeadLetterFilter(
        reason=reason,
        state=state,
        commune=commune,
        device=device,
        start=parse_optional_time("from", start),
        end=parse_optional_time("to", end),
    )
    with context.reader.session() as connection:
        found = set_aside.list_dead_letters(
            connection, wanted, limit=limit + 1, before=int(place[0]) if place else None
        )
    more = found[limit - 1] if len(found) > limit else None
    return DeadLetterPage(
        items=[DeadLetterAnswer(**_members(row)) for row in found[:limit]],
        next_cursor=next_page(request, response, (more.dead_letter_id,) if more else None),
    )


@router.get("/dead-letters/{id}", responses=problems(404, 422))
def get_dead_letter(
    context: Ctx,
    id: Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[42])],
) -> DeadLetterDetail:
    """One dead letter with its payload as it came: in base64, and as text where it is UTF-8."""
    with context.reader.session() as connection:
        found = set_aside.get_dead_letter(connection, id)
    if found is None:
        raise ApiProblem(
            Problem.UNKNOWN_DEAD_LETTER,
            Text(f"Không có bản tin để riêng số {id}.", f"There is no dead letter {id}."),
            allowed=f"{PREFIX}/dead-letters",
        )
    row, payload = found
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = None
    return DeadLetterDetail(**_members(row), payload_base64=b64encode(payload).decode(), payload_text=text)


def _members(row: set_aside.DeadLetterRow) -> dict[str, Any]:
    reason = Reason(row.reason)
    return {
        "id": row.dead_letter_id,
        "received_at": row.received_at,
        "level": row.level,
        "reason": reason,
        "reason_text": Words.of(REASONS[reason][1]),
        "detail": row.detail,
        "topic": row.topic,
        "commune": row.commune,
        "device": row.device,
        "reading_index": row.reading_index,
        "field": row.field,
        "value": row.value,
        "state": row.state,
        "state_changed_at": row.state_changed_at,
        "payload_bytes": row.payload_bytes,
    }
