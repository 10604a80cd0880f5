"""Dead letters that become readings, and the ledger that goes with them."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace as changed
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from psycopg import Connection

from devices.catalogue import KINDS
from devices.model import Kind
from devices.reasons import Reason
from devices.registry import Commune, Device, DeviceState
from ingest.again import interpreter
from storage.connect import connect
from storage.ledger import check, totals
from storage.migrate import migrate
from storage.places import add_commune
from storage.registry import add_device, all_devices
from storage.replay import (
    Replayed,
    discard,
    last_number,
    messages_of_former_strangers,
    open_messages,
    replay,
)
from storage.set_aside import DeadLetterFilter, list_dead_letters
from storage.writer import Writer

RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TOPIC = "xa/gia-loc/environment/cb-mt-09/telemetry"
EVERYTHING = DeadLetterFilter()


def read(connection: Connection[Any]) -> Any:
    return interpreter({(known.commune, known.code): known for known in all_devices(connection)})


def receive(connection: Connection[Any], *bodies: Any, topic: str = TOPIC) -> None:
    """Write messages as ingest does, by what is registered now."""
    interpret = read(connection)
    Writer(connection).write([interpret(topic, orjson.dumps(body), RECEIVED) for body in bodies])


def replay_now(
    connection: Connection[Any], wanted: DeadLetterFilter = EVERYTHING, *, dry_run: bool = False
) -> Replayed:
    messages = open_messages(connection, wanted, limit=1000)
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


def without(kind: Kind, *names: str) -> Kind:
    """A kind as it was before it gained some fields."""
    return changed(kind, own_fields=tuple(field for field in kind.own_fields if field.name not in names))


def test_a_field_that_is_added_to_the_catalogue_turns_its_old_letters_into_readings(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the catalogue of yesterday, without uv_index and noise; then today's."""
    today = KINDS["environment"]
    monkeypatch.setitem(KINDS, "environment", without(today, "uv_index", "noise"))
    with closing(connect(empty_database_url, autocommit=True)) as connection:
        migrate(connection)
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
        receive(connection, BODY | {"uv_index": 7.5}, {"ts": "2026-11-20T03:16:00Z", "noise": 55.0})
        assert agreed(connection) == (2, 1, 0, 1)
        assert replay_now(connection) == Replayed(messages=2, still_open=3)
        monkeypatch.setitem(KINDS, "environment", today)
        migrate(connection)
        assert replay_now(connection) == Replayed(messages=2, settled=3, readings=2)
        assert replay_now(connection) == Replayed()
        assert agreed(connection) == (2, 2, 0, 0)
        rows = connection.execute("SELECT received_at, pm25, uv_index, noise FROM environment ORDER BY time").fetchall()
        assert rows == [(RECEIVED, 31.4, 7.5, None), (RECEIVED, None, None, 55.0)]
        assert totals(connection).readings_merged == 1


def test_a_message_is_replayed_whole_whichever_of_its_letters_was_asked_for(
    connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = KINDS["environment"]
    monkeypatch.setitem(KINDS, "environment", without(today, "uv_index"))
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    receive(connection, {"ts": "2026-11-20T03:15:00Z", "uv_index": 7.5, "temperature": 61})
    monkeypatch.setitem(KINDS, "environment", today)
    assert replay_now(connection, DeadLetterFilter(Reason.UNKNOWN_FIELD)) == Replayed(
        messages=1, settled=2, still_open=1, readings=1
    )
    assert agreed(connection) == (1, 1, 0, 0)
    left = connection.execute("SELECT reason, state FROM dead_letter ORDER BY reason").fetchall()
    assert left == [("empty", "replayed"), ("out_of_range", "open"), ("unknown_field", "replayed")]


def test_what_was_too_much_to_be_listed_is_replayed_too(
    connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """150 readings with a field unknown yesterday: 100 letters, and one that stands for 50."""
    today = KINDS["environment"]
    monkeypatch.setitem(KINDS, "environment", without(today, "uv_index"))
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    body = [{"ts": 1795143600 + n, "pm25": 1.0, "uv_index": 2.0} for n in range(150)]
    receive(connection, body)
    assert totals(connection).fields_dead_lettered == 150
    monkeypatch.setitem(KINDS, "environment", today)
    assert replay_now(connection) == Replayed(messages=1, settled=101, readings=150)
    assert agreed(connection) == (1, 1, 0, 0)
    assert connection.execute("SELECT count(uv_index) FROM environment").fetchone() == (150,)


def test_a_message_that_the_database_does_not_accept_stays_and_the_others_go_on(connection: Connection[Any]) -> None:
    receive(connection, BODY, {"pm25": 32.0}, BODY | {"ts": "2026-11-20T03:17:00Z"})
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    connection.execute("ALTER TABLE environment ADD CHECK (pm25 <> 32.0)")
    assert replay_now(connection) == Replayed(messages=3, settled=2, still_open=1, readings=2)
    assert agreed(connection) == (3, 2, 0, 1)


def test_a_discarded_letter_is_not_made_anew_by_a_replay_of_its_message(connection: Connection[Any]) -> None:
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    receive(connection, BODY | {"temperature": 61, "pm10": -5})
    numbers = [
        number for (number,) in connection.execute("SELECT dead_letter_id FROM dead_letter WHERE field = 'pm10'")
    ]
    assert discard(connection, numbers, dry_run=True) == 1
    assert discard(connection, numbers) == 1
    assert replay_now(connection) == Replayed(messages=1, still_open=1)
    assert len(connection.execute("SELECT FROM dead_letter").fetchall()) == 2


def test_two_replays_at_once_settle_every_letter_once(connection: Connection[Any], database_url: str) -> None:
    receive(connection, *({"ts": 1795143600 + n, "pm25": 1.0, "unheard_of": n} for n in range(120)))
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    start = threading.Barrier(2)
    ends: list[Replayed] = []

    def one() -> None:
        with closing(connect(database_url, role="commune_repair", autocommit=True)) as own:
            messages = open_messages(own, EVERYTHING, limit=1000)
            start.wait(20)
            ends.append(list(replay(own, messages, read(own)))[-1])

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [end.messages for end in ends] == [120, 120]
    assert sum(end.settled for end in ends) == sum(end.readings for end in ends) == 120
    assert sum(end.elsewhere for end in ends) == 120
    assert agreed(connection) == (120, 120, 0, 0)
    left = connection.execute("SELECT reason, count(*) FROM dead_letter WHERE state = 'open' GROUP BY 1").fetchall()
    assert left == [("unknown_field", 120)]


def test_a_letter_that_is_discarded_while_it_is_about_to_be_replayed_is_left_alone(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    messages = open_messages(connection, EVERYTHING, limit=10)
    assert discard(connection, messages[0].numbers) == 1
    assert list(replay(connection, messages, read(connection))) == [Replayed(messages=1, elsewhere=1)]
    assert agreed(connection) == (1, 0, 0, 1)


def test_letters_come_in_pages_after_a_number(connection: Connection[Any]) -> None:
    receive(connection, *({"pm25": n} for n in range(5)))
    first = open_messages(connection, EVERYTHING, limit=3)
    second = open_messages(connection, EVERYTHING, limit=3, after=last_number(first))
    assert [len(first), len(second)] == [3, 2]
    assert open_messages(connection, EVERYTHING, limit=3, after=last_number(second)) == []
    assert last_number([]) is None
    chosen = tuple(message.numbers[0] for message in second)
    assert open_messages(connection, DeadLetterFilter(numbers=chosen), limit=10) == second


def test_former_strangers_are_those_that_are_registered_and_in_service_by_now(connection: Connection[Any]) -> None:
    receive(connection, BODY)
    receive(connection, {}, topic="xa/gia-loc/camera/cam-1/telemetry")
    receive(connection, {"state": "online"}, topic="xa/gia-loc/wifi/wifi-1/status")
    assert messages_of_former_strangers(connection, limit=10) == []
    add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
    add_device(connection, Device("gia-loc", "cam-1", "lighting"))
    add_device(connection, Device("gia-loc", "wifi-1", "wifi", state=DeviceState.PLANNED))
    (message,) = messages_of_former_strangers(connection, limit=10)
    assert message.topic == TOPIC
    assert messages_of_former_strangers(connection, limit=10, after=message.numbers[0]) == []
