"""Sensors that lie: stuck, drifting, in another unit, out of range, with error codes for numbers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from devices.model import Behaviour, Field, Kind, Text
from simulators.calendar import ORIGIN
from simulators.errors import BadFleet
from simulators.faults.base import Altering, Fault, Layer, Members, Parcel, Stream, Subject

SENTINELS = (-999.0, -9999.0, 2147483647)
"""What sensors and handsets say for "no value"; refused in every gauge."""
_STORED = Text("Vẫn được lưu: không dấu hiệu nào trong bản tin cho biết", "Stored: nothing in the message tells")


def is_number(value: object) -> bool:
    """True for what JSON calls a number."""
    return type(value) in (int, float)


class Told(NamedTuple):
    """A number that is about to be sent; `luck` is uniform in (0, 1)."""

    field: Field
    value: float
    luck: float


def bounds(field: Field) -> tuple[float, float]:
    """The range of a number."""
    assert field.minimum is not None, f"{field.name} is no number"
    assert field.maximum is not None, f"{field.name} is no number"
    return field.minimum, field.maximum


@dataclass(frozen=True)
class Measured(Altering):
    """A fault of one number, `field`, in a share of the readings."""

    layer: ClassVar[Layer] = Layer.VALUES
    field: str = ""

    def check(self, kind: Kind) -> None:
        check_number(self.name, self.field, kind)

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        readings = parcel.readings()
        field = subject.kind.by_name[self.field]
        luck = subject.chance(f"{self.name} form", parcel.measured)
        changed = False
        for members in readings:
            if is_number(members.get(self.field)):
                members[self.field] = self.lie(Told(field, members[self.field], luck))
                changed = True
        return [parcel.saying(self.name, readings) if changed else parcel]

    @abstractmethod
    def lie(self, told: Told) -> Any:
        """What is sent instead of the value."""


class OutOfRange(Measured):
    """A number that cannot be."""

    name = "out_of_range"
    meaning = Text("Cảm biến gửi số ngoài khoảng cho phép", "The sensor sends a number outside the field's range")
    outcome = Text(
        "Trường bị để riêng (out_of_range), phần còn lại được lưu", "Field set aside (out_of_range), the rest stored"
    )

    def lie(self, told: Told) -> Any:
        low, high = bounds(told.field)
        beyond = 0.5 * (high - low) + 1.5
        return high + beyond if told.luck < 0.5 else low - beyond


class Sentinel(Measured):
    """An error code instead of a number."""

    name = "sentinel"
    meaning = Text("Cảm biến gửi mã báo lỗi (-999, 2147483647) thay số đo", "An error code (-999, 2147483647) is sent")
    outcome = Text(
        "Trường bị để riêng (sentinel), phần còn lại được lưu", "Field set aside (sentinel), the rest stored"
    )

    def lie(self, told: Told) -> Any:
        return SENTINELS[int(told.luck * len(SENTINELS))]


class WrongType(Measured):
    """A number as something else."""

    name = "wrong_type"
    meaning = Text("Số được gửi dưới dạng chữ, danh sách, đúng/sai", "A number is sent as text, a list, true or false")
    outcome = Text(
        "Trường bị để riêng (wrong_type), phần còn lại được lưu", "Field set aside (wrong_type), the rest stored"
    )

    def lie(self, told: Told) -> Any:
        forms: tuple[Any, ...] = (f"{told.value}", [told.value], {"value": told.value}, True)
        return forms[int(told.luck * len(forms))]


@dataclass(frozen=True)
class Spikes(Measured):
    """Single values far off, within the range, `factor` times too large."""

    name: ClassVar[str] = "spikes"
    meaning: ClassVar[Text] = Text("Thỉnh thoảng một giá trị vọt lên rất cao", "Now and then a value shoots up")
    outcome: ClassVar[Text] = _STORED
    share: float = 0.1
    factor: float = 8.0

    def lie(self, told: Told) -> Any:
        high = bounds(told.field)[1]
        return round(min(told.value * self.factor * (0.5 + told.luck), high), told.field.decimals)


@dataclass(frozen=True)
class WrongUnit(Measured):
    """A value in another unit: `value * factor + offset`; degrees Fahrenheit unless told otherwise."""

    name: ClassVar[str] = "wrong_unit"
    meaning: ClassVar[Text] = Text("Gửi sai đơn vị, ví dụ °F thay °C", "Another unit than the catalogue's, such as °F")
    outcome: ClassVar[Text] = Text(
        "Được lưu nếu còn trong khoảng; nếu không, trường bị để riêng (out_of_range)",
        "Stored where it is in range; else field set aside (out_of_range)",
    )
    share: float = 1.0
    factor: float = 1.8
    offset: float = 32.0

    def lie(self, told: Told) -> Any:
        return round(told.value * self.factor + self.offset, 3)


@dataclass(frozen=True)
class Drift(Measured):
    """A sensor that ages: `per_day` is added a day since it was last serviced, every `service_days`."""

    name: ClassVar[str] = "drift"
    meaning: ClassVar[Text] = Text("Cảm biến lệch dần cho tới lần bảo dưỡng", "The sensor ages until it is serviced")
    outcome: ClassVar[Text] = _STORED
    share: float = 1.0
    per_day: float = 0.1
    service_days: float = 180.0

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        days = (parcel.measured - ORIGIN) / 86_400 + self.service_days * subject.chance("serviced", 0)
        added = self.per_day * (days % self.service_days)
        field = subject.kind.by_name[self.field]
        low, high = bounds(field)
        readings = parcel.readings()
        for members in readings:
            if is_number(members.get(self.field)):
                aged = round(members[self.field] + added, field.decimals)
                members[self.field] = max(low, min(aged, high))
        return [parcel.saying(self.name, readings)]

    def lie(self, told: Told) -> Any:
        raise NotImplementedError("a drift depends on the time, which `alter` knows")


@dataclass(frozen=True)
class StuckValue(Fault):
    """One field repeats the value that it had when the sensor froze, for half of `lasts` to `lasts` seconds."""

    name: ClassVar[str] = "stuck_value"
    layer: ClassVar[Layer] = Layer.VALUES
    meaning: ClassVar[Text] = Text("Cảm biến treo, lặp mãi một giá trị", "The sensor freezes and repeats one value")
    outcome: ClassVar[Text] = _STORED
    field: str = ""
    every: float = 3600.0
    lasts: float = 2400.0

    def check(self, kind: Kind) -> None:
        check_number(self.name, self.field, kind)

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        frozen: list[tuple[float, float, list[Members]]] = []
        for begin, finish in subject.spells(self.name, self.every, self.lasts).between(start, end):
            first = next((p for p in before(int(begin), int(begin) + 2 * subject.interval) if p.is_telemetry), None)
            if first is not None:
                frozen.append((first.due, finish, first.readings()))
        return [self._freeze(parcel, frozen) for parcel in before(start, end)]

    def _freeze(self, parcel: Parcel, frozen: list[tuple[float, float, list[Members]]]) -> Parcel:
        for begin, finish, held in frozen:
            if parcel.is_telemetry and begin < parcel.due < finish:
                readings = parcel.readings()
                for members, old in zip(readings, held, strict=False):
                    if self.field in members and self.field in old:
                        members[self.field] = old[self.field]
                return parcel.saying(self.name, readings)
        return parcel


def check_number(fault: str, name: str, kind: Kind) -> None:
    """Raise BadFleet when `name` is no measured number of a kind."""
    field = kind.by_name.get(name)
    if field is None or field.behaviour is not Behaviour.GAUGE:
        raise BadFleet(f"fault {fault!r}: field {name!r} is no gauge of {kind.name}")
