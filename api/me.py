"""Routes about oneself: who am I, my name and language, my password, my sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access import COOKIE, Caller, needs
from api.context import PREFIX, Context, Ctx, check_parameter_names, problems
from api.cookies import address_of, drop_session, keep_session
from api.errors import ApiProblem, Problem
from api.people_changes import people, refusals, registrar_of
from api.schemas_people import MeAnswer, MePatch, PasswordChange
from api.versions import ExpectedVersions, etag
from api.writes import WriteRoute
from devices.model import Text
from devices.people import Role
from storage.people import change_person, close_sessions, get_person
from storage.sessions import count_sessions
from storage.sign_in import change_own_password

reads = APIRouter(prefix=PREFIX, tags=["people"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])
router = APIRouter(
    prefix=PREFIX, tags=["people"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
Viewer = Annotated[Caller, needs(Role.VIEWER)]


@reads.get("/me", responses=problems(422))
def get_me(response: Response, context: Ctx, caller: Viewer) -> MeAnswer:
    """Who asks, and the CSRF token with which a page may change something."""
    response.headers["Cache-Control"] = "no-store"
    sessions = None
    if caller.username is not None:
        with context.reader.session() as connection:
            sessions, version = count_sessions(connection, caller.username, context.sign_in.idle_seconds)
        response.headers["ETag"] = etag(version)
    return MeAnswer(
        name=caller.name,
        role=caller.role,
        display_name=caller.display_name,
        language="en" if caller.language == "en" else "vi",
        csrf_token=caller.csrf_token,
        sessions=sessions,
    )


@router.patch("/me", responses=problems(403, 412, 413, 415, 422, 428))
def patch_me(
    response: Response, context: Ctx, caller: Viewer, expected: ExpectedVersions, request: MePatch
) -> MeAnswer:
    """Change one's own name or language."""
    username = own_name(caller)
    with people(context, caller.name) as session:
        changed = change_person(session, username, versions=expected, **request.model_dump())
        sessions, _ = count_sessions(session, username, context.sign_in.idle_seconds)
    response.headers["ETag"] = etag(changed.version)
    return MeAnswer(
        name=caller.name,
        role=changed.role,
        display_name=changed.display_name,
        language="en" if changed.language == "en" else "vi",
        csrf_token=caller.csrf_token,
        sessions=sessions,
    )


@router.post("/me/password", status_code=204, responses=problems(403, 413, 415, 422, 429))
def post_password(request: Request, context: Ctx, caller: Viewer, wanted: PasswordChange) -> Response:
    """Change one's own password. One stays signed in here, under a new cookie, and is signed out everywhere else."""
    response = Response(status_code=204)
    change_password(request, response, context, caller, wanted.current, wanted.new)
    return response


@router.delete("/me/sessions", status_code=204, responses=problems(403, 422))
def sign_me_out(request: Request, context: Ctx, caller: Viewer) -> Response:
    """Sign oneself out everywhere, here too."""
    response = Response(status_code=204)
    sign_out_everywhere(request, response, context, caller)
    return response


def own_name(caller: Caller) -> str:
    """The user name of a person; raises ApiProblem (403) for a token, which is nobody."""
    if caller.username is None:
        raise ApiProblem(
            Problem.ROLE_NEEDED,
            Text("Việc này chỉ dành cho người đã đăng nhập.", "This is for people who are signed in."),
            allowed={"page": "/sign-in"},
        )
    return caller.username


def change_password(
    request: Request, response: Response, context: Context, caller: Caller, current: str, new: str
) -> None:
    """Change one's own password and renew the cookie. Raises ApiProblem (403, 422, 429)."""
    username = own_name(caller)
    with refusals():
        cookie = change_own_password(
            registrar_of(context),
            username,
            current,
            new,
            address=address_of(request),
            user_agent=request.headers.get("user-agent", ""),
            rules=context.sign_in,
        )
    keep_session(request, response, cookie, context.sign_in)


def sign_out_everywhere(request: Request, response: Response, context: Context, caller: Caller) -> None:
    """End all sessions of a person. Raises ApiProblem (403) for a token."""
    username = own_name(caller)
    with people(context, caller.name) as session:
        get_person(session, username)
        close_sessions(session, username)
    if COOKIE in request.cookies:
        drop_session(request, response, context.sign_in)
