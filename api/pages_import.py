"""The page on which many devices are imported: a file, a verdict for each row, then the accounts, once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import Caller, needs
from api.context import Ctx
from api.page_templates import page
from api.words_import import IMPORT
from devices.importing import MOST_BYTES
from devices.people import Role
from storage import fleet

router = APIRouter(include_in_schema=False)


@router.get("/devices/import")
def import_page(
    request: Request,
    context: Ctx,
    caller: Annotated[Caller, needs(Role.OPERATOR)],
    commune: Annotated[str, Query(max_length=63)] = "",
) -> HTMLResponse:
    """Importing devices into one of the communes."""
    with context.reader.session() as connection:
        communes = [(known.code, known.name) for known in fleet.list_communes(connection)]
    return page(
        request,
        "devices_import.html",
        caller,
        IMPORT,
        communes=communes,
        chosen=commune,
        most_bytes=MOST_BYTES,
        outcomes=("all", "refused", "warned", "added", "changed", "unchanged"),
    )
