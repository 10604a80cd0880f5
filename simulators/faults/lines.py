"""Lines and power that come and go: flapping, outages, power cuts, restarts, gateways that hold data back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar

import orjson

from devices.model import Text
from devices.topics import Channel
from simulators.calendar import DAY_SECONDS
from simulators.faults.base import Fault, Layer, Members, Parcel, Stream, Subject, in_order
from simulators.messages import Message, encode_note

WILL = b'{"state":"offline","reason":"connection_lost"}'
"""What the broker says for a device whose connection is lost. A will is written at the connect, so it has no time."""
BATCH_READINGS = 100


def will(subject: Subject, due: int, name: str) -> Parcel:
    """The device's last will, at the time at which its connection is lost."""
    return _status(subject, due, WILL, name, by_will=True)


def word(subject: Subject, due: int, name: str, **members: Any) -> Parcel:
    """A status that the device sends."""
    return _status(subject, due, encode_note(due, members), name)


def _status(subject: Subject, due: int, payload: bytes, name: str, *, by_will: bool = False) -> Parcel:
    topic = subject.topics[Channel.STATUS]
    message = Message(due, topic, payload, subject.kind.name, Channel.STATUS)
    return Parcel(due, message, due, (name,), by_will=by_will)


def batches(parcels: Sequence[Parcel], due: int, name: str, most: int) -> list[Parcel]:
    """The readings of telemetry messages as few arrays of at most `most` readings, in order, all sent at once."""
    readings: list[Members] = [members for parcel in parcels for members in parcel.readings()]
    if not readings:
        return []
    first = parcels[0]
    done = tuple(dict.fromkeys([*(fault for parcel in parcels for fault in parcel.done), name]))
    found = []
    for begin in range(0, len(readings), most):
        part = readings[begin : begin + most]
        message = replace(first.message, time=due, payload=orjson.dumps(part), readings=len(part))
        found.append(Parcel(due, message, first.measured, done))
    return found


@dataclass(frozen=True)
class Interruption(Fault):
    """A line that is away once in every `every` seconds, for half of `lasts` to `lasts` seconds."""

    layer: ClassVar[Layer] = Layer.STORE
    has_own_line: ClassVar[bool] = True
    together: ClassVar[bool] = False
    every: float = 3600.0
    lasts: float = 1500.0

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        spells = subject.spells(self.name, self.every, self.lasts, together=self.together)
        away = [(int(begin), int(finish)) for begin, finish in spells.between(start - self.settling, end)]
        found = [
            parcel
            for parcel in before(start, end)
            if not any(begin <= parcel.due < finish + self.settling for begin, finish in away)
        ]
        for begin, finish in away:
            found += [p for p in self.edges(subject, before, begin, finish) if start <= p.due < end]
        return in_order(found)

    @property
    def settling(self) -> int:
        """How many seconds after its end an interruption is still felt."""
        return 0

    def edges(self, subject: Subject, before: Stream, begin: int, finish: int) -> list[Parcel]:
        """What is heard because of one interruption: the will at its beginning, what follows at its end."""
        back = word(subject, finish, self.name, state="online", reason="line_back")
        return [will(subject, begin, self.name), back, *self.kept(before(begin, finish), finish)]

    def kept(self, held: list[Parcel], finish: int) -> list[Parcel]:
        """What the device sends at the end of what it measured meanwhile."""
        return [parcel.struck(self.name, due=finish) for parcel in held]


@dataclass(frozen=True)
class Flapping(Interruption):
    """A line that is lost every few minutes for less than a minute."""

    name: ClassVar[str] = "flapping"
    meaning: ClassVar[Text] = Text("Đường truyền chập chờn vài phút một lần", "The line is lost every few minutes")
    outcome: ClassVar[Text] = Text(
        "Mỗi lần một di chúc offline theo giờ nhận và một online; không mất số đo",
        "Each time a will, offline at the time of receipt, and an online; no reading is lost",
    )
    every: float = 900.0
    lasts: float = 120.0


@dataclass(frozen=True)
class StoreAndForward(Interruption):
    """An outage through which the device stores what it measures; afterwards it sends it in arrays."""

    name: ClassVar[str] = "store_and_forward"
    meaning: ClassVar[Text] = Text("Mất mạng; thiết bị tự lưu rồi gửi bù", "An outage; the device stores, then sends")
    outcome: ClassVar[Text] = Text("Mọi số đo được lưu đúng thời điểm đo", "Every reading stored at its own time")

    def kept(self, held: list[Parcel], finish: int) -> list[Parcel]:
        telemetry = [parcel for parcel in held if parcel.is_telemetry]
        rest = [parcel.struck(self.name, due=finish) for parcel in held if not parcel.is_telemetry]
        return [*rest, *batches(telemetry, finish, self.name, BATCH_READINGS)]


@dataclass(frozen=True)
class PowerCut(Interruption):
    """No power for all devices of the entry at once; what is not measured is not made up. Uptime begins anew."""

    name: ClassVar[str] = "power_cut"
    together: ClassVar[bool] = True
    meaning: ClassVar[Text] = Text("Mất điện cùng lúc nhiều thiết bị", "Power is cut for several devices at once")
    outcome: ClassVar[Text] = Text(
        "Di chúc offline, không có số đo, rồi online; uptime đếm lại từ 0",
        "A will, offline; no readings; then online; uptime begins anew",
    )

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        spells = subject.spells(self.name, self.every, self.lasts, together=True)
        boots = [int(finish) + self.settling for _, finish in spells.between(start - 2 * self.every, end)]
        found = super().outgoing(subject, before, start, end)
        return [self._restarted(parcel, boots) for parcel in found]

    def edges(self, subject: Subject, before: Stream, begin: int, finish: int) -> list[Parcel]:
        del before  # what is not measured is not made up
        back = word(subject, finish, self.name, state="online", reason="power_back")
        return [will(subject, begin, self.name), back]

    def _restarted(self, parcel: Parcel, boots: list[int]) -> Parcel:
        since = max((boot for boot in boots if boot <= parcel.due), default=None)
        if since is None or not parcel.is_telemetry:
            return parcel
        readings = parcel.readings()
        for members in readings:
            if "uptime" in members:
                members["uptime"] = min(members["uptime"], parcel.due - since)
        return parcel.saying(self.name, readings)


@dataclass(frozen=True)
class RebootStorm(PowerCut):
    """After a power cut all devices of the entry start `times` times, `gap` seconds apart, before they stay."""

    name: ClassVar[str] = "reboot_storm"
    meaning: ClassVar[Text] = Text("Có điện lại, thiết bị khởi động đi khởi động lại", "After a cut devices start over")
    outcome: ClassVar[Text] = Text(
        "Mỗi lần khởi động một online, giữa hai lần một di chúc offline",
        "An online for each start, and a will, offline, between them",
    )
    times: int = 4
    gap: int = 40

    @property
    def settling(self) -> int:
        return (self.times - 1) * self.gap

    def edges(self, subject: Subject, before: Stream, begin: int, finish: int) -> list[Parcel]:
        found = super().edges(subject, before, begin, finish)
        for number in range(1, self.times):
            due = finish + number * self.gap
            found.append(will(subject, due - self.gap // 2, self.name))
            found.append(word(subject, due, self.name, state="online", reason="boot", boot=number + 1))
        return found


@dataclass(frozen=True)
class GatewayDump(Fault):
    """A gateway that keeps a device's readings and sends the last `holds` seconds at once, every `every` seconds."""

    name: ClassVar[str] = "gateway_dump"
    layer: ClassVar[Layer] = Layer.STORE
    meaning: ClassVar[Text] = Text(
        "Gateway dồn cả tuần số đo rồi gửi một lần", "A gateway sends a week of data at once"
    )
    outcome: ClassVar[Text] = Text(
        "Mọi số đo được lưu đúng thời điểm đo; phần gửi lại là trùng",
        "Every reading stored at its own time; what was sent before is a duplicate",
    )
    every: int = 2700
    holds: int = 7 * DAY_SECONDS
    batch: int = 300

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        found = [parcel for parcel in before(start, end) if not parcel.is_telemetry]
        phase = int(subject.chance(self.name, 0) * self.every)
        first = phase + -(-(start - phase) // self.every) * self.every
        for due in range(first, end, self.every):
            held = [parcel for parcel in before(due - self.holds, due) if parcel.is_telemetry]
            for _, same in groupby(held, key=lambda parcel: parcel.message.topic):
                found += batches(list(same), due, self.name, self.batch)
        return in_order(found)
