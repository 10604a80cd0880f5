"""A registration that is sent again because its answer was never heard is one device."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.api.world import World

pytestmark = pytest.mark.usefixtures("world")
PATH = "/api/v1/communes/gia-loc/devices"
LAMP = {"code": "den-101", "kind": "lighting", "name": "Đèn cổng chợ"}


def register(client: httpx.Client, key: str | None, **members: object) -> httpx.Response:
    """Register a lamp under a key."""
    return client.post(PATH, json={**LAMP, **members}, headers={"Idempotency-Key": key} if key else {})


def codes(client: httpx.Client) -> list[str]:
    """The codes of all devices."""
    return [device["code"] for device in client.get("/api/v1/devices").json()["items"]]


def test_the_same_key_is_the_same_device_and_its_password_is_told_once(client: httpx.Client) -> None:
    key = str(uuid4())
    first, second = register(client, key), register(client, key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["device"]["code"] == first.json()["device"]["code"]
    assert second.headers["Location"] == "/api/v1/devices/gia-loc/den-101"
    assert second.json()["account"]["password"] is None
    assert codes(client) == ["den-101"]


def test_a_key_never_answers_for_another_device_than_the_one_that_is_sent(client: httpx.Client) -> None:
    key = str(uuid4())
    assert register(client, key).status_code == 201
    refused = register(client, key, code="den-102")
    assert (refused.status_code, refused.json()["type"]) == (422, "/api/v1/problems/not-registrable")
    assert "gia-loc/den-101" in refused.json()["reason"]["vi"]
    assert codes(client) == ["den-101"]


def test_a_phone_that_sends_twice_at_once_registers_one_device(client: httpx.Client) -> None:
    key = str(uuid4())
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: register(client, key).status_code, range(4)))
    assert sorted(answers) == [200, 200, 200, 201]
    assert codes(client) == ["den-101"]


def test_another_key_for_a_code_that_is_taken_is_a_conflict(client: httpx.Client) -> None:
    assert register(client, str(uuid4())).status_code == 201
    refused = register(client, str(uuid4()))
    assert (refused.status_code, refused.json()["type"]) == (409, "/api/v1/problems/code-taken")
    assert register(client, str(uuid4()), code="den-102").status_code == 201


def test_a_key_of_a_registration_that_was_refused_can_be_used_for_the_mended_one(client: httpx.Client) -> None:
    key = str(uuid4())
    assert register(client, key, kind="lamp").status_code == 422
    assert register(client, key).status_code == 201


def test_a_key_that_is_no_uuid_is_refused(client: httpx.Client, world: World) -> None:
    assert register(client, "lan-1").status_code == 422
    assert world.numbers == {}
