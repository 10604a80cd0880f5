"""People over HTTP: let in, given a role, disabled; their passwords; what one may change of oneself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from devices.people import Role
from tests.api.signing import PASSWORD, enter, person, signed_in
from tests.api.world import execute

PEOPLE = "/api/v1/people"
OTHER = "một mật khẩu thật dài khác"


def refused(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/api/v1/problems/{name}"
    return problem


def change(client: httpx.Client, username: str, **members: Any) -> httpx.Response:
    tag = client.get(f"{PEOPLE}/{username}").headers["etag"]
    return client.patch(f"{PEOPLE}/{username}", json=members, headers={"If-Match": tag})


def test_somebody_is_let_in_with_a_password_that_is_told_once(client: httpx.Client, stranger: httpx.Client) -> None:
    answer = client.post(PEOPLE, json={"username": "lan", "role": "technician", "display_name": "Nguyễn Thị Lan"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PEOPLE}/lan"
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert (made["person"]["role"], made["person"]["display_name"]) == ("technician", "Nguyễn Thị Lan")
    assert enter(stranger, "lan", made["password"]).status_code == 303
    shown = client.get(answer.headers["location"])
    assert shown.headers["etag"] == answer.headers["etag"]
    assert made["password"] not in shown.text
    assert shown.json()["last_login_at"] is not None


def test_a_password_that_is_chosen_is_not_told_back(client: httpx.Client, stranger: httpx.Client) -> None:
    answer = client.post(PEOPLE, json={"username": "lan", "role": "viewer", "password": PASSWORD})
    assert answer.json()["password"] is None
    assert PASSWORD not in answer.text
    assert enter(stranger, "lan").status_code == 303


@pytest.mark.parametrize(
    ("members", "status", "name"),
    [
        ({"username": "minh", "role": "viewer"}, 409, "name-taken"),
        ({"username": "Lan", "role": "viewer"}, 422, "invalid-parameter"),
        ({"username": "lan", "role": "boss"}, 422, "invalid-parameter"),
        ({"username": "lan"}, 422, "invalid-parameter"),
        ({"username": "lan", "role": "viewer", "password": "short"}, 422, "invalid-parameter"),
        ({"username": "lan", "role": "viewer", "password": "lan and nothing else"}, 422, "weak-password"),
        ({"username": "lan", "role": "viewer", "display_name": "a\nb"}, 422, "invalid-parameter"),
        ({"username": "lan", "role": "viewer", "admin": True}, 422, "invalid-parameter"),
    ],
)
def test_who_cannot_be_is_refused(
    database_url: str, client: httpx.Client, members: dict[str, Any], status: int, name: str
) -> None:
    person(database_url, "minh")
    refused(client.post(PEOPLE, json=members), status, name)


def test_people_are_listed_by_name_in_pages(database_url: str, client: httpx.Client) -> None:
    for username in ("minh", "an", "lan"):
        person(database_url, username, password=None)
    first = client.get(PEOPLE, params={"limit": 2}).json()
    second = client.get(PEOPLE, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [p["username"] for page in (first, second) for p in page["items"]] == ["an", "lan", "minh"]
    assert second["next_cursor"] is None
    assert "hash" not in client.get(PEOPLE).text


def test_a_role_holds_with_the_next_request(database_url: str, address: str, client: httpx.Client) -> None:
    person(database_url, "lan", Role.VIEWER)
    with signed_in(address, "lan") as lan:
        refused(lan.get(PEOPLE), 403, "role-needed")
        assert change(client, "lan", role="administrator").json()["role"] == "administrator"
        assert lan.get(PEOPLE).status_code == 200


def test_two_people_cannot_overwrite_each_other(database_url: str, client: httpx.Client) -> None:
    person(database_url, "lan")
    tag = client.get(f"{PEOPLE}/lan").headers["etag"]
    assert client.patch(f"{PEOPLE}/lan", json={"language": "en"}, headers={"If-Match": tag}).status_code == 200
    late = client.patch(f"{PEOPLE}/lan", json={"role": "viewer"}, headers={"If-Match": tag})
    refused(late, 412, "outdated")
    assert late.headers["etag"] == client.get(f"{PEOPLE}/lan").headers["etag"] != tag
    refused(client.patch(f"{PEOPLE}/lan", json={"role": "viewer"}), 428, "version-needed")
    assert client.get(f"{PEOPLE}/lan").json()["role"] == "technician"


def test_who_is_disabled_is_out_at_once_and_may_come_back(
    database_url: str, address: str, client: httpx.Client
) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        assert change(client, "lan", disabled=True).json()["disabled_at"] is not None
        assert lan.get("/api/v1/me").status_code == 401
        assert enter(lan, "lan").status_code == 422
        assert change(client, "lan", disabled=False).json()["disabled_at"] is None
        assert lan.get("/api/v1/me").status_code == 401, "the old session does not come back"
        assert enter(lan, "lan").status_code == 303


@pytest.mark.parametrize("members", [{"disabled": True}, {"role": "operator"}])
def test_the_last_administrator_stays_one(database_url: str, client: httpx.Client, members: dict[str, Any]) -> None:
    person(database_url, "lan", Role.ADMINISTRATOR)
    person(database_url, "minh", Role.OPERATOR)
    problem = refused(change(client, "lan", **members), 409, "last-administrator")
    assert "quản trị viên cuối cùng" in problem["reason"]["vi"]
    assert change(client, "minh", role="administrator").status_code == 200
    assert change(client, "lan", **members).status_code == 200


def test_two_administrators_cannot_remove_each_other_at_once(database_url: str, client: httpx.Client) -> None:
    for username in ("lan", "minh"):
        person(database_url, username, Role.ADMINISTRATOR, password=None)

    def disable(username: str) -> int:
        return change(client, username, disabled=True).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, ("lan", "minh"))) == [200, 409]
    left = "SELECT count(*) FROM person WHERE role = 'administrator' AND disabled_at IS NULL"
    assert execute(database_url, left) == [(1,)]


def test_an_administrator_resets_a_password(database_url: str, address: str, client: httpx.Client) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        answer = client.post(f"{PEOPLE}/lan/password", json={})
        assert answer.status_code == 200
        assert lan.get("/api/v1/me").status_code == 401
        assert enter(lan, "lan").status_code == 422
        assert enter(lan, "lan", answer.json()["password"]).status_code == 303
    chosen = client.post(f"{PEOPLE}/lan/password", json={"password": OTHER})
    assert chosen.json()["password"] is None


def test_an_administrator_signs_somebody_out(database_url: str, address: str, client: httpx.Client) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        assert client.delete(f"{PEOPLE}/lan/sessions").status_code == 204
        assert lan.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "members"),
    [("GET", "", None), ("POST", "/password", {}), ("DELETE", "/sessions", None), ("PATCH", "", {"role": "viewer"})],
)
def test_a_person_that_there_is_not_is_a_404(
    client: httpx.Client, method: str, path: str, members: dict[str, Any] | None
) -> None:
    answer = client.request(method, f"{PEOPLE}/nobody{path}", json=members, headers={"If-Match": '"1"'})
    refused(answer, 404, "unknown-person")


def test_ones_own_password_is_changed_by_who_knows_it(database_url: str, address: str) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as here, signed_in(address, "lan") as elsewhere:
        cookie = here.cookies["commune_session"]
        wrong = here.post("/api/v1/me/password", json={"current": OTHER, "new": OTHER})
        refused(wrong, 422, "wrong-password")
        weak = here.post("/api/v1/me/password", json={"current": PASSWORD, "new": "lan lan lan lan"})
        refused(weak, 422, "weak-password")
        done = here.post("/api/v1/me/password", json={"current": PASSWORD, "new": OTHER})
        assert done.status_code == 204, done.text
        assert here.cookies["commune_session"] != cookie
        assert here.get("/api/v1/me").status_code == 200
        assert elsewhere.get("/api/v1/me").status_code == 401
        assert enter(elsewhere, "lan").status_code == 422
        assert enter(elsewhere, "lan", OTHER).status_code == 303


def test_the_password_of_now_cannot_be_guessed_from_inside(database_url: str, address: str) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        wrong = {"current": "not this one", "new": OTHER}
        statuses = [lan.post("/api/v1/me/password", json=wrong).status_code for _ in range(5)]
        assert statuses == [422, 422, 422, 422, 429]


def test_one_changes_ones_own_name_and_language_but_not_ones_role(database_url: str, address: str) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        tag = lan.get("/api/v1/me").headers["etag"]
        wanted = {"display_name": "Chị Lan", "language": "en"}
        answer = lan.patch("/api/v1/me", json=wanted, headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["display_name"]) == (200, "Chị Lan")
        refused(lan.patch("/api/v1/me", json=wanted, headers={"If-Match": tag}), 412, "outdated")
        tag = answer.headers["etag"]
        refused(
            lan.patch("/api/v1/me", json={"role": "administrator"}, headers={"If-Match": tag}), 422, "invalid-parameter"
        )


def test_a_token_is_nobody_who_could_sign_out(client: httpx.Client) -> None:
    me = client.get("/api/v1/me").json()
    assert (me["name"].split(":")[0], me["csrf_token"], me["sessions"]) == ("token", None, None)
    refused(client.delete("/api/v1/me/sessions"), 403, "role-needed")
    refused(client.post("/api/v1/me/password", json={"current": "x", "new": OTHER}), 403, "role-needed")


def test_the_trail_names_who_asked_and_no_secret(database_url: str, address: str) -> None:
    person(database_url, "boss", Role.ADMINISTRATOR)
    with signed_in(address, "boss") as boss:
        boss.post(PEOPLE, json={"username": "lan", "role": "viewer", "password": PASSWORD})
        change(boss, "lan", role="technician")
        boss.post(f"{PEOPLE}/lan/password", json={})
    rows = execute(database_url, "SELECT actor, action, after::text FROM audit WHERE subject = 'lan' ORDER BY audit_id")
    assert [(row[0], row[1]) for row in rows] == [
        ("person:boss", "created"), ("person:boss", "changed"), ("person:boss", "changed"),
    ]  # fmt: skip
    assert rows[1][2] == '{"role": "technician"}'
    assert not any("argon2" in row[2] or PASSWORD in row[2] for row in rows)
