"""Rises of a broker's counter of dropped messages: each is counted once, over restarts of broker and watcher."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from storage.broker_watch import Seen, dropped_since, record_seen, rise_between
from storage.connect import connect
from storage.ledger_view import LedgerFilter, dropped_by_broker

BROKER = "127.0.0.1:1883"
START = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as connection:
        yield connection


def seen(minutes: float, dropped: int, *, started: float = 0, broker: str = BROKER) -> Seen:
    """What a broker that was started so many minutes after START says so many minutes after it."""
    return Seen(broker, START + timedelta(minutes=minutes), START + timedelta(minutes=started), dropped)


def drops(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT day, dropped FROM broker_drop ORDER BY broker_drop_id").fetchall()


def test_a_first_look_counts_everything_since_the_broker_started(connection: Connection[Any]) -> None:
    assert record_seen(connection, seen(5, 12)) == 12
    assert drops(connection) == [(date(2026, 11, 20), 12)]


def test_only_a_rise_is_written_and_by_how_much(connection: Connection[Any]) -> None:
    assert [record_seen(connection, seen(minute, count)) for minute, count in enumerate((0, 0, 3, 3, 10), 1)] == [
        0, 0, 3, 0, 7,
    ]  # fmt: skip
    assert [count for _, count in drops(connection)] == [3, 7]
    assert dropped_since(connection, BROKER, START + timedelta(minutes=4)) == 7


def test_the_day_of_a_drop_is_one_of_viet_nam(connection: Connection[Any]) -> None:
    record_seen(connection, seen(59, 1))
    record_seen(connection, seen(61, 3))
    assert drops(connection) == [(date(2026, 11, 20), 1), (date(2026, 11, 21), 2)]
    assert dropped_by_broker(connection, LedgerFilter(from_day=date(2026, 11, 21))) == 2
    assert dropped_by_broker(connection, LedgerFilter(to_day=date(2026, 11, 20))) == 1
    assert dropped_by_broker(connection, LedgerFilter()) == 3
    assert dropped_by_broker(connection, LedgerFilter(device="env-01")) is None


@pytest.mark.parametrize("after", [2, 10, 14])
def test_a_counter_that_began_anew_with_the_broker_counts_from_nothing(connection: Connection[Any], after: int) -> None:
    record_seen(connection, seen(5, 10))
    assert record_seen(connection, seen(20, after, started=18)) == after


def test_a_look_that_is_not_newer_changes_nothing(connection: Connection[Any]) -> None:
    record_seen(connection, seen(5, 10))
    assert record_seen(connection, seen(5, 10)) == 0
    assert record_seen(connection, seen(4, 2)) == 0
    assert record_seen(connection, seen(6, 11)) == 1


def test_brokers_are_told_apart(connection: Connection[Any]) -> None:
    record_seen(connection, seen(5, 10))
    assert record_seen(connection, seen(5, 4, broker="10.0.0.2:1883")) == 4
    assert dropped_by_broker(connection, LedgerFilter()) == 14


def test_watchers_that_report_at_once_count_a_rise_once(database_url: str, connection: Connection[Any]) -> None:
    record_seen(connection, seen(1, 0))
    together = threading.Barrier(4)

    def report() -> None:
        with closing(connect(database_url, role="commune_admin", autocommit=True)) as own:
            together.wait(20)
            record_seen(own, seen(5, 40))

    threads = [threading.Thread(target=report) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [count for _, count in drops(connection)] == [40]


RUNS = st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=5), min_size=1, max_size=5)


@given(RUNS)
def test_the_rises_of_a_watched_broker_sum_up_to_all_that_it_dropped(runs: list[list[int]]) -> None:
    """Each run of the broker is a list of what it drops between two looks; a run lasts longer than the tolerance."""
    minute = 0
    last = seen(0, 0)
    total = 0
    for number, run in enumerate(runs):
        minute += 10
        started, dropped = minute, 0
        for rise in run:
            minute += 5
            dropped += rise
            now = seen(minute, dropped, started=started if number else 0)
            total += rise_between(last, now)
            last = now
    assert total == sum(map(sum, runs))


@given(st.integers(0, 10), st.floats(-59, 59))
def test_an_uptime_that_is_told_late_is_no_restart(rise: int, late_seconds: float) -> None:
    last = seen(5, 10)
    now = replace(seen(6, 10 + rise), started_at=last.started_at + timedelta(seconds=late_seconds))
    assert rise_between(last, now) == rise
