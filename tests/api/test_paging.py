"""Paging: the union of the pages is the whole and nothing comes twice, while rows are being added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import cursors
from api.errors import ApiProblem, Problem
from tests.api.world import COMMUNE, NOW, World, series_of

Json = dict[str, Any]
Meanwhile = Callable[[int], None]


def pages(client: httpx.Client, path: str, meanwhile: Meanwhile, **parameters: Any) -> Iterator[Json]:
    """Every page of a list; `meanwhile` is called with the number of each page after it."""
    number = 0
    cursor: str | None = None
    while cursor is not None or number == 0:
        answer = client.get(path, params=parameters | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page: Json = answer.json()
        yield page
        cursor = page["next_cursor"]
        assert (cursor is not None) == ("next" in answer.links)
        number += 1
        meanwhile(number)


def nothing(_: int) -> None:
    """Nothing happens between the pages."""


@pytest.mark.parametrize("limit", [1, 3, 7, 8, 100])
def test_devices_that_were_there_come_once_each_while_others_are_added(
    world: World, client: httpx.Client, limit: int
) -> None:
    there = [f"env-{number:02}" for number in range(0, 14, 2)]
    for code in there:
        world.device(code)

    def add(number: int) -> None:
        if number < 7:
            world.device(f"env-{number * 2 - 1:02}")

    found = [device["code"] for page in pages(client, "/api/v1/devices", add, limit=limit) for device in page["items"]]
    assert len(found) == len(set(found))
    assert set(there) <= set(found)
    assert found == sorted(found)


def test_a_filter_on_the_state_pages_too(world: World, client: httpx.Client) -> None:
    for number in range(9):
        world.device(f"env-{number}")
    world.write(*(world.message(f"env-{number}", {"temperature": 20}) for number in (1, 4, 5, 8)))
    listed = list(pages(client, "/api/v1/devices", nothing, limit=2, state="on"))
    assert [[d["code"] for d in page["items"]] for page in listed] == [["env-1", "env-4"], ["env-5", "env-8"]]


@pytest.mark.parametrize("bucket", [None, "5m"])
def test_a_series_comes_whole_and_in_order_while_readings_arrive(
    world: World, client: httpx.Client, bucket: str | None
) -> None:
    world.device("env-01")
    readings = series_of(60)
    world.write(world.message("env-01", readings))

    def add(number: int) -> None:
        late = NOW - timedelta(hours=2, seconds=number)
        world.send("env-01", {"ts": late.isoformat(), "temperature": 5}, {"ts": NOW.isoformat(), "temperature": 5})

    parameters: Json = {"fields": "temperature", "limit": 4} | ({"bucket": bucket} if bucket else {})
    path = f"/api/v1/devices/{COMMUNE}/env-01/series"
    times = [point["time"] for page in pages(client, path, add, **parameters) for point in page["points"]]
    whole = [point["time"] for page in pages(client, path, nothing, **parameters) for point in page["points"]]
    assert times == sorted(set(times))
    assert set(times) <= set(whole)
    assert len(times) == (12 if bucket else 60)


def test_readings_of_one_moment_are_paged_by_their_keys(world: World, client: httpx.Client) -> None:
    world.device("irr-01", "irrigation")
    world.send(
        "irr-01",
        *({"ts": (NOW - timedelta(hours=1)).isoformat(), "zone": f"z{n}", "soil_moisture": n} for n in range(7)),
    )
    path = f"/api/v1/devices/{COMMUNE}/irr-01/series"
    found = [p["keys"]["zone"] for page in pages(client, path, nothing, limit=2) for p in page["points"]]
    assert found == [f"z{n}" for n in range(7)]


def test_dead_letters_are_paged_from_the_newest_while_others_arrive(world: World, client: httpx.Client) -> None:
    for number in range(7):
        world.strange(b"%d" % number)

    def add(number: int) -> None:
        world.strange(b"new %d" % number)

    found = [letter["id"] for page in pages(client, "/api/v1/dead-letters", add, limit=3) for letter in page["items"]]
    assert len(found) == 7
    assert found == sorted(found, reverse=True)


def test_latest_values_of_a_kind_are_paged_with_their_keys(world: World, client: httpx.Client) -> None:
    for code in ("irr-01", "irr-02"):
        world.device(code, "irrigation")
        world.send(code, *({"zone": zone, "soil_moisture": 30} for zone in "abc"))
    listed = pages(client, "/api/v1/latest", nothing, kind="irrigation", limit=2)
    found = [(item["code"], item["keys"]["zone"]) for page in listed for item in page["items"]]
    assert found == [(code, zone) for code in ("irr-01", "irr-02") for zone in "abc"]


def test_the_ledger_is_paged_by_day_and_device(world: World, client: httpx.Client) -> None:
    for code in ("env-01", "env-02", "env-03"):
        world.device(code)
    for days in range(3):
        received_at = NOW - timedelta(days=days)
        world.write(*(world.message(c, {"temperature": 20}, received_at) for c in ("env-01", "env-02", "env-03")))
    listed = list(pages(client, "/api/v1/ledger", nothing, limit=2))
    found = [(row["day"], row["device"]) for page in listed for row in page["items"]]
    days_ = ["2026-11-20", "2026-11-19", "2026-11-18"]
    assert found == [(day, device) for day in days_ for device in ("env-01", "env-02", "env-03")]
    assert {page["totals"]["received"] for page in listed} == {9}


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: "A" + t[1:], lambda t: t + "AA", lambda _: "x" * 2000])
def test_a_cursor_that_was_changed_is_refused(world: World, client: httpx.Client, spoil: Callable[[str], str]) -> None:
    world.device("env-01")
    world.device("env-02")
    cursor = client.get("/api/v1/devices", params={"limit": 1}).json()["next_cursor"]
    answer = client.get("/api/v1/devices", params={"limit": 1, "cursor": spoil(cursor)})
    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/problems/bad-cursor"


def test_a_cursor_belongs_to_its_question_and_not_to_the_size_of_the_page(world: World, client: httpx.Client) -> None:
    for number in range(4):
        world.device(f"env-{number}")
    cursor = client.get("/api/v1/devices", params={"limit": 1, "kind": "environment"}).json()["next_cursor"]
    other = client.get("/api/v1/devices", params={"cursor": cursor, "kind": "camera"})
    assert other.status_code == 400
    wider = client.get("/api/v1/devices", params={"cursor": cursor, "kind": "environment", "limit": 50})
    assert [device["code"] for device in wider.json()["items"]] == ["env-1", "env-2", "env-3"]


PLACES = st.tuples(st.text(max_size=70), st.integers(-(2**53), 2**53))


@given(place=PLACES, question=st.text(max_size=200))
def test_a_cursor_gives_back_the_place_that_it_was_made_of(place: tuple[str, int], question: str) -> None:
    token = cursors.encode(place, question)
    assert cursors.decode(token, question, (str, int)) == list(place)
    assert token.isascii()
    assert not set(token) & set("+/=& ")


@given(place=PLACES, where=st.integers(0, 1000), letter=st.sampled_from("AZaz09-_"))
def test_a_cursor_with_any_one_letter_changed_is_refused(place: tuple[str, int], where: int, letter: str) -> None:
    token = cursors.encode(place, "question")
    where %= len(token)
    changed = token[:where] + letter + token[where + 1 :]
    if changed != token:
        with pytest.raises(ApiProblem) as caught:
            cursors.decode(changed, "question", (str, int))
        assert caught.value.problem is Problem.BAD_CURSOR


@given(token=st.text(max_size=100))
def test_no_text_at_all_makes_the_decoder_stumble(token: str) -> None:
    with pytest.raises(ApiProblem):
        cursors.decode(token, "question", (str, int))


def test_the_order_of_parameters_is_no_part_of_the_question() -> None:
    one = cursors.scope("/x", {"kind": "camera", "commune": "a", "limit": "3"})
    other = cursors.scope("/x", {"commune": "a", "kind": "camera", "cursor": "t", "format": "csv"})
    assert one == other != cursors.scope("/y", {"commune": "a", "kind": "camera"})
