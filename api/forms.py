"""Forms of our own pages, for browsers without scripts: small, decoded once, and checked before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.access import admit, check_same_origin
from api.errors import ApiProblem, Problem
from api.writes import check_length, check_media_type
from devices.model import Text

MOST_BYTES = 16 * 1024
MOST_FIELDS = 30
FORM = "application/x-www-form-urlencoded"
CSRF_FIELD = "csrf_token"


class FormRoute(APIRoute):
    """A route whose body is a form. It comes from our own pages, and by cookie only with the session's CSRF token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, behind the checks."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            if request.method == "POST":
                check_same_origin(request)
                check_media_type(request, (FORM,), Problem.NOT_A_FORM)
                check_length(request, MOST_BYTES)
                request.state.form = _decoded(await request.body())
                request.state.form_csrf_token = field(request, CSRF_FIELD)
            await run_in_threadpool(admit, self, request)
            return await handle(request)

        return checked


def field(request: Request, name: str) -> str:
    """A field of the form; empty where there is none."""
    form: dict[str, str] = request.state.form
    return form.get(name, "")


def _decoded(body: bytes) -> dict[str, str]:
    try:
        return dict(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        )
    except ValueError as error:
        raise ApiProblem(
            Problem.NOT_A_FORM,
            Text("Biểu mẫu không đọc được.", "The form cannot be read."),
            allowed=FORM,
        ) from error
