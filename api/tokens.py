"""Routes about the bearer tokens of machines, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import cursors
from api.access import Caller, needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
)
from api.errors import ApiProblem, Problem
from api.people_changes import people
from api.schemas_people import TokenAnswer, TokenMade, TokenPage, TokenRequest
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage.tokens import Token, add_token, get_token, list_tokens, revoke_token

LARGEST_TOKEN_ID = 2**31 - 1

reads = APIRouter(
    prefix=PREFIX, tags=["people"], dependencies=[needs(Role.ADMINISTRATOR), Depends(check_parameter_names)]
)
router = APIRouter(
    prefix=PREFIX, tags=["people"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
Administrator = Annotated[Caller, needs(Role.ADMINISTRATOR)]
TokenPath = Annotated[int, Path(ge=1, le=LARGEST_TOKEN_ID, description="Number of the token.", examples=[7])]


def token_answer(token: Token) -> TokenAnswer:
    """What is told of a token."""
    members = {name: getattr(token, name) for name in TokenAnswer.model_fields if name != "id"}
    return TokenAnswer(id=token.token_id, **members)


@reads.get("/tokens", responses=problems(400, 422))
def get_tokens(
    request: Request,
    response: Response,
    context: Ctx,
    caller: Administrator,
    good: Annotated[bool, Query(description="Only those that may be used now.")] = False,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> TokenPage:
    """The tokens of machines, the newest first; never the tokens themselves, which are kept nowhere."""
    place = cursors.decode(cursor, cursors.scope_of(request), (int,)) if cursor else None
    with people(context, caller.name) as session:
        found = list_tokens(session, good=good, before=int(place[0]) if place else None, limit=limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    return TokenPage(
        items=[token_answer(token) for token in found[:limit]],
        next_cursor=next_page(request, response, (more.token_id,) if more else None),
    )


@router.post("/tokens", status_code=201, responses=problems(403, 413, 415, 422))
def post_token(response: Response, context: Ctx, caller: Administrator, request: TokenRequest) -> TokenMade:
    """Make a token for one machine. It is told in this answer only, and holds while its maker may sign in."""
    with people(context, caller.name) as session:
        made = add_token(session, request.name, request.role, timedelta(days=request.days), created_by=caller.maker_id)
        about = get_token(session, made.token_id)
    assert about is not None, "it was made in this transaction"
    response.headers["Cache-Control"] = "no-store"
    return TokenMade(token=made.secret, about=token_answer(about))


@router.delete("/tokens/{id}", status_code=204, responses=problems(403, 404, 422))
def delete_token(context: Ctx, caller: Administrator, id: TokenPath) -> Response:
    """Revoke a token: from now on nobody is let in by it. What is known of it is kept."""
    with people(context, caller.name) as session:
        if not revoke_token(session, id):
            raise ApiProblem(
                Problem.UNKNOWN_TOKEN,
                Text(f"Không có mã truy cập số {id}.", f"There is no token {id}."),
                allowed=f"{PREFIX}/tokens",
            )
    return Response(status_code=204)
