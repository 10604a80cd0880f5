"""The route of what happened at a device: its statuses and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api import cursors
from api.access import needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    CodePath,
    CommunePath,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
    require_device,
)
from api.schemas import EXAMPLE_TIME, NextCursor, Schema
from api.times import parse_time
from devices.people import Role
from storage.device_log import device_log

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])


class LogEntryAnswer(Schema):
    """A status (named online or offline) or an event of a device."""

    channel: Literal["status", "event"] = Field(examples=["event"])
    name: str = Field(examples=["door_open"])
    time: datetime = Field(examples=[EXAMPLE_TIME])
    received_at: datetime = Field(examples=[EXAMPLE_TIME])
    detail: dict[str, Any] = Field(description="What else the device said of it.", examples=[{"by": "key 3"}])


class LogPage(Schema):
    """Statuses and events, newest first."""

    items: list[LogEntryAnswer]
    next_cursor: NextCursor


@router.get("/devices/{commune}/{code}/events", responses=problems(400, 404, 422))
def list_events(
    request: Request,
    response: Response,
    context: Ctx,
    commune: CommunePath,
    code: CodePath,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> LogPage:
    """What happened at a device: its events, and when it came on and went off the line; newest first."""
    place = cursors.decode(cursor, cursors.scope_of(request), (str, str, str)) if cursor else None
    before = (parse_time("cursor", str(place[0])), str(place[1]), str(place[2])) if place else None
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
        found = device_log(connection, device_id, limit=limit + 1, before=before)
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return LogPage(
        items=[
            LogEntryAnswer(channel=e.channel, name=e.name, time=e.time, received_at=e.received_at, detail=e.detail)
            for e in shown
        ],
        next_cursor=next_page(request, response, (last.time.isoformat(), last.channel, last.name) if last else None),
    )
