"""The rate at which paho by itself receives: the reference of `commune bench ingest`."""

from __future__ import annotations

import time

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from broker.address import BrokerAddress
from broker.client import SESSION_NEVER_EXPIRES, loop_until, make_client, open_session
from broker.errors import PublishTimeout


def keep_session(address: BrokerAddress, client_id: str, filters: list[str]) -> None:
    """Make the broker keep a session that subscribes to the filters at QoS 1, and leave it."""
    client = make_client(address, client_id, manual_ack=False)
    open_session(client, address, clean=False)
    answers: list[object] = []
    client.on_subscribe = lambda *_: answers.append(True)
    client.subscribe([(name, 1) for name in filters])
    loop_until(client, lambda: bool(answers), 10)
    client.leave()


def forget_session(address: BrokerAddress, client_id: str) -> None:
    """Make the broker drop a session and what it keeps for it."""
    client = make_client(address, client_id, manual_ack=False)
    open_session(client, address, clean=True)
    client.leave()


def receive_and_do_nothing(
    address: BrokerAddress, client_id: str, messages: int, *, receive_maximum: int, timeout_seconds: float = 300.0
) -> float:
    """Seconds from the first to the last of so many messages waiting in a session, received by paho's own loop.

    The stock client with its stock loop, MQTT 5, QoS 1, acknowledged by paho itself as each callback returns. Raises
    PublishTimeout when they do not all come in time.
    """
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    count = 0
    first = last = 0.0

    def receive(_client: object, _userdata: object, _message: MQTTMessage) -> None:
        nonlocal count, first, last
        if not count:
            first = time.perf_counter()
        count += 1
        if count == messages:
            last = time.perf_counter()
            client.disconnect()

    client.on_message = receive
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = SESSION_NEVER_EXPIRES
    properties.ReceiveMaximum = receive_maximum
    client.connect(address.host, address.port, clean_start=False, properties=properties)
    deadline = time.monotonic() + timeout_seconds
    client.loop_start()
    while not last and time.monotonic() < deadline:
        time.sleep(0.01)
    client.loop_stop()
    if not last:
        raise PublishTimeout(f"only {count} of {messages} messages came within {timeout_seconds:g} s")
    return last - first
