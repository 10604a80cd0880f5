"""Who asks, and whether they may: every route declares the role that it needs, or that it is open to all.

A person is known by the cookie of a session, a machine by a bearer token. A cookie is sent by the browser on its own,
so whoever changes something by cookie must also show the session's CSRF token and come from our own pages; a bearer
token is never sent unasked and needs neither.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.context import PREFIX, Context
from api.errors import ApiProblem, Problem
from devices.model import Text
from devices.people import ROLE_WORDS, Role
from storage.errors import StorageError
from storage.sessions import SessionHolder, session_holder, touch_session
from storage.tokens import holder_of, touch_token

logger = logging.getLogger(__name__)

COOKIE = "commune_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_SECONDS = 60.0
SIGN_IN = "/sign-in"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` is what the audit trail says: "person:lan" or "token:7"."""

    name: str
    role: Role
    language: str = "vi"
    person_id: int | None = None
    csrf_token: str | None = None
    """What a form or script of this session must show to change something; None for a token."""
    display_name: str = ""
    maker_id: int | None = None
    """The person behind: oneself, or who made the token; None for a token of the command line."""

    @property
    def username(self) -> str | None:
        """The name of the person; None for a token."""
        return self.name.removeprefix("person:") if self.person_id is not None else None


@dataclass
class SignInNeeded(Exception):
    """A page was asked for by nobody: the browser is sent to the sign-in page and comes back to `path`."""

    path: str

    @property
    def location(self) -> str:
        """Where the browser is sent."""
        return f"{SIGN_IN}?next={quote(self.path, safe='/')}"


class Needs:
    """The dependency by which a route declares its role; `role` None: open to all, and nobody is asked who they are."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    def __call__(self, request: Request) -> Caller | None:
        """The caller. Raises ApiProblem (401, 403), or SignInNeeded where a page is asked for by nobody."""
        if self.role is None:
            return None
        known: Caller | None = getattr(request.state, "caller", None)
        return known or admitted(request, self.role)


@cache
def _declared(role: Role | None) -> Needs:
    return Needs(role)


def needs(role: Role) -> Any:
    """Declare that a route needs at least this role: `caller: Annotated[Caller, needs(Role.OPERATOR)]`.

    A router whose routes all need the same may declare it once, in its `dependencies`; a route of it then gets its
    caller by `Annotated[Caller, needs(...)]` with the same role.
    """
    return Depends(_declared(role))


def public() -> Any:
    """Declare that a route is open to all."""
    return Depends(_declared(None))


def declared_roles(dependant: Dependant) -> set[Role | None]:
    """What a route declares: one role, or None for open to all. A law holds every route to exactly one."""
    found: set[Role | None] = set()

    def walk(part: Dependant) -> None:
        if isinstance(part.call, Needs):
            found.add(part.call.role)
        for inner in part.dependencies:
            walk(inner)

    walk(dependant)
    return found


def admit(route: APIRoute, request: Request) -> None:
    """Let a request in by what its route declares, before its body is read. Raises as `Needs` does."""
    for role in declared_roles(route.dependant):
        request.state.caller = Needs(role)(request)


def admitted(request: Request, role: Role) -> Caller:
    """The caller, if they have the role. Raises ApiProblem (401, 403), or SignInNeeded where a page is asked for."""
    caller = find_caller(request)
    if caller is None:
        raise _not_signed_in(request)
    if not caller.role.at_least(role):
        raise ApiProblem(
            Problem.ROLE_NEEDED,
            Text(
                f"Việc này cần quyền {ROLE_WORDS[role].vi}; bạn có quyền {ROLE_WORDS[caller.role].vi}.",
                f"This needs the role {ROLE_WORDS[role].en}; you have the role {ROLE_WORDS[caller.role].en}.",
            ),
            allowed=[each for each in Role if each.at_least(role)],
        )
    if caller.csrf_token is not None and request.method not in SAFE_METHODS:
        check_same_origin(request)
        shown = str(request.headers.get(CSRF_HEADER) or getattr(request.state, "form_csrf_token", ""))
        if not hmac.compare_digest(shown.encode(), caller.csrf_token.encode()):
            raise _bad_csrf_token()
    return caller


def find_caller(request: Request) -> Caller | None:
    """Who asks, by bearer token, else by cookie; None for nobody that we know.

    Raises DatabaseUnavailable where the database does not answer.
    """
    context: Context = request.app.state.context
    given = request.headers.get("authorization")
    if given is not None:
        scheme, _, secret = given.partition(" ")
        return _by_token(context, request, secret.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(COOKIE)
    return _by_cookie(context, request, cookie) if cookie else None


def csrf_token_of(cookie: str) -> str:
    """The CSRF token of a session: made from its cookie by a one-way function, so nothing more need be kept."""
    return hmac.new(cookie.encode(), b"csrf", sha256).hexdigest()


def check_same_origin(request: Request) -> None:
    """Raise ApiProblem (403) for a request that a page of somebody else has sent."""
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    if site in ("none", "same-origin") and (origin is None or urlsplit(origin).netloc == host):
        return
    raise ApiProblem(
        Problem.FOREIGN_ORIGIN,
        Text(
            "Yêu cầu này đến từ một trang web khác nên không được nhận.",
            "This request comes from a page of another site and is not taken.",
        ),
        allowed={"origin": "none, or that of this API"},
    )


def _by_token(context: Context, request: Request, secret: str) -> Caller | None:
    with context.reader.session() as connection:
        holder = holder_of(connection, secret)
    if holder is None:
        return None
    name = f"token:{holder.token_id}"
    if holder.is_stale and _touches(request.app).due(name) and context.registrar is not None:
        _touch(context, name, touch_token, secret)
    return Caller(name, holder.role, maker_id=holder.created_by)


def _by_cookie(context: Context, request: Request, cookie: str) -> Caller | None:
    with context.reader.session() as connection:
        holder = session_holder(connection, cookie, context.sign_in.idle_seconds)
    if holder is None:
        return None
    if holder.is_stale and context.registrar is not None and _touches(request.app).due(csrf_token_of(cookie)):
        _touch(context, f"person:{holder.username}", touch_session, cookie)
    return caller_of(holder, cookie)


def caller_of(holder: SessionHolder, cookie: str) -> Caller:
    """The person of a session as a caller."""
    return Caller(
        name=f"person:{holder.username}",
        role=holder.role,
        language=holder.language,
        person_id=holder.person_id,
        csrf_token=csrf_token_of(cookie),
        display_name=holder.display_name,
        maker_id=holder.person_id,
    )


@dataclass(slots=True)
class Touches:
    """When this process last tried to note the use of each session and token: once a minute is enough for each.

    A database that may not be written must not slow every request, so a failed try counts too.
    """

    _tried: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def due(self, name: str) -> bool:
        """Whether it is time to try; it is then taken as tried."""
        now = monotonic()
        with self._lock:
            if now - self._tried.get(name, -TOUCH_SECONDS) < TOUCH_SECONDS:
                return False
            if len(self._tried) > 10_000:
                self._tried = {key: at for key, at in self._tried.items() if now - at < TOUCH_SECONDS}
            self._tried[name] = now
            return True


def _touches(app: FastAPI) -> Touches:
    if not hasattr(app.state, "touches"):
        app.state.touches = Touches()
    touches: Touches = app.state.touches
    return touches


def _touch(context: Context, actor: str, note: Any, secret: str) -> None:
    assert context.registrar is not None
    try:
        with context.registrar.transaction(actor) as session:
            note(session, secret)
    except StorageError as error:
        logger.warning("the use of %s could not be noted: %s", actor, error)


def _not_signed_in(request: Request) -> ApiProblem | SignInNeeded:
    if not request.url.path.startswith(PREFIX) and request.method in SAFE_METHODS:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return SignInNeeded(asked)
    return ApiProblem(
        Problem.NOT_SIGNED_IN,
        Text(
            "Hãy đăng nhập, hoặc gửi mã truy cập còn hạn: Authorization: Bearer ct_...",
            "Sign in, or send a token that is still good: Authorization: Bearer ct_...",
        ),
        allowed={"Authorization": "Bearer ct_...", "page": SIGN_IN},
        headers={"WWW-Authenticate": "Bearer"},
    )


def _bad_csrf_token() -> ApiProblem:
    return ApiProblem(
        Problem.BAD_CSRF_TOKEN,
        Text(
            f"Yêu cầu thiếu mã chống giả mạo của phiên đăng nhập ({CSRF_HEADER}). Hãy tải lại trang.",
            f"The request lacks the CSRF token of the session ({CSRF_HEADER}). Load the page again.",
        ),
        allowed={CSRF_HEADER: f"csrf_token of {PREFIX}/me"},
    )
