"""What the fault tests publish: a mix of everything that devices send, each message with what must become of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

import orjson

from devices.readings import TimeSource
from devices.registry import Device, DeviceState
from devices.times import write_time
from devices.topics import Channel, Topic

BEGINNING = 1_750_000_000
"""Unix seconds of the first reading; one a second from there. Old data is welcome at any age."""
STATIONS = ("tram-01", "tram-02", "tram-03")
VALVES = "tuoi-01"
RETIRED = "cu-01"
STRANGER = "la-01"

Fact = tuple[Any, ...]
"""One row that a message leaves: what table, of which device, and everything in it that the device said."""


class Fate(Enum):
    """What becomes of a message that arrives once more."""

    TIMED = auto()
    """Stored once; a repeat is a duplicate."""
    PARTLY = auto()
    """A batch with a bad reading: the rest is stored once. In a repeat only the bad one is new, so that is dead."""
    UNTIMED = auto()
    """Stored at the time of its receipt, as often as it comes: nothing in it tells a repeat from another reading."""
    DEAD = auto()
    """Kept as a dead letter, as often as it comes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message and the rows that it must leave: `facts` when it is settled, `parts` for what is set aside of it."""

    topic: str
    payload: bytes
    fate: Fate
    device: str | None
    facts: tuple[Fact, ...]
    parts: int = 0

    @property
    def letter(self) -> Fact:
        """The row of a dead letter that stands for the whole message."""
        return ("letter", self.topic, self.payload)


def devices(commune: str) -> list[Device]:
    """The devices that must be registered for a mix."""
    stations = [Device(commune, code, "environment") for code in STATIONS]
    retired = Device(commune, RETIRED, "camera", state=DeviceState.RETIRED)
    return [*stations, Device(commune, VALVES, "irrigation"), retired]


def reading_fact(
    device: str, key: str, time: datetime | None, source: TimeSource, seq: int | None, values: dict[str, Any]
) -> Fact:
    """A row of a reading; `time` is the device's own, believed or not, and None where it sent none."""
    return ("reading", device, key, time, source, seq, tuple(sorted(values.items())))


class Mix:
    """An endless stream of messages from one seed: readings, arrays, bad fields, bad messages, strangers, untimed
    readings, events, statuses and repeats. Every timed reading has a (device, time, seq) of its own."""

    def __init__(self, commune: str, seed: int, *, repeats: bool = True) -> None:
        self._commune = commune
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._number = 0
        self._said: list[Message] = []
        makers: list[tuple[int, Callable[[], Message]]] = [
            (52, self.reading),
            (8, self.array),
            (4, self.broken_array),
            (8, self.untimed),
            (4, self.heartbeat),
            (6, self.bad_field),
            (5, self.unreadable),
            (3, self.stranger),
            (3, self.event),
            (3, self.status),
            (2, self.will),
            (2 if repeats else 0, self.repeat),
        ]
        self._weights, self._makers = zip(*makers, strict=True)

    def take(self, count: int) -> list[Message]:
        """The next messages of the stream."""
        made = []
        for _ in range(count):
            (maker,) = self._random.choices(self._makers, self._weights)
            made.append(maker())
            self._said.append(made[-1])
        return made

    def next(self) -> tuple[int, datetime]:
        """The number of another message, and the time that it may bear."""
        self._number += 1
        return self._number, datetime.fromtimestamp(BEGINNING + self._number, UTC)

    def _values(self) -> dict[str, float]:
        """Some fields of an environment station; `uptime` is the message's own number."""
        values = {"uptime": float(self._number), "pm25": self._random.randrange(0, 5000) / 10}
        for name, low, high in (("temperature", 5, 40), ("relative_humidity", 30, 100), ("noise", 30, 90)):
            if self._random.random() < 0.7:
                values[name] = round(self._random.uniform(low, high), 1)
        return values

    def topic(self, device: str, kind: str = "environment", channel: Channel = Channel.TELEMETRY) -> str:
        """A topic of the commune."""
        return str(Topic(self._commune, kind, device, channel))

    def station(self) -> str:
        """One of the environment stations."""
        return self._random.choice(STATIONS)

    def at(self, device: str, time: datetime, source: TimeSource = TimeSource.DEVICE) -> Message:
        """A good reading of a time that the device says."""
        self._number += 1
        values = self._values()
        payload = orjson.dumps({"ts": write_time(time), "seq": self._number, **values})
        fate = Fate.TIMED if source is TimeSource.DEVICE else Fate.UNTIMED
        fact = reading_fact(device, "", time, source, self._number, values)
        return Message(self.topic(device), payload, fate, device, (fact,))

    def never_set(self, device: str, time: datetime) -> Message:
        """A reading of a clock that was never set, which no time can be told from."""
        self._number += 1
        payload = orjson.dumps({"ts": time.timestamp(), "seq": self._number, **self._values()})
        return self.dead(self.topic(device), payload, device)

    def reading(self) -> Message:
        """A good reading."""
        return self.at(self.station(), datetime.fromtimestamp(BEGINNING + self._number + 1, UTC))

    def array(self) -> Message:
        """An irrigation controller's readings of three zones at one time."""
        number, time = self.next()
        facts, members = [], []
        for zone in ("a", "b", "c"):
            values = {"uptime": float(number), "soil_moisture": self._random.randrange(0, 1000) / 10}
            members.append({"ts": time.timestamp(), "seq": number, "zone": zone, **values})
            facts.append(reading_fact(VALVES, zone, time, TimeSource.DEVICE, number, values))
        topic = self.topic(VALVES, "irrigation")
        return Message(topic, orjson.dumps(members), Fate.TIMED, VALVES, tuple(facts))

    def broken_array(self) -> Message:
        """A stored batch in which one reading has a time in milliseconds: that one is set aside, the rest stored."""
        device = self.station()
        facts, members = [], []
        for _ in range(3):
            number, time = self.next()
            values = self._values()
            members.append({"ts": write_time(time), "seq": number, **values})
            facts.append(reading_fact(device, "", time, TimeSource.DEVICE, number, values))
        members.insert(1, {"ts": BEGINNING * 1000, "pm25": 1.0})
        return Message(self.topic(device), orjson.dumps(members), Fate.PARTLY, device, tuple(facts), parts=1)

    def untimed(self) -> Message:
        """A reading without a time, told from others by its number."""
        device = self.station()
        number, _ = self.next()
        values = self._values()
        fact = reading_fact(device, "", None, TimeSource.ABSENT, number, values)
        return Message(self.topic(device), orjson.dumps({"seq": number, **values}), Fate.UNTIMED, device, (fact,))

    def heartbeat(self) -> Message:
        """A reading without a time which is byte for byte like others of the device."""
        device = self.station()
        fact = reading_fact(device, "", None, TimeSource.ABSENT, None, {"battery": 50.0})
        return Message(self.topic(device), b'{"battery": 50}', Fate.UNTIMED, device, (fact,))

    def bad_field(self) -> Message:
        """A good reading with a field out of range and one that does not exist."""
        device = self.station()
        number, time = self.next()
        values = {"uptime": float(number), "pm25": 31.4}
        payload = orjson.dumps({"ts": write_time(time), "seq": number, **values, "temperature": 999, "colour": "red"})
        fact = reading_fact(device, "", time, TimeSource.DEVICE, number, values)
        return Message(self.topic(device), payload, Fate.TIMED, device, (fact,), parts=2)

    def unreadable(self) -> Message:
        """A message that is no JSON, or has no time that can be read, or says nothing."""
        device = self.station()
        number, _ = self.next()
        payload = self._random.choice(
            (
                b'{"uptime": %d, "pm25": ' % number,
                b"\xff\xfe%d" % number,
                b'{"ts": %d, "pm25": 1}' % ((BEGINNING + number) * 1000),
                b'{"seq": %d}' % number,
            )
        )
        return self.dead(self.topic(device), payload, device)

    def stranger(self) -> Message:
        """A message of a device that is not registered, is registered as another kind, or is out of service."""
        number, _ = self.next()
        device, topic = self._random.choice(
            (
                (None, self.topic(STRANGER)),
                (None, f"xa/{self._commune}/environment/Tram 1/telemetry"),
                (STATIONS[0], self.topic(STATIONS[0], "lighting")),
                (RETIRED, self.topic(RETIRED, "camera")),
            )
        )
        return self.dead(topic, b'{"uptime": %d}' % number, device)

    def dead(self, topic: str, payload: bytes, device: str | None) -> Message:
        """A message that is to be set aside whole."""
        return Message(topic, payload, Fate.DEAD, device, (("letter", topic, payload),))

    def event(self) -> Message:
        """An event."""
        device = self.station()
        number, time = self.next()
        payload = orjson.dumps({"event": "door_open", "ts": write_time(time), "n": number})
        fact = ("event", device, time, "door_open", (("n", number),))
        return Message(self.topic(device, channel=Channel.EVENT), payload, Fate.TIMED, device, (fact,))

    def status(self) -> Message:
        """A status with a time."""
        device = self.station()
        number, time = self.next()
        payload = orjson.dumps({"state": "online", "ts": write_time(time), "n": number})
        fact = ("status", device, time, True, (("n", number),))
        return Message(self.topic(device, channel=Channel.STATUS), payload, Fate.TIMED, device, (fact,))

    def will(self) -> Message:
        """A last will: always the same word, and no time."""
        device = self.station()
        fact = ("status", device, None, False, ())
        return Message(self.topic(device, channel=Channel.STATUS), b"offline", Fate.UNTIMED, device, (fact,))

    def repeat(self) -> Message:
        """A message that has been said before, of those that can be recognised."""
        timed = [message for message in self._said if message.fate in (Fate.TIMED, Fate.PARTLY)]
        return self._random.choice(timed) if timed else self.reading()
