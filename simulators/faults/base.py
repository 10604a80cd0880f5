"""What a fault is: a value that stands between a device and the line and changes what passes.

A fault draws what comes from the device through a `Stream` and gives out what goes on. It has no clock and no memory:
whom and when it strikes is a pure function of the seed, the device and the time, so that any part of a run can be
worked out alone, and the same part is always the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar, TypeAlias

import orjson

from devices.model import Kind, Text
from devices.topics import Channel
from simulators.calendar import DAY_SECONDS
from simulators.messages import Message
from simulators.noise import Key, key, one
from simulators.steps import Spells

Members: TypeAlias = dict[str, Any]
"""One reading as it stands in a payload."""


class Layer(IntEnum):
    """Where on its way a message is struck. Faults of one device act in this order, whatever their order in a file."""

    VALUES = 1
    CLOCK = 2
    STORE = 3
    WAY = 4
    BYTES = 5


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way.

    `due` is the simulated Unix second at which it is handed to the line, `measured` the second at which the device
    made it, on which every fault's chance depends. `done` names the faults that have changed it. A `lost` one is never
    sent. One `by_will` is published by the broker, because the device's connection ends without a word.
    """

    due: int
    message: Message
    measured: int
    done: tuple[str, ...] = ()
    lost: bool = False
    by_will: bool = False

    @property
    def is_telemetry(self) -> bool:
        """True for readings."""
        return self.message.channel is Channel.TELEMETRY

    def readings(self) -> list[Members]:
        """The readings in the payload, free to be changed."""
        document = orjson.loads(self.message.payload)
        members: list[Members] = document if isinstance(document, list) else [document]
        return members

    def struck(self, name: str, **changes: Any) -> Parcel:
        """The same, changed by a fault."""
        return replace(self, done=(*self.done, name), **changes)

    def saying(self, name: str, readings: Sequence[Members]) -> Parcel:
        """The same with other readings in it, changed by a fault."""
        payload = orjson.dumps(readings[0] if len(readings) == 1 else readings)
        return self.struck(name, message=replace(self.message, payload=payload, readings=len(readings)))


Stream: TypeAlias = Callable[[int, int], list[Parcel]]
"""Gives the parcels with start <= due < end, in order of `due`."""


def in_order(parcels: list[Parcel]) -> list[Parcel]:
    """Parcels by the time at which they are due; those of one second stay as they came."""
    return sorted(parcels, key=lambda parcel: parcel.due)


@dataclass(frozen=True, slots=True)
class Subject:
    """The device that a fault strikes. `group` is shared by all devices that one entry of a fleet file names."""

    seed: int
    device: str
    kind: Kind
    interval: int
    topics: Mapping[Channel, str]
    group: str

    def chance(self, fault: str, measured: int) -> float:
        """A uniform number in (0, 1) for one message of the device."""
        return one(key(self.seed, "fault", fault, self.device), measured)

    def spells(self, fault: str, every: float, lasts: float, *, together: bool = False) -> Spells:
        """Times at which the fault is there: once in every `every` seconds, for half of `lasts` to `lasts` seconds.

        `together`: at the same times for the whole group.
        """
        whom = self.group if together else self.device
        source: Key = key(self.seed, "fault", fault, whom)
        return Spells(source, every / DAY_SECONDS, 1.0, lasts / 2, lasts)


class Fault(ABC):
    """One fault. Its parameters are the fields of the dataclass, and the words of a fleet file."""

    name: ClassVar[str]
    layer: ClassVar[Layer]
    meaning: ClassVar[Text]
    outcome: ClassVar[Text]
    """What must become of the messages."""
    has_own_line: ClassVar[bool] = False
    """True when the device needs a connection of its own, because it is to be lost."""

    @abstractmethod
    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        """What goes on with start <= due < end, given what comes."""

    def check(self, kind: Kind) -> None:
        """Raise BadFleet when the parameters make no sense for devices of a kind."""
        del kind


@dataclass(frozen=True)
class Altering(Fault):
    """A fault that changes some telemetry messages, a `share` of 0 to 1 of them, each by itself and at once."""

    share: float = 0.25

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        found: list[Parcel] = []
        for parcel in before(start, end):
            if parcel.is_telemetry and subject.chance(self.name, parcel.measured) < self.share:
                found += self.alter(subject, parcel)
            else:
                found.append(parcel)
        return found

    @abstractmethod
    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        """What becomes of one message that is struck."""
