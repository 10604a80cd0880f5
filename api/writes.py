"""What every request that changes something must be: in order before its body is read.

Nobody without the role makes this process read a body, and no body is larger than it need be. JSON alone is taken: a
page of strangers cannot send it to another origin without asking first, which is never answered with yes.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.access import admit
from api.errors import ApiProblem, Problem
from devices.model import Text

MOST_BYTES = 64 * 1024
JSON = "application/json"


class WriteRoute(APIRoute):
    """A route whose requests are checked before their body is read; one that deletes has none."""

    media_types: ClassVar[tuple[str, ...]] = (JSON,)
    most_bytes: ClassVar[int] = MOST_BYTES
    wrong_type: ClassVar[Problem] = Problem.NOT_JSON
    """What is wrong with a body of another media type."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, behind the checks."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            await run_in_threadpool(admit, self, request)
            if request.method != "DELETE":
                check_media_type(request, self.media_types, self.wrong_type)
                check_length(request, self.most_bytes)
            return await handle(request)

        return checked


def check_media_type(request: Request, media_types: Sequence[str], wrong_type: Problem) -> None:
    """Raise ApiProblem (415) for a body of another media type."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() not in media_types:
        listed = ", ".join(media_types)
        raise ApiProblem(
            wrong_type,
            Text(f"Hãy gửi Content-Type: {listed}.", f"Send it as Content-Type: {listed}."),
            allowed=list(media_types),
        )


def check_length(request: Request, most_bytes: int) -> None:
    """Raise ApiProblem (413) for a body that is larger than `most_bytes`, or of unknown size."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and int(length) <= most_bytes):
        raise ApiProblem(
            Problem.TOO_LARGE,
            Text(
                f"Cần Content-Length, tối đa {most_bytes} byte.",
                f"Content-Length is needed, at most {most_bytes} bytes.",
            ),
            allowed={"Content-Length": f"at most {most_bytes}"},
        )
