"""What the broker itself loses by its settings, to the message, and what tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from broker.baseline import forget_session
from broker.publisher import Publisher
from broker.watch import look
from commune.stack.mosquitto import MosquittoServer
from tests.journeys.chamber import Chamber, Trial
from tests.journeys.messages import Message
from tests.journeys.reckoning import accounts, reckon
from tests.waiting import wait_until

QUEUE_MESSAGES = 300


@pytest.fixture(scope="module")
def small(chamber: Chamber) -> Iterator[Chamber]:
    """The chamber with a broker that keeps 300 messages for a session that is away."""
    settings = {"max_queued_messages": str(QUEUE_MESSAGES), "sys_interval": "1"}
    local = chamber.database.installation.root
    with MosquittoServer.start(
        chamber.directory / "small",
        settings=settings,
        local_directory=None if local is None else local.path.parent,
    ) as broker:
        yield replace(chamber, broker=broker)


def test_a_full_queue_drops_the_rest_and_the_broker_counts_it(small: Chamber) -> None:
    with small.trial(seed=51, repeats=False) as trial:
        said = trial.say_all(1000)
        child = trial.ingest().connected()
        trial.wait_received(QUEUE_MESSAGES)
        result = trial.reckon(child, lost=said[QUEUE_MESSAGES:])
        maintain = small.broker.address("maintain")
        wait_until(lambda: look(maintain).dropped == 1000 - QUEUE_MESSAGES, "the broker tells what it dropped")
    assert result.extra == 0
    assert trial.speaker.publisher.unheard == [], "the publisher is told nothing of it"


def test_what_is_published_before_ingest_was_ever_there_is_told_to_the_publisher(chamber: Chamber) -> None:
    with chamber.trial(seed=52, repeats=False) as trial:
        forget_session(chamber.broker.address("ingest"), trial.client_id)
        early = trial.say_all(200)
        assert trial.speaker.publisher.unheard == early
        child = trial.ingest().connected()
        trial.say_all(200)
        result = trial.reckon(child)
    assert result.extra == 0
    assert set(early) >= set(result.lost) != set()


def test_an_account_that_may_not_read_is_refused_by_the_broker_and_says_so(chamber: Chamber) -> None:
    with chamber.trial(seed=55, repeats=False) as trial:
        forget_session(chamber.broker.address("ingest"), trial.client_id)
        wrong = trial.ingest(BROKER_USERNAME="simulator", BROKER_PASSWORD=chamber.broker.passwords["simulator"])
        trial.wait_until_told(wrong, "account 'simulator' may not subscribe to xa/")
        early = trial.say_all(200)
        assert trial.speaker.publisher.unheard == early, "the publisher is told that nobody listens"
        wrong.stop()
        child = trial.ingest().connected()
        trial.say_all(200)
        result = trial.reckon(child)
    assert result.extra == 0
    assert set(early) >= set(result.lost) != set()


def publish_at_qos_0(trial: Trial, count: int) -> list[Message]:
    """Publish messages of the mix in a way that the broker never acknowledges."""
    messages = trial.mix.take(count)
    with Publisher(trial.chamber.broker.address("simulator"), f"qos0-{trial.commune}") as publisher:
        for message in messages:
            publisher.publish(message.topic, message.payload, qos=0)
    return messages


def test_qos_0_is_not_kept_for_an_ingest_that_is_away(chamber: Chamber) -> None:
    with chamber.trial(seed=53, repeats=False) as trial:
        trial.say_all(100)
        lost = publish_at_qos_0(trial, 100)
        child = trial.ingest().connected()
        trial.wait_received(100)
        kept = publish_at_qos_0(trial, 100)
        trial.wait_received(200)
        trial.settle(child)
        result = reckon(trial.connection, accounts([*trial.said, *lost, *kept], lost=lost))
    assert result.extra == 0


def test_qos_0_in_hand_is_lost_with_the_process(chamber: Chamber) -> None:
    with chamber.trial(seed=54, repeats=False) as trial:
        child = trial.ingest().connected()
        trial.database_proxy.hold()
        lost = publish_at_qos_0(trial, 100)
        trial.say_all(100)
        trial.wait_for(child, lambda: child.metric("in_hand") == 200, "both are in hand")
        child.kill()
        trial.database_proxy.flow()
        trial.settle(trial.ingest())
        result = reckon(trial.connection, accounts([*trial.said, *lost], lost=lost))
    assert result.extra == 0
