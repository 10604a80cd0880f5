"""A sample commune, unfolded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devices.registry import Commune, Device, Hamlet, Site
from simulators.errors import UnknownDevice
from simulators.setting import Setting


@dataclass(frozen=True, slots=True)
class Traits:
    """What a simulator knows of one device beyond its registration.

    `feeder` is None for a device on solar power; `backed` says that a battery carries it through a power cut. `near`
    is traffic, fields and industry around it, each 0 to 1; `people` the rhythm of its place (size, work, leisure,
    trade). `more` holds what only one kind has: reach, zones, watts, mobile, indoor.
    """

    feeder: str | None
    backed: bool
    near: tuple[float, float, float]
    people: dict[str, float]
    more: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SampleCommune:
    """A commune with everything in it, and the setting of its simulated world."""

    commune: Commune
    note: str
    hamlets: tuple[Hamlet, ...]
    sites: tuple[Site, ...]
    devices: tuple[Device, ...]
    traits: dict[str, Traits]
    setting: Setting

    def device(self, code: str) -> Device:
        """The device of a code; raises UnknownDevice."""
        for device in self.devices:
            if device.code == code:
                return device
        raise UnknownDevice(
            f"the sample commune {self.commune.code} has no device {code!r}; it has {self.devices[0].code} to "
            f"{self.devices[-1].code}"
        )

    def spread(self, count: int) -> tuple[Device, ...]:
        """`count` devices, dealt out over the kinds in turn, so that nine are one of each kind."""
        by_kind: dict[str, list[Device]] = {}
        for device in self.devices:
            by_kind.setdefault(device.kind, []).append(device)
        rounds = max(len(queue) for queue in by_kind.values())
        dealt = [queue[turn] for turn in range(rounds) for queue in by_kind.values() if turn < len(queue)]
        chosen = {device.code for device in dealt[:count]}
        return tuple(device for device in self.devices if device.code in chosen)
