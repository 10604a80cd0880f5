"""Signing in and out: sessions, their cookies and their ends, wrong passwords, and what a browser is tricked into."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import httpx
import pytest

from api.app import create_app
from api.signing_in import safe_next
from devices.people import Role, SignInRules
from storage.connect import connect
from storage.registrar import Registrar
from storage.sign_in import address_subject
from tests.api.conftest import serve
from tests.api.signing import PASSWORD, enter, person, signed_in
from tests.api.world import token

RULES = SignInRules()


def execute(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(connect(url, autocommit=True)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def lan(database_url: str) -> str:
    """A technician."""
    person(database_url, "lan")
    return database_url


@pytest.fixture
def browser(lan: str, address: str) -> Iterator[httpx.Client]:
    """A client that signed in as Lan."""
    with signed_in(address, "lan") as client:
        yield client


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
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


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


def test_a_wrong_password_an_unknown_name_and_a_disabled_person_are_told_alike(
    lan: str, stranger: httpx.Client
) -> None:
    person(lan, "gone")
    execute(lan, "UPDATE person SET disabled_at = now() WHERE username = 'gone'")
    said = []
    for username, password in (("lan", "wrong password"), ("nobody", PASSWORD), ("gone", PASSWORD), ("", "")):
        answer = enter(stranger, username, password)
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers
        said.append(answer.text.replace(f'value="{username}"', "").replace(" autofocus", ""))
    assert len(set(said)) == 1
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in said[0]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(lan: str, stranger: httpx.Client) -> None:
    """The work is the same; the bound is wide, because a machine that does other things is no stopwatch."""
    took: dict[str, list[float]] = {"lan": [], "nobody": []}
    for _ in range(3):
        for name, times in took.items():
            begun = time.perf_counter()
            enter(stranger, name, "wrong password")
            times.append(time.perf_counter() - begun)
    assert min(took["nobody"]) > min(took["lan"]) / 2
    assert lan


def test_after_some_failures_each_wait_is_longer_and_says_how_long(lan: str, stranger: httpx.Client) -> None:
    assert [enter(stranger, "lan", "wrong password").status_code for _ in range(4)] == [422] * 4
    answer = enter(stranger, "lan")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    assert "Hãy thử lại sau" in answer.text
    assert "giây" in answer.text
    execute(lan, "UPDATE sign_in_failure SET locked_until = now()")
    assert enter(stranger, "lan", "wrong password").status_code == 422
    assert 3 <= int(enter(stranger, "lan").headers["retry-after"]) <= 4


def test_an_account_is_locked_at_the_limit_and_the_lock_ends_by_itself(lan: str, stranger: httpx.Client) -> None:
    for _ in range(RULES.failures):
        assert enter(stranger, "lan", "wrong password").status_code == 422
        execute(lan, "UPDATE sign_in_failure SET locked_until = now() WHERE failures < %s", RULES.failures)
    answer = enter(stranger, "lan")
    assert answer.status_code == 429
    assert "15 phút" in answer.text
    assert RULES.lock_seconds - 30 < int(answer.headers["retry-after"]) <= RULES.lock_seconds
    past = "UPDATE sign_in_failure SET last_at = last_at - %s * interval '1 s', locked_until = now()"
    execute(lan, past, RULES.lock_seconds)
    assert enter(stranger, "lan").status_code == 303


def test_names_that_nobody_has_are_locked_like_any_other(lan: str, stranger: httpx.Client) -> None:
    statuses = {name: [enter(stranger, name, "wrong").status_code for _ in range(6)] for name in ("lan", "nobody")}
    assert statuses["lan"] == statuses["nobody"]
    assert 429 in statuses["nobody"]
    assert lan


def test_many_tries_at_once_are_counted_before_they_are_made(lan: str, address: str) -> None:
    def attempt(_: int) -> int:
        with httpx.Client(base_url=address, timeout=30) as client:
            return enter(client, "lan", "wrong password").status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(attempt, range(12)))
    assert statuses.count(422) == 4
    assert statuses.count(429) == 8
    assert lan


def test_processes_agree_on_who_is_locked(lan: str, stranger: httpx.Client) -> None:
    for _ in range(4):
        enter(stranger, "lan", "wrong password")
    with serve(create_app(lan, registrar=Registrar(lan))) as other:
        assert httpx.post(f"{other}/sign-in", data={"username": "lan", "password": PASSWORD}).status_code == 429


def test_an_address_that_tries_many_names_is_locked(lan: str) -> None:
    app = create_app(lan, registrar=Registrar(lan), sign_in=replace(RULES, failures_of_address=3))
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert enter(client, "lan").status_code == 303
        assert [enter(client, f"name-{n}").status_code for n in range(3)] == [422, 422, 422]
        assert enter(client, "lan").status_code == 429


def test_an_address_of_ipv6_is_its_network_and_one_of_ipv4_is_itself_however_it_is_written() -> None:
    assert address_subject("2001:db8::1") == address_subject("2001:db8::ffff:1")
    assert address_subject("2001:db8::1") != address_subject("2001:db8:0:1::1")
    assert address_subject("::ffff:10.0.0.1") == address_subject("10.0.0.1") != address_subject("10.0.0.2")
    assert address_subject("unknown") == address_subject("unknown")


def test_success_forgets_the_failures(lan: str, stranger: httpx.Client) -> None:
    for _ in range(3):
        enter(stranger, "lan", "wrong password")
    assert enter(stranger, "lan").status_code == 303
    failures = execute(lan, "SELECT failures FROM sign_in_failure")
    assert failures == [(3,)], "only those of the address are left"


PAGE = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.usefixtures("lan")
def test_a_page_of_strangers_signs_nobody_in(stranger: httpx.Client, headers: dict[str, str]) -> None:
    answer = stranger.post("/sign-in", data={"username": "lan", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/problems/foreign-origin"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_page_of_strangers_changes_nothing_even_with_the_token(
    browser: httpx.Client, headers: dict[str, str]
) -> None:
    answer = browser.request("DELETE", "/api/v1/me/sessions", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/problems/foreign-origin"


@pytest.mark.parametrize("shown", ["", "0" * 64, "đ"])
def test_a_change_by_cookie_needs_the_csrf_token_of_the_session(browser: httpx.Client, shown: str) -> None:
    browser.headers["X-CSRF-Token"] = ""
    answer = browser.request(
        "DELETE", "/api/v1/me/sessions", headers=httpx.Headers({"X-CSRF-Token": shown}, encoding="utf-8")
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/problems/bad-csrf-token"
    form = browser.post("/sign-out", data={"csrf_token": shown})
    assert form.status_code == 403
    assert browser.get("/api/v1/me").status_code == 200


def test_the_csrf_token_of_one_session_is_none_of_another(browser: httpx.Client, address: str) -> None:
    with signed_in(address, "lan") as other:
        assert other.headers["X-CSRF-Token"] != browser.headers["X-CSRF-Token"]
        other.headers["X-CSRF-Token"] = browser.headers["X-CSRF-Token"]
        assert other.delete("/api/v1/me/sessions").status_code == 403


def test_our_own_page_may_change_something(browser: httpx.Client) -> None:
    origin = str(browser.base_url).rstrip("/")
    assert browser.request("DELETE", "/api/v1/me/sessions", headers={"Origin": origin, **PAGE}).status_code == 204


@pytest.mark.parametrize("wanted", ["/", "/devices", "/devices?state=off&x=//y", "/devices/gia-loc/den-1#ledger"])
def test_after_signing_in_one_comes_where_one_wanted(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "///evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "/\t/evil.example", "/x\r\nSet-Cookie: a=b", "", "devices", "/sign-in",
        "/sign-in?next=/", "http:/evil.example", "/\u2028",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(wanted: str) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.usefixtures("lan")
def test_the_place_to_go_is_checked_by_the_form_too(stranger: httpx.Client) -> None:
    answer = enter(stranger, "lan", next="//evil.example/")
    assert answer.headers["location"] == "/"


def test_a_page_sends_who_is_nobody_to_sign_in_and_back(lan: str, stranger: httpx.Client) -> None:
    answer = stranger.get("/account?x=1&y=a b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account%3Fx%3D1%26y%3Da%2520b")
    page = stranger.get(answer.headers["location"])
    assert 'name="next" value="/account?x=1&amp;y=a%20b"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert lan


def test_who_has_signed_in_already_goes_straight_on(browser: httpx.Client) -> None:
    answer = browser.get("/sign-in", params={"next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")


@pytest.mark.usefixtures("lan")
def test_what_was_typed_comes_back_as_text_and_the_password_never(stranger: httpx.Client) -> None:
    page = enter(stranger, '"><script>alert(1)</script>', "not the password", next='/"><script>').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "not the password" not in page


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"username": "lan"}', "application/json", 415),
        (b"username=\xff", "application/x-www-form-urlencoded", 415),
        (b"username=%ff", "application/x-www-form-urlencoded", 415),
        (b"&".join(b"a=1" for _ in range(40)), "application/x-www-form-urlencoded", 415),
        (b"username=" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"username=lan&password=%00", "application/x-www-form-urlencoded", 422),
        (b"", "application/x-www-form-urlencoded", 422),
    ],
)
@pytest.mark.usefixtures("lan")
def test_a_form_that_is_none_is_refused(stranger: httpx.Client, content: bytes, media_type: str, status: int) -> None:
    answer = stranger.post("/sign-in", content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status


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
