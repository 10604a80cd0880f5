"""LED notice boards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators.calendar import ORIGIN, hour_of_day
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.frames import Columns
from simulators.noise import Floats, uniform
from simulators.world import World

CONTENT_SECONDS = 3 * 3600
REPAIR_DAYS = 90.0
OPENED_HOUR = 5.0
CLOSED_HOUR = 22.5


class NoticeBoard(Simulator):
    """A screen that follows the daylight; its controller has a battery and tells of a cut, the screen has none."""

    kind_name = "notice_board"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        self._door = self.spells("door", 20.0, 0.5, 600.0, 5400.0)
        self._wrong = self.spells("content", 15.0, 0.3, 900.0, 4 * 3600.0)

    def measure(self, times: Floats) -> Sequence[Columns]:
        light = self.world.weather.illuminance(times) * self.trait("shade", 0.5, 0.95)
        hours = hour_of_day(times)
        power = np.ones(times.shape, dtype=np.bool_) if self.supply.feeder is None else self.supply.feeder.is_on(times)
        shown = power & (hours >= OPENED_HOUR) & (hours < CLOSED_HOUR)
        # Eyes follow light by its logarithm, and so does the screen: 15 % at night, all of it in the sun.
        wished = 15.0 + 85.0 * np.clip(np.log10(np.maximum(light, 1.0) / 10.0) / 3.6, 0.0, 1.0)
        number = np.floor(times / CONTENT_SECONDS).astype(np.int64)
        contents = [f"nd-{n % 10_000:04d}" if show else None for n, show in zip(number, shown.tolist(), strict=True)]
        return [
            {
                "power_on": power,
                "brightness": np.where(shown, np.round(wished / 5.0) * 5.0, 0.0),
                "ambient_light": light,
                "temperature": self.cabinet(times, 0.0) + np.where(shown, 3.0 + 0.07 * wished, 1.0),
                "faulty_modules": self._faulty(times),
                "content_id": np.array(contents, dtype=object),
                "content_ok": shown & ~self._wrong.active(times),
                "door_open": self._door.active(times),
            }
        ]

    def happenings(self, start: int, end: int) -> list[Happening]:
        return self.start_of("door_open", self._door, start, end)

    def _faulty(self, times: Floats) -> Floats:
        """LED modules that are broken: they add up until somebody comes, once in three months."""
        age = (times - ORIGIN) / 86_400.0 / REPAIR_DAYS + self.trait("repair", 0, 1)
        season = np.floor(age)
        most = np.floor(5.0 * uniform(self.key("modules"), season.astype(np.int64)))
        result: Floats = np.floor((age - season) * (most + 1.0))
        return result
