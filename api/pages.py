"""The pages for people: the start page with its map, and the documentation of the API. Nothing comes from elsewhere."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import needs, public
from api.context import PREFIX
from api.words import words_in
from devices.people import Role

router = APIRouter(include_in_schema=False)

TEMPLATES = Path(__file__).parent / "templates"
Language = Annotated[Literal["vi", "en"], Query(description="Language of the page.")]


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))


def render(name: str, language: str, title: str) -> str:
    """A page in one language. Its words stand in the page as JSON too, for the scripts."""
    words = words_in(language)
    # "<" must not end the data block early, whatever a word holds.
    data = orjson.dumps(words).decode().replace("<", "\\u003c")
    other = "vi" if language == "en" else "en"
    safe = {f"w_{key}": html.escape(word) for key, word in words.items()}
    return _template(name).substitute(safe, lang=language, other=other, title=html.escape(title), words=data)


@router.get("/", dependencies=[needs(Role.VIEWER)])
def start_page(request: Request, lang: Language = "vi") -> HTMLResponse:
    """The start page: a map of the devices with state and latest values."""
    return HTMLResponse(render("start.html", lang, request.app.title))


@router.get(f"{PREFIX}/docs", dependencies=[public()])
def documentation(request: Request, lang: Language = "vi") -> HTMLResponse:
    """The documentation of the API, drawn from its OpenAPI document."""
    return HTMLResponse(render("docs.html", lang, request.app.title))
