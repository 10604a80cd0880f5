"""The route of the loss ledger."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import cursors
from api.access import needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    CommuneQuery,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
)
from api.dead_letters import DeviceQuery
from api.errors import ApiProblem, Problem
from api.schemas_data import LedgerEntry, LedgerPage, LedgerTotals
from devices.model import Text
from devices.people import Role
from storage import ledger_view

router = APIRouter(prefix=PREFIX, tags=["losses"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

_COUNTS = tuple(field.name for field in dataclass_fields(ledger_view.LedgerSums))


def _counts(sums: ledger_view.LedgerSums) -> dict[str, Any]:
    return {name: getattr(sums, name) for name in _COUNTS} | {"difference": sums.difference}


@router.get("/ledger", responses=problems(400, 422))
def ledger(
    request: Request,
    response: Response,
    context: Ctx,
    from_day: Annotated[date | None, Query(description="First day, UTC+7.", examples=["2026-11-01"])] = None,
    to_day: Annotated[date | None, Query(description="Last day, UTC+7.", examples=["2026-11-30"])] = None,
    commune: CommuneQuery = None,
    device: DeviceQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> LedgerPage:
    """The loss ledger: for each device and day of receipt, received = stored + duplicate + dead-lettered."""
    if from_day is not None and to_day is not None and from_day > to_day:
        raise ApiProblem(
            Problem.BAD_RANGE,
            Text(f"from_day {from_day} sau to_day {to_day}.", f"from_day {from_day} is after to_day {to_day}."),
            allowed={"order": "from_day is not after to_day"},
        )
    place = cursors.decode(cursor, cursors.scope_of(request), (str, int)) if cursor else None
    wanted = ledger_view.LedgerFilter(from_day=from_day, to_day=to_day, commune=commune, device=device)
    with context.reader.session() as connection:
        rows = ledger_view.ledger_rows(
            connection,
            wanted,
            limit=limit + 1,
            after=(date.fromisoformat(str(place[0])), int(place[1])) if place else None,
        )
        sums = ledger_view.ledger_sums(connection, wanted)
        in_hand = ledger_view.in_hand(connection)
        dropped = ledger_view.dropped_by_broker(connection, wanted)
    more = rows[limit - 1] if len(rows) > limit else None
    return LedgerPage(
        totals=LedgerTotals(**_counts(sums), in_hand=in_hand, dropped_by_broker=dropped),
        items=[LedgerEntry(**_counts(r), day=r.day, commune=r.commune, device=r.device) for r in rows[:limit]],
        next_cursor=next_page(request, response, (more.day.isoformat(), more.device_id) if more else None),
    )
