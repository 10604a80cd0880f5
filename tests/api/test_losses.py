"""Dead letters and the loss ledger over HTTP."""

from __future__ import annotations

from base64 import b64decode
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx
import pytest

from storage.connect import connect
from storage.retention import delete_old_letters
from tests.api.world import COMMUNE, NOW, World


@pytest.fixture
def letters(world: World) -> World:
    """A stranger's message, two bad fields of one device, and one that is not UTF-8."""
    world.device("env-01")
    world.strange(b'{"temperature": 21}', NOW - timedelta(days=2))
    world.send("env-01", {"temperature": 900, "pm25": 12}, received_at=NOW - timedelta(days=1))
    world.send("env-01", {"temprature": 21, "pm25": 12})
    world.strange(b"\xff\xfe\x00")
    return world


def listed(client: httpx.Client, **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/dead-letters", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.usefixtures("letters")
def test_dead_letters_come_newest_first_with_the_reason_in_words(client: httpx.Client) -> None:
    items = listed(client)
    assert [item["reason"] for item in items] == [
        "unknown_device",
        "unknown_field",
        "out_of_range",
        "unknown_device",
    ]
    assert items[0]["device"] is None
    assert (items[1]["device"], items[1]["field"], items[1]["level"]) == ("env-01", "temprature", "field")
    assert items[2]["reason_text"]["vi"] == "Giá trị ngoài khoảng cho phép"
    assert "payload_base64" not in items[0]


@pytest.mark.usefixtures("letters")
def test_dead_letters_are_filtered_by_reason_device_state_and_time(client: httpx.Client) -> None:
    assert len(listed(client, reason="unknown_device")) == 2
    assert len(listed(client, device="env-01", commune=COMMUNE)) == 2
    assert len(listed(client, device="env-01", commune="other")) == 0
    assert len(listed(client, state="open")) == 4
    assert len(listed(client, state="replayed")) == 0
    recent = {"from": (NOW - timedelta(days=1)).isoformat()}
    assert len(listed(client, **recent)) == 3
    assert len(listed(client, **recent, to=NOW.isoformat())) == 1


def test_a_dead_letter_that_was_dealt_with_says_so(letters: World, client: httpx.Client) -> None:
    number = listed(client)[0]["id"]
    with closing(connect(letters.url)) as connection:
        connection.execute(
            "UPDATE dead_letter SET state = 'discarded', state_changed_at = %s WHERE dead_letter_id = %s", (NOW, number)
        )
        connection.commit()
    (discarded,) = listed(client, state="discarded")
    assert (discarded["id"], discarded["state_changed_at"]) == (number, "2026-11-20T03:15:00Z")


@pytest.mark.usefixtures("letters")
def test_one_dead_letter_has_its_payload_as_it_came(client: httpx.Client) -> None:
    newest, *_, oldest = listed(client)
    binary = client.get(f"/api/v1/dead-letters/{newest['id']}").json()
    assert b64decode(binary["payload_base64"]) == b"\xff\xfe\x00"
    assert (binary["payload_text"], binary["payload_bytes"]) == (None, 3)
    text = client.get(f"/api/v1/dead-letters/{oldest['id']}").json()
    assert text["payload_text"] == '{"temperature": 21}'
    assert b64decode(text["payload_base64"]).decode() == text["payload_text"]


def test_a_dead_letter_that_there_is_not_is_a_404(client: httpx.Client) -> None:
    answer = client.get("/api/v1/dead-letters/4711")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/api/v1/problems/unknown-dead-letter"


def test_the_ledger_balances_for_each_device_and_day(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    reading = {"ts": (NOW - timedelta(minutes=1)).isoformat(), "temperature": 20}
    world.send("env-01", reading)
    world.send("env-01", reading)
    world.send("env-01", {"temperature": 20}, received_at=NOW - timedelta(days=1))
    world.strange(b"{}")
    told = client.get("/api/v1/ledger").json()
    rows = {(row["day"], row["device"]): row for row in told["items"]}
    assert rows["2026-11-20", None]["dead_lettered"] == 1
    today = rows["2026-11-20", "env-01"]
    assert (today["received"], today["stored"], today["duplicate"]) == (2, 1, 1)
    assert (told["totals"]["received"], told["totals"]["stored"]) == (4, 2)
    assert {row["difference"] for row in [*told["items"], told["totals"]]} == {0}


def test_the_ledger_of_one_device_and_of_some_days(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.device("env-02")
    for days in range(4):
        received_at = NOW - timedelta(days=days)
        world.write(*(world.message(code, {"temperature": 20}, received_at) for code in ("env-01", "env-02")))
    parameters = {"device": "env-01", "from_day": "2026-11-18", "to_day": "2026-11-19"}
    told = client.get("/api/v1/ledger", params=parameters).json()
    assert [(row["day"], row["device"]) for row in told["items"]] == [
        ("2026-11-19", "env-01"),
        ("2026-11-18", "env-01"),
    ]
    assert told["totals"]["received"] == 2


def test_a_day_of_the_ledger_is_a_day_of_viet_nam(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"temperature": 20}, received_at=NOW.replace(hour=16, minute=59))
    world.send("env-01", {"temperature": 21}, received_at=NOW.replace(hour=17, minute=0))
    assert [row["day"] for row in client.get("/api/v1/ledger").json()["items"]] == ["2026-11-21", "2026-11-20"]


def test_a_difference_is_shown_as_it_is_with_what_is_in_hand(world: World, client: httpx.Client) -> None:
    with closing(connect(world.url)) as connection:
        connection.execute("INSERT INTO ledger (device_id, day, received, stored) VALUES (0, '2026-11-20', 10, 7)")
        connection.execute("INSERT INTO ingest_worker VALUES ('commune-ingest', %s, %s, 13, 3)", (NOW, NOW))
        connection.commit()
    totals = client.get("/api/v1/ledger").json()["totals"]
    assert (totals["difference"], totals["in_hand"]) == (3, 3)


def test_what_the_broker_dropped_is_told_for_days_and_not_for_a_device(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    with closing(connect(world.url)) as connection:
        connection.execute(
            "INSERT INTO broker_drop (broker, day, observed_at, dropped) VALUES"
            " ('b:1883', '2026-11-19', %s, 7), ('b:1883', '2026-11-20', %s, 5)",
            (NOW, NOW),
        )
        connection.commit()

    def dropped(**parameters: str) -> int | None:
        totals = client.get("/api/v1/ledger", params=parameters).json()["totals"]
        assert totals["difference"] == 0
        told: int | None = totals["dropped_by_broker"]
        return told

    assert dropped() == 12
    assert dropped(from_day="2026-11-20") == 5
    assert dropped(to_day="2026-11-18") == 0
    assert dropped(device="env-01") is None
    assert dropped(commune=COMMUNE) is None


def test_what_retention_deleted_is_told_where_it_was_counted(world: World, client: httpx.Client) -> None:
    world.strange(b"{}", NOW - timedelta(days=300))
    world.strange(b"{}")
    with closing(connect(world.url, autocommit=True)) as connection:
        list(delete_old_letters(connection, NOW - timedelta(days=180)))
    told = client.get("/api/v1/ledger").json()
    assert [(row["letters_deleted"], row["messages_deleted"]) for row in told["items"]] == [(0, 0), (1, 1)]
    assert (told["totals"]["dead_lettered"], told["totals"]["messages_deleted"]) == (2, 1)
