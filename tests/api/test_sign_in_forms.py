"""The form of the sign-in page: pages of strangers, the CSRF token, where one goes afterwards, and what is no form."""

from __future__ import annotations

import httpx
import pytest

from api.signing_in import safe_next
from tests.api.signing import PASSWORD, enter, signed_in

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
