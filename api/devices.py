"""Routes about devices: the list, one of them, and the newest values."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from functools import cache
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import cursors
from api.access import needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    SLUG_PATTERN,
    CodePath,
    CommunePath,
    CommuneQuery,
    Context,
    Ctx,
    CursorQuery,
    KindQuery,
    LimitQuery,
    check_parameter_names,
    kind_of_query,
    link_to,
    next_cursor,
    next_page,
    problems,
    require_device,
    text_part,
)
from api.schemas import DeviceAnswer, DeviceDetail, DevicePage
from api.schemas_data import LatestEntry, LatestOfDevice, LatestOfKind, ValueAnswer
from api.versions import etag
from devices.lifecycle import may_become
from devices.model import Kind
from devices.people import Role
from devices.registry import DeviceState
from storage import fleet, latest

router = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

DeviceStateQuery = Annotated[fleet.LineState | None, Query(description="Only devices in this state now.")]
LifecycleQuery = Annotated[DeviceState | None, Query(description="Only devices at this point of their life.")]
TagQuery = Annotated[
    str | None, Query(pattern=r"^[^\x00,]{1,40}$", description="Only devices with this tag.", examples=["đợt 1"])
]
HamletQuery = Annotated[str | None, Query(pattern=SLUG_PATTERN, description="Only this hamlet.", examples=["thon-1"])]

_LISTED = tuple(DeviceAnswer.model_fields)


def device_answer(device: fleet.FleetDevice) -> DeviceAnswer:
    """A device as lists give it."""
    return DeviceAnswer.model_validate({name: getattr(device, name) for name in _LISTED})


@router.get("/devices", responses=problems(400, 422))
def list_devices(
    request: Request,
    response: Response,
    context: Ctx,
    kind: KindQuery = None,
    commune: CommuneQuery = None,
    hamlet: HamletQuery = None,
    state: DeviceStateQuery = None,
    lifecycle: LifecycleQuery = None,
    tag: TagQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> DevicePage:
    """Devices with their state now, by commune and code."""
    place = cursors.decode(cursor, cursors.scope_of(request), (str, str)) if cursor else None
    wanted = fleet.FleetFilter(
        kind=kind_of_query(kind).name if kind else None,
        commune=commune,
        hamlet=hamlet,
        state=state,
        lifecycle=lifecycle,
        tag=tag,
    )
    now = context.now()
    with context.reader.session() as connection:
        found = fleet.list_fleet(
            connection,
            wanted,
            now=now,
            limit=limit + 1,
            after=(text_part(place[0]), text_part(place[1])) if place else None,
        )
    more = found[limit - 1] if len(found) > limit else None
    return DevicePage(
        at=now,
        items=[device_answer(device) for device in found[:limit]],
        next_cursor=next_page(request, response, (more.commune, more.code) if more else None),
    )


@router.get("/devices/{commune}/{code}", responses=problems(404, 422))
def get_device(response: Response, context: Ctx, commune: CommunePath, code: CodePath) -> DeviceDetail:
    """One device: what is registered of it, its state, and how much of what it sent is set aside.

    The ETag is the version of what is registered; a change asks for it as If-Match.
    """
    device = device_detail(context, commune, code)
    response.headers["ETag"] = etag(device.version)
    return device


def device_detail(context: Context, commune: str, code: str) -> DeviceDetail:
    """A device as it is now; raises ApiProblem (404)."""
    now = context.now()
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
        (device,) = fleet.list_fleet(connection, fleet.FleetFilter(device_id=device_id), now=now)
        open_dead_letters = fleet.open_dead_letters(connection, device_id)
    unsaid = ("device_id", "photo_sha256")
    members = {f.name: getattr(device, f.name) for f in dataclass_fields(device) if f.name not in unsaid}
    return DeviceDetail(
        **members,
        at=now,
        may_become=list(may_become(DeviceState(device.lifecycle))),
        photo=f"{PREFIX}/devices/{commune}/{code}/photo" if device.photo_sha256 else None,
        open_dead_letters=open_dead_letters,
    )


def value_answers(kind: Kind, reading: latest.LatestReading) -> dict[str, ValueAnswer]:
    """The newest values with their units."""
    answers = {}
    for name, newest in reading.values.items():
        assert newest.value is not None, "the latest-value table holds no absent values"
        answers[name] = ValueAnswer(value=newest.value, unit=_symbols(kind)[name], time=newest.time)
    return answers


@router.get("/devices/{commune}/{code}/latest", responses=problems(404, 422))
def latest_of_device(context: Ctx, commune: CommunePath, code: CodePath) -> LatestOfDevice:
    """The newest value of every field of a device, each with its unit and its time."""
    with context.reader.session() as connection:
        device_id, kind = require_device(connection, commune, code)
        found = latest.latest_of_device(connection, kind, device_id)
    return LatestOfDevice(
        at=context.now(),
        commune=commune,
        code=code,
        kind=kind.name,
        items=[
            LatestEntry(keys=r.keys, time=r.time, received_at=r.received_at, values=value_answers(kind, r))
            for r in found
        ],
    )


@router.get("/latest", responses=problems(400, 422), response_model=LatestOfKind)
def latest_of_kind(
    request: Request,
    context: Ctx,
    kind: Annotated[str, Query(description="The kind.", examples=["environment"])],
    commune: CommuneQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """The newest values of all devices of a kind, by commune, code and keys."""
    wanted = kind_of_query(kind)
    place = cursors.decode(cursor, cursors.scope_of(request), (str, str, str)) if cursor else None
    with context.reader.session() as connection:
        found = latest.latest_of_kind(
            connection,
            wanted,
            commune=commune,
            limit=limit + 1,
            after=latest.KindPlace(*map(text_part, place)) if place else None,
        )
    more = found[limit - 1][0] if len(found) > limit else None
    token = next_cursor(request, (more.commune, more.code, more.key) if more else None)
    # A page may hold a thousand devices, which are not taken through the model.
    answer = {
        "at": context.now(),
        "kind": wanted.name,
        "items": [_entry(at, reading, _symbols(wanted)) for at, reading in found[:limit]],
        "next_cursor": token,
    }
    content = orjson.dumps(answer, option=orjson.OPT_UTC_Z)
    return Response(content, media_type="application/json", headers=link_to(request, token))


def _entry(at: latest.KindPlace, reading: latest.LatestReading, symbols: dict[str, str | None]) -> dict[str, object]:
    """The members of a LatestOfKindEntry."""
    return {
        "keys": reading.keys,
        "time": reading.time,
        "received_at": reading.received_at,
        "values": {
            name: {"value": newest.value, "unit": symbols[name], "time": newest.time}
            for name, newest in reading.values.items()
        },
        "commune": at.commune,
        "code": at.code,
    }


@cache
def _symbols(kind: Kind) -> dict[str, str | None]:
    """The unit of each field as it is written."""
    return {field.name: (field.unit.symbol or None) if field.unit else None for field in kind.values}
