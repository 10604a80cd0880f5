"""Routes that repair dead letters: replay them, or give them up."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Depends, Response

from api.access import needs
from api.context import PREFIX, Context, Ctx, check_parameter_names, problems
from api.errors import ApiProblem, Problem
from api.schemas_repair import DiscardAnswer, RepairRequest, ReplayAnswer
from api.times import parse_optional_time
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage.errors import RepairNotAllowed
from storage.repairs import Repairs
from storage.set_aside import DeadLetterFilter, LetterState

logger = logging.getLogger(__name__)

router = APIRouter(
    prefix=PREFIX, tags=["losses"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)

STATUSES = (403, 413, 415, 422)
NAMING = ("ids", "reason", "commune", "device", "start", "end")
"""The members of a request of which there must be one."""


@router.post("/dead-letters/replay", dependencies=[needs(Role.TECHNICIAN)], responses=problems(*STATUSES))
def replay_dead_letters(response: Response, context: Ctx, request: RepairRequest) -> ReplayAnswer:
    """Read dead letters anew by what is registered and declared now.

    Those that are in order become readings of their own time. A message is replayed with all of its dead letters.
    """
    response.headers["Cache-Control"] = "no-store"
    try:
        done, next_after = _repairs(context).replay(
            _wanted(request), limit=request.limit, after=request.after, dry_run=request.dry_run
        )
    except RepairNotAllowed as error:
        raise _not_allowed() from error
    if done.settled and not request.dry_run:
        logger.info("%d dead letters were settled by a replay: %d readings", done.settled, done.readings)
    return ReplayAnswer(
        dry_run=request.dry_run,
        messages=done.messages,
        settled=done.settled,
        still_open=done.still_open,
        readings=done.readings,
        elsewhere=done.elsewhere,
        next_after=next_after,
    )


@router.post("/dead-letters/discard", dependencies=[needs(Role.OPERATOR)], responses=problems(*STATUSES))
def discard_dead_letters(response: Response, context: Ctx, request: RepairRequest) -> DiscardAnswer:
    """Give dead letters up. They stay in the ledger as dead-lettered, and cannot be replayed afterwards."""
    response.headers["Cache-Control"] = "no-store"
    try:
        discarded, next_after = _repairs(context).discard(
            _wanted(request), limit=request.limit, after=request.after, dry_run=request.dry_run
        )
    except RepairNotAllowed as error:
        raise _not_allowed() from error
    if discarded and not request.dry_run:
        logger.info("%d dead letters were discarded", discarded)
    return DiscardAnswer(dry_run=request.dry_run, discarded=discarded, next_after=next_after)


def _wanted(request: RepairRequest) -> DeadLetterFilter:
    if all(getattr(request, name) is None for name in NAMING):
        members = ("from" if name == "start" else "to" if name == "end" else name for name in NAMING)
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text(
                "Hãy nêu rõ bản tin nào: yêu cầu trống không có nghĩa là tất cả.",
                "Say which dead letters are meant: nothing is not everything.",
            ),
            allowed=list(members),
        )
    return DeadLetterFilter(
        reason=request.reason,
        state=LetterState.OPEN,
        commune=request.commune,
        device=request.device,
        start=parse_optional_time("from", request.start),
        end=parse_optional_time("to", request.end),
        numbers=None if request.ids is None else tuple(request.ids),
    )


def _repairs(context: Context) -> Repairs:
    if context.repairs is None:
        raise _not_allowed()
    return context.repairs


def _not_allowed() -> ApiProblem:
    return ApiProblem(
        Problem.REPAIR_NOT_ALLOWED,
        Text(
            "API này chỉ được đọc. Hãy đặt COMMUNE_DATABASE_REPAIR_PASSWORD, hoặc dùng lệnh commune dead-letters.",
            "This API may only read. Set COMMUNE_DATABASE_REPAIR_PASSWORD, or use the command commune dead-letters.",
        ),
        allowed="commune dead-letters",
    )
