"""Routes about the photo of a device: one that shows where it hangs."""

from __future__ import annotations

from asyncio import Semaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.access import Caller, needs
from api.context import PREFIX, CodePath, CommunePath, Ctx, check_parameter_names, problems, require_device
from api.errors import ApiProblem, Problem
from api.photos import KEPT_TYPE, MEDIA_TYPES, MOST_BYTES, Photo, read_photo
from api.registering import changing
from api.schemas import Schema
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage import photos

PATH = "/devices/{commune}/{code}/photo"


class PhotoRoute(WriteRoute):
    """A route whose body is a picture."""

    media_types = MEDIA_TYPES
    most_bytes = MOST_BYTES
    wrong_type = Problem.NOT_A_PHOTO


router = APIRouter(
    prefix=PREFIX, tags=["registry"], dependencies=[Depends(check_parameter_names)], route_class=PhotoRoute
)
reads = APIRouter(prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

Technician = Annotated[Caller, needs(Role.TECHNICIAN)]
PICTURE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


class PhotoAnswer(Schema):
    """A photo that was taken in, as it is kept: upright, JPEG, small, without metadata."""

    photo: str = Field(description="Where it is.", examples=["/api/v1/devices/gia-loc/env-001/photo"])
    width: int = Field(description="Pixels.", examples=[1600])
    height: int = Field(description="Pixels.", examples=[1200])
    bytes: int = Field(examples=[310_000])


class PhotoDeleted(Schema):
    """Whether there was a photo to delete."""

    deleted: bool = Field(examples=[True])


async def picture(request: Request) -> Photo:
    """The picture in the body of a request; its length was checked before.

    One is drawn at a time: each may unfold into hundreds of megabytes, and who waits holds no thread meanwhile.
    """
    content = await request.body()
    async with _turns(request.app):
        return await run_in_threadpool(read_photo, content)


def _turns(app: FastAPI) -> Semaphore:
    if not hasattr(app.state, "photo_turns"):
        app.state.photo_turns = Semaphore(1)
    turns: Semaphore = app.state.photo_turns
    return turns


@router.put(
    PATH,
    responses=problems(403, 404, 413, 415, 422),
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, PICTURE)}},
)
def put_photo(
    response: Response,
    context: Ctx,
    caller: Technician,
    commune: CommunePath,
    code: CodePath,
    photo: Annotated[Photo, Depends(picture)],
) -> PhotoAnswer:
    """Keep a photo of a device: JPEG, PNG or WebP, 2 MiB at most, instead of the one that it has.

    It is turned upright and made at most 1,600 pixels wide and high, and what the camera wrote into it is left out.
    """
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
    with changing(context, caller) as session:
        photos.put_photo(session, device_id, photo.jpeg, sha256=photo.sha256, width=photo.width, height=photo.height)
    response.headers["Cache-Control"] = "no-store"
    response.headers["ETag"] = f'"{photo.sha256}"'
    return PhotoAnswer(
        photo=f"{PREFIX}{PATH.format(commune=commune, code=code)}",
        width=photo.width,
        height=photo.height,
        bytes=len(photo.jpeg),
    )


@reads.get(
    PATH,
    response_class=Response,
    responses={
        **problems(404, 422),
        200: {"content": {KEPT_TYPE: PICTURE}, "description": "The photo"},
        304: {"description": "It is the one of If-None-Match"},
    },
)
def get_photo(
    context: Ctx,
    commune: CommunePath,
    code: CodePath,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="The ETag of a photo that is kept already.")
    ] = None,
) -> Response:
    """The photo of a device, a JPEG."""
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
        found = photos.get_photo(connection, device_id)
    if found is None:
        raise ApiProblem(
            Problem.UNKNOWN_PHOTO,
            Text(f"Thiết bị {code} chưa có ảnh.", f"There is no photo of device {code}."),
            allowed=f"PUT {PREFIX}{PATH.format(commune=commune, code=code)}",
        )
    headers = {"ETag": f'"{found.sha256}"', "Cache-Control": "private, no-cache"}
    if if_none_match is not None and found.sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(found.jpeg, media_type=KEPT_TYPE, headers=headers)


@router.delete(PATH, responses=problems(403, 404, 422))
def delete_photo(context: Ctx, caller: Technician, commune: CommunePath, code: CodePath) -> PhotoDeleted:
    """Delete the photo of a device."""
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
    with changing(context, caller) as session:
        return PhotoDeleted(deleted=photos.delete_photo(session, device_id))
