"""One world for all devices of a commune: whatever two devices ask about the same place and time, they agree.

A world is its seed and its setting. It has no clock and no memory but caches: every value is a pure function of seed,
place and time, whoever asks first.
"""

from __future__ import annotations

from functools import cached_property

from simulators.air import Air, Surroundings
from simulators.bulletins import Programme
from simulators.communes.sample import Traits
from simulators.errors import BadCommuneFile
from simulators.lamps import Lamp
from simulators.network import Network
from simulators.people import Crowd
from simulators.power import Feeder, Supply
from simulators.river import River
from simulators.roads import Round
from simulators.setting import Setting
from simulators.soil import Soil, Zone
from simulators.steps import Nights
from simulators.sun import Sun
from simulators.weather import Spot, Weather


class World:
    """The simulated world of one seed in one setting."""

    def __init__(self, seed: int, setting: Setting) -> None:
        self.seed = seed
        self.setting = setting
        self.sun = Sun(setting.plane.latitude, setting.plane.longitude)
        self.weather = Weather(seed, self.sun, setting.terrain)
        self.air = Air(seed, self.weather)
        self.programme = Programme(seed, self.weather.rain)
        self.nights = Nights(self.sun)
        self._feeders = {name: Feeder(seed, name, self.weather.rain) for name in setting.feeders}

    @cached_property
    def network(self) -> Network:
        """The radio field."""
        return Network(self.seed, self.setting)

    @cached_property
    def rivers(self) -> dict[str, River]:
        """The gauged reaches under their names."""
        return {reach.name: River(self.seed, reach, self.weather) for reach in self.setting.reaches}

    def spot(self, latitude: float | None, longitude: float | None) -> Spot:
        """A place; the commune's centre where a device has none."""
        plane = self.setting.plane
        if latitude is None or longitude is None:
            return plane.spot(plane.latitude, plane.longitude)
        return plane.spot(latitude, longitude)

    def feeder(self, name: str) -> Feeder:
        """A feeder by its name."""
        if name not in self._feeders:
            raise BadCommuneFile(f"no hamlet has the feeder {name!r}")
        return self._feeders[name]

    def supply(self, device: str, traits: Traits) -> Supply:
        """How a device is powered."""
        feeder = None if traits.feeder is None else self.feeder(traits.feeder)
        return Supply(self.seed, device, feeder, backed_up=traits.backed)

    def lamp(self, device: str, watts: float, feeder: str) -> Lamp:
        """The lamp of a device."""
        return Lamp(self.seed, device, watts, self.feeder(feeder), self.nights)

    def soil(self, device: str, zone: Zone, spot: Spot) -> Soil:
        """The soil of a zone."""
        return Soil(self.seed, device, zone, self.weather, spot)

    def crowd(self, place: str, traits: Traits) -> Crowd:
        """The people at a device's place."""
        rhythm = traits.people
        return Crowd(
            self.seed,
            place,
            size=rhythm["size"],
            work=rhythm.get("work", 0.0),
            leisure=rhythm.get("leisure", 0.0),
            trade=rhythm.get("trade", 0.0),
            storm=self.weather.storm,
        )

    def round(self, device: str) -> Round:
        """The way of a mobile probe."""
        return Round(self.seed, device, self.setting.route)

    @staticmethod
    def surroundings(traits: Traits) -> Surroundings:
        """What is near a device."""
        return Surroundings(*traits.near)
