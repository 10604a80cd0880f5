"""The cookie of a session, and what is known of who sends it."""

from __future__ import annotations

from fastapi import Request, Response

from api.access import COOKIE
from devices.people import SignInRules


def is_secure(request: Request, rules: SignInRules) -> bool:
    """Whether cookies go over HTTPS only: always where people come over HTTPS."""
    return rules.secure_cookies or request.url.scheme == "https"


def keep_session(request: Request, response: Response, cookie: str, rules: SignInRules) -> None:
    """Let the browser keep a session: scripts cannot read it, and pages of others cannot send it with a change."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=rules.absolute_seconds,
        path="/",
        secure=is_secure(request, rules),
        httponly=True,
        samesite="lax",
    )


def drop_session(request: Request, response: Response, rules: SignInRules) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=is_secure(request, rules), httponly=True, samesite="lax")


def address_of(request: Request) -> str:
    """The network address of who asks; behind a proxy that is trusted, as the proxy tells it."""
    return request.client.host if request.client else "unknown"
