"""What every request that changes something must be, as long as there is no sign-in.

The API listens on loopback only, but a browser on that machine opens pages of strangers, and such a page may send
requests to loopback. It cannot send JSON to another origin without asking first (which is never answered with yes), and
it cannot reach this process under an address: a name of its own that leads here (DNS rebinding) is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import ApiProblem, Problem, shown
from devices.model import Text

MOST_BYTES = 64 * 1024
JSON = "application/json"


class WriteRoute(APIRoute):
    """A route whose requests are checked before their body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the route, behind the checks."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            check_origin(request)
            check_content(request)
            return await handle(request)

        return checked


def check_origin(request: Request) -> None:
    """Raise ApiProblem (403) for a request that a page of somebody else may have sent."""
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    if _is_address(host) and site in ("none", "same-origin") and (origin is None or urlsplit(origin).netloc == host):
        return
    raise ApiProblem(
        Problem.FOREIGN_ORIGIN,
        Text(
            f"Chỉ nhận thay đổi gửi thẳng tới địa chỉ của máy này hoặc localhost, không qua tên {shown(host)!r} hay "
            "từ trang web khác.",
            f"Changes are taken only when sent straight to this machine's address or localhost, not by the name "
            f"{shown(host)!r} nor from another site's page.",
        ),
        allowed={"host": "an IP address or localhost", "origin": "none, or that of this API"},
    )


def _is_address(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


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
