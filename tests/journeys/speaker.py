"""The publisher of the fault tests, in a thread of its own, with the list of what it said: the simulator's own list."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from broker.address import BrokerAddress
from broker.publisher import Publisher
from tests.journeys.messages import Message
from tests.waiting import wait_until

IDLE_SECONDS = 0.02


class ListingPublisher:
    """A Publisher with the list of every message that it said and of what the broker answered.

    The broker answers in the order of publication, after a reconnect too; so the number of answers tells which message
    each belongs to.
    """

    def __init__(self, address: BrokerAddress, client_id: str, window: int) -> None:
        self.said: list[Message] = []
        self.accepted: list[Message] = []
        self.refused: list[Message] = []
        self.unheard: list[Message] = []
        self.sent_again: Counter[Message] = Counter()
        self._publisher = Publisher(
            address, client_id, window=window, on_answer=self._answered, on_reopen=self._reopened
        )
        self.open = self._publisher.open
        self.close = self._publisher.close
        self.poll = self._publisher.poll

    @property
    def answers(self) -> int:
        """How many messages the broker has answered."""
        return len(self.accepted) + len(self.refused)

    def say(self, message: Message) -> None:
        """Publish and remember."""
        self.said.append(message)
        self._publisher.publish(message.topic, message.payload)

    def _answered(self, is_accepted: bool) -> None:
        message = self.said[self.answers]
        (self.accepted if is_accepted else self.refused).append(message)
        if self._publisher.unheard > len(self.unheard):
            self.unheard.append(message)

    def _reopened(self) -> None:
        self.sent_again.update(self.said[self.answers :])


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

    def finish(self, timeout_seconds: float = 60.0) -> None:
        """Wait until the broker has answered everything that was given."""
        wait_until(
            lambda: self._failure is not None or self.publisher.answers == self.given,
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
