"""The receiving session against a real Mosquitto."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from broker.address import BrokerAddress
from broker.baseline import forget_session
from broker.client import loop_until, make_client, open_session
from broker.publisher import Publisher
from broker.session import Delivery, Session
from commune.stack.mosquitto import MosquittoServer
from tests.journeys.proxy import Proxy, Way
from tests.waiting import wait_until


class Receiver:
    """A session in a thread of its own, with what it was brought."""

    def __init__(self, address: BrokerAddress, client_id: str, device: str, **options: object) -> None:
        self.came: list[Delivery] = []
        self.present: list[bool] = []
        self.session = Session(
            address,
            client_id,
            [f"xa/session/+/{device}/telemetry"],
            receive_maximum=100,
            on_delivery=self.came.append,
            on_open=self.present.append,
            **options,  # type: ignore[arg-type]
        )
        self.thread = threading.Thread(target=self.session.run, daemon=True)

    def __enter__(self) -> Receiver:
        self.thread.start()
        wait_until(self.session.connected.is_set, "the session is connected")
        return self

    def __exit__(self, *_: object) -> None:
        self.session.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def has(self, count: int) -> bool:
        return len(self.came) == count

    def payloads(self) -> list[bytes]:
        return [delivery.payload for delivery in self.came]


@pytest.fixture
def device() -> str:
    return f"dev-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def receive(broker_server: MosquittoServer, device: str) -> Iterator[Callable[..., Receiver]]:
    client_id = f"session-{device}"
    yield lambda **options: Receiver(broker_server.address("ingest"), client_id, device, **options)
    forget_session(broker_server.address("ingest"), client_id)


def publish(broker: MosquittoServer, device: str, *payloads: bytes) -> None:
    with Publisher(broker.address("simulator"), f"publisher-{device}") as publisher:
        for payload in payloads:
            publisher.publish(f"xa/session/environment/{device}/telemetry", payload)


def test_what_was_not_settled_comes_again_with_the_same_packet_id(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver]
) -> None:
    with receive() as first:
        publish(broker_server, device, b"1", b"2")
        wait_until(lambda: len(first.came) == 2, "both messages came")
        first.session.settle([first.came[0]])
    with receive() as second:
        wait_until(lambda: len(second.came) == 1, "the unsettled message came again")
        again = second.came[0]
        assert (again.payload, again.packet_id, again.is_again) == (b"2", first.came[1].packet_id, True)
        second.session.settle(second.came)
    with receive() as third:
        publish(broker_server, device, b"3")
        wait_until(lambda: bool(third.came), "the next message came")
        assert third.payloads() == [b"3"]
        third.session.settle(third.came)


def test_the_broker_keeps_messages_for_a_session_that_is_away(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver]
) -> None:
    with receive() as first:
        assert first.present == [False]
    publish(broker_server, device, *(str(number).encode() for number in range(250)))
    with receive() as second:
        assert second.present == [True]
        for start, end in ((0, 100), (100, 200), (200, 250)):  # never more ahead than the receive maximum
            wait_until(partial(second.has, end), f"{end} messages came")
            second.session.settle(second.came[start:end])
        assert second.payloads() == [str(number).encode() for number in range(250)]


def test_an_acknowledgement_of_an_older_connection_is_dropped(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver]
) -> None:
    with receive() as first:
        publish(broker_server, device, b"1")
        wait_until(lambda: bool(first.came), "the message came")
        stale = replace(first.came[0], epoch=first.session.epoch - 1)
        first.session.settle([stale])
        publish(broker_server, device, b"2")
        wait_until(lambda: len(first.came) == 2, "the session still works")
        first.session.settle(first.came[1:])
    with receive() as second:
        wait_until(lambda: bool(second.came), "the message came again")
        assert second.payloads() == [b"1"]
        second.session.settle(second.came)


def test_nothing_is_read_while_there_is_no_room(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver]
) -> None:
    room = threading.Event()
    with receive(has_room=room.is_set) as receiver:
        publish(broker_server, device, b"1", b"2")
        assert receiver.came == []
        room.set()
        wait_until(lambda: len(receiver.came) == 2, "the messages came once there was room")
        receiver.session.settle(receiver.came)


def test_a_lost_connection_brings_nothing_for_which_there_is_no_room(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker.session.KEEPALIVE_SECONDS", 1)  # while it does not read, only its pings show it a loss
    held: list[Receiver] = []
    with receive(has_room=lambda: not held or len(held[0].came) < 3) as receiver:
        held.append(receiver)
        publish(broker_server, device, *(b"%d" % number * 1000 for number in range(20)))
        wait_until(lambda: len(receiver.came) == 3, "as many came as there is room for")
        intruder = make_client(broker_server.address("ingest"), f"session-{device}", manual_ack=True)
        open_session(intruder, broker_server.address("ingest"), clean=False)  # two of one name: the first must go
        intruder.leave()
        wait_until(lambda: receiver.session.epoch == 2 and receiver.session.connected.is_set(), "it is connected again")
        wait_until(lambda: len(receiver.present) == 2, "the broker had kept the session")
        assert len(receiver.came) <= 4  # the packet of the answer may be followed by one that is read with it
        held.clear()
        wait_until(lambda: len({delivery.payload for delivery in receiver.came}) == 20, "the rest came")
        receiver.session.settle(receiver.came)


def test_a_killed_broker_is_found_again_when_it_is_back(tmp_path_factory: pytest.TempPathFactory, device: str) -> None:
    with (
        MosquittoServer.start(tmp_path_factory.mktemp("broker")) as broker,
        Receiver(broker.address("ingest"), f"session-{device}", device) as receiver,
    ):
        broker.kill()
        wait_until(lambda: not receiver.session.connected.is_set(), "the loss was noticed")
        broker.resume()
        wait_until(receiver.session.connected.is_set, "the session is connected again")
        publish(broker, device, b"after")
        wait_until(lambda: b"after" in receiver.payloads(), "a message came after the restart")
        assert receiver.session.reconnects == 1


def test_a_network_that_cuts_every_backlog_short_is_tried_again_soon(
    broker_server: MosquittoServer, device: str, receive: Callable[..., Receiver]
) -> None:
    with receive():
        pass
    publish(broker_server, device, *(b"x" * 1000 for _ in range(80)))
    with Proxy(broker_server.port) as proxy:
        receiver = Receiver(replace(broker_server.address("ingest"), port=proxy.port), f"session-{device}", device)
        cut = proxy.cut_after(5_000, Way.DOWN)
        receiver.thread.start()
        for _ in range(8):
            wait_until(cut.sprung.is_set, "it has come back", 5)
            cut = proxy.cut_after(5_000, Way.DOWN)
        receiver.session.stop()
        receiver.thread.join(10)
    assert len(receiver.came) >= 8, "each time it was brought something"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "wrong"}, "refused account 'ingest'"),
        ({"username": None, "password": None}, "refused a client without an account"),
        ({"port": 1}, "cannot be reached"),
    ],
)
def test_a_connection_that_cannot_be_made_is_one_line_and_then_tried_again(
    broker_server: MosquittoServer,
    device: str,
    caplog: pytest.LogCaptureFixture,
    wrong: dict[str, object],
    words: str,
) -> None:
    address = replace(broker_server.address("ingest"), **wrong)  # type: ignore[arg-type]
    session = Session(address, f"session-{device}", ["xa/#"], receive_maximum=10, on_delivery=lambda _: None)
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    wait_until(lambda: any(words in message for message in caplog.messages), "the reason was logged")
    session.stop()
    thread.join(15)
    assert sum(words in message for message in caplog.messages) == 1


@pytest.mark.parametrize("payload", [b"", b"{}", bytes(range(256)), b"x" * 70_000])
@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("with_properties", [False, True])
def test_a_message_is_read_alike_with_and_without_properties(
    broker_server: MosquittoServer,
    device: str,
    receive: Callable[..., Receiver],
    payload: bytes,
    qos: int,
    with_properties: bool,
) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if with_properties:
        properties.ContentType = "\ufeffapplication/json"  # the standard allows U+FEFF, paho gives the connection up
        properties.UserProperty = ("maker", "Công ty thử" * 20)
    with receive() as receiver:
        address = broker_server.address("simulator")
        client = make_client(address, f"publisher-{device}", manual_ack=False)
        open_session(client, address, clean=True)
        client.publish(f"xa/session/environment/{device}/telemetry", payload, qos=qos, properties=properties)
        loop_until(client, lambda: bool(receiver.came), 10)
        client.leave()
        (came,) = receiver.came
        assert (came.topic, came.payload) == (f"xa/session/environment/{device}/telemetry", payload)
        assert (came.packet_id > 0, came.is_again) == (qos == 1, False)
        receiver.session.settle(receiver.came)


def test_a_topic_that_is_no_text_for_a_database_becomes_a_message_all_the_same() -> None:
    came: list[Delivery] = []
    session = Session(BrokerAddress("localhost", 1883), "nobody", ["xa/#"], receive_maximum=1, on_delivery=came.append)
    session._receive_plain(b"xa/\0\xff\xed\xa0\x80", b"{}", 1, False)
    session.close()
    assert [delivery.topic for delivery in came] == ["xa/\\x00\\xff\\xed\\xa0\\x80"]
