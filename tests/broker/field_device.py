"""A field device as a maker builds it: the stock paho client with its own loop, under any account, in any protocol."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker.address import BrokerAddress
from tests.waiting import wait_until

V3, V5 = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5


class FieldDevice:
    """A client that connects once and tells what became of what it tried."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        protocol: MQTTProtocolVersion = V5,
        *,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._address = address
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, reconnect_on_failure=False
        )
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.ca_file is not None:
            self._client.tls_set(ca_certs=str(address.ca_file))
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._received
        self._client.on_subscribe = self._subscribed
        self._client.on_publish = self._published
        self._connection: list[bool] = []
        self._granted: dict[int, list[bool]] = {}
        self._accepted: dict[int, bool] = {}
        self.cut_off = 0
        self.received: list[tuple[str, bytes]] = []

    def __enter__(self) -> Self:
        self.enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.leave()

    def enter(self) -> bool:
        """Connect and say whether the broker let it in."""
        self._client.connect(self._address.host, self._address.port)
        self._client.loop_start()
        wait_until(lambda: self._connection or self.cut_off, "the broker answers", 10)
        return self._connection == [True]

    def leave(self) -> None:
        """Take leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def vanish(self) -> None:
        """Lose power: the broker learns nothing but that the connection is gone."""
        sock: Any = self._client.socket()
        self._client.loop_stop()
        sock.close()

    def publish(self, topic: str, payload: bytes = b"{}", *, retain: bool = False) -> bool:
        """Publish at QoS 1 and say what the broker said; under MQTT 3.1.1 it always says yes."""
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        wait_until(lambda: info.mid in self._accepted, f"{topic} is acknowledged", 10)
        return self._accepted[info.mid]

    def subscribe(self, *filters: str) -> list[bool]:
        """Subscribe to all of them in one packet; for each whether it was granted."""
        _, mid = self._client.subscribe([(name, 1) for name in filters])
        assert mid is not None
        wait_until(lambda: mid in self._granted, "the subscription is answered", 10)
        return self._granted[mid]

    def _connected(self, _c: Client, _u: object, _flags: object, reason: ReasonCode, _p: object) -> None:
        self._connection.append(not reason.is_failure)

    def _disconnected(self, _c: Client, _u: object, _flags: object, _reason: ReasonCode, _p: object) -> None:
        self.cut_off += 1

    def _received(self, _c: Client, _u: object, message: MQTTMessage) -> None:
        self.received.append((message.topic, bytes(message.payload)))

    def _subscribed(self, _c: Client, _u: object, mid: int, reasons: list[ReasonCode], _p: object) -> None:
        self._granted[mid] = [not reason.is_failure for reason in reasons]

    def _published(self, _c: Client, _u: object, mid: int, reason: ReasonCode, _p: object) -> None:
        self._accepted[mid] = not reason.is_failure


def lets_in(
    address: BrokerAddress,
    username: str | None,
    password: str | None,
    client_id: str,
    protocol: MQTTProtocolVersion = V5,
) -> bool:
    """Whether the broker lets somebody in with this name, password and client id."""
    device = FieldDevice(replace(address, username=username, password=password), client_id, protocol)
    try:
        return device.enter()
    finally:
        device.leave()
