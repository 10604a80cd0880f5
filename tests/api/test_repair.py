"""Replaying and discarding dead letters over HTTP: what becomes of them, who may ask, and what a request must be."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from psycopg.conninfo import make_conninfo

from api.app import create_app
from ingest.again import interpreter
from storage.connect import connect
from storage.ledger import check
from storage.repairs import Repairs
from storage.roles import Role, set_passwords
from tests.api.conftest import serve
from tests.api.world import COMMUNE, NOW, World, token

REPLAY = "/api/v1/dead-letters/replay"
DISCARD = "/api/v1/dead-letters/discard"
STRANGE = {"reason": "unknown_device"}


@pytest.fixture
def letters(world: World) -> World:
    """Three messages of a device that is registered only afterwards, and one bad field of another."""
    world.device("env-01")
    world.send("env-01", {"temperature": 900, "pm25": 12})
    for minutes in range(3):
        moment = NOW - timedelta(minutes=minutes)
        world.strange(json.dumps({"ts": moment.isoformat(), "pm25": minutes}).encode(), moment)
    world.device("env-999")
    return world


def post(client: httpx.Client, path: str, **members: Any) -> dict[str, Any]:
    answer = client.post(path, json=members)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


def refused(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/api/v1/problems/{name}"
    return problem


def open_numbers(client: httpx.Client, **wanted: str) -> list[int]:
    """The numbers of open dead letters, oldest first."""
    items = client.get("/api/v1/dead-letters", params={"state": "open", **wanted}).json()["items"]
    return sorted(item["id"] for item in items)


def agrees(world: World) -> bool:
    with closing(connect(world.url, autocommit=True)) as connection:
        return list(check(connection)) == []


def test_a_replay_turns_letters_into_readings_of_their_own_time_and_receipt(
    letters: World, client: httpx.Client
) -> None:
    assert post(client, REPLAY, **STRANGE) == {
        "dry_run": False, "messages": 3, "settled": 3, "still_open": 0, "readings": 3, "elsewhere": 0,
        "next_after": None,
    }  # fmt: skip
    with closing(connect(letters.url)) as connection:
        rows = connection.execute(
            "SELECT pm25, time = received_at FROM environment WHERE device_id = %s ORDER BY pm25",
            [letters.numbers["env-999"]],
        ).fetchall()
    assert rows == [(0, True), (1, True), (2, True)]
    assert post(client, REPLAY, **STRANGE)["messages"] == 0
    totals = client.get("/api/v1/ledger").json()["totals"]
    assert (totals["stored"], totals["dead_lettered"], totals["difference"]) == (4, 0, 0)
    assert agrees(letters)


@pytest.mark.usefixtures("letters")
def test_a_dry_run_says_what_would_be_and_changes_nothing(client: httpx.Client) -> None:
    told = post(client, REPLAY, **STRANGE, dry_run=True)
    assert (told["dry_run"], told["settled"], told["readings"]) == (True, 3, 3)
    assert post(client, DISCARD, **STRANGE, dry_run=True)["discarded"] == 3
    assert len(open_numbers(client, **STRANGE)) == 3


def test_letters_are_discarded_by_their_numbers_and_stay_in_the_ledger(letters: World, client: httpx.Client) -> None:
    first, second, _ = open_numbers(client, **STRANGE)
    assert post(client, DISCARD, ids=[first, second, 10**15])["discarded"] == 2
    assert post(client, DISCARD, ids=[first])["discarded"] == 0
    assert post(client, REPLAY, ids=[first, second])["messages"] == 0
    assert client.get("/api/v1/ledger").json()["totals"]["dead_lettered"] == 3
    assert agrees(letters)


@pytest.mark.usefixtures("letters")
def test_the_filter_is_that_of_the_list(client: httpx.Client) -> None:
    def count(**members: Any) -> int:
        told = post(client, DISCARD, dry_run=True, **members)
        discarded: int = told["discarded"]
        return discarded

    assert count(device="env-01") == count(reason="out_of_range") == 1
    assert count(commune=COMMUNE) == 4
    assert count(commune="other") == 0
    assert count(**{"from": NOW.isoformat()}) == 2
    assert count(to=NOW.isoformat(), device="env-999") == 2


@pytest.mark.usefixtures("letters")
def test_many_are_repaired_in_steps(client: httpx.Client) -> None:
    first = post(client, REPLAY, **STRANGE, limit=2)
    assert (first["messages"], first["next_after"]) == (2, open_and_after(client, first))
    second = post(client, REPLAY, **STRANGE, limit=2, after=first["next_after"])
    assert (second["messages"], second["next_after"]) == (1, None)


def open_and_after(client: httpx.Client, told: dict[str, Any]) -> int:
    """The number before the only letter that is left."""
    (left,) = open_numbers(client, **STRANGE)
    assert told["next_after"] < left
    after: int = told["next_after"]
    return after


@pytest.mark.usefixtures("letters")
def test_what_cannot_be_mended_stays_open(client: httpx.Client) -> None:
    told = post(client, REPLAY, reason="out_of_range")
    assert (told["settled"], told["still_open"]) == (0, 1)
    assert len(open_numbers(client, reason="out_of_range")) == 1


def test_two_replays_at_once_store_every_message_once(
    letters: World, address: str, administrator: dict[str, str]
) -> None:
    told: list[dict[str, Any]] = []
    together = threading.Barrier(2)

    def one() -> None:
        with httpx.Client(base_url=address, timeout=30, headers=administrator) as client:
            together.wait(20)
            told.append(post(client, REPLAY, **STRANGE))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer["settled"] for answer in told) == 3
    assert agrees(letters)


@pytest.mark.parametrize("path", [REPLAY, DISCARD])
@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"reason": "no_such"}, "reason"),
        ({"ids": []}, "ids"),
        ({"ids": [0]}, "ids.0"),
        ({"ids": list(range(1, 1002))}, "ids"),
        ({"ids": "all"}, "ids"),
        ({"device": "No Such"}, "device"),
        ({"device": "env-01", "limit": 1001}, "limit"),
        ({"device": "env-01", "dry_run": "maybe"}, "dry_run"),
        ({"divice": "env-01"}, "divice"),
    ],
)
def test_a_member_that_is_no_good_is_named(
    shared_client: httpx.Client, path: str, members: dict[str, Any], parameter: str
) -> None:
    problem = refused(shared_client.post(path, json=members), 422, "invalid-parameter")
    assert parameter in problem["allowed"]


@pytest.mark.parametrize("path", [REPLAY, DISCARD])
@pytest.mark.parametrize("members", [{}, {"limit": 5}, {"dry_run": True}])
def test_nothing_is_not_everything(shared_client: httpx.Client, path: str, members: dict[str, Any]) -> None:
    problem = refused(shared_client.post(path, json=members), 422, "invalid-parameter")
    assert problem["allowed"] == ["ids", "reason", "commune", "device", "from", "to"]


def test_a_time_that_is_none_is_refused_as_in_the_list(shared_client: httpx.Client) -> None:
    refused(shared_client.post(REPLAY, json={"from": "yesterday"}), 422, "bad-range")


@pytest.mark.parametrize("body", [b"not json", b"[]", b"7", b""])
def test_a_body_that_is_no_object_is_refused(shared_client: httpx.Client, body: bytes) -> None:
    answer = shared_client.post(REPLAY, content=body, headers={"Content-Type": "application/json"})
    refused(answer, 422, "invalid-parameter")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_only_json_is_taken_because_a_foreign_page_cannot_send_it(shared_client: httpx.Client, media_type: str) -> None:
    body = json.dumps(STRANGE)
    refused(shared_client.post(DISCARD, content=body, headers={"Content-Type": media_type}), 415, "not-json")


def test_a_body_that_is_too_large_is_refused_unread(shared_address: str, shared_url: str) -> None:
    credential = token(shared_url)["Authorization"]
    parts = urlsplit(shared_address)
    head = f"POST {REPLAY} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {credential}\r\n"
    for rest in ("Content-Length: 65537\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"):
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall((head + rest).encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_an_api_that_may_only_read_says_so_and_what_to_do(database_url: str) -> None:
    with serve(create_app(database_url)) as address:
        answer = httpx.post(f"{address}{REPLAY}", json=STRANGE, timeout=30, headers=token(database_url))
    problem = refused(answer, 403, "repair-not-allowed")
    assert "COMMUNE_DATABASE_REPAIR_PASSWORD" in problem["detail"]


@pytest.fixture
def accounts(database_url: str) -> Iterator[dict[str, str]]:
    """The URL of the account commune_read, and the password of commune_repair."""
    with closing(connect(database_url, autocommit=True)) as connection:
        set_passwords(connection, {Role.READ: "for reading", Role.REPAIR: "for repair"})
        yield {"url": make_conninfo(database_url, user=Role.READ, password="for reading"), "password": "for repair"}
        for role in (Role.READ, Role.REPAIR):
            connection.execute(f"ALTER ROLE {role.value} NOLOGIN PASSWORD NULL")


@pytest.mark.usefixtures("letters")
def test_the_account_that_reads_may_not_repair_and_the_password_of_the_other_makes_it_possible(
    accounts: dict[str, str], administrator: dict[str, str]
) -> None:
    url = accounts["url"]
    with serve(create_app(url, repairs=Repairs(url, interpreter))) as address:
        answer = httpx.post(f"{address}{REPLAY}", json=STRANGE, timeout=30, headers=administrator)
        refused(answer, 403, "repair-not-allowed")
    able = Repairs(url, interpreter, password=accounts["password"])
    with serve(create_app(url, repairs=able)) as address:
        answer = httpx.post(f"{address}{REPLAY}", json=STRANGE, timeout=30, headers=administrator)
        assert answer.json()["settled"] == 3


def test_a_database_that_is_away_is_a_503_as_everywhere(empty_database_url: str) -> None:
    gone = empty_database_url.replace("/test_", "/nowhere_")
    with serve(create_app(gone, repairs=Repairs(gone, interpreter))) as address:
        answer = httpx.post(f"{address}{DISCARD}", json=STRANGE, timeout=30, headers={"Authorization": "Bearer ct_x"})
    refused(answer, 503, "database-unavailable")
