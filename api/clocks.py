"""The route about the clocks of devices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api import cursors
from api.access import needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    CommuneQuery,
    Ctx,
    CursorQuery,
    KindQuery,
    LimitQuery,
    check_parameter_names,
    kind_of_query,
    next_page,
    problems,
    text_part,
)
from api.schemas import EXAMPLE_TIME, Schema
from devices.clocks import ClockState
from devices.people import Role
from storage.clocks import DeviceClock, device_clocks

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

MOST_HOURS = 168


class ClockAnswer(Schema):
    """The clock of a device, estimated so that late messages do not matter."""

    commune: str = Field(examples=["gia-loc"])
    code: str = Field(examples=["env-001"])
    kind: str = Field(examples=["environment"])
    state: ClockState = Field(
        description="ahead, behind: surely off by more than 120 s; late: behind, or all of its messages come late; "
        "unknown: no message with a time of its own.",
        examples=["ahead"],
    )
    skewed: bool = Field(description="Surely off by more than 120 s.", examples=[True])
    offset_seconds: float | None = Field(description="The device's clock minus ours.", examples=[3612.4])
    spread_seconds: float | None = Field(
        description="How much later than the offset says half of the messages came.", examples=[0.3]
    )
    messages: int = Field(description="Messages compared.", examples=[500])
    believed: int = Field(description="Readings with the device's own time.", examples=[0])
    absent: int = Field(description="Readings without a time.", examples=[3])
    not_believed: int = Field(description="Readings whose time was ahead by more than 120 s.", examples=[1437])
    received_at: datetime | None = Field(description="When the newest was received.", examples=[EXAMPLE_TIME])


class ClockPage(Schema):
    """Clocks by commune and code."""

    items: list[ClockAnswer]
    next_cursor: str | None = Field(
        description="Hand it back as cursor for the next page; null: no more.", examples=[None]
    )


def _answer(device: DeviceClock) -> ClockAnswer:
    clock = device.clock
    return ClockAnswer(
        commune=device.commune,
        code=device.code,
        kind=device.kind,
        state=clock.state,
        skewed=clock.is_skewed,
        offset_seconds=_rounded(clock.offset_seconds),
        spread_seconds=_rounded(clock.spread_seconds),
        messages=clock.messages,
        believed=device.believed,
        absent=device.absent,
        not_believed=device.not_believed,
        received_at=device.received_at,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


@router.get("/devices/clocks", responses=problems(400, 422))
def list_clocks(
    request: Request,
    response: Response,
    context: Ctx,
    kind: KindQuery = None,
    commune: CommuneQuery = None,
    skewed: Annotated[
        bool, Query(description="Only clocks surely off by more than 120 s; a page may then hold fewer than the limit.")
    ] = False,
    hours: Annotated[
        int, Query(ge=1, le=MOST_HOURS, description="How far back from a device's newest reading to look.")
    ] = 24,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> ClockPage:
    """How far the clock of each device is off, by commune and code."""
    place = cursors.decode(cursor, cursors.scope_of(request), (str, str)) if cursor else None
    with context.reader.session() as connection:
        found = device_clocks(
            connection,
            commune=commune,
            kind=kind_of_query(kind).name if kind else None,
            after=(text_part(place[0]), text_part(place[1])) if place else None,
            limit=limit + 1,
            span=timedelta(hours=hours),
        )
    more = found[limit - 1] if len(found) > limit else None
    return ClockPage(
        items=[_answer(device) for device in found[:limit] if device.clock.is_skewed or not skewed],
        next_cursor=next_page(request, response, (more.commune, more.code) if more else None),
    )
