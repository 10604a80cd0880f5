"""The live check: values as they come, or why they do not, in words that say what to do."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from api.live_words import ADVICE, REFUSAL_ADVICE, offset_words
from devices.reasons import Reason
from devices.refusals import REFUSALS, Refusal
from devices.registry import DeviceState
from storage.broker_accounts import ask_for_account
from storage.connect import connect
from tests.api.conftest import Clock
from tests.api.world import NOW, World

PATH = "/api/v1/devices/gia-loc/env-01/live"
SINCE = NOW - timedelta(seconds=20)


@pytest.fixture
def waiting(world: World) -> World:
    """A station whose account the broker has, of which nothing has come; and ingest runs."""
    world.device("env-01", state=DeviceState.REGISTERED)
    with closing(connect(world.url)) as connection:
        ask_for_account(connection, world.numbers["env-01"], b"sealed")
        connection.execute(
            "UPDATE broker_account SET applied = wanted, has_password = true, sealed_password = NULL, changed_at = %s",
            [NOW],
        )
        connection.execute(
            "INSERT INTO ingest_worker (client_id, started_at, seen_at, received, in_hand)"
            " VALUES ('ingest', now(), now() + interval '1 hour', 0, 0)"
        )
        connection.commit()
    return world


def ask(client: httpx.Client, since: datetime = SINCE) -> dict[str, Any]:
    """What the live check says since a moment."""
    answer = client.get(PATH, params={"since": since.isoformat()})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def only_finding(client: httpx.Client) -> dict[str, Any]:
    """The one thing that is wrong."""
    found: list[dict[str, Any]] = ask(client)["findings"]
    assert len(found) == 1, found
    assert found[0]["advice"]["vi"]
    assert found[0]["text"]["vi"] != found[0]["text"]["en"]
    return found[0]


def change(world: World, statement: str, *values: object) -> None:
    """Change something that the test is about."""
    with closing(connect(world.url)) as connection:
        connection.execute(statement, values)
        connection.commit()


def refuse(world: World, reason: str, seconds_ago: float, client_id: str = "gia-loc.env-01") -> None:
    """Let the broker have refused a client."""
    at = NOW - timedelta(seconds=seconds_ago)
    change(
        world,
        "INSERT INTO broker_refusal (client_id, reason, minute, first_at, last_at)"
        " VALUES (%s, %s, date_trunc('minute', %s::timestamptz), %s, %s)",
        *(client_id, reason, at, at, at),
    )


@pytest.mark.usefixtures("waiting")
def test_while_nothing_comes_it_says_so_and_from_when_to_ask_again(client: httpx.Client) -> None:
    told = client.get(PATH).json()
    assert datetime.fromisoformat(told["since"]) == datetime.fromisoformat(told["at"]) == NOW
    assert (told["values"], told["findings"], told["account"], told["lifecycle"]) == ([], [], "ready", "registered")


def test_values_come_with_their_names_and_units(client: httpx.Client, waiting: World) -> None:
    waiting.send("env-01", {"temperature": 24.6, "pm25": 31.5}, received_at=NOW)
    told = ask(client)
    values = {value["field"]: value for value in told["values"]}
    assert (values["temperature"]["value"], values["temperature"]["unit"]) == (24.6, "°C")
    assert values["pm25"]["title"]["vi"] == "Bụi mịn PM2.5"
    assert (told["findings"], told["counts"]["stored"]) == ([], 1)


def test_an_unknown_field_is_named_with_the_one_that_was_meant(client: httpx.Client, waiting: World) -> None:
    waiting.send("env-01", {"temprature": 24.6}, received_at=NOW)
    found = {one["code"]: one for one in ask(client)["findings"]}
    assert found["unknown_field"]["severity"] == "error"
    assert "không có trường «temprature». Có phải «temperature»?" in found["unknown_field"]["text"]["vi"]


def test_a_value_out_of_range_is_told_with_the_range(client: httpx.Client, waiting: World) -> None:
    waiting.send("env-01", {"temperature": 20, "pm25": 9000}, received_at=NOW)
    found = only_finding(client)
    assert found["code"] == "out_of_range"
    assert found["text"]["vi"] == "«Bụi mịn PM2.5» (pm25) = 9000: ngoài khoảng cho phép 0…1000 µg/m³."


def test_a_clock_that_is_seven_hours_ahead_is_recognised_as_the_local_time(
    client: httpx.Client, waiting: World
) -> None:
    ahead = (NOW + timedelta(hours=7)).isoformat()
    waiting.send("env-01", {"ts": ahead, "temperature": 20}, received_at=NOW)
    told = ask(client)
    assert told["values"]
    (found,) = told["findings"]
    assert found["code"] == "clock_ahead"
    assert "chạy nhanh 7 giờ" in found["text"]["vi"]
    assert "+07:00" in found["advice"]["vi"]


@pytest.mark.parametrize(("hours", "words"), [(7, "Z thay cho +07:00"), (3, "số đo đã lưu")])
def test_a_reading_that_is_hours_old_is_told_from_a_wrong_zone(
    client: httpx.Client, waiting: World, hours: int, words: str
) -> None:
    old = (NOW - timedelta(hours=hours)).isoformat()
    waiting.send("env-01", {"ts": old, "temperature": 20}, received_at=NOW)
    found = only_finding(client)
    assert found["code"] == "clock_behind"
    assert words in found["advice"]["vi"]


def test_what_the_broker_refused_is_told_until_something_comes_through(client: httpx.Client, waiting: World) -> None:
    refuse(waiting, Refusal.WRONG_PASSWORD, 15)
    found = only_finding(client)
    assert (found["code"], found["text"]["vi"]) == ("wrong_password", REFUSALS[Refusal.WRONG_PASSWORD].vi)
    waiting.send("env-01", {"temperature": 20}, received_at=NOW)
    assert ask(client)["findings"] == []


def test_a_stranger_who_was_refused_may_be_this_device(client: httpx.Client, waiting: World) -> None:
    refuse(waiting, Refusal.WRONG_CLIENT_ID, 1, "ESP-3f2a")
    found = only_finding(client)
    assert found["severity"] == "warning"
    assert "(ESP-3f2a)" in found["text"]["vi"]


def test_a_device_that_is_connected_and_never_heard_is_told_to_compare_its_topic(
    client: httpx.Client, waiting: World
) -> None:
    change(
        waiting,
        "INSERT INTO broker_connection (device_id, connected_at) VALUES (%s, %s)",
        *(waiting.numbers["env-01"], NOW - timedelta(seconds=10)),
    )
    assert only_finding(client)["code"] == "wrong_topic"


def test_an_account_that_waits_is_no_fault_of_the_technician(
    client: httpx.Client, waiting: World, clock: Clock
) -> None:
    change(waiting, "UPDATE broker_account SET wanted = wanted + 1, changed_at = %s", NOW)
    assert (ask(client)["account"], ask(client)["findings"]) == ("waiting", [])
    clock.time = NOW + timedelta(seconds=8)
    found = only_finding(client)
    assert (found["code"], found["severity"]) == ("account_waiting", "warning")
    assert "Không cần làm gì" in found["advice"]["vi"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE device SET state = 'planned'", "planned"),
        ("UPDATE broker_account SET has_password = false", "needs_password"),
        ("UPDATE broker_account SET wanted = wanted + 1, failure = 'no'", "account_failed"),
        ("DELETE FROM ingest_worker", "ingest_away"),
    ],
)
def test_what_stands_in_the_way_is_named(client: httpx.Client, waiting: World, statement: str, code: str) -> None:
    change(waiting, statement)
    assert only_finding(client)["code"] == code


def test_a_retired_device_is_told_to_be_cut_off(client: httpx.Client, waiting: World) -> None:
    change(waiting, "UPDATE device SET state = 'retired'")
    assert "retired" in [found["code"] for found in ask(client)["findings"]]


def test_every_reason_and_refusal_comes_with_what_to_do() -> None:
    assert ADVICE.keys() == set(Reason)
    assert REFUSAL_ADVICE.keys() == set(Refusal)
    for advice in (*ADVICE.values(), *REFUSAL_ADVICE.values()):
        assert advice.vi.endswith(".")
        assert advice.en.endswith(".")


@pytest.mark.parametrize(
    ("seconds", "vi"), [(7 * 3600, "7 giờ"), (5400, "1,5 giờ"), (180, "3 phút"), (45, "45 giây"), (2 * 86400, "2 ngày")]
)
def test_offsets_are_said_as_people_say_them(seconds: float, vi: str) -> None:
    assert offset_words(seconds).vi == vi
