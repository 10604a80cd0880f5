"""Load: many devices over few connections from one process, at a rate, with exact counts.

The devices are environment stations, all of one commune of their own. What they send is cheap to make and still right:
times and sequence numbers of their own, and values that a station of the sample commune measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from itertools import islice

import orjson

from broker.address import BrokerAddress
from broker.publisher import Publisher
from devices.registry import Commune, Device
from devices.topics import Channel, Topic
from simulators.calendar import ORIGIN
from simulators.communes import load
from simulators.messages import simulators_of

COMMUNE = Commune("thu-tai", "Xã thử tải", "-", 20.87, 106.30, is_sample=True)
"""The commune of the load's devices; it is in no plan and on no map."""
KIND = "environment"
SAMPLES = 240
"""So many different sets of values are sent, one after the other."""
WINDOW = 2000
CHUNK = 250
"""So many messages are published between two looks at the clock."""
TELL_SECONDS = 0.5
NAP_SECONDS = 0.01
FLUSH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """What one process sends: devices `first` to `first + devices - 1`, over so many connections.

    `rate` is in messages a second, 0 for as many as the broker takes; `seconds` is how long.
    """

    first: int
    devices: int
    connections: int
    rate: float
    seconds: float


@dataclass(slots=True)
class Counts:
    """What became of messages. `unheard` were acknowledged and given to nobody; `resent` were sent once more after a
    connection was lost, so the broker may have had them twice.
    """

    published: int = 0
    acknowledged: int = 0
    refused: int = 0
    unheard: int = 0
    resent: int = 0

    def add(self, other: Counts | Publisher) -> None:
        """Add what another has counted."""
        for field in fields(Counts):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def device(number: int) -> Device:
    """A device of the load, as it is registered."""
    return Device(COMMUNE.code, f"tai-{number:06d}", KIND, name=f"Thử tải {number}", expected_interval_seconds=60)


class Mill:
    """Makes the messages of some devices, round and round: `next()` is a topic and a payload.

    Each reading carries the time at which it was made, in whole microseconds; no two of one device are of one time.
    """

    def __init__(self, first: int, devices: int, clock: Callable[[], float] = time.time) -> None:
        self._topics = [
            str(Topic(COMMUNE.code, KIND, device(first + number).code, Channel.TELEMETRY)) for number in range(devices)
        ]
        self._values = list(_values())
        self._clock = clock

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Topics and payloads without end."""
        values, size, last = self._values, len(self._values), 0
        seq = index = 0
        while True:
            for topic in self._topics:
                stamp = max(int(self._clock() * 1e6), last + 1)
                last = stamp
                index = index + 1 if index < size - 1 else 0
                yield topic, b'{"ts":%d.%06d,"seq":%d,%b' % (*divmod(stamp, 1_000_000), seq, values[index])
            seq += 1


def run(
    part: Part,
    address: BrokerAddress,
    client_id: str,
    *,
    ready: Callable[[], None] = lambda: None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Counts], None] = lambda _: None,
) -> tuple[Counts, float]:
    """Send a part. Returns its counts, all acknowledged or refused, and the seconds until the last answer.

    `ready` is called once all connections are open, and may wait for others; `progress` twice a second. Raises
    BrokerError when the broker is lost or leaves messages unanswered.
    """
    with ExitStack() as stack:
        lanes = [
            (
                stack.enter_context(Publisher(address, f"{client_id}-{number}", window=WINDOW)),
                Mill(part.first + first, devices).messages(),
            )
            for number, (first, devices) in enumerate(_shares(part))
        ]
        publishers = [publisher for publisher, _ in lanes]
        ready()
        began = told = time.monotonic()
        sent = turn = 0
        while not stop() and (elapsed := time.monotonic() - began) < part.seconds:
            due = CHUNK if not part.rate else min(int(elapsed * part.rate) - sent, CHUNK)
            publisher, mill = lanes[turn % len(lanes)]
            for topic, payload in islice(mill, due):
                publisher.publish(topic, payload)
            sent += due
            turn += 1
            if due < CHUNK:
                for each in publishers:
                    each.poll(min(NAP_SECONDS, 1.0 / part.rate) if each is publisher else 0.0)
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                progress(_counted(publishers))
        for publisher in publishers:
            publisher.flush(FLUSH_SECONDS)
        return _counted(publishers), time.monotonic() - began


def _shares(part: Part) -> Iterator[tuple[int, int]]:
    """First device and number of devices of each connection: a device keeps to one, so that its messages keep their
    order.
    """
    for number in range(part.connections):
        first = part.devices * number // part.connections
        yield first, part.devices * (number + 1) // part.connections - first


def _counted(publishers: list[Publisher]) -> Counts:
    counts = Counts()
    for publisher in publishers:
        counts.add(publisher)
    return counts


def _values() -> Iterator[bytes]:
    """The values of a station's readings as the end of a JSON object."""
    sample = load("gia-loc")
    station = next(s for s in simulators_of(sample, 1, 9) if s.kind_name == KIND)
    for rows in station.frame(ORIGIN + 86_400, ORIGIN + 86_400 + SAMPLES * station.interval).messages():
        yield orjson.dumps(rows[0].members(station.kind))[1:]
