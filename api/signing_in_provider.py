"""The way in through an OpenID Connect provider, and the way back from it."""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import SIGN_IN, public
from api.context import Context, Ctx
from api.cookies import is_secure
from api.errors import ApiProblem, Problem
from api.people_changes import registrar_of
from api.provider import Provider, ProviderError
from api.signing_in import START, NextPath, entered, form, safe_next
from devices.model import Text
from storage.errors import SignInRefused
from storage.identities import (
    EntryRefused,
    Identity,
    ProviderSignIn,
    begin_provider_sign_in,
    end_provider_sign_in,
    enter,
)

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False, dependencies=[public()])

BEGIN = f"{SIGN_IN}/provider"
CALLBACK = f"{BEGIN}/callback"
COOKIE = "commune_provider"
COOKIE_SECONDS = 600
Word = Annotated[str, Query(max_length=4000)]


@router.get(BEGIN)
def begin(request: Request, context: Ctx, next_path: NextPath = START) -> Response:
    """Send the browser to the provider."""
    provider = _provider(context)
    try:
        begun = provider.begin(_callback(request, provider))
    except ProviderError as error:
        return _failed(request, context, error, safe_next(next_path))
    cookie = secrets.token_urlsafe(32)
    kept = ProviderSignIn(begun.state, begun.nonce, begun.code_verifier, safe_next(next_path))
    with registrar_of(context).transaction("sign-in") as session:
        begin_provider_sign_in(session, cookie, kept)
    response = RedirectResponse(begun.url, status_code=303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_SECONDS,
        path=SIGN_IN,
        secure=is_secure(request, context.sign_in),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(CALLBACK)
def come_back(request: Request, context: Ctx, code: Word = "", state: Word = "", error: Word = "") -> Response:
    """Take who comes back from the provider, if it is the browser that was sent there."""
    provider = _provider(context)
    with registrar_of(context).transaction("sign-in") as session:
        kept = end_provider_sign_in(session, request.cookies.get(COOKIE, ""))
    if kept is None or not hmac.compare_digest(kept.state.encode(), state.encode()):
        return _answer(
            request,
            context,
            START,
            Text("Phiên đăng nhập đã quá hạn. Hãy thử lại.", "This sign-in is no longer good. Try again."),
        )
    if error or not code:
        return _answer(
            request,
            context,
            kept.next_path,
            Text("Nhà cung cấp định danh đã không cho đăng nhập.", "The provider did not sign you in."),
        )
    try:
        claims = provider.finish(_callback(request, provider), code, kept.nonce, kept.code_verifier)
        cookie = enter(
            registrar_of(context),
            Identity(
                provider.config.issuer,
                claims.subject,
                claims.username,
                claims.display_name,
                claims.role,
                follows_provider=provider.config.role_claim is not None,
            ),
            user_agent=request.headers.get("user-agent", ""),
            rules=context.sign_in,
        )
    except ProviderError as failure:
        return _failed(request, context, failure, kept.next_path)
    except EntryRefused as refused:
        return _answer(request, context, kept.next_path, refused.text)
    except SignInRefused:
        return _answer(request, context, kept.next_path, Text("Không được vào.", "You may not enter."))
    response = entered(request, context, cookie, kept.next_path)
    response.delete_cookie(COOKIE, path=SIGN_IN)
    return response


def _provider(context: Context) -> Provider:
    if context.provider is None:
        raise ApiProblem(
            Problem.NOT_FOUND,
            Text("Chưa cấu hình nhà cung cấp định danh.", "No identity provider is configured."),
            allowed=SIGN_IN,
        )
    return context.provider


def _callback(request: Request, provider: Provider) -> str:
    return (provider.config.public_url or str(request.base_url)).rstrip("/") + CALLBACK


def _failed(request: Request, context: Context, error: ProviderError, next_path: str) -> Response:
    logger.warning("a sign-in through the provider failed: %s", error)
    text = Text(
        "Nhà cung cấp định danh không trả lời đúng. Hãy thử lại, hoặc đăng nhập bằng mật khẩu.",
        "The provider does not answer as it must. Try again, or sign in with a password.",
    )
    return _answer(request, context, next_path, text, status_code=502)


def _answer(request: Request, context: Context, next_path: str, text: Text, *, status_code: int = 403) -> Response:
    answer = form(request, context, next_path, text, status_code=status_code)
    answer.delete_cookie(COOKIE, path=SIGN_IN)
    return answer
