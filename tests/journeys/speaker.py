"""The publisher of the fault tests, in a thread of its own, with the list of what it said: the simulator's own list."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from paho.mqtt.reasoncodes import ReasonCode

from broker.address import BrokerAddress
from broker.publisher import NO_MATCHING_SUBSCRIBERS, Publisher
from tests.journeys.messages import Message
from tests.waiting import wait_until

IDLE_SECONDS = 0.02


class ListingPublisher(Publisher):
    """A Publisher that remembers every message and what the broker answered.

    The broker answers in the order of publication, and so does paho on its side after a reconnect; so the number of
    answers tells which message each belongs to.
    """

    def __init__(self, address: BrokerAddress, client_id: str, window: int) -> None:
        super().__init__(address, client_id, window=window)
        self.said: list[Message] = []
        self.accepted: list[Message] = []
        self.refused_messages: list[Message] = []
        self.unheard_messages: list[Message] = []
        self.sent_again: Counter[Message] = Counter()
        self.reopened = 0

    def say(self, message: Message) -> None:
        """Publish and remember."""
        self.said.append(message)
        self.publish(message.topic, message.payload)

    def _reopen(self) -> None:
        self.sent_again.update(self.said[self.acknowledged + self.refused : self.published])
        self.reopened += 1
        super()._reopen()

    def _count(self, client: object, userdata: object, mid: int, reason: ReasonCode, properties: object) -> None:
        message = self.said[self.acknowledged + self.refused]
        if reason.is_failure:
            self.refused_messages.append(message)
        else:
            self.accepted.append(message)
        if reason.value == NO_MATCHING_SUBSCRIBERS:
            self.unheard_messages.append(message)
        super()._count(client, userdata, mid, reason, properties)


class Speaker:
    """Says what it is given, in order, through whatever happens to its connection."""

    def __init__(self, address: BrokerAddress, client_id: str, *, window: int = 200) -> None:
        self.publisher = ListingPublisher(address, client_id, window)
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.given = 0
        self._ending = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join(30)
        if kind is None and self._failure is not None:
            raise self._failure

    def give(self, messages: Iterable[Message]) -> None:
        """Have messages said; does not wait."""
        for message in messages:
            self.given += 1
            self._waiting.put(message)

    @property
    def answered(self) -> int:
        """How many messages the broker has answered."""
        return self.publisher.acknowledged + self.publisher.refused

    def finish(self, timeout_seconds: float = 60.0) -> None:
        """Wait until the broker has answered everything that was given."""
        wait_until(
            lambda: self._failure is not None or self.answered == self.given,
            f"the broker has answered {self.given} messages",
            timeout_seconds,
        )
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            self.publisher.open()
            while not self._ending.is_set():
                try:
                    self.publisher.say(self._waiting.get(timeout=IDLE_SECONDS))
                except queue.Empty:
                    self.publisher.poll(IDLE_SECONDS)
        except Exception as error:  # whatever it is, the test's own thread must learn of it
            self._failure = error
        finally:
            self.publisher.close()
