"""What a telephone would measure anywhere in the commune: four operators, their masts, the shadows of houses and trees.

The shadow of a mast over a place is a field, not noise: who stands still measures the same, and neighbours agree. Half
of its variance is common to all masts, since a house in the way is in the way of most (TR 36.942's correlation of 0.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulators import people, radio
from simulators.noise import Floats, Integers, PlaneField, key, probability, smooth
from simulators.setting import Carrier, Mast, Setting

NR_FLOOR_DBM = -119.0
"""Below this SS-RSRP a telephone leaves 5G."""
LTE_FLOOR_DBM = -124.0
OLD_FLOOR_DBM = -108.0
"""Below this received level a telephone leaves UMTS and GSM too."""
IMPAIRMENT = 10.0**-3.3
"""What transmitter and receiver spoil of their own signal: no telephone reports more than about 33 dB."""
HALF = float(np.sqrt(0.5))


@dataclass(frozen=True, slots=True)
class Reception:
    """One technology of one operator at some places: the strongest cell's power, quality, interference."""

    carrier: Carrier
    power_dbm: Floats
    sinr_db: Floats
    rsrq_db: Floats
    load: Floats


@dataclass(frozen=True, slots=True)
class _Places:
    """Distinct places in metres, which of them each sample is at, and the shadows of every mast there."""

    places: Floats
    back: Integers
    shadows: dict[str, tuple[Floats, Floats, Floats]]


class Network:
    """The radio field of one seed over one commune."""

    def __init__(self, seed: int, setting: Setting) -> None:
        self._seed = seed
        self._setting = setting
        self._last: tuple[bytes, _Places] = (b"", _Places(np.empty((0, 2)), np.empty(0, np.int64), {}))
        self._last_times: tuple[bytes, dict[tuple[str, ...], Floats]] = (b"", {})

    @cached_property
    def _common(self) -> tuple[PlaneField, PlaneField]:
        return (
            PlaneField(key(self._seed, "shadow sight"), radio.SHADOW_SIGHT_M),
            PlaneField(key(self._seed, "shadow hidden"), radio.SHADOW_HIDDEN_M),
        )

    @cached_property
    def _fields(self) -> dict[str, tuple[PlaneField, PlaneField, PlaneField]]:
        """For each mast: whether it is seen, and its shadows in sight and out of sight."""
        return {
            mast.code: (
                PlaneField(key(self._seed, "sight", mast.code), radio.SIGHT_M),
                PlaneField(key(self._seed, "shadow sight", mast.code), radio.SHADOW_SIGHT_M),
                PlaneField(key(self._seed, "shadow hidden", mast.code), radio.SHADOW_HIDDEN_M),
            )
            for mast in self._setting.masts
        }

    def operators(self) -> tuple[str, ...]:
        """The operators that have a mast here, in order."""
        return tuple(sorted({carrier.operator for mast in self._setting.masts for carrier in mast.carriers}))

    def shadows(self, x: Floats, y: Floats) -> dict[str, tuple[Floats, Floats, Floats]]:
        """For each mast: the field of sight, infinite behind a hill, and standard shadows in and out of sight."""
        seen, hidden = (field.at(x, y) for field in self._common)
        found = {}
        for mast in self._setting.masts:
            sight, near, far = self._fields[mast.code]
            behind = self._setting.terrain.hides((mast.x, mast.y, radio.STATION_M), x, y, radio.TERMINAL_M)
            found[mast.code] = (
                np.where(behind, np.inf, sight.at(x, y)),
                HALF * (seen + near.at(x, y)),
                HALF * (hidden + far.at(x, y)),
            )
        return found

    def received(
        self, mast: Mast, carrier: Carrier, x: Floats, y: Floats, shadow: tuple[Floats, Floats, Floats]
    ) -> Floats:
        """Power of a resource element from one cell in dBm, outdoors, without fading."""
        east, north = x - mast.x, y - mast.y
        distance = np.hypot(east, north)
        in_sight = probability(shadow[0]) < radio.sight_probability(distance)
        loss = np.where(
            in_sight,
            radio.loss_in_sight(distance, carrier.frequency_ghz),
            radio.loss_out_of_sight(distance, carrier.frequency_ghz),
        )
        deviation = radio.shadow_deviation(distance, in_sight, carrier.frequency_ghz)
        shade = deviation * np.where(in_sight, shadow[1], shadow[2])
        gain = radio.sector_gain(np.degrees(np.arctan2(east, north)), mast.azimuth, carrier.gain_db)
        result: Floats = radio.power_per_element(carrier.power_dbm, carrier.resource_blocks) + gain - loss - shade
        return result

    def receive(
        self, operator: str, generation: tuple[str, ...], x: Floats, y: Floats, times: Floats, indoor_db: float
    ) -> Reception | None:
        """What one operator's cells of a generation give at places and times; None where it has no such cell.

        Places are few and times many, so the static field is worked out once for each distinct place.
        """
        cells = [
            (mast, carrier)
            for mast in self._setting.masts
            for carrier in mast.carriers
            if carrier.operator == operator and carrier.technology in generation
        ]
        if not cells:
            return None
        where = self._remembered(x, y)
        east, north = where.places[:, 0], where.places[:, 1]
        levels = np.stack(
            [self.received(mast, carrier, east, north, where.shadows[mast.code]) for mast, carrier in cells]
        )[:, where.back]
        fading = np.stack([self._fading(operator, mast.code, times) for mast, _ in cells])
        levels = levels - indoor_db + fading
        load = self._load(operator, times)
        carrier = cells[0][1]
        own, rest = _strongest(levels)
        noise = 10.0 ** (radio.noise_per_element(carrier.spacing_khz) / 10.0)
        disturbance = rest * load + noise + own * IMPAIRMENT
        quality = own / (12.0 * ((0.18 + 0.82 * load) * own + disturbance))
        return Reception(
            carrier, 10.0 * np.log10(own), 10.0 * np.log10(own / disturbance), 10.0 * np.log10(quality), load
        )

    def _remembered(self, x: Floats, y: Floats) -> _Places:
        """The places asked for last: four operators ask for the same ones in turn."""
        token = x.tobytes() + y.tobytes()
        if self._last[0] != token:
            places, back = np.unique(np.stack([x, y], axis=1), axis=0, return_inverse=True)
            self._last = (token, _Places(places, back.reshape(-1), self.shadows(places[:, 0], places[:, 1])))
        return self._last[1]

    def _fading(self, operator: str, mast: str, times: Floats) -> Floats:
        """What comes and goes within a minute on the way to a mast, in dB; the same for all generations there."""
        return self._once(
            times,
            ("fading", operator, mast),
            lambda: 1.4 * smooth(key(self._seed, "fading", operator, mast), times / 40.0),
        )

    def _load(self, operator: str, times: Floats) -> Floats:
        """The share of an operator's cells that is taken."""

        def work_out() -> Floats:
            usual = self._once(times, ("load",), lambda: people.mobile_load(times))
            wander: Floats = np.exp(0.25 * smooth(key(self._seed, "load", operator), times / 900.0))
            return np.clip(usual * wander, 0.03, 0.95)

        return self._once(times, ("load", operator), work_out)

    def _once(self, times: Floats, name: tuple[str, ...], work_out: Callable[[], Floats]) -> Floats:
        """What only the times decide; remembered as the places are."""
        token = times.tobytes()
        if self._last_times[0] != token:
            self._last_times = (token, {})
        known = self._last_times[1]
        if name not in known:
            known[name] = work_out()
        return known[name]


def _strongest(levels_dbm: Floats) -> tuple[Floats, Floats]:
    """Power of the strongest cell and the sum of the others, in mW."""
    milliwatts = np.exp(levels_dbm * (np.log(10.0) / 10.0))
    own = milliwatts.max(axis=0)
    return own, milliwatts.sum(axis=0) - own


def throughput(reception: Reception) -> tuple[Floats, Floats]:
    """Download and upload in Mbit/s of one user who gets what the others leave."""
    carrier = reception.carrier
    left = (1.0 - reception.load) * 0.72
    layers = 1.0 + (carrier.layers - 1.0) * np.clip((reception.sinr_db - 4.0) / 20.0, 0.0, 1.0)
    width = carrier.bandwidth_mhz * carrier.downlink_share
    download = width * layers * radio.spectral_efficiency(reception.sinr_db) * left
    # A telephone sends with 23 dBm: its signal at the mast is weaker the more is lost on the way.
    budget = reception.power_dbm + 112.0
    rising = carrier.bandwidth_mhz * (1.0 - carrier.downlink_share)
    upload = rising * radio.spectral_efficiency(np.minimum(budget, 22.0), 0.4, 4.8) * left
    return np.maximum(download, 0.05), np.maximum(upload, 0.02)
