"""Dead letters that are deleted with age: counted where they were counted before, so that the ledger still agrees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from psycopg import Connection

from devices.registry import Commune, Device
from ingest.again import interpreter
from storage.connect import connect
from storage.ledger import check, totals
from storage.ledger_view import LedgerFilter, ledger_rows
from storage.places import add_commune
from storage.registry import add_device, all_devices
from storage.replay import open_messages, replay
from storage.retention import Deleted, delete_old_letters
from storage.set_aside import DeadLetterFilter
from storage.writer import Writer

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TOPIC = "xa/gia-loc/environment/cb-mt-09/telemetry"


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    """A connection in the role of maintenance, to a database with one device."""
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        add_commune(connection, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_device(connection, Device("gia-loc", "cb-mt-09", "environment"))
        yield connection


def receive(connection: Connection[Any], body: Any, *, days_ago: float, topic: str = TOPIC) -> None:
    read = interpreter({(known.commune, known.code): known for known in all_devices(connection)})
    received_at = NOW - timedelta(days=days_ago)
    Writer(connection).write([read(topic, orjson.dumps(body), received_at)])


def delete(connection: Connection[Any], *, days: int, chunk: int = 5000) -> Deleted:
    """Delete what is older than so many days; the sum."""
    sums = list(delete_old_letters(connection, NOW - timedelta(days=days), chunk=chunk))
    return sums[-1] if sums else Deleted()


def letters(connection: Connection[Any]) -> int:
    return len(connection.execute("SELECT FROM dead_letter").fetchall())


def test_letters_older_than_the_limit_are_deleted_and_younger_ones_stay(connection: Connection[Any]) -> None:
    for days_ago in (200, 181, 179, 1):
        receive(connection, "not an object", days_ago=days_ago)
    assert delete(connection, days=180) == Deleted(letters=2, open=2)
    assert letters(connection) == 2
    assert delete(connection, days=180) == Deleted()


def test_the_ledger_agrees_after_letters_of_every_level_were_deleted(connection: Connection[Any]) -> None:
    stranger = TOPIC.replace("cb-mt-09", "stranger")
    receive(connection, {"pm25": 5, "temperature": 900}, days_ago=300)  # a field; the message is stored
    receive(connection, [{"pm25": -5}, "no object"], days_ago=300)  # two fields' and readings' letters, one settles
    receive(connection, {"pm25": 5}, days_ago=300, topic=stranger)
    assert list(check(connection)) == []
    before = totals(connection)
    count = letters(connection)
    assert delete(connection, days=180).letters == count
    assert list(check(connection)) == []
    after = totals(connection)
    assert (after.received, after.stored, after.dead_lettered) == (before.received, before.stored, before.dead_lettered)
    assert (after.letters_deleted, after.messages_deleted) == (count, 2)
    assert after.difference == 0


def test_what_is_deleted_is_counted_for_its_device_and_its_day_in_viet_nam(connection: Connection[Any]) -> None:
    receive(connection, "a", days_ago=200 + 2.9 / 24)  # 14:06 in Viet Nam
    receive(connection, "b", days_ago=199.5)  # 22:00 UTC, which is 05:00 of the next day there
    receive(connection, "c", days_ago=199.5, topic="elsewhere")
    delete(connection, days=180)
    rows = {(row.day, row.device): (row.letters_deleted, row.messages_deleted) for row in _rows(connection)}
    assert rows == {
        (date(2026, 5, 4), "cb-mt-09"): (1, 1),
        (date(2026, 5, 5), "cb-mt-09"): (1, 1),
        (date(2026, 5, 5), None): (1, 1),
    }


def _rows(connection: Connection[Any]) -> list[Any]:
    return ledger_rows(connection, LedgerFilter(), limit=10)


def test_a_letter_that_was_replayed_is_deleted_too_and_its_message_stays_stored(connection: Connection[Any]) -> None:
    stranger = TOPIC.replace("cb-mt-09", "late")
    receive(connection, {"pm25": 5}, days_ago=200, topic=stranger)
    add_device(connection, Device("gia-loc", "late", "environment"))
    read = interpreter({(known.commune, known.code): known for known in all_devices(connection)})
    list(replay(connection, open_messages(connection, DeadLetterFilter(), limit=10), read))
    assert delete(connection, days=180) == Deleted(letters=1, open=0)
    sums = totals(connection)
    assert (sums.stored, sums.dead_lettered, sums.letters_deleted, sums.messages_deleted) == (1, 0, 1, 0)
    assert list(check(connection)) == []


def test_many_are_deleted_in_chunks_oldest_first_and_the_work_may_end_after_any(connection: Connection[Any]) -> None:
    for days_ago in range(200, 210):
        receive(connection, "x", days_ago=days_ago)
    chunks = delete_old_letters(connection, NOW - timedelta(days=180), chunk=4)
    assert next(chunks) == Deleted(4, 4)
    oldest = connection.execute("SELECT min(received_at), count(*) FROM dead_letter").fetchone()
    assert oldest == (NOW - timedelta(days=205), 6)
    assert list(check(connection)) == []
    assert delete(connection, days=180, chunk=4) == Deleted(6, 6)


def test_a_letter_that_is_being_replayed_is_left_for_the_next_time(
    connection: Connection[Any], database_url: str
) -> None:
    receive(connection, "x", days_ago=200)
    receive(connection, "y", days_ago=201)
    with closing(connect(database_url)) as other:
        other.execute("SELECT FROM dead_letter ORDER BY received_at LIMIT 1 FOR UPDATE")
        assert delete(connection, days=180) == Deleted(1, 1)
        other.rollback()  # a connection that is only closed gives its locks back a moment later
    assert delete(connection, days=180) == Deleted(1, 1)


def test_a_letter_that_vanished_in_another_way_is_a_gap_that_is_named(connection: Connection[Any]) -> None:
    receive(connection, "x", days_ago=200)
    receive(connection, "y", days_ago=200)
    delete(connection, days=180, chunk=1)
    receive(connection, "z", days_ago=1)
    connection.execute("DELETE FROM dead_letter")
    (gap,) = check(connection)
    assert gap.detail == ("messages dead-lettered and not deleted by retention: the ledger says 1, the tables hold 0")
