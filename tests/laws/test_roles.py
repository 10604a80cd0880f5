"""The law of access: every route asks for its role, and nobody below it is answered.

Every route of the application is called by nobody, and by a session and a token of every role. Where the role is enough
the answer may be anything but a refusal of access; what the request asks for need not be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from api.access import public
from api.access_document import PUBLIC, routes_with_roles
from api.app import create_app
from devices.people import Role
from reports.rules import OPEN_ROUTES
from tests.api.conftest import shared_address, shared_client, shared_url
from tests.api.signing import person, signed_in
from tests.api.world import token

__all__ = ["shared_address", "shared_client", "shared_url"]

APP = create_app("postgresql://")
WALK = sorted((path, method, role) for path, methods, role in routes_with_roles(APP) for method in methods)
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
OPEN = {
    "/api/v1/docs", "/api/v1/problems", "/api/v1/problems/{name}", "/healthz", "/metrics", "/readyz",
    "/api/v1/open-data/{commune}/coverage/cells", "/api/v1/open-data/{commune}/coverage/dead-spots",
    "/api/v1/open-data/{commune}/coverage/summary",
    "/service-worker.js", "/sign-in", "/sign-in/provider", "/sign-in/provider/callback",
}  # fmt: skip
"""What is open to all. Whoever opens another route says so here."""
OPEN_DATA = "/api/v1/open-data/"
LEAST = {
    "/api/v1/people": Role.ADMINISTRATOR,
    "/api/v1/tokens": Role.ADMINISTRATOR,
    "/api/v1/communes": Role.ADMINISTRATOR,
    "/api/v1/dead-letters/discard": Role.OPERATOR,
    "/api/v1/dead-letters/replay": Role.TECHNICIAN,
    "/api/v1/devices": Role.TECHNICIAN,
}
"""What writing below these paths needs at least."""


def filled(path: str) -> str:
    """The path with a name in it that nothing has."""
    return re.sub(r"{(\w+)}", lambda name: "999999" if name[1] == "id" else "no-such-thing", path)


def call(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """The least of a request; a form where the route is a page's, JSON where it is the API's."""
    if method not in UNSAFE:
        # A stream of events has no end: its head is enough.
        with client.stream(method, filled(path)) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
            return answer
    if path.startswith("/api/"):
        return client.request(method, filled(path), json={})
    return client.request(method, filled(path), data={"csrf_token": client.headers.get("X-CSRF-Token", "")})


def problem_of(answer: httpx.Response) -> str:
    """The type of the problem; empty where the answer is none."""
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return str(answer.json()["type"]).rsplit("/", 1)[1] if is_problem else ""


@pytest.fixture(scope="module")
def callers(shared_address: str, shared_url: str) -> Iterator[dict[tuple[Role, str], httpx.Client]]:
    """A client of each role by session, and one by token. None is one that a route signs out for good."""
    with ExitStack() as stack:
        found = {}
        for role in Role:
            person(shared_url, f"law-{role}", role)
            found[role, "session"] = stack.enter_context(signed_in(shared_address, f"law-{role}"))
            bearer = httpx.Client(base_url=shared_address, timeout=30, headers=token(shared_url, role))
            found[role, "token"] = stack.enter_context(bearer)
        yield found


@pytest.fixture(scope="module")
def nobody(shared_address: str) -> Iterator[httpx.Client]:
    """A client that carries nothing."""
    with httpx.Client(base_url=shared_address, timeout=30) as client:
        yield client


def renew(client: httpx.Client, role: Role) -> None:
    """Sign in again where a route has signed out."""
    if client.get("/api/v1/me").status_code == 401:
        with signed_in(str(client.base_url), f"law-{role}") as fresh:
            client.cookies = httpx.Cookies(fresh.cookies)
            client.headers["X-CSRF-Token"] = fresh.headers["X-CSRF-Token"]


def test_reports_name_the_routes_of_open_data_that_there_are() -> None:
    assert tuple(path for path, _, role in WALK if role is None and path.startswith(OPEN_DATA)) == OPEN_ROUTES


@pytest.mark.parametrize(("path", "method", "role"), [entry for entry in WALK if entry[2] is not None])
def test_nobody_is_let_in_without_saying_who_they_are(nobody: httpx.Client, path: str, method: str, role: Role) -> None:
    answer = call(nobody, method, path)
    if path.startswith("/api/") or method in UNSAFE:
        assert (answer.status_code, problem_of(answer)) == (401, "not-signed-in"), role
        assert answer.headers["www-authenticate"] == "Bearer"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")


@pytest.mark.parametrize(("path", "method", "role"), [entry for entry in WALK if entry[2] is not None])
def test_a_route_is_for_its_role_and_above(
    callers: dict[tuple[Role, str], httpx.Client], path: str, method: str, role: Role
) -> None:
    for (has, way), client in callers.items():
        answer = call(client, method, path)
        if not has.at_least(role):
            assert (answer.status_code, problem_of(answer)) == (403, "role-needed"), (has, way)
            assert answer.json()["allowed"] == [str(each) for each in Role if each.at_least(role)]
        else:
            assert answer.status_code != 401, (has, way)
            assert answer.status_code < 500, (has, way, answer.text)
            refused_as_token = way == "token" and path.startswith(("/api/v1/me", "/account", "/sign-out"))
            assert problem_of(answer) != "role-needed" or refused_as_token, (has, way)
        if way == "session" and method in UNSAFE:
            renew(client, has)


@pytest.mark.parametrize(("path", "method", "role"), [entry for entry in WALK if entry[2] is None])
def test_what_is_open_asks_nobody_who_they_are(nobody: httpx.Client, path: str, method: str, role: None) -> None:
    assert path in OPEN, f"{path} is open to all: say so in OPEN, or give it a role"
    answer = call(nobody, method, path)
    assert answer.status_code not in (401, 403), role
    assert "/sign-in?next" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    ("path", "method", "role"), [entry for entry in WALK if entry[1] in UNSAFE and entry[2] is not None]
)
def test_nothing_is_changed_by_a_cookie_alone(
    callers: dict[tuple[Role, str], httpx.Client], path: str, method: str, role: Role
) -> None:
    session = callers[Role.ADMINISTRATOR, "session"]
    with httpx.Client(base_url=session.base_url, timeout=30, cookies=session.cookies) as client:
        assert problem_of(call(client, method, path)) == "bad-csrf-token", role


@pytest.mark.parametrize(("path", "least"), LEAST.items())
def test_who_may_write_what_is_as_agreed(path: str, least: Role) -> None:
    written = [role for at, method, role in WALK if at.startswith(path) and method in UNSAFE]
    assert written
    if path == "/api/v1/communes":
        written = [role for at, method, role in WALK if at in (path, f"{path}/{{commune}}") and method in UNSAFE]
    assert all(role is not None and role.at_least(least) for role in written)


def test_every_route_is_walked() -> None:
    walked = {path for path, _, _ in WALK}
    for route in iter_route_contexts(APP.routes):
        if not isinstance(route.original_route, APIRoute):
            assert isinstance(route.original_route, Mount) or route.path == "/api/v1/openapi.json", route.path
        else:
            assert route.path_format in walked


def test_the_document_says_the_role_of_every_route_and_how_to_show_who_one_is() -> None:
    document = APP.openapi()
    roles = {(path, method.lower()): role for path, method, role in WALK}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            role = roles[path, method]
            assert operation["x-role"] == (role or PUBLIC)
            assert operation["security"] == ([] if role is None else [{"token": []}, {"session": []}])
            assert role is None or {"401", "403"} <= set(operation["responses"])


@pytest.mark.parametrize("dependencies", [[], [public(), public()], None])
def test_a_route_that_declares_no_role_is_not_served(dependencies: list[object] | None) -> None:
    """Declaring the same twice is one declaration; none at all, or two that differ, stop the application."""
    from api.access import needs

    app, router = create_app("postgresql://"), APIRouter()
    given = [public(), needs(Role.VIEWER)] if dependencies is None else dependencies

    @router.get("/forgotten", dependencies=given)  # type: ignore[arg-type]
    def forgotten() -> None:
        raise AssertionError("nobody gets here")

    app.include_router(router)
    if dependencies:
        assert "/forgotten" in [path for path, _, _ in routes_with_roles(app)]
        return
    with pytest.raises(RuntimeError, match="/forgotten declares"):
        list(routes_with_roles(app))
