"""Sign-in through an OpenID Connect provider, over HTTP with discovery: who may enter, and what is not believed."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.provider import Provider
from api.provider_config import ProviderConfig, is_trustworthy
from commune.stack.servers import free_port
from devices.people import Role
from storage.connect import connect
from storage.people import NewPerson, add_person
from storage.registrar import Registrar
from tests.api.conftest import serve, until
from tests.api.entering import Entrance, refused, through
from tests.api.oidc import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.api.signing import enter, person
from tests.api.world import execute


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


def test_nobody_is_sent_to_another_site_by_way_of_the_provider(entrance: Entrance) -> None:
    browser = entrance(default_role=Role.VIEWER)
    assert through(browser, next="//evil.example/").headers["location"] == "/"


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
