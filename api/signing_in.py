"""The page on which people sign in, and the way out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import COOKIE, SIGN_IN, Caller, find_caller, needs, public
from api.context import Context, Ctx
from api.cookies import address_of, drop_session, keep_session
from api.forms import FormRoute, field
from api.page_templates import language_of, page
from api.people_changes import locked_text, people, registrar_of
from api.words_sign_in import SIGN_IN_WORDS
from devices.model import Text
from devices.people import Role
from storage.errors import SignInLocked, SignInRefused
from storage.sessions import close_session
from storage.sign_in import sign_in

router = APIRouter(include_in_schema=False, route_class=FormRoute)

START = "/"
Viewer = Annotated[Caller, needs(Role.VIEWER)]
NextPath = Annotated[str, Query(alias="next", max_length=2000)]


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a path of ours, else the start page. Nobody is sent to another site from here."""
    parts = urlsplit(wanted) if wanted.isprintable() and "\\" not in wanted else None
    if parts is None or parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith("//"):
        return START
    return START if parts.path == SIGN_IN else wanted


@router.get(SIGN_IN, dependencies=[public()])
def sign_in_page(request: Request, context: Ctx, next_path: NextPath = START, out: bool = False) -> Response:
    """The form; who is signed in already goes where they wanted."""
    if find_caller(request) is not None:
        return RedirectResponse(safe_next(next_path), status_code=303)
    return form(request, context, safe_next(next_path), SIGN_IN_WORDS["came_out"] if out else None, good=out)


@router.post(SIGN_IN, dependencies=[public()])
def take_sign_in(request: Request, context: Ctx) -> Response:
    """Sign in by name and password. The session is a new one, whatever cookie the browser brought."""
    next_path = safe_next(field(request, "next"))
    try:
        cookie = sign_in(
            registrar_of(context),
            field(request, "username"),
            field(request, "password"),
            address=address_of(request),
            user_agent=request.headers.get("user-agent", ""),
            rules=context.sign_in,
        )
    except SignInLocked as locked:
        answer = form(request, context, next_path, locked_text(locked.seconds), status_code=429)
        answer.headers["Retry-After"] = str(locked.seconds)
        return answer
    except SignInRefused:
        return form(request, context, next_path, SIGN_IN_WORDS["wrong_sign_in"], status_code=422)
    return entered(request, context, cookie, next_path)


def entered(request: Request, context: Context, cookie: str, next_path: str) -> Response:
    """Let the browser keep a new session and go on; the one that it brought ends."""
    brought = request.cookies.get(COOKIE)
    if brought:
        with registrar_of(context).transaction("sign-in") as session:
            close_session(session, brought)
    response = RedirectResponse(next_path, status_code=303, headers={"Cache-Control": "no-store"})
    keep_session(request, response, cookie, context.sign_in)
    return response


@router.post("/sign-out")
def sign_out(request: Request, context: Ctx, caller: Viewer) -> Response:
    """End this session."""
    with people(context, caller.name) as session:
        close_session(session, request.cookies.get(COOKIE, ""))
    response = RedirectResponse(f"{SIGN_IN}?out=true", status_code=303)
    drop_session(request, response, context.sign_in)
    return response


def form(
    request: Request,
    context: Context,
    next_path: str,
    message: Text | None = None,
    *,
    good: bool = False,
    status_code: int = 200,
) -> HTMLResponse:
    """The sign-in page with a message."""
    language = language_of(request)
    answer = page(
        request,
        "sign_in.html",
        None,
        SIGN_IN_WORDS,
        status_code=status_code,
        next=next_path,
        message=message and (message.en if language == "en" else message.vi),
        good=good,
        username=field(request, "username")[:63] if request.method == "POST" else "",
        provider=context.provider.name if context.provider is not None else None,
        provider_query=urlencode({"next": next_path}),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
