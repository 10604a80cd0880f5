"""The contract of errors: one shape, on every route, for every error.

An error is a problem document (RFC 9457) of media type application/problem+json with type, title, status, detail,
instance and `reason` in Vietnamese and English; where the caller can mend it, `allowed` says how. `type` answers with
its own explanation, and nothing of it may be kept by a cache.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.app import create_app
from api.errors import Problem
from tests.api.conftest import shared_address, shared_client, shared_url
from tests.api.world import COMMUNE
from tests.laws.asking import REQUIRED

__all__ = ["shared_address", "shared_client", "shared_url"]

OPENAPI = create_app("postgresql://").openapi()
ROUTES = sorted(OPENAPI["paths"])
READS = [route for route in ROUTES if "get" in OPENAPI["paths"][route]]
WRITES = [route for route in ROUTES if "post" in OPENAPI["paths"][route]]
OPERATIONS = [(route, method) for route in ROUTES for method in OPENAPI["paths"][route]]
MEMBERS = {"type", "title", "status", "detail", "instance", "reason"}
OPTIONAL = {"allowed", "did_you_mean", "errors", "current"}
MENDABLE = {400, 404, 405, 422}
GOOD = {
    "kind": "environment",
    "commune": COMMUNE,
    "code": "environment-01",
    "id": "1",
    "name": "internal",
    "username": "lan",
}
GOOD |= {"hamlet": "thon-1", "site": "ubnd", "form": "json"}
BAD = {
    "kind": "nothing",
    "commune": "no-where",
    "code": "no-thing",
    "id": "999999",
    "name": "nothing",
    "username": "nobody",
}
BAD |= {"hamlet": "no-hamlet", "site": "no-site", "form": "no-form"}


def check(client: httpx.Client, answer: httpx.Response, status: int) -> dict[str, Any]:
    """Hold an answer against the contract and return the problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert set(problem) >= MEMBERS
    assert set(problem) <= MEMBERS | OPTIONAL
    assert problem["status"] == status
    assert set(problem["reason"]) == {"vi", "en"}
    assert problem["reason"]["vi"] != problem["reason"]["en"]
    assert problem["detail"] == problem["reason"]["en"]
    assert problem["instance"] == answer.url.path
    if status in MENDABLE:
        assert "allowed" in problem
    explained = client.get(problem["type"])
    assert explained.status_code == 200
    assert explained.json()["status"] == status
    assert explained.json()["title"]["en"] == problem["title"]
    return problem


def filled(route: str, values: dict[str, str]) -> str:
    return route.format_map(values)


@pytest.mark.parametrize("route", ROUTES)
def test_a_method_that_a_route_does_not_take_is_answered_with_those_it_takes(
    shared_client: httpx.Client, route: str
) -> None:
    taken = {method.upper() for method in OPENAPI["paths"][route]}
    for method in sorted({"POST", "PUT", "PATCH", "DELETE"} - taken):
        answer = shared_client.request(method, filled(route, GOOD))
        problem = check(shared_client, answer, 405)
        assert taken <= set(problem["allowed"])
        assert all(name in answer.headers["allow"] for name in taken)


@pytest.mark.parametrize("route", READS)
def test_a_parameter_that_a_route_does_not_have_is_refused(shared_client: httpx.Client, route: str) -> None:
    required = REQUIRED.get(route, {})
    answer = shared_client.get(filled(route, GOOD), params={**required, "no_such_parameter": "1"})
    problem = check(shared_client, answer, 422)
    assert problem["type"] == "/api/v1/problems/unknown-parameter"


@pytest.mark.parametrize("route", WRITES)
def test_a_parameter_that_a_write_does_not_have_is_refused(shared_client: httpx.Client, route: str) -> None:
    answer = shared_client.post(route, params={"no_such_parameter": "1"}, json={"ids": [1], "dry_run": True})
    assert check(shared_client, answer, 422)["type"] == "/api/v1/problems/unknown-parameter"


@pytest.mark.parametrize("route", [route for route in READS if "{" in route])
def test_a_path_that_names_nothing_is_a_404(shared_client: httpx.Client, route: str) -> None:
    check(shared_client, shared_client.get(filled(route, BAD), params=REQUIRED.get(route, {})), 404)


PARAMETERS = [
    (route, parameter["name"])
    for route in READS
    for parameter in OPENAPI["paths"][route]["get"].get("parameters", [])
    if parameter["in"] == "query"
]


@pytest.mark.parametrize(("route", "name"), PARAMETERS)
def test_nonsense_in_any_parameter_is_refused(shared_client: httpx.Client, route: str, name: str) -> None:
    required = REQUIRED.get(route, {})
    answer = shared_client.get(filled(route, GOOD), params={**required, name: "\x00 nonsense ' \" <"})
    check(shared_client, answer, 400 if name == "cursor" else 422)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/api/v1", "/api/v1/device", "/api/v1/devices/", "/static/nothing.js", "/static/../app.py"],
)
def test_a_route_that_there_is_not_is_a_404_with_the_routes(shared_client: httpx.Client, path: str) -> None:
    problem = check(shared_client, shared_client.get(path), 404)
    assert problem["allowed"] == ROUTES


@pytest.mark.parametrize(("route", "method"), OPERATIONS)
def test_every_route_documents_its_errors_as_problems(route: str, method: str) -> None:
    answers = OPENAPI["paths"][route][method]["responses"]
    assert {"422", "500", "503"} <= set(answers)
    assert any(status < "300" for status in answers)
    for status, answer in answers.items():
        if status >= "400":
            assert answer["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}
            }
    if "{" in route:
        assert "404" in answers


def test_every_type_of_problem_has_a_name_of_its_own_and_both_languages() -> None:
    assert len({problem.slug for problem in Problem}) == len(Problem)
    for problem in Problem:
        assert problem.title.vi
        assert problem.title.vi != problem.title.en
