"""Counters that begin again: reset by a restart, or rolled over at the size of a register."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from devices.model import Behaviour, Kind, Text
from simulators.errors import BadFleet
from simulators.faults.base import Altering, Fault, Layer, Members, Parcel, Stream, Subject
from simulators.faults.values import is_number

_STORED = Text("Được lưu; mức tăng phải tính cả lần về 0", "Stored; the increase must take the fall into account")


def check_counter(fault: str, name: str, kind: Kind) -> None:
    """Raise BadFleet when `name` is no counter of a kind."""
    field = kind.by_name.get(name)
    if field is None or field.behaviour is not Behaviour.COUNTER:
        raise BadFleet(f"fault {fault!r}: field {name!r} is no counter of {kind.name}")


@dataclass(frozen=True)
class CounterReset(Fault):
    """A counter starts from 0 again once in every `every` seconds."""

    name: ClassVar[str] = "counter_reset"
    layer: ClassVar[Layer] = Layer.VALUES
    meaning: ClassVar[Text] = Text("Số đếm dồn về 0 khi khởi động lại", "A total starts from 0 again")
    outcome: ClassVar[Text] = _STORED
    field: str = ""
    every: float = 3600.0

    def check(self, kind: Kind) -> None:
        check_counter(self.name, self.field, kind)

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        resets: list[tuple[int, list[Members]]] = []
        spells = subject.spells(self.name, self.every, 2.0)
        for begin, _ in spells.between(start - 2 * self.every, end):
            first = next((p for p in before(int(begin), int(begin) + 2 * subject.interval) if p.is_telemetry), None)
            if first is not None:
                resets.append((first.due, first.readings()))
        return [self._fall(subject, parcel, resets) for parcel in before(start, end)]

    def _fall(self, subject: Subject, parcel: Parcel, resets: list[tuple[int, list[Members]]]) -> Parcel:
        place = bisect_right([due for due, _ in resets], parcel.due) - 1
        if place < 0 or not parcel.is_telemetry:
            return parcel
        decimals = subject.kind.by_name[self.field].decimals
        readings = parcel.readings()
        for members, old in zip(readings, resets[place][1], strict=False):
            if is_number(members.get(self.field)) and is_number(old.get(self.field)):
                members[self.field] = round(max(members[self.field] - old[self.field], 0), decimals)
        return parcel.saying(self.name, readings)


@dataclass(frozen=True)
class CounterRollover(Altering):
    """A counter that holds numbers below `at` only, as a register of 16 or 32 bits does."""

    name: ClassVar[str] = "counter_rollover"
    layer: ClassVar[Layer] = Layer.VALUES
    meaning: ClassVar[Text] = Text("Số đếm tràn thanh ghi rồi đếm lại từ 0", "A total overflows its register")
    outcome: ClassVar[Text] = _STORED
    share: float = 1.0
    field: str = ""
    at: float = 65_536.0

    def check(self, kind: Kind) -> None:
        check_counter(self.name, self.field, kind)

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        decimals = subject.kind.by_name[self.field].decimals
        readings = parcel.readings()
        for members in readings:
            if is_number(members.get(self.field)):
                members[self.field] = round(members[self.field] % self.at, decimals)
        return [parcel.saying(self.name, readings)]
