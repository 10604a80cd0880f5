"""What the broker says of itself under `$SYS`: what it dropped, what waits in its queues, who is away.

Mosquitto publishes these numbers every `sys_interval` seconds and keeps the last of each. They begin anew with each of
its starts. They say nothing of whose messages were dropped, nor of what was published at QoS 0 and never arrived.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

from broker.address import BrokerAddress
from broker.client import SingleThreadClient, loop_until, make_client, open_session, step
from broker.errors import BrokerError, BrokerUnreachable, NothingToldByBroker

logger = logging.getLogger(__name__)

UPTIME = "$SYS/broker/uptime"
DROPPED = "$SYS/broker/publish/messages/dropped"
STORED_MESSAGES = "$SYS/broker/store/messages/count"
STORED_BYTES = "$SYS/broker/store/messages/bytes"
RETAINED_MESSAGES = "$SYS/broker/retained messages/count"
HEAP_BYTES = "$SYS/broker/heap/current"
SESSIONS_AWAY = "$SYS/broker/clients/disconnected"
RECEIVED_A_MINUTE = "$SYS/broker/load/publish/received/1min"
TOPICS = (
    UPTIME,
    DROPPED,
    STORED_MESSAGES,
    STORED_BYTES,
    RETAINED_MESSAGES,
    HEAP_BYTES,
    SESSIONS_AWAY,
    RECEIVED_A_MINUTE,
)

FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 30.0
WAIT_SECONDS = 0.5
"""How long a wait for the network may keep `Watch.run` from seeing that it is to stop."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a broker says that it stands; None where it does not say.

    `dropped` counts the messages that it dropped since `started_at` because a subscriber's queue was full.
    `queued_messages` is what it stores besides retained messages: exact for one subscriber that is away, less than the
    sum of the queues for several, which share a message. `queued_bytes` is the payload of all that it stores.
    `sessions_away` are the sessions that it keeps while nobody is connected to them. `received_a_second` is the mean
    of messages published to it in the last minute.
    """

    observed_at: datetime
    started_at: datetime
    dropped: int
    queued_messages: int | None = None
    queued_bytes: int | None = None
    heap_bytes: int | None = None
    sessions_away: int | None = None
    received_a_second: float | None = None


def read_condition(values: Mapping[str, str], observed_at: datetime) -> Condition | None:
    """The condition that the texts of `TOPICS` tell; None as long as uptime or dropped messages are not among them."""
    uptime = _number(values.get(UPTIME, "").removesuffix(" seconds"))
    dropped = _number(values.get(DROPPED))
    if uptime is None or dropped is None:
        return None
    stored, retained = _number(values.get(STORED_MESSAGES)), _number(values.get(RETAINED_MESSAGES))
    rate = _number(values.get(RECEIVED_A_MINUTE))
    return Condition(
        observed_at=observed_at,
        started_at=observed_at - timedelta(seconds=uptime),
        dropped=int(dropped),
        queued_messages=None if stored is None or retained is None else max(0, int(stored - retained)),
        queued_bytes=_whole(values.get(STORED_BYTES)),
        heap_bytes=_whole(values.get(HEAP_BYTES)),
        sessions_away=_sessions(_whole(values.get(SESSIONS_AWAY))),
        received_a_second=None if rate is None else rate / 60,
    )


def _number(text: str | None) -> float | None:
    """A number that is not negative and not beyond all measure; None for any other text."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e15 else None


def _whole(text: str | None) -> int | None:
    value = _number(text)
    return None if value is None else int(value)


def _sessions(count: int | None) -> int | None:
    """Mosquitto subtracts sockets from sessions, without a sign: while somebody connects it may tell 4294967295."""
    return count if count is not None and count < 2**31 else None


class _Listener:
    """A connection of its own to the broker that keeps the newest text of each topic."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        self.client: SingleThreadClient = make_client(
            address, f"commune-watch-{secrets.token_hex(6)}", manual_ack=False
        )
        self.client.on_message = self._remember
        self._values: dict[str, str] = {}
        self._observed_at: datetime | None = None

    def open(self) -> None:
        open_session(self.client, self._address, clean=True)
        self.client.subscribe([(topic, 0) for topic in TOPICS])

    def _remember(self, _client: object, _userdata: object, message: MQTTMessage) -> None:
        self._values[message.topic] = message.payload[:64].decode("ascii", "replace")
        if message.topic == UPTIME:
            self._observed_at = datetime.now(UTC)

    def condition(self) -> Condition | None:
        return None if self._observed_at is None else read_condition(self._values, self._observed_at)

    def is_complete(self) -> bool:
        return self._observed_at is not None and len(self._values) == len(TOPICS)


def look(address: BrokerAddress, *, timeout_seconds: float = 2.0) -> Condition:
    """Ask a broker once. What it does not say within the time is None.

    Raises BrokerUnreachable, ConnectionRefusedByBroker, or NothingToldByBroker when it says nothing of itself: the
    account may not read `$SYS`, or the broker is not Mosquitto or has `sys_interval 0`.
    """
    listener = _Listener(address)
    try:
        listener.open()
        loop_until(listener.client, listener.is_complete, timeout_seconds)
    finally:
        listener.client.leave()
    condition = listener.condition()
    if condition is None:
        raise NothingToldByBroker(
            f"the MQTT broker at {address.host}:{address.port} tells account {address.username!r} nothing of itself: "
            "give it read access to $SYS/#, and sys_interval a value above 0 (after a start it takes so many seconds)"
        )
    return condition


class Watch:
    """Keeps an eye on one broker. `run` belongs in a thread; `condition` may be asked from any."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        self._listener: _Listener | None = None

    def condition(self) -> Condition | None:
        """The newest that the broker has said; None while it is away, or before its first word."""
        listener = self._listener
        return None if listener is None else listener.condition()

    def run(self, stopping: threading.Event) -> None:
        """Listen until told to stop. Reconnects by itself, and says once for each incident what is wrong."""
        delay = FIRST_DELAY_SECONDS
        last_word = ""
        while not stopping.is_set():
            listener = _Listener(self._address)
            try:
                listener.open()
                self._listener = listener
                if last_word:
                    logger.info("the MQTT broker is watched again")
                delay, last_word = FIRST_DELAY_SECONDS, ""
                self._listen(listener.client, stopping)
            except BrokerError as error:
                if str(error) != last_word:
                    logger.error("%s; its queues are not watched; trying again", error)
                    last_word = str(error)
            finally:
                self._listener = None
                listener.client.leave()
            stopping.wait(delay * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    def _listen(self, client: SingleThreadClient, stopping: threading.Event) -> None:
        while not stopping.is_set():
            if step(client, WAIT_SECONDS) != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
                raise BrokerUnreachable("the connection to the MQTT broker was lost")
