"""The writer's connection: what is committed is never taken for lost, and what can never be stored is told apart."""

from __future__ import annotations

import random
import string
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from psycopg import Connection

from devices.readings import Fault
from devices.reasons import Reason
from devices.registry import Device
from storage import sink as sink_module
from storage.arrivals import Arrival
from storage.books import Worker, was_settled
from storage.connect import connect
from storage.errors import DatabaseUnavailable, NotAcceptable
from storage.ledger import check, totals
from storage.registry import add_device
from storage.sink import Sink
from tests.storage.arrivals import ENVIRONMENT, RECEIVED, make_arrival, make_reading
from tests.waiting import wait_until

CLIENT = "session-of-the-sink"


@pytest.fixture
def sink(database_url: str) -> Iterator[Sink]:
    with closing(Sink(database_url, CLIENT)) as sink:
        yield sink


@pytest.fixture
def arrivals(connection: Connection[Any]) -> list[Arrival]:
    station = add_device(connection, Device("gia-loc", "cb-mt-01", "environment"))
    return [make_arrival(station, ENVIRONMENT, make_reading(ENVIRONMENT, 0, pm25=1.0), packet_id=1)]


def test_a_connection_that_is_lost_while_old_deliveries_are_forgotten_leaves_no_batch_counted_twice(
    sink: Sink,
    arrivals: list[Arrival],
    connection: Connection[Any],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink_module, "BATCHES_BETWEEN_FORGETTING", 1)
    monkeypatch.setattr("storage.books.REMEMBERED_MESSAGES", 0)
    worker = Worker(CLIENT, RECEIVED)
    sink.write([], worker, 1)
    tries: list[str] = []

    def write() -> None:
        for _ in range(2):
            try:
                sink.write(arrivals, worker, 2)
                tries.append("written")
                return
            except DatabaseUnavailable:
                tries.append("lost")

    with closing(connect(database_url)) as holder:
        holder.execute("SELECT 1 FROM delivery FOR UPDATE")  # forgetting waits for it
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        wait_until(
            lambda: connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchone(),
            "forgetting waits, and its connection is ended",
        )
    thread.join(20)
    assert tries == ["lost", "written"]
    assert was_settled(connection, CLIENT, 2)
    sums = totals(connection)
    assert (sums.received, sums.stored, sums.duplicate) == (1, 1, 0)
    assert list(check(connection)) == []


@pytest.mark.parametrize("length", [2_000, 65_000])
def test_a_message_of_a_long_topic_can_be_set_aside(sink: Sink, connection: Connection[Any], length: int) -> None:
    generator = random.Random(length)  # noqa: S311 - text that does not compress
    topic = "xa/" + "".join(generator.choices(string.ascii_letters + string.digits, k=length)) + "/a/b/telemetry"
    stranger = Arrival(topic, b"{}", RECEIVED, faults=[Fault(Reason.BAD_TOPIC, "too long")])
    outcome = sink.write([stranger], Worker(CLIENT, RECEIVED), 1)
    assert outcome is not None
    assert outcome.dead_lettered == 1
    assert connection.execute("SELECT topic FROM dead_letter").fetchall() == [(topic,)]


def test_what_is_too_long_for_an_index_is_told_apart_from_a_database_that_is_away(
    sink: Sink, arrivals: list[Arrival], connection: Connection[Any]
) -> None:
    connection.execute("CREATE INDEX too_narrow ON dead_letter (topic)")
    arrivals[0].topic = "".join(random.Random(1).choices(string.ascii_letters, k=9_000))  # noqa: S311 - as above
    arrivals[0].faults = [Fault(Reason.BAD_SEQ, "seq", index=0, field="seq")]
    with pytest.raises(NotAcceptable):
        sink.write(arrivals, Worker(CLIENT, RECEIVED), 1)
    assert totals(connection).received == 0
