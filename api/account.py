"""The page on which people look after their own account: name, language, password, where they are signed in."""

from __future__ import annotations

from re import fullmatch
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import SIGN_IN, Caller, needs
from api.context import Context, Ctx
from api.errors import ApiProblem
from api.forms import FormRoute, field
from api.me import change_password, own_name, sign_out_everywhere
from api.page_templates import LANGUAGE_COOKIE, YEAR_SECONDS, language_of, page
from api.people_changes import people
from api.schemas_people import LONGEST_NAME, PRINTABLE
from api.words_sign_in import ACCOUNT_WORDS
from devices.model import Text
from devices.people import ROLE_WORDS, Role
from storage.people import change_person, get_person
from storage.sessions import count_sessions

router = APIRouter(include_in_schema=False, route_class=FormRoute)
Viewer = Annotated[Caller, needs(Role.VIEWER)]

DONE = {"settings": "saved", "password": "password_changed"}


@router.get("/account")
def account_page(request: Request, context: Ctx, caller: Viewer, done: str = "") -> HTMLResponse:
    """One's own account."""
    return _page(request, context, caller, ACCOUNT_WORDS[DONE[done]] if done in DONE else None, good=True)


@router.post("/account/settings")
def save_settings(request: Request, context: Ctx, caller: Viewer) -> Response:
    """Change one's own name and language."""
    language, version = field(request, "language"), field(request, "version")
    versions = frozenset({int(version)} if fullmatch("[0-9]{1,9}", version) else ())
    name = field(request, "display_name").strip()[:LONGEST_NAME]
    try:
        with people(context, caller.name) as session:
            change_person(
                session,
                own_name(caller),
                versions=versions,
                display_name=name if fullmatch(PRINTABLE, name) else None,
                language=language if language in ("vi", "en") else None,
            )
    except ApiProblem as problem:
        return _page(request, context, caller, problem.reason, status_code=problem.problem.status)
    response = RedirectResponse("/account?done=settings", status_code=303)
    if language in ("vi", "en"):
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    return response


@router.post("/account/password")
def save_password(request: Request, context: Ctx, caller: Viewer) -> Response:
    """Change one's own password."""
    if field(request, "new") != field(request, "again"):
        return _page(request, context, caller, ACCOUNT_WORDS["passwords_differ"], status_code=422)
    response = RedirectResponse("/account?done=password", status_code=303)
    try:
        change_password(request, response, context, caller, field(request, "current"), field(request, "new"))
    except ApiProblem as problem:
        return _page(request, context, caller, problem.reason, status_code=problem.problem.status)
    return response


@router.post("/account/sign-out-everywhere")
def leave_everywhere(request: Request, context: Ctx, caller: Viewer) -> Response:
    """End all of one's sessions."""
    response = RedirectResponse(f"{SIGN_IN}?out=true", status_code=303)
    sign_out_everywhere(request, response, context, caller)
    return response


def _page(
    request: Request,
    context: Context,
    caller: Caller,
    message: Text | None,
    *,
    good: bool = False,
    status_code: int = 200,
) -> HTMLResponse:
    with people(context, caller.name) as session:
        person = get_person(session, own_name(caller))
        sessions, _ = count_sessions(session, person.username, context.sign_in.idle_seconds)
    language = language_of(request, caller)
    role = ROLE_WORDS[caller.role]
    answer = page(
        request,
        "account.html",
        caller,
        ACCOUNT_WORDS,
        status_code=status_code,
        message=message and (message.en if language == "en" else message.vi),
        good=good,
        role=role.en if language == "en" else role.vi,
        sessions=sessions,
        version=person.version,
        display_name=person.display_name,
        language=person.language,
        has_password=person.has_password,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
