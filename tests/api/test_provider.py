"""Sign-in through an OpenID Connect provider, over HTTP with discovery: who may enter, and what is not believed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from api.app import create_app
from api.provider import Provider
from api.provider_config import ProviderConfig, is_trustworthy
from commune.stack.servers import free_port
from devices.people import Role
from storage.connect import connect
from storage.people import NewPerson, add_person
from storage.registrar import Registrar
from tests.api.conftest import serve, until
from tests.api.oidc import CLIENT_ID, CLIENT_SECRET, OidcProvider, provider_over_http
from tests.api.signing import enter, person
from tests.api.world import execute

Entrance = Callable[..., httpx.Client]


@pytest.fixture
def oidc() -> Iterator[OidcProvider]:
    """The provider."""
    with provider_over_http() as provider:
        yield provider


@pytest.fixture
def entrance(database_url: str, oidc: OidcProvider) -> Iterator[Entrance]:
    """Makes an API that trusts the provider, and a browser in front of it."""
    with ExitStack() as stack:

        def make(**settings: Any) -> httpx.Client:
            config = ProviderConfig(oidc.issuer, CLIENT_ID, CLIENT_SECRET, **{"name": "Tỉnh", **settings})
            app = create_app(database_url, registrar=Registrar(database_url), provider=Provider(config))
            address = stack.enter_context(serve(app))
            return stack.enter_context(httpx.Client(base_url=address, timeout=30))

        yield make


def through(browser: httpx.Client, **parameters: str) -> httpx.Response:
    """Go to the provider and come back."""
    sent = browser.get("/sign-in/provider", params=parameters)
    assert sent.status_code == 303, sent.text
    returned = httpx.get(sent.headers["location"], timeout=30)
    assert returned.status_code == 302, returned.text
    return browser.get(returned.headers["location"])


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert "commune_session" not in answer.headers.get("set-cookie", "")


def test_who_the_provider_vouches_for_enters_and_comes_where_they_wanted(
    entrance: Entrance, oidc: OidcProvider
) -> None:
    browser = entrance(default_role=Role.VIEWER)
    assert "Đăng nhập bằng Tỉnh" in browser.get("/sign-in").text
    answer = through(browser, next="/devices?state=off")
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices?state=off")
    me = browser.get("/api/v1/me").json()
    assert (me["name"], me["role"], me["display_name"]) == ("person:lan", "viewer", "Lan")
    (asked,) = oidc.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert asked["redirect_uri"] == f"{browser.base_url}/sign-in/provider/callback"


def test_the_second_time_it_is_the_same_person_even_under_another_name(
    entrance: Entrance, oidc: OidcProvider, database_url: str
) -> None:
    browser = entrance(default_role=Role.VIEWER)
    through(browser)
    oidc.claims["preferred_username"] = "lan.nguyen"
    through(browser)
    assert browser.get("/api/v1/me").json()["name"] == "person:lan"
    assert execute(database_url, "SELECT count(*) FROM person") == [(1,)]


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"roles": ["x", "kt"]}, "technician"),
        ({"roles": ["kt", "qt", 7]}, "administrator"),
        ({"roles": "kt"}, "technician"),
        ({"roles": []}, None),
        ({"roles": {"kt": 1}}, None),
        ({}, None),
    ],
)
def test_a_claim_gives_the_highest_of_its_roles_and_who_has_none_does_not_enter(
    entrance: Entrance, oidc: OidcProvider, claims: dict[str, Any], role: str | None
) -> None:
    browser = entrance(role_claim="realm.roles", roles={"kt": Role.TECHNICIAN, "qt": Role.ADMINISTRATOR})
    oidc.claims["realm"] = claims
    answer = through(browser)
    if role is None:
        refused(answer, 403, "chưa được cấp quyền")
    else:
        assert browser.get("/api/v1/me").json()["role"] == role


def test_the_role_follows_the_provider_and_goes_with_it(entrance: Entrance, oidc: OidcProvider) -> None:
    browser = entrance(role_claim="role", roles={"kt": Role.TECHNICIAN, "xem": Role.VIEWER})
    for said, role in (("kt", "technician"), ("xem", "viewer")):
        oidc.claims["role"] = said
        through(browser)
        assert browser.get("/api/v1/me").json()["role"] == role
    del oidc.claims["role"]
    refused(through(browser), 403, "chưa được cấp quyền")


def test_the_last_administrator_keeps_the_role_whatever_the_provider_says(
    entrance: Entrance, oidc: OidcProvider
) -> None:
    browser = entrance(role_claim="role", roles={"qt": Role.ADMINISTRATOR, "xem": Role.VIEWER})
    for said in ("qt", "xem"):
        oidc.claims["role"] = said
        assert through(browser).status_code == 303
    assert browser.get("/api/v1/me").json()["role"] == "administrator"


def test_claims_that_only_userinfo_has_are_asked_for_there(entrance: Entrance, oidc: OidcProvider) -> None:
    oidc.claims = {"sub": "s-1"}
    oidc.userinfo = {"sub": "s-1", "preferred_username": "lan", "role": "kt"}
    browser = entrance(role_claim="role", roles={"kt": Role.TECHNICIAN})
    through(browser)
    assert browser.get("/api/v1/me").json()["role"] == "technician"
    oidc.userinfo["sub"] = "another"
    refused(through(browser), 403, "chưa được cấp quyền")


def test_without_a_default_only_who_was_added_enters(entrance: Entrance, oidc: OidcProvider, database_url: str) -> None:
    browser = entrance()
    refused(through(browser), 403, "chưa được cấp quyền")
    with closing(connect(database_url)) as connection:
        add_person(connection, NewPerson("lan", Role.OPERATOR, issuer=oidc.issuer))
        connection.commit()
    assert through(browser).status_code == 303
    assert browser.get("/api/v1/me").json()["role"] == "operator"
    oidc.claims["sub"] = "somebody else of that name"
    refused(through(browser), 403, "chưa được cấp quyền")


def test_the_provider_takes_over_no_account_of_ours(entrance: Entrance, oidc: OidcProvider, database_url: str) -> None:
    person(database_url, "lan", Role.ADMINISTRATOR)
    browser = entrance(default_role=Role.VIEWER)
    refused(through(browser), 403, "đã là của một tài khoản khác")
    oidc.claims["preferred_username"] = "../Lan"
    refused(through(browser), 403, "không dùng được ở đây")
    assert enter(browser, "lan").status_code == 303


def test_who_is_disabled_here_does_not_enter(entrance: Entrance, database_url: str) -> None:
    browser = entrance(default_role=Role.VIEWER)
    through(browser)
    execute(database_url, "UPDATE person SET disabled_at = now()")
    refused(through(browser), 403, "đã bị khóa")


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


def test_nobody_is_sent_to_another_site_by_way_of_the_provider(entrance: Entrance) -> None:
    browser = entrance(default_role=Role.VIEWER)
    assert through(browser, next="//evil.example/").headers["location"] == "/"


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


def test_a_provider_that_is_away_leaves_the_way_by_password(database_url: str) -> None:
    person(database_url, "lan")
    config = ProviderConfig(f"http://127.0.0.1:{free_port()}", CLIENT_ID)
    app = create_app(database_url, registrar=Registrar(database_url), provider=Provider(config))
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as browser:
        refused(browser.get("/sign-in/provider"), 502, "hoặc đăng nhập bằng mật khẩu")
        assert enter(browser, "lan").status_code == 303


def test_without_a_provider_there_is_no_such_way(stranger: httpx.Client) -> None:
    assert stranger.get("/sign-in/provider").status_code == 404
    assert stranger.get("/sign-in/provider/callback").status_code == 404
    assert "provider" not in stranger.get("/sign-in").text


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://id.example.vn", True), ("http://127.0.0.1:9400/x", True), ("http://localhost:1", True),
        ("http://id.example.vn", False), ("http://127.0.0.1.evil.example", False), ("ftp://127.0.0.1", False),
        ("", False),
    ],
)  # fmt: skip
def test_only_https_and_this_machine_are_trusted(url: str, trusted: bool) -> None:
    assert is_trustworthy(url) is trusted


def test_a_provider_of_others_making_works_too_as_a_process_of_its_own(database_url: str) -> None:
    port = free_port()
    claims = json.dumps({"sub": "s-9", "preferred_username": "minh", "name": "Minh", "email": "minh@xa.vn"})
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", claims]
    issuer = f"http://127.0.0.1:{port}"

    def is_there() -> bool:
        try:
            return httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(is_there, "the provider's answer")
        config = ProviderConfig(issuer, CLIENT_ID, CLIENT_SECRET, default_role=Role.TECHNICIAN)
        app = create_app(database_url, registrar=Registrar(database_url), provider=Provider(config))
        with serve(app) as address, httpx.Client(base_url=address, timeout=30) as browser:
            sent = browser.get("/sign-in/provider", params={"next": "/account"})
            returned = httpx.post(sent.headers["location"], data={"sub": "s-9"}, timeout=30)
            assert returned.status_code == 302, returned.text
            assert browser.get(returned.headers["location"]).headers["location"] == "/account"
            me = browser.get("/api/v1/me").json()
    finally:
        process.terminate()
        process.wait(20)
    assert (me["name"], me["role"]) == ("person:minh", "technician")
