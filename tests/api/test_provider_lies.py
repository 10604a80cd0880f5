"""What is not believed of a sign-in through an OpenID Connect provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from devices.people import Role
from tests.api.entering import Entrance, refused, through
from tests.api.oidc import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.api.world import execute

STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


def saying(**members: object) -> Callable[[OidcProvider], None]:
    """A provider whose ID tokens have other claims; None: they lack the claim."""

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **members}.items() if value is not None}

    return lambda provider: setattr(provider, "lie", change)


def signing(key: RSAKey | OctKey, algorithm: str) -> Callable[[OidcProvider], None]:
    """A provider that signs with another key."""

    def lie(provider: OidcProvider) -> None:
        provider.signing_key, provider.algorithm = key, algorithm

    return lie


def answering(status: int, body: object) -> Callable[[OidcProvider], None]:
    """A provider that exchanges no code."""
    return lambda provider: setattr(provider, "token", lambda *_: (status, body))


LIES = {
    "another issuer": saying(iss="https://evil.example"),
    "another client": saying(aud="another"),
    "several clients, made for another": saying(aud=[CLIENT_ID, "x"], azp="x"),
    "another nonce": saying(nonce="replayed"),
    "no nonce": saying(nonce=None),
    "no subject": saying(sub=None),
    "expired": saying(exp=1_700_000_000),
    "no end": saying(exp=None),
    "of the future": saying(iat=4_000_000_000),
    "a stranger's key": signing(STRANGE_KEY, "RS256"),
    "a shared secret": signing(OctKey.import_key(CLIENT_SECRET * 4), "HS256"),
    "not signed": lambda provider: setattr(provider, "signed", lambda _: "e30.e30."),
    "no token at all": answering(200, {"access_token": "x", "token_type": "Bearer"}),
    "an error": answering(400, {"error": "invalid_grant"}),
    "no JSON object": answering(200, ["x"]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_of_this_sign_in_is_not_believed(entrance: Entrance, oidc: OidcProvider, lie: str) -> None:
    browser = entrance(default_role=Role.VIEWER)
    LIES[lie](oidc)
    refused(through(browser), 502, "không trả lời đúng")


def test_a_key_that_the_provider_changed_is_asked_for_again(entrance: Entrance, oidc: OidcProvider) -> None:
    browser = entrance(default_role=Role.VIEWER)
    through(browser)
    oidc.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert through(browser).status_code == 303


def test_a_code_is_exchanged_only_by_the_browser_that_was_sent(entrance: Entrance) -> None:
    victim = entrance(default_role=Role.VIEWER)
    sent = victim.get("/sign-in/provider")
    assert {"HttpOnly", "SameSite=lax", "Path=/sign-in"} <= set(sent.headers["set-cookie"].split("; "))
    returned = httpx.get(sent.headers["location"], timeout=30).headers["location"]
    with httpx.Client(base_url=victim.base_url, timeout=30) as attacker:
        refused(attacker.get(returned), 403, "quá hạn")
        attacker.get("/sign-in/provider")
        refused(attacker.get(returned), 403, "quá hạn")


def test_a_way_back_holds_once_and_not_for_long(entrance: Entrance, database_url: str) -> None:
    browser = entrance(default_role=Role.VIEWER)
    sent = browser.get("/sign-in/provider")
    kept = browser.cookies["commune_provider"]
    returned = httpx.get(sent.headers["location"], timeout=30).headers["location"]
    assert browser.get(returned).status_code == 303
    browser.cookies.set("commune_provider", kept, path="/sign-in")
    refused(browser.get(returned), 403, "quá hạn")
    sent = browser.get("/sign-in/provider")
    execute(database_url, "UPDATE provider_sign_in SET expires_at = now()")
    refused(browser.get(httpx.get(sent.headers["location"], timeout=30).headers["location"]), 403, "quá hạn")


def test_another_state_or_none_is_refused_and_a_no_of_the_provider_is_told(entrance: Entrance) -> None:
    browser = entrance(default_role=Role.VIEWER)
    for query in ("code=x&state=forged", "code=x", "", "error=access_denied"):
        browser.get("/sign-in/provider")
        refused(browser.get(f"/sign-in/provider/callback?{query}"), 403, "quá hạn")
    sent = browser.get("/sign-in/provider")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    answer = browser.get("/sign-in/provider/callback", params={"error": "access_denied", "state": state})
    refused(answer, 403, "đã không cho đăng nhập")


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example.vn/token"},
        {"authorization_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_describes_itself_otherwise_is_not_used(
    entrance: Entrance, oidc: OidcProvider, document: dict[str, Any]
) -> None:
    browser = entrance(default_role=Role.VIEWER)
    oidc.discovery = document
    answer = browser.get("/sign-in/provider")
    if answer.status_code == 303:
        answer = browser.get(httpx.get(answer.headers["location"], timeout=30).headers["location"])
    refused(answer, 502, "không trả lời đúng")
