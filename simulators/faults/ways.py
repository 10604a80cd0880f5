"""What befalls messages on their way: lost, late, twice, in another order, in pieces, damaged, from a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from devices.model import Text
from devices.topics import Channel
from simulators.calendar import DAY_SECONDS
from simulators.faults.base import Altering, Fault, Layer, Parcel, Stream, Subject, in_order

STRANGER_SUFFIX = "-la"


def shifted(before: Stream, start: int, end: int, seconds: int, chosen: Callable[[Parcel], bool]) -> list[Parcel]:
    """The chosen telemetry that comes `seconds` later than it was sent, with start <= due < end then."""
    came = before(start - seconds, end - seconds)
    return [replace(p, due=p.due + seconds) for p in came if p.is_telemetry and chosen(p)]


class Lost(Altering):
    """Messages that never leave the device."""

    name = "lost"
    layer = Layer.WAY
    meaning = Text("Bản tin mất trước khi tới máy chủ MQTT", "Messages are lost before they reach the broker")
    outcome = Text("Không có gì được lưu; số thứ tự có khoảng trống", "Nothing is stored; the sequence has a gap")

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        del subject
        return [parcel.struck(self.name, lost=True)]


@dataclass(frozen=True)
class Late(Fault):
    """A `share` of the messages arrives later, each by one of `delays` in seconds: minutes, a day, two weeks."""

    name: ClassVar[str] = "late"
    layer: ClassVar[Layer] = Layer.WAY
    meaning: ClassVar[Text] = Text("Bản tin tới muộn vài phút đến vài tuần", "Messages come late, by minutes to weeks")
    outcome: ClassVar[Text] = Text("Lưu đúng thời điểm đo", "Stored at the time of measurement")
    share: float = 0.5
    delays: tuple[int, ...] = (420, DAY_SECONDS, 14 * DAY_SECONDS)

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        found = [p for p in before(start, end) if not p.is_telemetry or self._delay(subject, p) == 0]
        for delay in self.delays:
            came = shifted(before, start, end, delay, partial(self._is_delayed, subject, delay))
            found += [parcel.struck(self.name) for parcel in came]
        return in_order(found)

    def _is_delayed(self, subject: Subject, seconds: int, parcel: Parcel) -> bool:
        return self._delay(subject, parcel) == seconds

    def _delay(self, subject: Subject, parcel: Parcel) -> int:
        luck = subject.chance(self.name, parcel.measured) / self.share
        return self.delays[int(luck * len(self.delays))] if luck < 1 else 0


@dataclass(frozen=True)
class Duplicated(Fault):
    """A `share` of the messages is sent once more, byte for byte, `after` seconds later."""

    name: ClassVar[str] = "duplicated"
    layer: ClassVar[Layer] = Layer.WAY
    meaning: ClassVar[Text] = Text("Bản tin được gửi hai lần", "Messages are sent twice")
    outcome: ClassVar[Text] = Text(
        "Lần đầu được lưu, lần sau nhận ra là trùng", "The first is stored, the second known"
    )
    share: float = 0.3
    after: int = 5

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        again = shifted(before, start, end, self.after, lambda p: subject.chance(self.name, p.measured) < self.share)
        return in_order([*before(start, end), *(parcel.struck(self.name) for parcel in again)])


@dataclass(frozen=True)
class Reordered(Fault):
    """A `share` of the messages arrives `intervals` of the device late, behind those measured after it."""

    name: ClassVar[str] = "reordered"
    layer: ClassVar[Layer] = Layer.WAY
    meaning: ClassVar[Text] = Text("Bản tin tới không đúng thứ tự", "Messages overtake one another")
    outcome: ClassVar[Text] = Text("Lưu đúng thời điểm đo", "Stored at the time of measurement")
    share: float = 0.4
    intervals: float = 1.5

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        def chosen(parcel: Parcel) -> bool:
            return parcel.is_telemetry and subject.chance(self.name, parcel.measured) < self.share

        later = shifted(before, start, end, round(self.intervals * subject.interval), chosen)
        stay = [parcel for parcel in before(start, end) if not chosen(parcel)]
        return in_order([*stay, *(parcel.struck(self.name) for parcel in later)])


class Split(Altering):
    """A reading that comes in two messages, each with half of the fields."""

    name = "split"
    layer = Layer.WAY
    meaning = Text("Một số đo chia làm hai bản tin", "One reading comes in two messages")
    outcome = Text("Bản tin sau được ghép vào số đo của bản tin đầu", "The second is merged into the first")

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        readings = parcel.readings()
        kept = {"ts", "seq", *(field.name for field in subject.kind.keys)}
        halves = []
        for turn in (0, 1):
            halves.append(
                [
                    {name: value for place, (name, value) in enumerate(m.items()) if name in kept or place % 2 == turn}
                    for m in readings
                ]
            )
        return [parcel.saying(self.name, half) for half in halves]


@dataclass(frozen=True)
class UnregisteredDevice(Altering):
    """A device that nobody has registered: its own code with an ending."""

    name: ClassVar[str] = "unregistered_device"
    layer: ClassVar[Layer] = Layer.WAY
    meaning: ClassVar[Text] = Text("Thiết bị chưa đăng ký vẫn gửi", "A device sends that nobody has registered")
    outcome: ClassVar[Text] = Text(
        "Cả bản tin bị để riêng (unknown_device)", "The message is set aside (unknown_device)"
    )
    share: float = 1.0

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        code = subject.device + STRANGER_SUFFIX
        topic = subject.topics[Channel.TELEMETRY].replace(f"/{subject.device}/", f"/{code}/")
        return [parcel.struck(self.name, message=replace(parcel.message, topic=topic))]


class CorruptBytes(Altering):
    """Payloads that are cut off, empty, garbled, not UTF-8, or have one byte too many."""

    name = "corrupt_bytes"
    layer = Layer.BYTES
    meaning = Text("Nội dung bị cụt, rỗng hoặc hỏng", "Payloads are cut off, empty or damaged")
    outcome = Text("Cả bản tin bị để riêng (not_json)", "The message is set aside (not_json)")

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        whole = parcel.message.payload
        middle = len(whole) // 2
        forms = (
            whole[:middle],
            b"",
            whole[:middle] + b"\xff\xfe" + whole[middle:],
            whole + b"\x00",
            b"\x02" + whole[1:],
            whole[: len(whole) - 1],
        )
        payload = forms[int(subject.chance(f"{self.name} form", parcel.measured) * len(forms))]
        return [parcel.struck(self.name, message=replace(parcel.message, payload=payload))]
