"""What all simulated devices share: a rhythm of reading, a supply, a radio link, firmware, and noise of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from devices.catalogue import KINDS
from devices.model import Kind
from devices.readings import Value
from devices.registry import Device
from devices.topics import Channel
from simulators.calendar import DAY_SECONDS, ORIGIN, check_begun, season, year_of
from simulators.communes.sample import Traits
from simulators.frames import Column, Columns, Frame
from simulators.noise import Floats, Integers, Key, between, key, normal, one, smooth
from simulators.steps import Spells
from simulators.world import World

_UPDATE_DAYS = 170.0
BATTERY_HOURS = 8.0
"""A backup battery carries a device for so long through a power cut."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A status or an event of a device at a time in Unix seconds; `members` are the payload's without `ts`."""

    time: int
    channel: Channel
    members: Mapping[str, Value]


class Simulator(ABC):
    """One device in the world. All that it says is a pure function of the world, the device and the time."""

    kind_name: ClassVar[str]

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        self.device = device
        self.traits = traits
        self.world = world
        self.kind: Kind = KINDS[self.kind_name]
        self.interval = device.expected_interval_seconds or self.kind.interval_seconds
        self.phase = ORIGIN + int(one(self.key("phase")) * self.interval)
        self.spot = world.spot(device.latitude, device.longitude)
        self.supply = world.supply(device.code, traits)

    @abstractmethod
    def measure(self, times: Floats) -> Sequence[Columns]:
        """The kind's own fields at the given times, one set of columns for each part of the device."""

    def happenings(self, start: int, end: int) -> list[Happening]:
        """Events with start <= time < end, in any order."""
        del start, end
        return []

    def slots(self, start: int, end: int) -> Integers:
        """The times of the readings with start <= time < end; none while the device has no power.

        Raises BeforeTheWorld when `start` is before the world begins.
        """
        check_begun(start)
        first = self.phase + -(-(max(start, self.phase) - self.phase) // self.interval) * self.interval
        times = np.arange(first, end, self.interval, dtype=np.int64)
        if times.size == 0:
            return times
        speaking: Integers = times[self.supply.speaks(times.astype(np.float64))]
        return speaking

    def frame(self, start: int, end: int) -> Frame:
        """All readings with start <= time < end."""
        times = self.slots(start, end)
        sent = self.supply.sent_before(times, self.phase, self.interval)
        if times.size == 0:
            return Frame(self.kind, times, sent, ())
        seconds = times.astype(np.float64)
        common = self._common(seconds)
        parts = tuple({**columns, **common} for columns in self.measure(seconds))
        return Frame(self.kind, times, sent, parts)

    def all_happenings(self, start: int, end: int) -> list[Happening]:
        """Events, and what the broker would hear of the device's line: offline when power goes, online after it."""
        found = self.happenings(start, end)
        years = year_of(np.array([start, end], dtype=np.float64))
        for year in range(int(years[0]), int(years[1]) + 1):
            silences = self.supply.silences(year)
            for begin, finish in zip(silences.begin.tolist(), silences.end.tolist(), strict=True):
                if start <= begin < end:
                    found.append(Happening(begin, Channel.STATUS, {"state": "offline", "reason": "power_cut"}))
                if start <= finish < end:
                    found.append(Happening(finish, Channel.STATUS, {"state": "online", "reason": "power_back"}))
        return sorted(found, key=lambda happening: (happening.time, happening.channel.value))

    def key(self, *names: str | int) -> Key:
        """A source of randomness of this device."""
        return key(self.world.seed, "device", self.device.code, *names)

    def trait(self, name: str, low: float, high: float) -> float:
        """A number between bounds that belongs to this device for good."""
        return between(self.key("trait", name), low, high)

    def noise(self, name: str, times: Floats, deviation: float) -> Floats:
        """Independent noise of one sensor, the same whenever the same second is asked for."""
        result: Floats = deviation * normal(self.key("noise", name), times.astype(np.int64))
        return result

    def drift(self, name: str, times: Floats, deviation: float, seconds: float) -> Floats:
        """A slow wander with a memory of `seconds`."""
        result: Floats = deviation * smooth(self.key("drift", name), times / seconds)
        return result

    def spells(self, name: str, slot_days: float, chance: float, shortest: float, longest: float) -> Spells:
        """Something that befalls this device now and then."""
        return Spells(self.key("spell", name), slot_days, chance, shortest, longest)

    def start_of(self, name: str, spells: Spells, start: int, end: int) -> list[Happening]:
        """An event at the beginning of each spell, unless the device has no power then."""
        begun = [int(begin) for begin, _ in spells.between(start, end) if start <= begin < end]
        speaking = self.supply.speaks(np.array(begun, dtype=np.float64)).tolist() if begun else []
        return [Happening(time, Channel.EVENT, {"event": name}) for time, on in zip(begun, speaking, strict=True) if on]

    def cabinet(self, times: Floats, warming: float) -> Floats:
        """Temperature inside a housing in °C: the air, the sun on it, and its own heat."""
        air = self.world.weather.temperature(times, self.spot)
        result: Floats = (
            air + 0.011 * self.world.weather.irradiance(times) + warming + self.noise("cabinet", times, 0.2)
        )
        return result

    def _common(self, times: Floats) -> dict[str, Column]:
        common: dict[str, Column] = {
            "rssi": self.trait("rssi", -92, -58)
            + self.drift("rssi", times, 3.0, 5400.0)
            + self.noise("rssi", times, 1.5),
            "uptime": self.supply.uptime(times),
            "firmware": self._firmware(times),
        }
        if self.supply.feeder is None:
            common["battery"] = self._solar_battery(times)
        elif self.traits.backed:
            drained = self.supply.feeder.cut_age(times) / (BATTERY_HOURS * 36.0)
            common["battery"] = np.clip(100.0 - drained, 5.0, 100.0)
        return common

    def _solar_battery(self, times: Floats) -> Floats:
        """Charge of a battery behind a small panel in percent: the sun of three days, less what the night takes."""
        weather = self.world.weather
        sun = weather.sunshine(times - 3 * DAY_SECONDS, times) / (3 * DAY_SECONDS)
        today = weather.sunshine(times - 43_200.0, times) / 43_200.0
        size = self.trait("panel", 0.85, 1.15)
        result: Floats = np.clip(66.0 + size * (0.11 * sun + 0.035 * today) + 2.0 * np.cos(season(times)), 12.0, 100.0)
        return result

    def _firmware(self, times: Floats) -> Column:
        """A version that moves on about twice a year, not on all devices on the same day."""
        update = np.floor((times - ORIGIN) / DAY_SECONDS / _UPDATE_DAYS + self.trait("update", 0, 1)).astype(np.int64)
        if bool((update == update[0]).all()):
            return f"1.{int(update[0])}.0"
        return np.array([f"1.{number}.0" for number in update.tolist()], dtype=object)
