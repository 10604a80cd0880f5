"""The weather of a commune in the Red River delta: every device there samples the same one.

Temperature and moisture are modelled as temperature and dew point; humidity follows from both by Magnus' formula, so
that it falls when the sun warms the air and reaches saturation in the nồm of early spring. The monthly means are round
numbers for the delta, made for the sample; they quote no station.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators import sun
from simulators.calendar import DAY_SECONDS, hour_of_day, hump, monthly, season, year_start
from simulators.noise import Floats, Key, PlaneField, key, smooth, uniform
from simulators.rain import Rain
from simulators.sun import Sun
from simulators.tables import Sampled, Yearbook, between_steps
from simulators.terrain import Terrain

HOUR = 3600.0
LAPSE_K_A_METRE = 0.0065
"""How much colder the air is with height, in the standard atmosphere (ISO 2533)."""
MONTHLY_MEAN_C = (16.6, 17.6, 20.4, 24.2, 27.6, 29.5, 29.6, 28.9, 27.7, 25.2, 21.8, 18.2)
MONTHLY_DEW_POINT_C = (13.6, 15.4, 18.4, 22.0, 24.4, 25.8, 25.9, 25.8, 24.2, 20.8, 17.2, 13.6)
MONTHLY_CLOUD = (0.72, 0.80, 0.82, 0.74, 0.62, 0.64, 0.60, 0.60, 0.52, 0.48, 0.48, 0.52)
_SUN_STEP = 600.0
_DEWY = 0.9
_FRONT_SLOT = 8 * DAY_SECONDS
_FRONT_RAMP = 18 * HOUR
_FRONT_DECAY = 3.2 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the commune: metres east and north of its centre, and WGS 84 degrees."""

    x: float
    y: float
    latitude: float
    longitude: float


class Weather:
    """Weather of one seed over one commune. Every method is a pure function of time and place."""

    def __init__(self, seed: int, here: Sun, terrain: Terrain | None = None) -> None:
        self._seed = seed
        self._terrain = terrain
        self.rain = Rain(seed)
        self._warmth = PlaneField(key(seed, "warmth of place"), 900.0)
        self._wetness = PlaneField(key(seed, "rain of place"), 2_500.0)
        self._places: dict[Spot, tuple[float, float]] = {}
        self.cold_front = Sampled(lambda times: self._front(times)[0], 1800.0)
        """The north-east monsoon after its arrival: rises within 18 hours, fades over days; 0 in summer."""
        self._front_edge = Sampled(lambda times: self._front(times)[1], 1800.0)
        self.storm = Sampled(self.rain.storm, 600.0)
        """How much of a tropical storm there is, 0 to about 1."""
        self._air_mass = Sampled(self._air_mass_course, 1800.0)
        self._overcast = Sampled(self._cloud_wish, 600.0)
        self._rain_light = Sampled(self._rain_light_course, 600.0)
        self._warm = Sampled(self._temperature_course, 300.0)
        self.dew_point = Sampled(self._dew_point_course, 600.0)
        """Dew point over the commune in °C, before it is held at the temperature of the place."""
        self._elevation = Sampled(here.elevation_sine, 300.0)
        self._breeze = Sampled(self._wind_course, 300.0)
        self._sunshine: Yearbook[tuple[int, Floats]] = Yearbook(self._build_sunshine)

    def fallen(self, times: Floats, spot: Spot) -> Floats:
        """Rain fallen at a place since the start of the world, in mm.

        A shower crosses the commune from the south-west at 8 m/s, and no place gets quite what its neighbour gets.
        """
        delay = (0.7 * spot.x + 0.7 * spot.y) / 8.0
        result: Floats = self.rain.total(times - delay) * (1.0 + 0.06 * self._place(spot)[1])
        return result

    def rain_rate(self, times: Floats) -> Floats:
        """Intensity of rain over the commune in mm/h, mean of ten minutes."""
        result: Floats = self.rain.depth(times, 600.0) * 6.0
        return result

    def cloud(self, times: Floats) -> Floats:
        """Cloud cover, 0 to 1."""
        wish = self._overcast(times) + 0.5 * smooth(self._key("cloud minutes"), times / 900.0)
        result: Floats = 1.0 / (1.0 + np.exp(-1.8 * wish))
        return result

    def _cloud_wish(self, times: Floats) -> Floats:
        """What season, spell of weather, hour and rain ask of the clouds; the logit of their cover."""
        result: Floats = (
            4.5 * (monthly(MONTHLY_CLOUD, times) - 0.5)
            + 0.9 * smooth(self._key("cloud days"), times / (1.6 * DAY_SECONDS))
            + 0.8 * smooth(self._key("cloud hours"), times / (3.5 * HOUR))
            + 1.8 * (1.0 - np.exp(-self.rain.depth(times + HOUR, 3 * HOUR) / 2.0))
            + 2.5 * self.storm(times)
        )
        return result

    def irradiance(self, times: Floats) -> Floats:
        """Global horizontal irradiance in W/m²."""
        result: Floats = sun.under_clouds(sun.clear_sky(self._elevation(times)), self.cloud(times))
        return result * self._rain_light(times)

    def _rain_light_course(self, times: Floats) -> Floats:
        """What rain clouds let through besides: a thundercloud is deeper than any overcast."""
        falling = self.rain.depth(times + 0.5 * HOUR, 1.5 * HOUR) / 1.5
        result: Floats = 1.0 - 0.65 * (1.0 - np.exp(-falling / 3.0)) - 0.15 * np.minimum(self.storm(times), 1.0)
        return result

    def illuminance(self, times: Floats) -> Floats:
        """Daylight in the open in lx."""
        return sun.illuminance(self.irradiance(times), self._elevation(times))

    def sunshine(self, start: Floats, end: Floats) -> Floats:
        """Solar energy between two times in J/m²: the integral of the irradiance, by steps of ten minutes."""

        def look(table: tuple[int, Floats], at: Floats) -> Floats:
            return between_steps(table[1], (at - table[0]) / _SUN_STEP)

        result: Floats = self._sunshine.read(end, look) - self._sunshine.read(start, look)
        return result

    def _build_sunshine(self, year: int, before: tuple[int, Floats] | None) -> tuple[int, Floats]:
        start, end = year_start(year), year_start(year + 1)
        middles = np.arange(start, end, _SUN_STEP) + _SUN_STEP / 2
        total = np.concatenate([[0.0], np.cumsum(self.irradiance(middles)) * _SUN_STEP])
        return start, total + (0.0 if before is None else before[1][-1])

    def ultraviolet_index(self, times: Floats) -> Floats:
        """Ultraviolet index."""
        return sun.ultraviolet_index(self._elevation(times), self.cloud(times))

    def _front(self, times: Floats) -> tuple[Floats, Floats]:
        """Strength of the cold air, and of the wind on its edge."""
        strength, edge = np.zeros(times.shape), np.zeros(times.shape)
        slot = np.floor(times / _FRONT_SLOT).astype(np.int64)
        for back in range(4):
            number = slot - back
            begin = (number + 0.75 * uniform(self._key("front time"), number)) * _FRONT_SLOT
            winter = np.clip(1.15 * np.cos(season(begin) - 0.3) + 0.1, 0.0, 1.0)
            size = winter * (0.25 + 1.1 * uniform(self._key("front size"), number))
            age = times - begin
            ramp = np.clip(age / _FRONT_RAMP, 0.0, 1.0)
            ramp = ramp * ramp * (3.0 - 2.0 * ramp)
            strength += size * ramp * np.exp(-np.maximum(age - _FRONT_RAMP, 0.0) / _FRONT_DECAY)
            edge += size * np.where(age > 0, np.exp(-(((age - 0.5 * _FRONT_RAMP) / _FRONT_RAMP) ** 2)), 0.0)
        return strength, edge

    def _winter(self, times: Floats) -> Floats:
        result: Floats = 0.5 + 0.5 * np.cos(season(times) - 0.35)
        return result

    def _air_mass_course(self, times: Floats) -> Floats:
        """Mean temperature of the day's air, in °C: season, cold fronts, and the slow moods between them."""
        winter = self._winter(times)
        slow = (1.0 + 1.3 * winter) * smooth(self._key("air mass"), times / (4.5 * DAY_SECONDS))
        result: Floats = monthly(MONTHLY_MEAN_C, times) + 2.4 * winter + slow - 6.5 * self.cold_front(times)
        return result

    def temperature(self, times: Floats, spot: Spot) -> Floats:
        """Air temperature in the shade at 2 m, in °C."""
        puffs = 0.35 * smooth(self._key("puffs"), times / 2400.0)
        result: Floats = self._warm(times) + puffs + self._place(spot)[0]
        return result

    def _temperature_course(self, times: Floats) -> Floats:
        """The commune's temperature: the air mass, the course of the day under the day's clouds, cooling by rain."""
        hours = hour_of_day(times)
        angle = 2.0 * np.pi * (hours - 14.3) / 24.0
        course = np.cos(angle) + 0.22 * np.cos(2.0 * angle + 0.5)
        mean_cloud = 1.0 / (
            1.0
            + np.exp(
                -2.5 * (monthly(MONTHLY_CLOUD, times) - 0.5)
                - 1.2 * smooth(self._key("cloud days"), times / (1.6 * DAY_SECONDS))
            )
        )
        swing = 4.6 * (1.0 - 0.68 * mean_cloud)
        wet = 3.2 * (1.0 - np.exp(-self.rain.depth(times, 2 * HOUR) / 4.0))
        result: Floats = self._air_mass(times) + swing * course - wet - 1.5 * self.storm(times)
        return result

    def nom(self, times: Floats) -> Floats:
        """How much nồm there is: warm sea air over cold ground between the fronts of February to April, 0 to 1."""
        bell = np.exp(-(((season(times) * 365 / (2 * np.pi) - 70.0) / 26.0) ** 2))
        spell = 1.0 / (1.0 + np.exp(-2.5 * (smooth(self._key("nom"), times / (3.0 * DAY_SECONDS)) + 0.2)))
        result: Floats = bell * spell * np.exp(-2.5 * self.cold_front(times))
        return result

    def _dew_point_course(self, times: Floats) -> Floats:
        front = self.cold_front(times)
        drift = 0.9 * smooth(self._key("dew"), times / (1.8 * DAY_SECONDS))
        wet = 1.6 * (1.0 - np.exp(-self.rain.depth(times, 6 * HOUR) / 5.0))
        held = monthly(MONTHLY_DEW_POINT_C, times) + 2.4 * self._winter(times) - 8.0 * front + drift + wet
        air = self._air_mass(times)
        nom = self.nom(times)
        # Outside of nồm the nights of the cool months take dew out of the air, so that it stays drier than its mean.
        result: Floats = (1.0 - nom) * np.minimum(held, air - 0.7 - 1.8 * self._winter(times)) + nom * (air + 0.2)
        return result

    def humidity(self, times: Floats, spot: Spot) -> Floats:
        """Relative humidity in percent, at most 100."""
        share = _vapour(self.dew_point(times)) / _vapour(self.temperature(times, spot))
        # Near saturation dew takes the water out of the air, so nights end just below 100 % and not on it.
        bent = _DEWY + (1.0 - _DEWY) * np.tanh((share - _DEWY) / (1.0 - _DEWY))
        result: Floats = 100.0 * np.clip(np.where(share > _DEWY, bent, share), 0.18, 1.0)
        return result

    def pressure(self, times: Floats) -> Floats:
        """Pressure at the ground of the delta in hPa, with the half-daily tide of the tropics."""
        hours = hour_of_day(times)
        tide = 1.3 * np.cos(2 * np.pi * (hours - 9.8) / 12.0) + 0.5 * np.cos(2 * np.pi * (hours - 6.0) / 24.0)
        slow = 1.8 * smooth(self._key("pressure"), times / (3.5 * DAY_SECONDS))
        year = 1010.0 + 7.0 * np.cos(season(times) - 0.2)
        result: Floats = year + 5.5 * self.cold_front(times) + tide + slow - 20.0 * self.storm(times)
        return result

    def wind_speed(self, times: Floats) -> Floats:
        """Wind at 10 m in m/s, mean of a minute."""
        result: Floats = self._breeze(times) * np.exp(0.18 * smooth(self._key("gusts"), times / 90.0))
        return result

    def _wind_course(self, times: Floats) -> Floats:
        """Wind without its gusts: the afternoon's breeze, the edge of cold air, storms and showers."""
        mean = (
            1.3 + 1.2 * hump(hour_of_day(times), 14.5, 4.0) + 3.0 * self._front_edge(times) + 12.0 * self.storm(times)
        )
        mean = mean * np.exp(0.25 * smooth(self._key("wind hours"), times / (2.2 * HOUR)))
        result: Floats = mean + 0.25 * np.minimum(self.rain_rate(times), 25.0)
        return result

    def wind_direction(self, times: Floats) -> Floats:
        """Where the wind comes from, degrees clockwise from north: north-east in winter, south-east in summer."""
        winter = self._winter(times)
        pushed = np.minimum(self.cold_front(times) + self._front_edge(times), 1.0)
        base = 135.0 - 88.0 * winter**1.5 - 30.0 * pushed * winter
        swing = 24.0 * smooth(self._key("veer"), times / (4.0 * HOUR)) + 9.0 * smooth(self._key("flutter"), times / 120)
        result: Floats = np.mod(base + swing + 160.0 * self.storm(times), 360.0)
        return result

    def _place(self, spot: Spot) -> tuple[float, float]:
        """How much warmer than the plain at sea level a place is, in K, and how wet by chance, standard normal."""
        found = self._places.get(spot)
        if found is None:
            x, y = np.array([spot.x]), np.array([spot.y])
            height = 0.0 if self._terrain is None else float(self._terrain.height(x, y)[0])
            warmth = 0.45 * float(self._warmth.at(x, y)[0]) - LAPSE_K_A_METRE * height
            found = self._places[spot] = (warmth, float(self._wetness.at(x, y)[0]))
        return found

    def _key(self, name: str) -> Key:
        return key(self._seed, "weather", name)


def _vapour(celsius: Floats) -> Floats:
    """Saturation vapour pressure over water in hPa (Magnus formula, WMO-No. 8 coefficients)."""
    result: Floats = 6.112 * np.exp(17.62 * celsius / (243.12 + celsius))
    return result
