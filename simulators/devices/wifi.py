"""Public Wi-Fi points with two radios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators import people
from simulators.communes.sample import Traits
from simulators.devices.base import Happening, Simulator
from simulators.frames import Columns
from simulators.noise import Floats, one
from simulators.world import World

RADIOS = (("2.4GHz", 0.35, ("1", "6", "11"), -92.0), ("5GHz", 0.65, ("36", "44", "149", "157"), -96.0))
"""Name, share of the people on it, channels to choose from, noise floor in dBm."""


class WifiPoint(Simulator):
    """Serves the people at its place; what they download is sent (tx), what they upload is received (rx)."""

    kind_name = "wifi"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        self._crowd = world.crowd(device.code, traits)
        self._away = self.spells("backhaul", 20.0, 0.35, 300.0, 7200.0)

    def measure(self, times: Floats) -> Sequence[Columns]:
        present = self._crowd.present(times)
        moved = self.supply.awake(self._crowd.moved, times)
        bad = self._away.active(times)
        load = people.mobile_load(times)
        rtt = 9.0 + 22.0 * load**2 + np.where(bad, 180.0, 0.0)
        loss = np.where(bad, 12.0, 0.05 + 0.8 * load**4)
        parts: list[Columns] = []
        for name, share, channels, floor in RADIOS:
            clients = np.floor(present * share + 0.5 * one(self.key("rounding", name)))
            heard = 6.0 + 10.0 * people.at_leisure(times) * (1.6 - share)
            parts.append(
                {
                    "radio": name,
                    "clients": clients,
                    "rx_bytes_total": np.floor(moved * share * 0.14),
                    "tx_bytes_total": np.floor(moved * share),
                    "channel_utilisation": np.clip(
                        heard + 1.1 * clients * (1.4 - share) + self.noise(f"busy {name}", times, 1.5), 1.0, 97.0
                    ),
                    "noise_floor": floor + self.noise(f"floor {name}", times, 0.8),
                    "backhaul_rtt": rtt * np.exp(self.noise("rtt", times, 0.12)),
                    "backhaul_loss": loss * np.exp(self.noise("loss", times, 0.3)),
                    "channel": channels[int(one(self.key("channel", name)) * len(channels))],
                }
            )
        return parts

    def happenings(self, start: int, end: int) -> list[Happening]:
        return self.start_of("backhaul_degraded", self._away, start, end)
