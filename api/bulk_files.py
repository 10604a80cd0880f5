"""Files of devices to take along: an export of what is registered, and templates to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.access import needs
from api.bulk_answers import file_name
from api.context import PREFIX, CommunePath, CommuneQuery, Ctx, check_parameter_names, problems, require_commune
from devices.people import Role
from devices.registry import Device
from devices.sheets.templates import Choices, template_file
from devices.sheets.writing import Format, devices_file
from storage.places import list_hamlets, list_sites
from storage.reader import ReadConnection
from storage.registry import list_devices

router = APIRouter(prefix=PREFIX, tags=["registry"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

PAGE = 2000
FormatQuery = Annotated[Format, Query(description="csv: with codes, for machines; xlsx: in words, for people.")]


def _files(*forms: Format) -> dict[int | str, dict[str, Any]]:
    content = {form.media_type.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for form in forms}
    return {200: {"content": content, "description": "The file"}}


@router.get(
    "/communes/{commune}/devices/export",
    responses={**problems(404, 422), **_files(Format.CSV, Format.XLSX)},
    response_class=Response,
)
def export_devices(context: Ctx, commune: CommunePath, format: FormatQuery = Format.CSV) -> Response:
    """All devices of a commune under the columns that an import reads; importing it again changes nothing."""
    with context.reader.session() as connection:
        require_commune(connection, commune)
        data = devices_file(_devices(connection, commune), format)
    return _file(data, file_name("thiet-bi", commune, context.now(), format), format)


@router.get(
    "/devices/import-template",
    responses={**problems(404, 422), **_files(Format.XLSX, Format.CSV)},
    response_class=Response,
)
def import_template(
    context: Ctx,
    format: FormatQuery = Format.XLSX,
    commune: CommuneQuery = None,
) -> Response:
    """A file to fill in for an import. That of a commune has lists of its hamlets and sites."""
    choices = Choices()
    if commune is not None:
        with context.reader.session() as connection:
            require_commune(connection, commune)
            hamlets, sites = list_hamlets(connection, commune), list_sites(connection, commune)
        choices = Choices.of(commune, [(h.code, h.name) for h in hamlets], [(s.code, s.name) for s in sites])
    name = f"mau-thiet-bi{'-' + commune if commune else ''}.{format}"
    return _file(template_file(format, choices), name, format)


def _devices(connection: ReadConnection, commune: str) -> Iterator[Device]:
    after = None
    while page := list_devices(connection, commune=commune, after=after, limit=PAGE):
        for row in page:
            yield row.device
        after = (page[-1].device.commune, page[-1].device.code)


def _file(data: bytes, name: str, form: Format) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=form.media_type, headers=headers)
