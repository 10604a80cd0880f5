"""Bearer tokens: told once, kept as hashes, bound to a role, a time and their maker."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import httpx
import pytest

from devices.people import Role
from tests.api.signing import person, signed_in
from tests.api.world import execute, token

TOKENS = "/api/v1/tokens"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def made(client: httpx.Client, role: str = "viewer", **members: Any) -> dict[str, Any]:
    answer = client.post(TOKENS, json={"name": "bảng LED", "role": role, "days": 30, **members})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_token_is_told_once_and_kept_as_a_hash(database_url: str, client: httpx.Client) -> None:
    told = made(client)
    secret = told["token"]
    assert secret.startswith("ct_")
    assert len(secret) >= 46
    kept = execute(database_url, "SELECT token_sha256 FROM api_token WHERE name = 'bảng LED'")
    assert kept == [(sha256(secret.encode()).digest(),)]
    listed = client.get(TOKENS)
    assert secret not in listed.text
    assert listed.json()["items"][0] == told["about"] | {"last_used_at": None}


def test_a_token_lets_in_up_to_its_role(client: httpx.Client, stranger: httpx.Client) -> None:
    viewer = bearer(made(client)["token"])
    assert stranger.get("/api/v1/devices", headers=viewer).status_code == 200
    assert stranger.get(TOKENS, headers=viewer).status_code == 403
    assert stranger.get("/", headers=viewer).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer ct_nothing",
        "Bearer",
        "Basic ct_x",
        "ct_x",
        "Bearer a b",
        "bearer \u0111",
        "Bearer " + "x" * 5000,
    ],
)
def test_a_token_that_is_none_lets_nobody_in(stranger: httpx.Client, header: str) -> None:
    answer = stranger.get("/api/v1/devices", headers=httpx.Headers({"Authorization": header}, encoding="utf-8"))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_bad_token_is_not_made_good_by_a_cookie(database_url: str, address: str) -> None:
    person(database_url, "lan")
    with signed_in(address, "lan") as lan:
        assert lan.get("/api/v1/me", headers=bearer("ct_nothing")).status_code == 401


def test_the_word_bearer_is_taken_in_any_case(client: httpx.Client, stranger: httpx.Client) -> None:
    secret = made(client)["token"]
    assert stranger.get("/api/v1/kinds", headers={"Authorization": f"bearer  {secret}"}).status_code == 200


def test_a_token_ends_by_time_and_by_being_revoked(
    database_url: str, client: httpx.Client, stranger: httpx.Client
) -> None:
    old, new = made(client), made(client)
    execute(database_url, "UPDATE api_token SET expires_at = now() WHERE api_token_id = %s", old["about"]["id"])
    assert stranger.get("/api/v1/kinds", headers=bearer(old["token"])).status_code == 401
    assert client.delete(f"{TOKENS}/{new['about']['id']}").status_code == 204
    assert stranger.get("/api/v1/kinds", headers=bearer(new["token"])).status_code == 401
    states = {item["id"]: item["state"] for item in client.get(TOKENS).json()["items"]}
    assert (states[old["about"]["id"]], states[new["about"]["id"]]) == ("expired", "revoked")
    good = [item["id"] for item in client.get(TOKENS, params={"good": "true"}).json()["items"]]
    assert old["about"]["id"] not in good
    assert client.delete(f"{TOKENS}/{new['about']['id']}").status_code == 204, "twice is once"
    assert client.delete(f"{TOKENS}/999999").status_code == 404


def test_a_token_is_never_more_than_who_made_it(database_url: str, address: str, stranger: httpx.Client) -> None:
    person(database_url, "boss", Role.ADMINISTRATOR)
    person(database_url, "other", Role.ADMINISTRATOR)
    with signed_in(address, "boss") as boss:
        secret = made(boss, "administrator")["token"]
        with httpx.Client(base_url=address, headers=bearer(secret), timeout=30) as machine:
            grandchild = made(machine, "administrator")["token"]
    for each in (secret, grandchild):
        assert stranger.get(TOKENS, headers=bearer(each)).status_code == 200
    execute(database_url, "UPDATE person SET role = 'viewer' WHERE username = 'boss'")
    for each in (secret, grandchild):
        assert stranger.get("/api/v1/kinds", headers=bearer(each)).status_code == 200
        assert stranger.get(TOKENS, headers=bearer(each)).status_code == 403
    execute(database_url, "UPDATE person SET disabled_at = now() WHERE username = 'boss'")
    for each in (secret, grandchild):
        assert stranger.get("/api/v1/kinds", headers=bearer(each)).status_code == 401


def test_the_last_use_is_noted_to_the_minute(database_url: str, client: httpx.Client, stranger: httpx.Client) -> None:
    told = made(client)
    number = told["about"]["id"]
    stranger.get("/api/v1/kinds", headers=bearer(told["token"]))
    ((first,),) = execute(database_url, "SELECT last_used_at FROM api_token WHERE api_token_id = %s", number)
    assert first is not None
    stranger.get("/api/v1/kinds", headers=bearer(told["token"]))
    ((second,),) = execute(database_url, "SELECT last_used_at FROM api_token WHERE api_token_id = %s", number)
    assert second == first


def test_a_machine_needs_no_csrf_token_and_no_origin(client: httpx.Client) -> None:
    answer = client.post(
        TOKENS, json={"name": "x", "role": "viewer", "days": 1}, headers={"Origin": "http://x.example"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "members",
    [
        {"name": ""},
        {"name": "a\x00"},
        {"role": "boss"},
        {"days": 0},
        {"days": 3661},
        {"days": 1.5},
        {"name": "x" * 101},
    ],
)
def test_a_token_that_cannot_be_is_refused(client: httpx.Client, members: dict[str, Any]) -> None:
    answer = client.post(TOKENS, json={"name": "x", "role": "viewer", "days": 1, **members})
    assert answer.status_code == 422


def test_tokens_are_listed_in_pages_the_newest_first(client: httpx.Client) -> None:
    numbers = [made(client)["about"]["id"] for _ in range(3)]
    first = client.get(TOKENS, params={"limit": 2}).json()
    second = client.get(TOKENS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    found = [item["id"] for page in (first, second) for item in page["items"]]
    assert found[:3] == sorted(numbers, reverse=True)


def test_a_token_of_another_database_lets_nobody_in(shared_url: str, stranger: httpx.Client) -> None:
    assert stranger.get("/api/v1/kinds", headers=token(shared_url)).status_code == 401
