"""A session that receives: fixed client id, QoS 1, acknowledgement only when told so.

One thread owns the socket (`Session.run`). Any thread may `settle` what has been committed; the acknowledgements leave
with the owning thread. Each delivery carries the epoch of its connection, and an acknowledgement of an older epoch is
dropped: packet ids are used again, and the broker brings the message once more.
"""

from __future__ import annotations

import contextlib
import logging
import random
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.address import BrokerAddress
from broker.client import KEEPALIVE_SECONDS, SingleThreadClient, loop_until, make_client, open_session, step
from broker.errors import BrokerError, BrokerUnreachable, SubscriptionRefused

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 30.0
WAIT_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Delivery:
    """One message as the broker brought it. `received_at` is Unix seconds by this machine's clock."""

    topic: str
    payload: bytes
    packet_id: int
    epoch: int
    is_again: bool
    received_at: float


class Session:
    """Receives messages of some topic filters and acknowledges them when they are settled.

    `on_delivery` is called in the owning thread and must not block; `has_room` is asked before reading: while it says
    no, nothing is read and the broker keeps the rest. `on_open` is told, before any delivery of a connection, whether
    the broker had kept the session. What is in `unsubscribe_from` is unsubscribed from on every connect: filters of an
    earlier configuration, which the broker keeps with the session. `receive_maximum` bounds what the broker sends
    ahead of acknowledgements.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        filters: Sequence[str],
        *,
        receive_maximum: int,
        on_delivery: Callable[[Delivery], None],
        has_room: Callable[[], bool] = lambda: True,
        on_open: Callable[[bool], None] = lambda _present: None,
    ) -> None:
        self._address = address
        self._client_id = client_id
        self._filters = tuple(filters)
        self._receive_maximum = receive_maximum
        self._on_delivery = on_delivery
        self._has_room = has_room
        self._on_open = on_open
        self._settled: deque[Delivery] = deque()
        self._outgoing: deque[tuple[str, bytes]] = deque(maxlen=1000)
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._stopping = threading.Event()
        self._refused: list[str] | None = None  # filters that were refused; None before the broker's answer
        self._delay = FIRST_DELAY_SECONDS
        self._told: set[str] = set()
        self.unsubscribe_from: tuple[str, ...] = ()
        self.connected = threading.Event()
        self.epoch = 0
        self.reconnects = 0

    def run(self) -> None:
        """Keep the session until `stop`; called in the thread that is to own the socket. Reconnects by itself."""
        while not self._stopping.is_set():
            client = make_client(self._address, self._client_id, manual_ack=True)
            try:
                self._open(client)
                self._receive(client)
            except BrokerError as error:
                if str(error) not in self._told:  # a line for each cause of an incident, not one a try
                    logger.error("%s; trying again", error)
                    self._told.add(str(error))
            finally:
                self.connected.clear()
                client.leave()
            # Jitter, so that many clients of a broker that restarts do not come back in one moment.
            self._stopping.wait(self._delay * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            self._delay = min(self._delay * 2, LONGEST_DELAY_SECONDS)
        self.close()

    def close(self) -> None:
        """Give back what a session holds; `run` does it at its end."""
        self._wake_read.close()
        self._wake_write.close()

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """Acknowledge deliveries whose fate has been committed. Any thread may call it."""
        self._settled.extend(deliveries)
        self._wake()

    def tell(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 0 when the connection allows; dropped when it does not. Any thread may call it."""
        self._outgoing.append((topic, payload))
        self._wake()

    def stop(self) -> None:
        """Let `run` end after what has been settled is acknowledged."""
        self._stopping.set()
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake up anyway; closed: there is nobody to wake
            self._wake_write.send(b"w")

    def _open(self, client: SingleThreadClient) -> None:
        self._receive_first(client)
        client.may_read_on = self._has_room
        is_kept = open_session(
            client, self._address, clean=False, receive_maximum=self._receive_maximum, on_open=self._begin_epoch
        )
        self._subscribe(client)
        # The answer of a kept session is behind all that was not settled, for which there may be no room.
        if not is_kept and not loop_until(client, lambda: self._refused is not None, KEEPALIVE_SECONDS):
            raise BrokerUnreachable("the MQTT broker did not answer the subscription")
        self._heed_refusal()
        self.connected.set()

    def _begin_epoch(self, session_present: bool) -> None:
        self.epoch += 1
        self.reconnects += self.epoch > 1
        self._on_open(session_present)

    def _subscribe(self, client: SingleThreadClient) -> None:
        """Subscribe on every connect: the broker keeps old filters with the session, and may have lost it."""
        self._refused = None

        def answer(_client: object, _userdata: object, _mid: int, reasons: Sequence[ReasonCode], _p: object) -> None:
            self._refused = [name for name, reason in zip(self._filters, reasons, strict=True) if reason.is_failure]
            if not self._refused:
                self._delay = FIRST_DELAY_SECONDS
                self._told.clear()
                logger.info("connected to the MQTT broker", extra={"epoch": self.epoch})

        client.on_subscribe = answer
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        client.subscribe([(name, options) for name in self._filters])
        if self.unsubscribe_from:
            client.unsubscribe(list(self.unsubscribe_from))

    def _heed_refusal(self) -> None:
        if self._refused:
            raise SubscriptionRefused(
                f"account {self._address.username!r} may not subscribe to {', '.join(self._refused)}"
            )

    def _receive_first(self, client: SingleThreadClient) -> None:
        """Let the first message of a connection shorten the next wait: the connection was of use, however it ends.

        The answer to the subscription may be behind a backlog that a bad network never lets through in one piece.
        """

        def receive(topic: bytes, payload: bytes, packet_id: int, is_again: bool) -> None:
            self._delay = FIRST_DELAY_SECONDS
            client.on_plain_publish = self._receive_plain
            self._receive_plain(topic, payload, packet_id, is_again)

        client.on_plain_publish = receive

    def _receive_plain(self, topic: bytes, payload: bytes, packet_id: int, is_again: bool) -> None:
        # An invalid topic must not end the thread: it becomes a message like any other, and a dead letter. PostgreSQL's
        # text has no NUL; the standard forbids it in a topic, but not every broker does.
        text = topic.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
        self._on_delivery(Delivery(text, payload, packet_id, self.epoch, is_again, time.time()))

    def _receive(self, client: SingleThreadClient) -> None:
        """Move messages in and acknowledgements out until the connection is lost or the session is stopped."""
        pinged = time.monotonic()
        while True:
            self._acknowledge(client)
            stopping = self._stopping.is_set()
            if self._has_room() and not stopping:
                code = self._step(client)
                pinged = time.monotonic()
            else:
                code, pinged = self._idle(client, pinged)
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
                raise BrokerUnreachable("the connection to the MQTT broker was lost")
            self._heed_refusal()
            if stopping and not self._settled and not client.must_write:
                return

    def _step(self, client: SingleThreadClient) -> MQTTErrorCode:
        """One step of the client's loop, woken also by `settle`, `tell` and `stop`."""
        code = client.pump_writes()
        sock = client.gathering
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or sock is None or client.socket() is None:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if not client.has_read_ahead:
            waiting = [sock] if client.must_write else []
            waiting_on: list[Any] = [sock, self._wake_read]
            readable, _, _ = select.select(waiting_on, waiting, [], WAIT_SECONDS)
            self._drain_wake(readable)
            if sock not in readable:
                return client.loop_misc()
        return step(client, 0.0)

    def _idle(self, client: SingleThreadClient, pinged: float) -> tuple[MQTTErrorCode, float]:
        """Wait without reading. The broker's own pings would go unread, so ours tell it that we live."""
        code = client.pump_writes()
        readable, _, _ = select.select([self._wake_read], [], [], 0.1)
        self._drain_wake(readable)
        if time.monotonic() - pinged > KEEPALIVE_SECONDS / 2 and client.socket() is not None:
            client.ping()
            pinged = time.monotonic()
        return code, pinged

    def _drain_wake(self, readable: list[Any]) -> None:
        if self._wake_read in readable:
            with contextlib.suppress(BlockingIOError):
                while self._wake_read.recv(4096):
                    pass

    def _acknowledge(self, client: SingleThreadClient) -> None:
        while self._settled:
            delivery = self._settled.popleft()
            if delivery.epoch == self.epoch and delivery.packet_id:
                client.ack(delivery.packet_id, 1)
        while self._outgoing:
            topic, payload = self._outgoing.popleft()
            client.publish(topic, payload, qos=0)
