"""Devices and places registered over HTTP, each answer held to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.documented import documented
from tests.api.world import COMMUNE

DEVICES = f"/api/v1/communes/{COMMUNE}/devices"
LAMP = {"code": "den-101", "kind": "lighting", "latitude": 20.87, "longitude": 106.3, "serial": "S1"}


@pytest.fixture
def client(address: str, administrator: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of an administrator, every answer to which is held to the OpenAPI document."""
    with httpx.Client(base_url=address, timeout=30, headers=administrator) as client:
        yield documented(client)


def path(code: str, *rest: str) -> str:
    return "/".join((f"/api/v1/devices/{COMMUNE}/{code}", *rest))


def register(client: httpx.Client, **members: Any) -> httpx.Response:
    answer = client.post(DEVICES, json=LAMP | members)
    assert answer.status_code == 201, answer.text
    return answer


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"/api/v1/problems/{name}"
    assert told["reason"]["vi"] != told["reason"]["en"]
    return told


def match(answer: httpx.Response) -> dict[str, str]:
    """The header that names the version which an answer told of."""
    return {"If-Match": answer.headers["etag"]}
