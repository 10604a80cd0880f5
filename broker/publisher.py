"""Publishing at QoS 1 with a bounded window, in the caller's thread, with exact counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from broker.address import BrokerAddress
from broker.client import make_client, open_session, step
from broker.errors import BrokerError, BrokerUnreachable, PublishTimeout

NO_MATCHING_SUBSCRIBERS = 0x10
"""MQTT 5, 3.4.2.1: the message was accepted, and there is nobody to give it to."""

REOPEN_SECONDS = 0.2
"""Pause between tries to open a connection again."""

FIRST_FAILURE = 0x80
"""Reason codes from here on say no: MQTT 5, 2.4."""


class Publisher:
    """A connection that publishes and counts what the broker has acknowledged.

    Not for use from two threads. `window` is how many messages may be unacknowledged before `publish` waits. When the
    connection is lost it is opened again, and what had not been acknowledged is sent again (so the broker may then
    receive a message twice, as QoS 1 allows). `refused` counts what the broker took and did not accept, such as a topic
    that the account may not use or a message above the broker's size limit; `unheard` what it acknowledged and gave to
    nobody, because nobody had subscribed: ingest had never been there, or the broker had lost its session. `resent`
    counts what was sent again, of which the broker may have had any number.

    `will` is a topic and a payload, which the broker publishes, retained, when the connection ends without a word.
    `on_answer` is told of each answer, in the order of publication, whether the message was accepted; `on_reopen` that
    what has no answer yet is about to be sent again.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        *,
        window: int = 2000,
        timeout_seconds: float = 60.0,
        will: tuple[str, bytes] | None = None,
        on_answer: Callable[[bool], None] | None = None,
        on_reopen: Callable[[], None] | None = None,
    ) -> None:
        self._address = address
        self._window = window
        self._timeout_seconds = timeout_seconds
        self._client = make_client(address, client_id, manual_ack=False)
        self._client.max_inflight_messages_set(window)
        self._client.max_queued_messages_set(0)
        self._client.on_publish = self._count
        self._client.on_plain_acknowledgement = self._answered
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        self._on_answer = on_answer
        self._on_reopen = on_reopen
        self._in_flight = 0
        self._answers_at_reopening = -1
        self.published = 0
        self.acknowledged = 0
        self.refused = 0
        self.unheard = 0
        self.resent = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        if kind is None:
            self.flush(self._timeout_seconds)
        self.close()

    def open(self) -> None:
        """Connect; raises BrokerUnreachable or ConnectionRefusedByBroker."""
        open_session(self._client, self._address, clean=True)

    def close(self) -> None:
        """Take leave of the broker."""
        self._client.leave()

    def cut(self) -> None:
        """End the connection without a word, as a device does that loses its power: the broker publishes its will.

        Waits first until everything published is acknowledged, so that nothing is in doubt. It cannot be opened again.
        """
        self.flush(self._timeout_seconds)
        self._client.cut()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish one message; waits while the window is full. Raises PublishTimeout when it stays full."""
        self._client.publish(topic, payload, qos=qos, retain=retain)
        self.published += 1
        if qos:
            self._in_flight += 1
        if self._in_flight >= self._window:
            self._wait_until(self._window // 2, self._timeout_seconds)
        elif self.published % 64 == 0:
            self._step(0.0)

    def flush(self, timeout_seconds: float = 60.0) -> None:
        """Wait until everything published is acknowledged; raises PublishTimeout with the number that is not."""
        self._wait_until(0, timeout_seconds)
        self._step(0.0)

    def poll(self, timeout_seconds: float = 0.0) -> None:
        """Move what can be moved; to be called now and then by a publisher that is otherwise idle."""
        self._step(timeout_seconds)

    def _wait_until(self, most: int, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while self._in_flight > most:
            if time.monotonic() > deadline:
                raise PublishTimeout(
                    f"the MQTT broker left {self._in_flight} messages unacknowledged for {timeout_seconds:g} s"
                )
            self._step(0.2)

    def _step(self, timeout_seconds: float) -> None:
        if step(self._client, timeout_seconds) != MQTTErrorCode.MQTT_ERR_SUCCESS or self._client.socket() is None:
            self._reopen()

    def _reopen(self) -> None:
        if self._on_reopen is not None:
            self._on_reopen()
        self.resent += self._in_flight
        answers = self.acknowledged + self.refused
        if answers == self._answers_at_reopening:
            time.sleep(REOPEN_SECONDS)  # the last time was of no use: something that we send ends the connection
        self._answers_at_reopening = answers
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            try:
                open_session(self._client, self._address, clean=True)
            except BrokerError as error:
                if time.monotonic() > deadline:
                    raise BrokerUnreachable(f"{error}; gave up after {self._timeout_seconds:g} s") from error
                time.sleep(REOPEN_SECONDS)
            else:
                return

    def _count(self, _c: object, _u: object, _mid: int, reason: ReasonCode, _p: object) -> None:
        self._answered(reason.value)

    def _answered(self, code: int) -> None:
        self._in_flight -= 1
        if code >= FIRST_FAILURE:
            self.refused += 1
        else:
            self.acknowledged += 1
            self.unheard += code == NO_MATCHING_SUBSCRIBERS
        if self._on_answer is not None:
            self._on_answer(code < FIRST_FAILURE)
