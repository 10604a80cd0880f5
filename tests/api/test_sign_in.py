"""Signing in and out: sessions, their cookies and their ends, wrong passwords, and what a browser is tricked into."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from unicodedata import normalize

import httpx
import pytest

from api.app import create_app
from devices.people import Role, SignInRules
from storage.registrar import Registrar
from tests.api.conftest import serve
from tests.api.signing import PASSWORD, enter, person, signed_in
from tests.api.world import execute, token

RULES = SignInRules()


@pytest.mark.usefixtures("lan")
def test_who_signs_in_is_known_by_a_cookie_that_scripts_and_strangers_cannot_use(stranger: httpx.Client) -> None:
    answer = enter(stranger, "lan", next="/devices?state=off")
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices?state=off")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("commune_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(cookie.split("; "))
    me = stranger.get("/api/v1/me").json()
    assert (me["name"], me["role"], me["sessions"]) == ("person:lan", "technician", 1)


def test_over_https_the_cookie_goes_over_https_only(lan: str) -> None:
    app = create_app(lan, registrar=Registrar(lan), sign_in=replace(RULES, secure_cookies=True))
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert "Secure" in enter(client, "lan").headers["set-cookie"].split("; ")


@pytest.mark.usefixtures("lan")
def test_a_name_may_be_typed_with_capitals_and_a_password_in_either_form_of_unicode(stranger: httpx.Client) -> None:
    decomposed = normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    assert enter(stranger, " Lan ", decomposed).status_code == 303


def test_the_database_keeps_neither_the_cookie_nor_the_password(lan: str, browser: httpx.Client) -> None:
    cookie = browser.cookies["commune_session"]
    assert len(cookie) >= 43
    assert execute(lan, "SELECT token_sha256 FROM session") == [(sha256(cookie.encode()).digest(),)]
    ((kept,),) = execute(lan, "SELECT password_hash FROM person")
    assert kept.startswith("$argon2id$v=19$")


def test_the_session_that_a_browser_brings_is_ended_and_a_new_one_made(lan: str, browser: httpx.Client) -> None:
    before = browser.cookies["commune_session"]
    assert enter(browser, "lan").status_code == 303
    assert browser.cookies["commune_session"] != before
    assert httpx.get(f"{browser.base_url}/api/v1/me", cookies={"commune_session": before}).status_code == 401
    assert execute(lan, "SELECT count(*) FROM session") == [(1,)]


@pytest.mark.usefixtures("lan")
def test_a_cookie_that_a_stranger_planted_is_not_taken_up(stranger: httpx.Client) -> None:
    stranger.cookies.set("commune_session", "planted", domain="127.0.0.1")
    assert enter(stranger, "lan").status_code == 303
    assert "planted" not in [cookie.value for cookie in stranger.cookies.jar if cookie.domain != "127.0.0.1"]
    planted = httpx.get(f"{stranger.base_url}/api/v1/me", cookies={"commune_session": "planted"}, timeout=30)
    assert planted.status_code == 401


def test_signing_out_ends_the_session(lan: str, browser: httpx.Client) -> None:
    cookie = browser.cookies["commune_session"]
    answer = browser.post("/sign-out", data={"csrf_token": browser.headers["X-CSRF-Token"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?out=true")
    assert execute(lan, "SELECT count(*) FROM session") == [(0,)]
    assert httpx.get(f"{browser.base_url}/api/v1/me", cookies={"commune_session": cookie}).status_code == 401
    assert "Bạn đã đăng xuất" in browser.get("/sign-in?out=true").text


def test_signing_out_everywhere_ends_every_session_of_that_person_alone(
    lan: str, browser: httpx.Client, address: str
) -> None:
    person(lan, "minh")
    with signed_in(address, "lan") as phone, signed_in(address, "minh") as other:
        assert browser.get("/api/v1/me").json()["sessions"] == 2
        assert browser.delete("/api/v1/me/sessions").status_code == 204
        assert phone.get("/api/v1/me").status_code == 401
        assert other.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET seen_at = now() - interval '8 hours 1 second'",
        "UPDATE session SET expires_at = now() - interval '1 second'",
        "UPDATE person SET disabled_at = now()",
        "DELETE FROM session",
    ],
)
def test_a_session_ends_unused_in_time_and_with_its_person(lan: str, browser: httpx.Client, change: str) -> None:
    assert browser.get("/api/v1/me").status_code == 200
    execute(lan, change)
    assert browser.get("/api/v1/me").status_code == 401


def test_a_session_in_use_stays_open(lan: str, browser: httpx.Client) -> None:
    execute(lan, "UPDATE session SET seen_at = now() - interval '7 hours'")
    assert browser.get("/api/v1/me").status_code == 200
    assert execute(lan, "SELECT now() - seen_at < interval '1 minute' FROM session") == [(True,)]


def test_what_has_ended_is_swept_away_when_somebody_signs_in(lan: str, browser: httpx.Client) -> None:
    execute(lan, "UPDATE session SET expires_at = now() - interval '1 second'")
    execute(lan, "INSERT INTO sign_in_failure VALUES ('x', 3, now() - interval '2 hours', now())")
    assert enter(browser, "lan").status_code == 303
    assert execute(lan, "SELECT count(*) FROM session") == [(1,)]
    assert execute(lan, "SELECT count(*) FROM sign_in_failure WHERE subject_sha256 = 'x'") == [(0,)]


def test_without_the_account_that_writes_people_signing_in_says_what_to_set(lan: str) -> None:
    with serve(create_app(lan)) as address:
        answer = httpx.post(f"{address}/sign-in", data={"username": "lan", "password": PASSWORD}, timeout=30)
        assert answer.status_code == 503
        assert "COMMUNE_DATABASE_REGISTRY_PASSWORD" in answer.json()["detail"]
        assert httpx.get(f"{address}/api/v1/devices", headers=token(lan), timeout=30).status_code == 200


def test_nothing_secret_is_logged(lan: str, address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    secret = token(lan, Role.VIEWER)["Authorization"]
    with signed_in(address, "lan") as client, httpx.Client(base_url=address, timeout=30) as stranger:
        cookie, csrf = client.cookies["commune_session"], client.headers["X-CSRF-Token"]
        enter(stranger, "a password in the wrong field", "wrong password")
        stranger.get("/api/v1/devices", headers={"Authorization": secret})
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.split(".")[0] not in ("httpcore", "httpx")
    )
    assert "lan signed in from 127.0.0.1" in ours
    assert "a sign-in from 127.0.0.1 failed" in ours
    for said in (cookie, csrf, secret.split()[1], PASSWORD, "wrong password", "a password in the wrong field"):
        assert said not in ours
