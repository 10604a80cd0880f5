"""The screen of an operations centre: the page, what it shows as JSON, and the same as it changes."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse

from api.access import Caller, needs
from api.context import PREFIX, Context, Ctx, check_parameter_names, problems
from api.operations_feed import Feed, Picture
from api.operations_picture import read_picture
from api.page_templates import page
from api.schemas_operations import OperationsAnswer, StationAir
from api.words_operations import OPERATIONS
from devices.people import Role

AIR_SECONDS = 60.0
"""VN_AQI is of whole hours; so old it may be."""

router = APIRouter(prefix=PREFIX, tags=["operation"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])
pages = APIRouter(include_in_schema=False)


def picture_reader(context: Context) -> Callable[[], Picture]:
    """What a feed reads: everything, but the air only once a minute."""
    air: list[StationAir] | None = None
    read_at = 0.0

    def read() -> Picture:
        nonlocal air, read_at
        if monotonic() - read_at >= AIR_SECONDS:
            air = None
        picture = read_picture(context, air)
        if air is None:
            air, read_at = picture.air, monotonic()
        return picture.model_dump(mode="json")

    return read


@router.get("/operations", responses=problems(422))
def operations(response: Response, context: Ctx) -> OperationsAnswer:
    """What the screen of an operations centre shows: devices, alerts, air and rivers as they are now.

    The same as server-sent events: /api/v1/operations/stream, first all of it, then every two seconds what changed.
    """
    response.headers["Cache-Control"] = "no-store"
    return read_picture(context)


@pages.get(f"{PREFIX}/operations/stream", dependencies=[needs(Role.VIEWER)])
async def operations_stream(request: Request) -> EventSourceResponse:
    """The picture as server-sent events: first all of it, then what changed, and the time every two seconds."""
    feed: Feed = request.app.state.feed
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(feed.events(), headers=headers)


@pages.get("/operations")
def operations_page(
    request: Request,
    caller: Annotated[Caller, needs(Role.VIEWER)],
    wall: Annotated[str, Query(max_length=8)] = "",
    theme: Annotated[str, Query(max_length=8)] = "",
) -> HTMLResponse:
    """One screen for an operations centre; `wall` is for one that nobody touches, `theme` dark or light."""
    return page(
        request,
        "operations.html",
        caller,
        OPERATIONS,
        is_wall=wall not in ("", "0"),
        theme=theme if theme in ("dark", "light") else "",
        may_acknowledge=caller.role.at_least(Role.OPERATOR),
    )
