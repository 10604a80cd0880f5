"""The start page with its map, the documentation of the API, and what a phone keeps. Nothing comes from elsewhere."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.access import Caller, needs, public
from api.context import PREFIX
from api.page_templates import TEMPLATES, page
from api.words import WORDS
from devices.people import Role

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).parent / "static"
NOT_KEPT = ("docs.css", "docs.js", "service-worker.js")
"""Of the files that pages need: those that nobody needs without signal."""


@router.get("/")
def start_page(request: Request, caller: Annotated[Caller, needs(Role.VIEWER)]) -> HTMLResponse:
    """The start page: a map of the devices with state and latest values."""
    return page(request, "start.html", caller, WORDS)


@router.get(f"{PREFIX}/docs", dependencies=[public()])
def documentation(request: Request) -> HTMLResponse:
    """The documentation of the API, drawn from its OpenAPI document."""
    return page(request, "docs.html", None, WORDS)


@router.get("/service-worker.js", dependencies=[public()])
def service_worker() -> Response:
    """The script by which a browser keeps pages for places without signal. Any changed file makes it another."""
    return Response(_service_worker(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def _service_worker() -> str:
    kept = sorted(path for path in STATIC.rglob("*") if path.is_file() and path.name not in NOT_KEPT)
    kept = [path for path in kept if path.suffix not in (".md", "") and path.name != "LICENSE"]
    digest = blake2b(digest_size=8)
    for path in [*kept, *sorted(TEMPLATES.iterdir()), STATIC / "service-worker.js"]:
        digest.update(path.read_bytes())
    assets = orjson.dumps([f"/static/{path.relative_to(STATIC).as_posix()}" for path in kept]).decode()
    script = (STATIC / "service-worker.js").read_text(encoding="utf-8")
    return script.replace('"$VERSION"', f'"{digest.hexdigest()}"').replace("$ASSETS", assets)
