"""Cameras: the health of the equipment, never a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators import people
from simulators.calendar import DAY_SECONDS, ORIGIN, year_start
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.frames import Columns
from simulators.noise import Floats, uniform
from simulators.steps import Steps
from simulators.tables import Yearbook
from simulators.world import World

_LOSS_STEP_SECONDS = 3600


class Camera(Simulator):
    """A camera that records in a ring: its storage fills for a month and then stays full."""

    kind_name = "camera"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        self._tamper = self.spells("tamper", 30.0, 0.25, 300.0, 3600.0)
        self._blind = self.spells("signal loss", 25.0, 0.3, 180.0, 5400.0)
        self._stopped = self.spells("storage fault", 60.0, 0.2, 1800.0, 6 * 3600.0)
        self._lost: Yearbook[Steps] = Yearbook(self._build_lost)

    def measure(self, times: Floats) -> Sequence[Columns]:
        blind = self._blind.active(times)
        busy = 0.25 + 0.5 * people.traffic(times) * self.traits.near[0] + 0.35 * people.market(times)
        night = self.world.weather.illuminance(times) < 20.0
        rate = self.trait("bitrate", 1900, 3100) * (busy + np.where(night, 0.45, 0.25))
        frames = np.where(night, 20.0, 25.0) + self.noise("frames", times, 0.15)
        return [
            {
                "bitrate": np.where(blind, 0.0, rate * np.exp(self.noise("rate", times, 0.08))),
                "frame_rate": np.where(blind, 0.0, frames),
                "frames_lost": np.floor(self._lost.read(times, lambda steps, at: steps.total(at))),
                "recording": ~(blind | self._stopped.active(times)),
                "storage_used": self._filled(times) * self.trait("ring", 90, 96),
                "retention_days": self._filled(times) * self.trait("retention", 28, 34),
                "tamper": self._tamper.active(times),
                "signal_loss": blind,
                "clock_offset": self._clock(times),
                "temperature": self.cabinet(times, self.trait("warming", 7, 12)),
            }
        ]

    def happenings(self, start: int, end: int) -> list[Happening]:
        return self.start_of("tamper", self._tamper, start, end) + self.start_of("signal_loss", self._blind, start, end)

    def _filled(self, times: Floats) -> Floats:
        """How full the ring is, 0 to 1: it was emptied when the card was changed, about once a year."""
        year = 340.0 * DAY_SECONDS
        age = np.mod(times - ORIGIN + self.trait("card", 0.15, 1.0) * year, year)
        result: Floats = np.minimum(age / (self.trait("retention", 28, 34) * DAY_SECONDS), 1.0)
        return result

    def _clock(self, times: Floats) -> Floats:
        """Seconds that the clock is off: it drifts and is set once a day."""
        since = np.mod(times + self.trait("sync", 0, DAY_SECONDS), DAY_SECONDS)
        result: Floats = self.trait("clock", -1.8, 1.8) * since / DAY_SECONDS + self.noise("clock", times, 0.05)
        return result

    def _build_lost(self, year: int, before: Steps | None) -> Steps:
        """Frames lost by hour: few in most hours, many in some."""
        edges = np.arange(year_start(year), year_start(year + 1) + 1, _LOSS_STEP_SECONDS, dtype=np.float64)
        luck = uniform(self.key("lost"), (edges[:-1] / _LOSS_STEP_SECONDS).astype(np.int64))
        return Steps.over(edges, 0.004 * luck**12 + 0.0003 * luck, before)
