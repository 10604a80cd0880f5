"""Clocks that are wrong: ahead, behind, jumping, never set, absent, or with a poor crystal."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import numpy as np

from devices.model import Text
from devices.times import write_time
from simulators.calendar import DAY_SECONDS, unix, utc
from simulators.faults.base import Altering, Fault, Layer, Parcel, Stream, Subject


@dataclass(frozen=True)
class Shifting(Fault):
    """A clock that is off for a while, once in every `every` seconds for half of `lasts` to `lasts` seconds."""

    layer: ClassVar[Layer] = Layer.CLOCK
    every: float = 3600.0
    lasts: float = 2400.0

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        spells = subject.spells(self.name, self.every, self.lasts)
        parcels = before(start, end)
        wrong = spells.active(np.array([parcel.measured for parcel in parcels], dtype=np.float64)).tolist()
        return [
            self._shift(subject, parcel) if parcel.is_telemetry and off else parcel
            for parcel, off in zip(parcels, wrong, strict=True)
        ]

    def _shift(self, subject: Subject, parcel: Parcel) -> Parcel:
        readings = parcel.readings()
        for members in readings:
            members["ts"] = write_time(utc(self.says(subject, int(unix(datetime.fromisoformat(members["ts"]))))))
        return parcel.saying(self.name, readings)

    @abstractmethod
    def says(self, subject: Subject, time: int) -> int:
        """What the clock says at a time, both in Unix seconds."""


@dataclass(frozen=True)
class ClockAhead(Shifting):
    """A clock that is `ahead` seconds ahead: 400 days, which is ahead of the receiver in a run of the past as well."""

    name: ClassVar[str] = "clock_ahead"
    meaning: ClassVar[Text] = Text("Đồng hồ chạy trước hơn hai phút", "The clock is ahead by more than two minutes")
    outcome: ClassVar[Text] = Text(
        "Lưu theo giờ nhận, có đánh dấu, kèm giờ của thiết bị",
        "Stored at the time of receipt, flagged, with the device's time beside it",
    )
    ahead: int = 400 * DAY_SECONDS

    def says(self, subject: Subject, time: int) -> int:
        del subject
        return time + self.ahead


@dataclass(frozen=True)
class ClockBehind(Shifting):
    """A clock that is `behind` seconds late: a little over 30 days."""

    name: ClassVar[str] = "clock_behind"
    meaning: ClassVar[Text] = Text("Đồng hồ chậm", "The clock is behind")
    outcome: ClassVar[Text] = Text(
        "Lưu theo giờ thiết bị nói: không phân biệt được với số đo gửi muộn",
        "Stored at the time that the device says: old data cannot be told from a late clock",
    )
    behind: int = 30 * DAY_SECONDS + 17

    def says(self, subject: Subject, time: int) -> int:
        del subject
        return time - self.behind


@dataclass(frozen=True)
class ClockJumping(Shifting):
    """A clock that jumps back by `intervals` of the device, so that times are said twice."""

    name: ClassVar[str] = "clock_jumping"
    meaning: ClassVar[Text] = Text("Đồng hồ nhảy lùi, một thời điểm được nói hai lần", "The clock jumps back")
    outcome: ClassVar[Text] = Text(
        "Thời điểm đã có số đo khác thì để riêng (conflict); nếu chưa có thì lưu",
        "Set aside (conflict) where that time has another reading; else stored",
    )
    intervals: int = 7

    def says(self, subject: Subject, time: int) -> int:
        return time - self.intervals * subject.interval


@dataclass(frozen=True)
class ClockUnset(Shifting):
    """A clock that counts from 1970 after a start without network."""

    name: ClassVar[str] = "clock_unset"
    meaning: ClassVar[Text] = Text("Đồng hồ chưa được đặt, nói năm 1970", "The clock was never set and says 1970")
    outcome: ClassVar[Text] = Text("Số đo bị để riêng (bad_time)", "The reading is set aside (bad_time)")

    def says(self, subject: Subject, time: int) -> int:
        del subject
        return time % DAY_SECONDS


@dataclass(frozen=True)
class ClockError(Shifting):
    """A crystal that is off by up to `parts_per_million`, set right every `sync_days`: some seconds; always there."""

    name: ClassVar[str] = "clock_error"
    meaning: ClassVar[Text] = Text("Đồng hồ lệch vài giây giữa hai lần chỉnh", "The clock is off by some seconds")
    outcome: ClassVar[Text] = Text("Lưu theo giờ của thiết bị", "Stored at the device's time")
    parts_per_million: float = 60.0
    sync_days: float = 7.0

    def outgoing(self, subject: Subject, before: Stream, start: int, end: int) -> list[Parcel]:
        return [self._shift(subject, parcel) if parcel.is_telemetry else parcel for parcel in before(start, end)]

    def says(self, subject: Subject, time: int) -> int:
        slip = 2 * subject.chance("crystal", 0) - 1
        since = (time + subject.chance("sync", 0) * self.sync_days * DAY_SECONDS) % (self.sync_days * DAY_SECONDS)
        return time + round(slip * self.parts_per_million * 1e-6 * since)


class ClockAbsent(Altering):
    """A device that sends no time."""

    name = "clock_absent"
    layer = Layer.CLOCK
    meaning = Text("Thiết bị không có đồng hồ, không gửi ts", "The device has no clock and sends no ts")
    outcome = Text("Lưu theo giờ nhận, có ghi rõ", "Stored at the time of receipt, and the reading says so")

    def alter(self, subject: Subject, parcel: Parcel) -> list[Parcel]:
        del subject
        readings = parcel.readings()
        for members in readings:
            del members["ts"]
        return [parcel.saying(self.name, readings)]
