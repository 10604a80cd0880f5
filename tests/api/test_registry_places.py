"""Communes, hamlets and sites are registered and changed over HTTP, and a place finds its hamlet."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.api.registering import client, match, problem
from tests.api.world import BOUNDARY, COMMUNE

__all__ = ["client"]

HAMLETS = f"/api/v1/communes/{COMMUNE}/hamlets"
SITES = f"/api/v1/communes/{COMMUNE}/sites"
SQUARE = [[106.4, 20.9], [106.5, 20.9], [106.5, 21.0], [106.4, 21.0], [106.4, 20.9]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
HAMLET = {"code": "thon-3", "name": "Thôn 3", "type": "thon", "population": 640, "boundary": POLYGON}
SITE = {"code": "cho-cuoi", "name": "Chợ Cuối", "type": "cho", "latitude": 20.87, "longitude": 106.3}
VO_NHAI = {"code": "vo-nhai", "name": "Võ Nhai", "province": "Thái Nguyên", "latitude": 21.75, "longitude": 106.07}

pytestmark = pytest.mark.usefixtures("world")


def created(client: httpx.Client, route: str, body: dict[str, Any]) -> httpx.Response:
    answer = client.post(route, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    read = client.get(answer.headers["location"])
    assert read.json() == answer.json()
    assert read.headers["etag"] == '"1"'
    return answer


def test_a_commune_is_registered_and_changed(client: httpx.Client) -> None:
    first = created(client, "/api/v1/communes", VO_NHAI)
    assert first.json() == VO_NHAI | {"is_sample": False, "version": 1}
    problem(client.post("/api/v1/communes", json=VO_NHAI), 409, "code-taken")
    route = first.headers["location"]
    renamed = client.patch(route, json={"name": "Xã Võ Nhai"}, headers=match(first))
    assert (renamed.json()["name"], renamed.headers["etag"]) == ("Xã Võ Nhai", '"2"')
    told = problem(client.patch(route, json={"name": "Khác"}, headers=match(first)), 412, "outdated")
    assert told["current"]["name"] == "Xã Võ Nhai"
    problem(client.patch(route, json={"name": "Khác"}), 428, "version-needed")


def test_a_hamlet_is_registered_with_its_boundary_and_changed(client: httpx.Client) -> None:
    first = created(client, HAMLETS, HAMLET)
    assert first.json()["boundary"] == POLYGON
    problem(client.post(HAMLETS, json=HAMLET), 409, "code-taken")
    route = first.headers["location"]
    changed = client.patch(route, json={"population": 650}, headers=match(first))
    assert (changed.json()["population"], changed.json()["boundary"]) == (650, POLYGON)
    same = client.patch(route, json={"population": 650}, headers=match(changed))
    assert same.headers["etag"] == changed.headers["etag"]
    bare = client.patch(route, json={"boundary": None}, headers=match(changed))
    assert (bare.json()["boundary"], bare.json()["version"]) == (None, 3)
    assert (
        problem(client.patch(route, json={"name": "x"}, headers=match(first)), 412, "outdated")["current"]["version"]
        == 3
    )


@pytest.mark.parametrize(
    ("coordinates", "words"),
    [
        ([SQUARE[:-1]], "is not closed: it ends at"),
        ([[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]], "crosses itself near"),
        ([[[0, 0], [1, 1], [0, 0]]], "at least three different positions"),
        ([[[200, 0], [1, 1], [2, 0], [200, 0]]], "[longitude, latitude] in numbers"),
        ([[["a", 0], [1, 1], [2, 0], ["a", 0]]], "[longitude, latitude] in numbers"),
        ([[[10**400, 0], [1, 1], [2, 0], [10**400, 0]]], "[longitude, latitude] in numbers"),
        ([SQUARE, [[0, 0], [1, 0], [1, 1], [0, 0]]], "lies outside its ring"),
        ([], "has no positions"),
    ],
)
def test_a_boundary_that_is_none_is_refused_in_words(client: httpx.Client, coordinates: object, words: str) -> None:
    body = HAMLET | {"boundary": {"type": "Polygon", "coordinates": coordinates}}
    assert words in problem(client.post(HAMLETS, json=body), 422, "not-registrable")["detail"]
    problem(client.get(f"{HAMLETS}/thon-3"), 404, "unknown-hamlet")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"code": "\xff"}', b"{"])
def test_a_body_that_cannot_be_read_is_refused_and_no_failure(client: httpx.Client, body: bytes) -> None:
    answer = client.post(HAMLETS, content=body, headers={"Content-Type": "application/json"})
    problem(answer, 422, "invalid-parameter")


def test_what_else_stands_in_a_boundary_is_left_out(client: httpx.Client) -> None:
    body = json.dumps(HAMLET | {"boundary": POLYGON | {"crs": "\x00", "bbox": [float("nan")]}})
    answer = client.post(HAMLETS, content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["boundary"] == POLYGON


def test_a_site_is_registered_in_the_hamlet_of_its_place_and_changed(client: httpx.Client) -> None:
    first = created(client, SITES, SITE)
    assert first.json()["hamlet"] == "thon-1"
    changed = client.patch(first.headers["location"], json={"hamlet": "thon-2"}, headers=match(first))
    assert (changed.json()["hamlet"], changed.json()["name"]) == ("thon-2", "Chợ Cuối")
    refused = client.patch(first.headers["location"], json={"hamlet": "thon-9"}, headers=match(changed))
    assert "there are: thon-1, thon-2" in problem(refused, 422, "not-registrable")["detail"]
    swapped = client.post(SITES, json=SITE | {"code": "cho-2", "latitude": 106.3, "longitude": 20.9})
    assert "have probably changed places" in problem(swapped, 422, "not-registrable")["detail"]


def test_what_is_not_there_is_a_404_that_names_what_is(client: httpx.Client) -> None:
    for route, name in ((f"{HAMLETS}/thon-9", "unknown-hamlet"), (f"{SITES}/cho", "unknown-site")):
        told = problem(client.patch(route, json={"name": "x"}, headers={"If-Match": '"1"'}), 404, name)
        assert told["allowed"]
    problem(client.get("/api/v1/communes/gia-lok"), 404, "unknown-commune")
    problem(client.post("/api/v1/communes/gia-lok/sites", json=SITE), 404, "unknown-commune")


@pytest.mark.parametrize(
    ("latitude", "longitude", "hamlet", "warned"),
    [(20.87, 106.3, "thon-1", False), (20.86, 106.3, "thon-1", False), (20.95, 106.4, None, True)],
)
def test_a_place_finds_its_hamlet_or_is_warned_of(
    client: httpx.Client, latitude: float, longitude: float, hamlet: str | None, warned: bool
) -> None:
    place: dict[str, str | float] = {"commune": COMMUNE, "latitude": latitude, "longitude": longitude}
    told = client.get("/api/v1/hamlet-at", params=place).json()
    assert (told["hamlet"] and told["hamlet"]["code"], bool(told["warnings"])) == (hamlet, warned)


def test_a_commune_without_boundaries_warns_of_nothing(client: httpx.Client) -> None:
    there = client.get(f"{HAMLETS}/thon-1")
    assert there.json()["boundary"] == BOUNDARY
    client.patch(there.url.path, json={"boundary": None}, headers=match(there))
    told = client.get("/api/v1/hamlet-at", params={"commune": COMMUNE, "latitude": 20.87, "longitude": 106.3}).json()
    assert (told["hamlet"], told["warnings"]) == (None, [])
