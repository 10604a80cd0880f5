"""Probes that measure mobile signal with four SIM cards: fixed ones stay, mobile ones drive the commune's roads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.registry import Device
from simulators.communes.sample import Traits
from simulators.devices.base import Simulator
from simulators.frames import Column, Columns
from simulators.network import LTE_FLOOR_DBM, NR_FLOOR_DBM, OLD_FLOOR_DBM, Reception, throughput
from simulators.noise import Flags, Floats, uniform
from simulators.world import World

INDOOR_LOSS_DB = (11.0, 19.0)
VEHICLE_LOSS_DB = 3.0
FIELDS = ("ss_rsrp", "ss_rsrq", "ss_sinr", "rsrp", "rsrq", "sinr", "download", "upload", "latency")


class SignalProbe(Simulator):
    """For each operator: the best technology in reach, its signal, and a short test of the service."""

    kind_name = "signal_probe"

    def __init__(self, device: Device, traits: Traits, world: World) -> None:
        super().__init__(device, traits, world)
        self._round = world.round(device.code) if traits.more.get("mobile") else None
        self._indoor = bool(traits.more.get("indoor"))

    def measure(self, times: Floats) -> Sequence[Columns]:
        plane = self.world.setting.plane
        x, y = np.full(times.shape, self.spot.x), np.full(times.shape, self.spot.y)
        speed, loss = np.zeros(times.shape), 0.0
        surroundings: Column = "indoor" if self._indoor else "outdoor"
        if self._indoor:
            loss = self.trait("walls", *INDOOR_LOSS_DB)
        if self._round is not None:
            track = self._round.at(times)
            x, y, speed = track.x, track.y, track.speed
            loss = VEHICLE_LOSS_DB
            surroundings = "vehicle"
        error = (14.0 if self._indoor else 3.5) * np.exp(self.noise("gnss", times, 0.45))
        latitude, longitude = plane.degrees(
            x + 0.4 * error * self.noise("east", times, 1.0), y + 0.4 * error * self.noise("north", times, 1.0)
        )
        where: dict[str, Column] = {
            "latitude": latitude,
            "longitude": longitude,
            "gnss_accuracy": error,
            "speed": np.maximum(speed + np.where(speed > 0, self.noise("speed", times, 0.2), 0.0), 0.0),
            "surroundings": surroundings,
        }
        return [
            {"operator": operator, **where, **self._operator(operator, x, y, times, loss)}
            for operator in self.world.network.operators()
        ]

    def _operator(self, operator: str, x: Floats, y: Floats, times: Floats, loss: float) -> dict[str, Column]:
        network = self.world.network
        new = network.receive(operator, ("NR_SA", "NR_NSA"), x, y, times, loss)
        lte = network.receive(operator, ("LTE",), x, y, times, loss)
        on_new = _above(new, NR_FLOOR_DBM, times)
        on_lte = _above(lte, LTE_FLOOR_DBM, times) & ~on_new
        left = ~(on_new | on_lte)
        old = network.receive(operator, ("UMTS", "GSM"), x, y, times, loss) if left.any() else None
        on_old = _above(old, OLD_FLOOR_DBM, times) & left
        values: dict[str, Floats] = {name: np.full(times.shape, np.nan) for name in FIELDS}
        technology = np.full(times.shape, "NONE", dtype=object)
        band = np.full(times.shape, None, dtype=object)
        if new is not None:
            _signal(values, on_new, new, ("ss_rsrp", "ss_rsrq", "ss_sinr"))
            # Non-standalone 5G hangs on an LTE anchor, which the telephone reports as well.
            if lte is not None and new.carrier.technology == "NR_NSA":
                _signal(values, on_new, lte, ("rsrp", "rsrq", "sinr"))
        if lte is not None:
            _signal(values, on_lte, lte, ("rsrp", "rsrq", "sinr"))
        chance = self._chance(operator, times)
        for here, reception, delay in ((on_new, new, 13.0), (on_lte, lte, 32.0), (on_old, old, 160.0)):
            if reception is not None and here.any():
                technology[here], band[here] = reception.carrier.technology, reception.carrier.band
                _serve(values, here, reception, delay, chance)
        served = on_new | on_lte | on_old
        quality = np.select([on_new, on_lte], [_sinr(new, times), _sinr(lte, times)], 5.0)
        failing = 0.004 + 0.25 / (1.0 + np.exp(1.2 * (quality + 7.0)))
        accepted = served & (uniform(self.key("access", operator), times.astype(np.int64)) > failing)
        for name in ("download", "upload", "latency"):
            values[name] = np.where(accepted, values[name], np.nan)
        return {"technology": technology, "band": band, "access_ok": accepted, **values}

    def _chance(self, operator: str, times: Floats) -> tuple[Floats, Floats]:
        """What a test gets of throughput and what it waits by chance, near 1."""
        luck = np.exp(self.noise(f"luck {operator}", times, 0.18))
        return luck, np.exp(self.noise(f"jitter {operator}", times, 0.12))


def _above(reception: Reception | None, floor: float, times: Floats) -> Flags:
    if reception is None:
        return np.zeros(times.shape, dtype=np.bool_)
    result: Flags = reception.power_dbm >= floor
    return result


def _sinr(reception: Reception | None, times: Floats) -> Floats:
    return np.full(times.shape, -20.0) if reception is None else reception.sinr_db


def _signal(values: dict[str, Floats], here: Flags, reception: Reception, names: tuple[str, str, str]) -> None:
    """Enter power, quality and signal to interference where this technology is measured."""
    columns = (reception.power_dbm, reception.rsrq_db, reception.sinr_db)
    for name, column in zip(names, columns, strict=True):
        values[name] = np.where(here, column, values[name])


def _serve(
    values: dict[str, Floats], here: Flags, reception: Reception, delay: float, chance: tuple[Floats, Floats]
) -> None:
    """Throughput and delay of the test where this technology serves."""
    down, up = throughput(reception)
    luck, jitter = chance
    waiting = delay * (1.0 + 1.3 * reception.load**2) + 40.0 / (1.0 + np.exp(reception.sinr_db / 3.0))
    for name, column in (("download", down * luck), ("upload", up * luck), ("latency", waiting * jitter)):
        values[name] = np.where(here, column, values[name])
