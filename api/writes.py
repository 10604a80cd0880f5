"""What every request that changes something must be: in order before its body is read.

Nobody without the role makes this process read a body, and no body is larger than it need be. JSON alone is taken: a
page of strangers cannot send it to another origin without asking first, which is never answered with yes.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.access import admit
from api.errors import ApiProblem, Problem
from devices.model import Text

MOST_BYTES = 64 * 1024
JSON = "application/json"


class WriteRoute(APIRoute):
    """A route whose requests are checked before their body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, behind the checks."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            await run_in_threadpool(admit, self, request)
            check_content(request)
            return await handle(request)

        return checked


def check_content(request: Request) -> None:
    """Raise ApiProblem for a body that is not JSON (415), or larger than `MOST_BYTES` or of unknown size (413)."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != JSON:
        raise ApiProblem(
            Problem.NOT_JSON,
            Text(f"Hãy gửi Content-Type: {JSON}.", f"Send it as Content-Type: {JSON}."),
            allowed=JSON,
        )
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and int(length) <= MOST_BYTES):
        raise ApiProblem(
            Problem.TOO_LARGE,
            Text(
                f"Cần Content-Length, tối đa {MOST_BYTES} byte.",
                f"Content-Length is needed, at most {MOST_BYTES} bytes.",
            ),
            allowed={"Content-Length": f"at most {MOST_BYTES}"},
        )
