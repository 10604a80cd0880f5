"""Dead letters that become readings, and the ledger that goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from psycopg import Connection

from devices.registry import Commune, Device
from ingest.again import interpreter
from storage.connect import connect
from storage.ledger import check, totals
from storage.places import add_commune
from storage.registry import add_device, all_devices
from storage.replay import Replayed, discard, open_messages, replay
from storage.set_aside import DeadLetterFilter, list_dead_letters
from storage.writer import Writer

RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TOPIC = "xa/gia-loc/environment/cb-mt-09/telemetry"
EVERYTHING = DeadLetterFilter()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    with closing(connect(database_url, autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield connection


def read(connection: Connection[Any]) -> Any:
    return interpreter({(known.commune, known.code): known for known in all_devices(connection)})


def receive(connection: Connection[Any], *bodies: Any, topic: str = TOPIC) -> None:
    """Write messages as ingest does, by what is registered now."""
    interpret = read(connection)
    Writer(connection).write([interpret(topic, orjson.dumps(body), RECEIVED) for body in bodies])


def replay_now(connection: Connection[Any], *, dry_run: bool = False) -> Replayed:
    messages = open_messages(connection, EVERYTHING, limit=1000)
    sums = list(replay(connection, messages, read(connection), dry_run=dry_run))
    return sums[-1] if sums else Replayed()


def agreed(connection: Connection[Any]) -> tuple[int, int, int, int]:
    """Received, stored, duplicate, dead-lettered of a ledger that agrees with itself and with the tables."""
    sums = totals(connection)
    assert sums.difference == 0
    assert list(check(connection)) == []
    return sums.received, sums.stored, sums.duplicate, sums.dead_lettered


BODY = {"ts": "2026-11-20T03:15:00Z", "pm25": 31.4}


def test_messages_of_a_stranger_become_readings_once_it_is_registered(connection: Connection[Any]) -> None:
    receive(connection, BODY, {"pm25": 32.0})
    assert agreed(connection) == (2, 0, 0, 2)
    assert replay_now(connection) == Replayed(messages=2, still_open=2)
    device_id = add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    assert replay_now(connection) == Replayed(messages=2, settled=2, readings=2)
    assert agreed(connection) == (2, 2, 0, 0)
    rows = connection.execute("SELECT device_id, time, received_at, pm25 FROM environment ORDER BY time").fetchall()
    assert rows == [
        (device_id, datetime(2026, 11, 20, 3, 15, tzinfo=UTC), RECEIVED, 31.4),
        (device_id, RECEIVED, RECEIVED, 32.0),
    ]
    assert connection.execute("SELECT device_id, received FROM ledger WHERE received > 0").fetchall() == [
        (device_id, 2)
    ]


def test_a_second_replay_finds_nothing_to_do(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    replay_now(connection)
    assert replay_now(connection) == Replayed()
    assert agreed(connection) == (1, 1, 0, 0)


def test_a_dry_run_changes_nothing(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    assert replay_now(connection, dry_run=True) == Replayed(messages=1, settled=1, readings=1)
    assert agreed(connection) == (1, 0, 0, 1)


def test_what_was_sent_again_meanwhile_is_a_duplicate(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    receive(connection, BODY)
    assert replay_now(connection).settled == 1
    assert agreed(connection) == (2, 1, 1, 0)


def test_a_contradiction_leaves_the_letter_open_and_the_ledger_as_it_was(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    receive(connection, BODY | {"pm25": 99.0})
    assert replay_now(connection) == Replayed(messages=1, still_open=1)
    assert agreed(connection) == (2, 1, 0, 1)


def test_bad_fields_of_a_strangers_message_are_set_aside_by_the_replay(connection: Connection[Any]) -> None:
    receive(connection, BODY | {"temperature": 61, "unheard_of": 1})
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    assert replay_now(connection).settled == 1
    assert agreed(connection) == (1, 1, 0, 0)
    left = connection.execute("SELECT level, reason, field FROM dead_letter WHERE state = 'open' ORDER BY field")
    assert left.fetchall() == [("field", "out_of_range", "temperature"), ("field", "unknown_field", "unheard_of")]


def test_letters_are_found_by_the_codes_of_their_topic(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    receive(connection, BODY, topic="xa/vo-nhai/environment/cb-mt-09/telemetry")
    wanted = DeadLetterFilter(commune="vo-nhai", device="cb-mt-09")
    (message,) = open_messages(connection, wanted, limit=10)
    assert message.topic.startswith("xa/vo-nhai/")
    (listed,) = list_dead_letters(connection, wanted, limit=10)
    assert (listed.topic, listed.device) == (message.topic, None)


def test_discarded_letters_stay_in_the_ledger_and_are_not_replayed(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    ((number,),) = connection.execute("SELECT dead_letter_id FROM dead_letter").fetchall()
    assert discard(connection, [number, number + 1]) == 1
    assert discard(connection, [number]) == 0
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    assert replay_now(connection) == Replayed()
    assert agreed(connection) == (1, 0, 0, 1)


def test_statuses_and_events_are_replayed_too(connection: Connection[Any]) -> None:
    receive(connection, {"state": "online"}, topic="xa/gia-loc/environment/cb-mt-09/status")
    receive(connection, {"event": "door_open"}, topic="xa/gia-loc/environment/cb-mt-09/event")
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    assert replay_now(connection).settled == 2
    assert agreed(connection) == (2, 2, 0, 0)
    assert connection.execute("SELECT online FROM device_status").fetchall() == [(True,)]
    assert connection.execute("SELECT name FROM device_event").fetchall() == [("door_open",)]
