"""The contract of answers: every route answers as its OpenAPI document says, and the document shows an example."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema
import pytest

from api.app import create_app
from tests.api.conftest import shared_address, shared_client, shared_url
from tests.api.world import COMMUNE
from tests.laws.asking import REQUIRED

__all__ = ["shared_address", "shared_client", "shared_url"]

OPENAPI = create_app("postgresql://").openapi()
READS = sorted(route for route, item in OPENAPI["paths"].items() if "get" in item)
DRY_RUNS = ["/api/v1/dead-letters/discard", "/api/v1/dead-letters/replay"]
"""Changes that may be tried out on what tests share; the others are held to the document where they are tested."""
OPERATIONS = [(route, method) for route, item in sorted(OPENAPI["paths"].items()) for method in item]
VALUES = {
    "kind": "environment",
    "commune": COMMUNE,
    "code": "environment-01",
    "id": "1",
    "name": "internal",
    "form": "json",
    "hamlet": "thon-1",
    "site": "ubnd",
    "username": "lan",
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of the document that a validator can follow by itself."""
    return {**schema, "components": OPENAPI["components"]}


def schema_of(route: str, method: str = "get") -> tuple[str, dict[str, Any]]:
    """Media type and schema of a route's answer; of neither where it answers nothing."""
    answers = OPENAPI["paths"][route][method]["responses"]
    content = next(answer.get("content", {}) for status, answer in sorted(answers.items()) if status < "300")
    if not content:
        return "", {}
    media_type, media = next(iter(content.items()))
    return media_type, media["schema"]


def lacks_example(schema: dict[str, Any], where: str) -> list[str]:
    """The members that give no example, neither themselves nor in their parts."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return lacks_example(OPENAPI["components"]["schemas"][name], name)
    if {"example", "examples", "const", "default", "enum"} & set(schema):
        return []
    if "properties" in schema:
        parts = schema["properties"].items()
        return [found for name, part in parts for found in lacks_example(part, f"{where}.{name}")]
    if schema.get("type") == "array":
        return lacks_example(schema["items"], where)
    if "anyOf" in schema and any("$ref" in part for part in schema["anyOf"]):
        return [found for part in schema["anyOf"] if "$ref" in part for found in lacks_example(part, where)]
    return [where]


@pytest.mark.parametrize("route", READS)
def test_a_route_answers_as_its_document_says(shared_client: httpx.Client, route: str) -> None:
    answer = shared_client.get(route.format_map(VALUES), params=REQUIRED.get(route, {}))
    assert answer.status_code == 200, answer.text
    media_type, schema = schema_of(route)
    assert answer.headers["content-type"].split(";")[0] == media_type
    if "json" in media_type:
        jsonschema.Draft202012Validator(resolved(schema)).validate(answer.json())


@pytest.mark.parametrize("route", DRY_RUNS)
def test_a_write_answers_as_its_document_says(shared_client: httpx.Client, route: str) -> None:
    answer = shared_client.post(route, json={"ids": [1], "dry_run": True})
    assert answer.status_code == 200, answer.text
    _, schema = schema_of(route, "post")
    jsonschema.Draft202012Validator(resolved(schema)).validate(answer.json())


JSON_BODIES = [
    (route, method)
    for route, method in OPERATIONS
    if "application/json" in OPENAPI["paths"][route][method].get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize(("route", "method"), JSON_BODIES)
def test_a_body_shows_an_example_of_itself_and_of_every_member(route: str, method: str) -> None:
    asked = OPENAPI["paths"][route][method]["requestBody"]["content"]["application/json"]["schema"]
    members = OPENAPI["components"]["schemas"][asked["$ref"].rsplit("/", 1)[1]]
    shown = {name: member["examples"][0] for name, member in members["properties"].items() if "examples" in member}
    jsonschema.Draft202012Validator(resolved(asked)).validate(members.get("example", shown))
    for name, member in members["properties"].items():
        assert lacks_example(member, f"{route}.{name}") == []


@pytest.mark.parametrize(("route", "method"), OPERATIONS)
def test_a_route_shows_an_example_of_every_member(route: str, method: str) -> None:
    media_type, schema = schema_of(route, method)
    if "json" in media_type:
        assert lacks_example(schema, route) == []


@pytest.mark.parametrize(("route", "method"), OPERATIONS)
def test_a_route_says_what_it_is_for_and_what_its_parameters_mean(route: str, method: str) -> None:
    operation = OPENAPI["paths"][route][method]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", []):
        assert parameter["in"] == "path" or parameter["description"], parameter["name"]


def test_every_time_in_an_answer_is_utc_with_z(shared_client: httpx.Client) -> None:
    for route in READS:
        media_type, _ = schema_of(route)
        if "json" in media_type:
            answer = shared_client.get(route.format_map(VALUES), params=REQUIRED.get(route, {}))
            assert "+00:00" not in answer.text, route


def test_the_document_is_served_where_it_is_said_to_be(shared_client: httpx.Client) -> None:
    served = shared_client.get("/api/v1/openapi.json").json()
    assert served == OPENAPI
    assert {tag["name"] for tag in served["tags"]} == {
        tag for route, method in OPERATIONS for tag in served["paths"][route][method]["tags"]
    }
