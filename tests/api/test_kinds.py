"""The catalogue over HTTP."""

from __future__ import annotations

import httpx
import pytest

from devices.catalogue import KINDS
from storage.aggregates import allowed_aggregates


@pytest.fixture
def client(shared_client: httpx.Client) -> httpx.Client:
    """The catalogue is the same whatever is registered."""
    return shared_client


def test_all_kinds_are_listed_in_the_order_of_the_catalogue(client: httpx.Client) -> None:
    answer = client.get("/api/v1/kinds")
    assert answer.status_code == 200
    assert [kind["name"] for kind in answer.json()["items"]] == list(KINDS)
    assert answer.headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_all_that_the_catalogue_does(client: httpx.Client, name: str) -> None:
    told = client.get(f"/api/v1/kinds/{name}").json()
    kind = KINDS[name]
    assert told["title"] == {"vi": kind.title.vi, "en": kind.title.en}
    assert [field["name"] for field in told["fields"]] == [field.name for field in kind.fields]
    for said, field in zip(told["fields"], kind.fields, strict=True):
        assert said["behaviour"] == field.behaviour.value
        assert (said["minimum"], said["maximum"]) == (field.minimum, field.maximum)
        assert said["unit"] == ((field.unit.symbol or None) if field.unit else None)
        assert said["aggregates"] == [aggregate.value for aggregate in allowed_aggregates(field)]


def test_a_misspelt_kind_is_answered_with_the_right_one(client: httpx.Client) -> None:
    answer = client.get("/api/v1/kinds/enviroment")
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["type"] == "/api/v1/problems/unknown-kind"
    assert problem["allowed"] == list(KINDS)
    assert problem["did_you_mean"][0] == "environment"
    assert "enviroment" in problem["reason"]["vi"]
