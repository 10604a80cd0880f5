"""Pages made on this server: templates that escape by themselves, in the reader's language, in one frame.

The language is that of the address (`?lang=en`), which the browser then remembers, else what it remembers, else the
language of the person, else Vietnamese.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.access import Caller
from api.words_frame import FRAME
from devices.model import Text
from devices.people import Role

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("vi", "en")
LANGUAGE_COOKIE = "commune_language"
YEAR_SECONDS = 366 * 86_400


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A link that every page has. `word` names its text in `FRAME`, `sign` its picture; it is for `role` and above."""

    path: str
    word: str
    sign: str
    role: Role = Role.VIEWER


NAVIGATION = (
    NavigationEntry("/", "nav_overview", "map"),
    NavigationEntry("/operations", "nav_operations", "screen"),
    NavigationEntry("/devices", "nav_devices", "list"),
    NavigationEntry("/devices/new", "nav_register", "add", Role.TECHNICIAN),
    NavigationEntry("/coverage", "nav_coverage", "signal"),
    NavigationEntry("/reports", "nav_reports", "print"),
    NavigationEntry("/account", "nav_account", "person"),
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["navigation"] = NAVIGATION
    return environment


def language_of(request: Request, caller: Caller | None = None) -> str:
    """The language of a page: `vi` or `en`."""
    asked = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), caller and caller.language)
    return next((language for language in asked if language in LANGUAGES), "vi")


def words_in(language: str, *groups: Mapping[str, Text]) -> dict[str, str]:
    """The words of groups in one language."""
    return {name: text.en if language == "en" else text.vi for group in groups for name, text in group.items()}


def data_block(content: object) -> Markup:
    """JSON for a script element of a page. No "<" can end the element early, whatever a word holds."""
    return Markup(orjson.dumps(content).decode().replace("<", "\\u003c"))  # noqa: S704


def page(
    request: Request,
    template: str,
    caller: Caller | None,
    *groups: Mapping[str, Text],
    status_code: int = 200,
    **values: object,
) -> HTMLResponse:
    """A page in the language of its reader.

    The words of the frame and of `groups` are `w` in the template, and stand in the page as JSON for the scripts.
    """
    language = language_of(request, caller)
    words = words_in(language, FRAME, *groups)
    other = "vi" if language == "en" else "en"
    text = (
        _environment()
        .get_template(template)
        .render(
            values,
            w=SimpleNamespace(**words),
            words=data_block(words),
            lang=language,
            switch=f"?{request.url.include_query_params(lang=other).query}",
            other=other,
            title=request.app.title,
            caller=caller,
            path=request.url.path,
        )
    )
    response = HTMLResponse(text, status_code=status_code)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    return response
