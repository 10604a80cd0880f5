"""The connections of a run: one that all devices share, and one with a last will for each whose line is to be lost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection
from types import TracebackType
from typing import Self

from broker.address import BrokerAddress
from broker.publisher import Publisher
from devices.topics import Channel, parse
from simulators.faults import Parcel
from simulators.faults.lines import WILL
from simulators.manifest import Manifest

POLL_SECONDS = 1.0
"""So often at least every connection is looked after: the broker takes a silent one for dead."""

IN_NO_MANIFEST = 0
"""The number of a message that is in no manifest; a manifest counts from 1."""


class Line:
    """One connection, with the numbers of the messages that have no answer yet."""

    def __init__(
        self, address: BrokerAddress, client_id: str, manifest: Manifest | None, will_topic: str | None = None
    ) -> None:
        self._manifest = manifest
        self._waiting: deque[int] = deque()
        self.reopened = 0
        self.publisher = Publisher(
            address,
            client_id,
            will=None if will_topic is None else (will_topic, WILL),
            on_answer=self._answered,
            on_reopen=self._reopened,
        )
        self.publisher.open()

    def say(self, number: int, topic: str, payload: bytes, *, retain: bool) -> None:
        """Publish the message of a number."""
        self._waiting.append(number)
        self.publisher.publish(topic, payload, retain=retain)

    def _answered(self, accepted: bool) -> None:
        # The broker answers in the order of publication, and after a reconnect everything is sent again in that order.
        number = self._waiting.popleft()
        if self._manifest is not None:
            self._manifest.answered(number, accepted)

    def _reopened(self) -> None:
        self.reopened += 1
        if self._manifest is not None:
            self._manifest.sent_again(list(self._waiting))


class Lines:
    """What a run with faults needs of its connections; enters everything into a manifest when there is one.

    `own` are the codes of the devices with a connection of their own. `published` counts what was handed to the broker,
    wills not included.
    """

    def __init__(
        self, address: BrokerAddress, client_id: str, *, own: Collection[str] = (), manifest: Manifest | None = None
    ) -> None:
        self._address = address
        self._client_id = client_id
        self._own = frozenset(own)
        self._manifest = manifest
        self._numbers = 0
        self._lines: dict[str, Line] = {}
        self._gone: list[Line] = []
        self._polled = 0.0

    def __enter__(self) -> Self:
        self._line("")
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        if kind is None:
            self.flush()
        if self._manifest is not None:
            self._manifest.say("reopened", self.reopened)
        for line in self._lines.values():
            line.publisher.close()

    @property
    def published(self) -> int:
        """How many messages were handed to the broker."""
        return sum(line.publisher.published for line in self._every())

    @property
    def acknowledged(self) -> int:
        """How many of them it has accepted."""
        return sum(line.publisher.acknowledged for line in self._every())

    @property
    def refused(self) -> int:
        """How many of them it has refused."""
        return sum(line.publisher.refused for line in self._every())

    @property
    def resent(self) -> int:
        """How many messages were sent again because a connection was lost before their answer."""
        return sum(line.publisher.resent for line in self._every())

    @property
    def reopened(self) -> int:
        """How often a connection was opened again."""
        return sum(line.reopened for line in self._every())

    def send(self, parcel: Parcel, arrival: float) -> None:
        """Send a parcel, or lose it, or cut the device's line so that the broker sends it."""
        self._numbers += 1
        number = self._numbers if self._manifest is None else self._manifest.add(parcel, arrival)
        message = parcel.message
        if parcel.lost:
            return
        code = parse(message.topic).device
        if parcel.by_will:
            self._cut(code, message.topic)
        else:
            self._line(code, message.topic).say(number, message.topic, message.payload, retain=message.retained)
        if time.monotonic() - self._polled > POLL_SECONDS:
            self.poll()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish over the shared connection what is in no manifest."""
        del qos  # a device's messages are all of QoS 1
        self._line("").say(IN_NO_MANIFEST, topic, payload, retain=retain)

    def poll(self, timeout_seconds: float = 0.0) -> None:
        """Look after all connections, waiting at the shared one."""
        for code, line in self._lines.items():
            line.publisher.poll(0.0 if code else timeout_seconds)
        self._polled = time.monotonic()

    def flush(self, timeout_seconds: float = 60.0) -> None:
        """Wait until everything is answered."""
        for line in self._lines.values():
            line.publisher.flush(timeout_seconds)

    def _every(self) -> list[Line]:
        return [*self._lines.values(), *self._gone]

    def _line(self, code: str, topic: str = "") -> Line:
        """The connection of a device, opened when it is first needed; the shared one for a device without its own."""
        name = code if code in self._own else ""
        line = self._lines.get(name)
        if line is None:
            client_id = f"{self._client_id}-{name}" if name else self._client_id
            will = f"{topic.rpartition('/')[0]}/{Channel.STATUS.value}" if name else None
            line = self._lines[name] = Line(self._address, client_id, self._manifest, will)
        return line

    def _cut(self, code: str, topic: str) -> None:
        self._line(code, topic).publisher.cut()
        self._gone.append(self._lines.pop(code))
