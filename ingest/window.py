"""What is in hand: received from the broker and not yet committed. Bounded, and gathered into batches.

The session's thread puts deliveries in, the writers' threads take batches out and release them when they are committed.
All messages of a topic go to one writer, in the order in which they came: what a device says first is written first,
whichever of the writers has to try again. The packets that were settled last are remembered, so that a redelivery of a
message whose acknowledgement was lost is recognised even after a restart.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from broker.session import Delivery
from storage.books import checksum

SECONDS_AN_HOUR = 3600

Redeliveries = Counter[tuple[str, int]]
"""How many deliveries of what had been received before, by topic and hour of receipt since 1970. Only counts are kept:
a connection that comes and goes while the database is away brings all that is in hand again each time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the window and of a batch; see the settings of the same names."""

    window_messages: int = 20_000
    window_bytes: int = 64 * 1024 * 1024
    batch_messages: int = 5_000
    batch_age_seconds: float = 0.1


class _Lane:
    """What waits for one writer."""

    def __init__(self, lock: threading.Lock) -> None:
        self.changed = threading.Condition(lock)
        self.queue: list[Delivery] = []
        self.oldest_since = 0.0


class Window:
    """The messages in hand, in as many lanes as there are writers."""

    def __init__(self, limits: Limits, lanes: int = 1) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._lanes = [_Lane(self._lock) for _ in range(lanes)]
        self._by_packet: dict[int, Delivery] = {}
        self._settled: dict[int, tuple[int, int]] = {}
        self._redelivered = Redeliveries()
        self._closed = False
        self.received = 0
        self.in_hand = 0
        self.bytes_in_hand = 0

    def remember_settled(self, packets: Iterable[tuple[int, int, int]]) -> None:
        """Take in what was settled before this process began: packet id, checksum, length; oldest first."""
        with self._lock:
            for packet_id, digest, length in packets:
                self._settled[packet_id] = (digest, length)

    def forget_session(self) -> None:
        """The broker began a new session: its packet ids have nothing to do with those of the old one.

        What is in hand from the old one is written all the same, and recorded without a packet id.
        """
        with self._lock:
            self._settled.clear()
            for delivery in self._by_packet.values():
                delivery.packet_id = 0
            self._by_packet.clear()

    def has_room(self) -> bool:
        """False while as much is in hand as the limits allow, and after `close`."""
        return (
            not self._closed
            and self.in_hand < self._limits.window_messages
            and self.bytes_in_hand < self._limits.window_bytes
        )

    def put(self, delivery: Delivery) -> bool:
        """Take a delivery in. False when it was committed before and only needs its acknowledgement again."""
        with self._lock:
            self.received += 1
            if delivery.is_again and self._is_known(delivery):
                return delivery.packet_id in self._by_packet
            lane = self._lanes[hash(delivery.topic) % len(self._lanes)]
            queue = lane.queue
            queue.append(delivery)
            if delivery.packet_id:
                self._by_packet[delivery.packet_id] = delivery
            self.in_hand += 1
            self.bytes_in_hand += len(delivery.payload)
            if len(queue) == 1:
                lane.oldest_since = time.monotonic()
                lane.changed.notify()
            elif len(queue) == self._limits.batch_messages:
                lane.changed.notify()
        return True

    def _is_known(self, delivery: Delivery) -> bool:
        """Whether a redelivery is of something that is in hand, which then takes over its epoch, or was settled."""
        here = self._by_packet.get(delivery.packet_id)
        if here is not None:
            known = here.topic == delivery.topic and here.payload == delivery.payload
            if known:
                here.epoch = delivery.epoch
        else:
            digest = (checksum(delivery.topic, delivery.payload), len(delivery.payload))
            known = self._settled.get(delivery.packet_id) == digest
        if known:
            self._redelivered[delivery.topic, int(delivery.received_at // SECONDS_AN_HOUR)] += 1
            self._lanes[0].changed.notify()
        return known

    def take(self, timeout_seconds: float, number: int = 0) -> tuple[list[Delivery], Redeliveries]:
        """The next batch of the lane of a number, and with the first lane the redeliveries since the last one.

        Waits until a batch is full or its oldest message is old enough, or the timeout; both may come back empty.
        """
        deadline = time.monotonic() + timeout_seconds
        lane, again = self._lanes[number], Redeliveries()
        with self._lock:
            while not self._is_ripe(lane) and not self._closed:
                remaining = min(deadline - time.monotonic(), self._ripens_in(lane))
                if remaining <= 0:
                    break
                lane.changed.wait(remaining)
            batch = lane.queue[: self._limits.batch_messages]
            del lane.queue[: len(batch)]
            lane.oldest_since = time.monotonic()  # of what is left; a little late, which only delays a small batch
            if lane is self._lanes[0]:
                again, self._redelivered = self._redelivered, again
        return batch, again

    def release(self, deliveries: Iterable[Delivery], digests: Iterable[int]) -> None:
        """Take out what has been committed and remember it; `digests` are the checksums in the same order."""
        with self._lock:
            for delivery, digest in zip(deliveries, digests, strict=True):
                self.in_hand -= 1
                self.bytes_in_hand -= len(delivery.payload)
                packet_id = delivery.packet_id
                if packet_id and self._by_packet.get(packet_id) is delivery:
                    del self._by_packet[packet_id]
                    self._settled[packet_id] = (digest, len(delivery.payload))

    def close(self) -> None:
        """Take in no more, and let `take` return at once from now on."""
        with self._lock:
            self._closed = True
            for lane in self._lanes:
                lane.changed.notify_all()

    def oldest_age_seconds(self) -> float:
        """How long the oldest message in hand has waited; 0 when nothing is in hand."""
        with self._lock:
            waiting = [lane.oldest_since for lane in self._lanes if lane.queue]
            return time.monotonic() - min(waiting) if waiting else 0.0

    def _is_ripe(self, lane: _Lane) -> bool:
        if lane is self._lanes[0] and self._redelivered:
            return True
        return bool(lane.queue) and (len(lane.queue) >= self._limits.batch_messages or self._ripens_in(lane) <= 0)

    def _ripens_in(self, lane: _Lane) -> float:
        """Seconds until the oldest message is old enough, by a clock that nobody sets."""
        if not lane.queue:
            return float("inf")
        return self._limits.batch_age_seconds - (time.monotonic() - lane.oldest_since)
