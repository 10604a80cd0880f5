"""Loudspeaker clusters of the commune's radio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from devices.topics import Channel
from simulators.bulletins import PRIORITIES, OnAir, Programme
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.frames import Columns
from simulators.noise import Flags, Floats
from simulators.world import World

_URGENT = 2
_LOOK_SECONDS = 60


class Loudspeaker(Simulator):
    """Plays the commune's programme unless its amplifier is broken; a battery carries it through a cut."""

    kind_name = "loudspeaker"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        self._fault = self.spells("amplifier", 60.0, 0.2, 3600.0, 30 * 3600.0)

    def measure(self, times: Floats) -> Sequence[Columns]:
        on_air = self.world.programme.on_air(times)
        playing = self._plays(on_air, times)
        stored = 0.5 + 0.4 * np.sin(times / 86_400.0 / 9.0 + self.trait("storage", 0, 6))
        mains = self._mains(times)
        return [
            {
                "volume": np.where(on_air.priority == _URGENT, 100.0, round(self.trait("volume", 55, 85))),
                "playing": playing,
                "bulletin_id": _words(playing, _names(on_air)),
                "bulletin_priority": _words(playing, [PRIORITIES[priority] for priority in on_air.priority.tolist()]),
                "mains_power": mains,
                "storage_free": 40.0 + 40.0 * stored,
                "temperature": self.cabinet(times, 4.0) + np.where(playing, 6.0, 0.0),
                "amplifier_fault": self._fault.active(times),
            }
        ]

    def happenings(self, start: int, end: int) -> list[Happening]:
        """The start of each bulletin, found by looking at every full minute; and amplifier faults."""
        minutes = np.arange(-(-start // _LOOK_SECONDS) * _LOOK_SECONDS, end, _LOOK_SECONDS, dtype=np.float64)
        found = self.start_of("amplifier_fault", self._fault, start, end)
        if minutes.size == 0:
            return found
        on_air = self.world.programme.on_air(minutes)
        starts = self._plays(on_air, minutes) & (on_air.begin == minutes)
        for place in np.flatnonzero(starts).tolist():
            begin, priority = int(on_air.begin[place]), int(on_air.priority[place])
            members = {
                "event": "bulletin_started",
                "bulletin_id": Programme.name(begin, priority),
                "bulletin_priority": PRIORITIES[priority],
            }
            found.append(Happening(int(minutes[place]), Channel.EVENT, members))
        return found

    def _plays(self, on_air: OnAir, times: Floats) -> Flags:
        result: Flags = (on_air.priority >= 0) & ~self._fault.active(times)
        return result

    def _mains(self, times: Floats) -> Flags:
        if self.supply.feeder is None:
            return np.zeros(times.shape, dtype=np.bool_)
        return self.supply.feeder.is_on(times)


def _names(on_air: OnAir) -> list[str]:
    """The identifier of what is on the air at each time; there are few, and each is made once."""
    pairs = list(zip(on_air.begin.tolist(), on_air.priority.tolist(), strict=True))
    names = {pair: Programme.name(*pair) for pair in set(pairs)}
    return [names[pair] for pair in pairs]


def _words(shown: Flags, words: list[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The words where they are shown, None elsewhere."""
    return np.array([word if show else None for show, word in zip(shown.tolist(), words, strict=True)], dtype=object)
