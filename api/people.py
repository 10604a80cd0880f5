"""Routes about people, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api import cursors
from api.access import Caller, needs
from api.context import (
    DEFAULT_LIMIT,
    PREFIX,
    Ctx,
    CursorQuery,
    LimitQuery,
    check_parameter_names,
    next_page,
    problems,
    text_part,
)
from api.people_changes import people
from api.schemas_people import (
    PasswordReset,
    PersonAnswer,
    PersonMade,
    PersonPage,
    PersonPatch,
    PersonRequest,
)
from api.versions import ExpectedVersions, etag
from api.writes import WriteRoute
from devices.passwords import new_password
from devices.people import USERNAME_PATTERN, Role
from storage.people import (
    NewPerson,
    Person,
    add_person,
    change_person,
    close_sessions,
    get_person,
    list_people,
    lock_person,
    set_password,
)

reads = APIRouter(
    prefix=PREFIX, tags=["people"], dependencies=[needs(Role.ADMINISTRATOR), Depends(check_parameter_names)]
)
router = APIRouter(
    prefix=PREFIX, tags=["people"], dependencies=[Depends(check_parameter_names)], route_class=WriteRoute
)
Administrator = Annotated[Caller, needs(Role.ADMINISTRATOR)]
UsernamePath = Annotated[str, Path(pattern=USERNAME_PATTERN, description="Name to sign in with.", examples=["lan"])]
WRITES = (403, 413, 415, 422)


def person_answer(person: Person) -> PersonAnswer:
    """A person as administrators see them."""
    members: dict[str, Any] = {name: getattr(person, name) for name in PersonAnswer.model_fields if name != "provider"}
    return PersonAnswer(**members, provider=person.issuer)


@reads.get("/people", responses=problems(400, 422))
def get_people(
    request: Request,
    response: Response,
    context: Ctx,
    caller: Administrator,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> PersonPage:
    """Everybody who may sign in, or might once, by user name."""
    place = cursors.decode(cursor, cursors.scope_of(request), (str,)) if cursor else None
    with people(context, caller.name) as session:
        found = list_people(session, after=text_part(place[0]) if place else None, limit=limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    return PersonPage(
        items=[person_answer(person) for person in found[:limit]],
        next_cursor=next_page(request, response, (more.username,) if more else None),
    )


@reads.get("/people/{username}", responses=problems(404, 422))
def get_one_person(response: Response, context: Ctx, caller: Administrator, username: UsernamePath) -> PersonAnswer:
    """One person. The ETag is needed to change them."""
    with people(context, caller.name) as session:
        return _said(response, get_person(session, username))


@router.post("/people", status_code=201, responses=problems(*WRITES, 409))
def post_person(response: Response, context: Ctx, caller: Administrator, request: PersonRequest) -> PersonMade:
    """Let somebody in. Without a password one is made, and told in this answer only."""
    password = request.password or new_password()
    wanted = NewPerson(request.username, request.role, request.display_name, request.language, password)
    with people(context, caller.name) as session:
        made = add_person(session, wanted)
    response.headers["Location"] = f"{PREFIX}/people/{made.username}"
    return PersonMade(person=_said(response, made), password=None if request.password else password)


@router.patch("/people/{username}", responses=problems(*WRITES, 404, 409, 412, 428))
def patch_person(
    response: Response,
    context: Ctx,
    caller: Administrator,
    expected: ExpectedVersions,
    username: UsernamePath,
    request: PersonPatch,
) -> PersonAnswer:
    """Give a person another role or name, or disable them. The last administrator stays one."""
    with people(context, caller.name) as session:
        return _said(response, change_person(session, username, versions=expected, **request.model_dump()))


@router.post("/people/{username}/password", responses=problems(*WRITES, 404))
def reset_password(
    response: Response, context: Ctx, caller: Administrator, username: UsernamePath, request: PasswordReset
) -> PersonMade:
    """Give a person another password. They are signed out everywhere, and a lock on their account ends."""
    password = request.password or new_password()
    with people(context, caller.name) as session:
        changed = set_password(session, username, password)
    return PersonMade(person=_said(response, changed), password=None if request.password else password)


@router.delete("/people/{username}/sessions", status_code=204, responses=problems(403, 404, 422))
def sign_person_out(context: Ctx, caller: Administrator, username: UsernamePath) -> Response:
    """Sign a person out everywhere."""
    with people(context, caller.name) as session:
        lock_person(session, username)
        close_sessions(session, username)
    return Response(status_code=204)


def _said(response: Response, person: Person) -> PersonAnswer:
    response.headers["ETag"] = etag(person.version)
    response.headers["Cache-Control"] = "no-store"
    return person_answer(person)
