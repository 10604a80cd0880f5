"""What a broker says of itself: read from its texts, and from a real Mosquitto whose queue overflows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker import watch
from broker.errors import BrokerUnreachable, ConnectionRefusedByBroker, NothingToldByBroker
from broker.publisher import Publisher
from broker.watch import TOPICS, Condition, look, read_condition
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from tests.broker.queues import leave_a_session, watching
from tests.waiting import wait_until

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
TOLD = {
    watch.UPTIME: "3600 seconds",
    watch.DROPPED: "7",
    watch.STORED_MESSAGES: "153",
    watch.RETAINED_MESSAGES: "53",
    watch.STORED_BYTES: "5225",
    watch.HEAP_BYTES: "842792",
    watch.SESSIONS_AWAY: "2",
    watch.RECEIVED_A_MINUTE: "15000.00",
}


@pytest.fixture(scope="module")
def small_broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker that queues 50 messages for a subscriber and says every second how it stands."""
    settings = {"max_queued_messages": "50", "sys_interval": "1"}
    with MosquittoServer.start(instance.path / "small", settings=settings, local_directory=local_directory) as server:
        yield server


def test_the_texts_of_a_broker_become_numbers() -> None:
    assert read_condition(TOLD, NOW) == Condition(
        observed_at=NOW,
        started_at=NOW - timedelta(hours=1),
        dropped=7,
        queued_messages=100,
        queued_bytes=5225,
        heap_bytes=842792,
        sessions_away=2,
        received_a_second=250.0,
    )


def test_what_a_broker_does_not_say_is_not_known() -> None:
    told = {watch.UPTIME: "9 seconds", watch.DROPPED: "0"}
    assert read_condition(told, NOW) == Condition(NOW, NOW - timedelta(seconds=9), 0)


def test_a_difference_below_nothing_is_not_taken_for_four_thousand_million_sessions() -> None:
    condition = read_condition(TOLD | {watch.SESSIONS_AWAY: "4294967295"}, NOW)
    assert condition is not None and condition.sessions_away is None


@pytest.mark.parametrize("missing", [watch.UPTIME, watch.DROPPED])
def test_without_uptime_and_drops_there_is_no_condition(missing: str) -> None:
    assert read_condition({name: text for name, text in TOLD.items() if name != missing}, NOW) is None


@given(st.dictionaries(st.sampled_from(TOPICS), st.text(max_size=20)))
def test_no_text_of_a_broker_makes_reading_it_fail(values: dict[str, str]) -> None:
    condition = read_condition(values, NOW)
    assert condition is None or condition.dropped >= 0


def test_messages_beyond_the_queue_of_an_absent_subscriber_are_seen_as_dropped(small_broker: MosquittoServer) -> None:
    leave_a_session(small_broker.address("ingest"), "away", "xa/watch/#")
    with watching(small_broker.address("maintain")) as watched:
        wait_until(lambda: watched.condition() is not None, "the broker has spoken")
        before = watched.condition()
        assert before is not None
        with Publisher(small_broker.address("simulator"), "overflowing") as publisher:
            for number in range(200):
                publisher.publish("xa/watch/environment/env-01/telemetry", b"%d" % number)

        def rise() -> int:
            now = watched.condition()
            return 0 if now is None or before is None else now.dropped - before.dropped

        wait_until(lambda: rise() == 150, "150 of 200 messages are said to be dropped")
        after = watched.condition()
    assert after is not None
    assert after.queued_messages is not None and 50 <= after.queued_messages < 60
    assert after.sessions_away == 1
    assert after.heap_bytes
    assert abs(after.started_at - before.started_at) < timedelta(seconds=5)


def test_one_look_tells_the_same_and_leaves_nothing_behind(small_broker: MosquittoServer) -> None:
    first = look(small_broker.address("maintain"), timeout_seconds=10)
    second = look(small_broker.address("maintain"), timeout_seconds=10)
    assert first.observed_at <= second.observed_at
    assert (first.sessions_away, first.dropped) == (second.sessions_away, second.dropped)


def test_an_account_that_may_not_read_it_is_told_so(small_broker: MosquittoServer) -> None:
    with pytest.raises(
        NothingToldByBroker, match=r"account 'simulator' nothing of itself: give it read access to \$SYS"
    ):
        look(small_broker.address("simulator"), timeout_seconds=0.3)


def test_a_broker_that_restarts_is_watched_again_and_the_incident_is_two_lines(
    small_broker: MosquittoServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="broker.watch")
    with watching(small_broker.address("maintain")) as watched:
        wait_until(lambda: watched.condition() is not None, "the broker has spoken")
        small_broker.kill()
        wait_until(lambda: watched.condition() is None, "its silence is noticed")
        small_broker.resume()
        wait_until(lambda: watched.condition() is not None, "the broker has spoken again", 40)
        condition = watched.condition()
    assert condition is not None and condition.dropped == 0
    lines = [record.getMessage() for record in caplog.records]
    assert 2 <= len(lines) <= 4
    assert lines[-1] == "the MQTT broker is watched again"


def test_a_refused_account_and_an_absent_broker_are_told_apart(small_broker: MosquittoServer) -> None:
    address = small_broker.address("maintain")
    with pytest.raises(ConnectionRefusedByBroker):
        look(replace(address, password="wrong"))
    with pytest.raises(BrokerUnreachable):
        look(replace(address, port=9))
