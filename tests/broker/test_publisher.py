"""The counting publisher against a real Mosquitto."""

from __future__ import annotations

import uuid

import pytest

from broker.baseline import forget_session, keep_session
from broker.errors import BrokerUnreachable, ConnectionRefusedByBroker
from broker.publisher import Publisher
from commune.stack.mosquitto import MosquittoServer
from tests.waiting import wait_until

TOPIC = "xa/publisher/environment/dev-01/telemetry"


def test_everything_published_is_counted_when_the_broker_has_it(broker_server: MosquittoServer) -> None:
    with Publisher(broker_server.address("simulator"), uuid.uuid4().hex, window=10) as publisher:
        for number in range(1000):
            publisher.publish(TOPIC, str(number).encode())
        publisher.flush()
        assert (publisher.published, publisher.acknowledged, publisher.refused) == (1000, 1000, 0)


def test_a_topic_that_the_account_may_not_use_is_counted_as_refused(broker_server: MosquittoServer) -> None:
    with Publisher(broker_server.address("simulator"), uuid.uuid4().hex) as publisher:
        publisher.publish("xa/publisher/environment/dev-01/error", b"{}")
        publisher.publish(TOPIC, b"{}")
        publisher.flush()
        assert (publisher.acknowledged, publisher.refused) == (1, 1)


def test_a_message_above_the_brokers_limit_is_counted_as_refused_and_sent_once(broker_server: MosquittoServer) -> None:
    with Publisher(broker_server.address("simulator"), uuid.uuid4().hex) as publisher:
        publisher.publish(TOPIC, bytes(1_048_577))
        publisher.publish(TOPIC, b"{}")
        publisher.flush()
        assert (publisher.acknowledged, publisher.refused, publisher.resent) == (1, 1, 0)


def test_what_the_broker_takes_and_gives_to_nobody_is_counted_as_unheard(broker_server: MosquittoServer) -> None:
    name = f"unheard-{uuid.uuid4().hex[:8]}"
    topic = f"xa/{name}/environment/dev-01/telemetry"
    with Publisher(broker_server.address("simulator"), uuid.uuid4().hex) as publisher:
        publisher.publish(topic, b"1")
        publisher.flush()
        keep_session(broker_server.address("ingest"), name, [f"xa/{name}/#"])
        publisher.publish(topic, b"2")
        publisher.flush()
        assert (publisher.acknowledged, publisher.unheard) == (2, 1)
    forget_session(broker_server.address("ingest"), name)


def test_a_wrong_password_is_refused_in_words(broker_server: MosquittoServer) -> None:
    address = broker_server.address("simulator")
    wrong = type(address)(address.host, address.port, address.username, "wrong")
    with pytest.raises(ConnectionRefusedByBroker, match="refused account 'simulator'"):
        Publisher(wrong, uuid.uuid4().hex).open()


def test_a_broker_that_is_not_there_is_named(broker_server: MosquittoServer) -> None:
    address = broker_server.address("simulator")
    with pytest.raises(BrokerUnreachable, match=r"127\.0\.0\.1:1 cannot be reached"):
        Publisher(type(address)(address.host, 1), uuid.uuid4().hex).open()


def test_what_was_not_acknowledged_is_published_again_after_a_broker_restart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        MosquittoServer.start(tmp_path_factory.mktemp("broker")) as broker,
        Publisher(broker.address("simulator"), uuid.uuid4().hex) as publisher,
    ):
        publisher.publish(TOPIC, b"before")
        publisher.flush()
        broker.kill()
        broker.resume()
        publisher.publish(TOPIC, b"after")
        publisher.flush()
        wait_until(lambda: publisher.acknowledged == 2, "both are acknowledged")
