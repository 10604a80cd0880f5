"""What the OpenAPI document says of access: the role of each route, how to show who one is, and the refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.access import COOKIE, declared_roles
from api.context import problems
from devices.people import Role

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of `commune users tokens add`."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The session of a person."},
}
ROLE_MEMBER = "x-role"
PUBLIC = "public"


def declare(app: FastAPI, document: dict[str, Any]) -> None:
    """Add to every operation its role and the refusals that come with it."""
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    for path, methods, role in routes_with_roles(app):
        for method in methods:
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                _declare(operation, role)


def routes_with_roles(app: FastAPI) -> Iterator[tuple[str, set[str], Role | None]]:
    """Every route of the application: path, methods, and the role that it needs, None where it is open to all.

    Raises RuntimeError for a route that declares no role, or two.
    """
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            declared = declared_roles(route.dependant)
            if len(declared) != 1:
                raise RuntimeError(f"{route.path} declares {len(declared)} roles: use needs(...) or public(), once")
            (role,) = declared
            yield str(route.path_format), set(route.methods or ()), role


def _declare(operation: dict[str, Any], role: str | None) -> None:
    operation[ROLE_MEMBER] = role or PUBLIC
    if role is None:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}, {"session": []}]
    for status, answer in problems(401, 403).items():
        described = {"description": answer["description"]}
        operation["responses"].setdefault(str(status), described)
