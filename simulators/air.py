"""The air of the commune: fine dust and gases from traffic, burning straw and industry, thinned by wind and rain.

Amounts are those of a small town in the delta: dusty in the still air of winter, clean in a wet summer wind. They are
plausible, not fitted to a station.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators import people
from simulators.calendar import hour_of_day, hump, monthly, season
from simulators.noise import Floats, key, smooth
from simulators.tables import Sampled
from simulators.weather import HOUR, Spot, Weather

MONTHLY_BACKGROUND_PM25 = (46, 42, 36, 29, 22, 17, 15, 17, 21, 31, 39, 46)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is near a place: traffic, fields where straw is burnt, workshops; each 0 to 1."""

    traffic: float
    fields: float
    industry: float


class Air:
    """Air quality over the commune; µg/m³ throughout."""

    def __init__(self, seed: int, weather: Weather) -> None:
        self._seed = seed
        self._weather = weather
        self._pile = Sampled(self.mixing, 300.0)
        self._fires = Sampled(self.burning, 300.0)
        self._background = Sampled(self._background_course, 1800.0)
        self._dry_roads = Sampled(self._dryness, 600.0)
        self._out_and_about = Sampled(self._out_and_about_course, 600.0)
        self._ozone = Sampled(self._ozone_course, 600.0)

    def mixing(self, times: Floats) -> Floats:
        """How much what is emitted piles up: over 1 in still nights of winter, small in wind and after rain."""
        hours = hour_of_day(times)
        night = hump(hours, 3.5, 4.5)
        winter = 0.5 + 0.5 * np.cos(season(times))
        lid = 0.75 + (0.35 + 0.45 * winter) * night
        wind = 1.9 / (0.9 + self._weather.wind_speed(times - 900.0))
        washed = np.exp(-self._weather.rain.depth(times, 6 * HOUR) / 9.0)
        result: Floats = lid * np.clip(wind, 0.15, 1.6) * (0.25 + 0.75 * washed)
        return result

    def traffic(self, times: Floats) -> Floats:
        """Motor traffic, of which heavy rain keeps some at home and a storm nearly all."""
        return people.traffic(times) * self._out_and_about(times)

    def _out_and_about_course(self, times: Floats) -> Floats:
        wet = 0.35 * (1.0 - np.exp(-self._weather.rain.depth(times, HOUR) / 8.0))
        result: Floats = (1.0 - wet) * (1.0 - 0.8 * np.clip(self._weather.storm(times) / 0.6, 0.0, 1.0))
        return result

    def burning(self, times: Floats) -> Floats:
        """Straw on fire after the harvests of early June and of October, on dry evenings; 0 to 1."""
        day = season(times) * 365.0 / (2.0 * np.pi)
        harvest = np.exp(-(((day - 160.0) / 8.0) ** 2)) + np.exp(-(((day - 287.0) / 12.0) ** 2))
        evening = hump(hour_of_day(times), 18.3, 1.5)
        dry = np.exp(-self._weather.rain.depth(times, 24 * HOUR) / 2.0)
        patchy = np.clip(0.5 + 0.6 * smooth(self._key("fires"), times / 5400.0), 0.0, 1.6)
        result: Floats = harvest * evening * dry * patchy
        return result

    def particles(self, times: Floats, near: Surroundings) -> tuple[Floats, Floats, Floats]:
        """Particles up to 1, 2.5 and 10 µm: background, exhaust, smoke, workshops; coarse ones from dry roads."""
        pile, traffic = self._pile(times), self.traffic(times)
        source = (
            self._background(times) * (0.55 + 0.45 * pile)
            + 16.0 * near.traffic * traffic * pile
            + 120.0 * near.fields * self._fires(times)
            + 7.0 * near.industry * pile
        )
        fine = source * np.exp(0.10 * smooth(self._key("pm minutes"), times / 700.0))
        dust = (6.0 + 34.0 * near.traffic * traffic) * self._dry_roads(times) * (0.5 + 0.5 * pile)
        share = 0.68 + 0.03 * smooth(self._key("pm1"), times / 3600.0)
        return fine * share, fine, 1.28 * fine + dust

    def gases(self, times: Floats, near: Surroundings) -> tuple[Floats, Floats, Floats, Floats]:
        """CO, NO2, SO2 and O3: exhaust, coal in workshops and from afar in winter; ozone is made by the afternoon's
        light and eaten by fresh exhaust.
        """
        pile, traffic = self._pile(times), self.traffic(times)
        light = self._weather.irradiance(times) / 900.0
        co = 420.0 + (900.0 * near.traffic * traffic + 260.0) * pile + 2_600.0 * near.fields * self._fires(times)
        emitted = 4.0 + 46.0 * near.traffic * traffic + 9.0 * near.industry
        no2 = 3.0 + emitted * pile * (1.0 - 0.4 * np.minimum(light, 1.0))
        afar = 5.0 + 7.0 * (0.5 + 0.5 * np.cos(season(times)))
        so2 = afar + (22.0 * near.industry + 3.0) * pile * (0.5 + 0.5 * people.at_work(times))
        o3 = np.maximum(self._ozone(times) - 0.45 * no2, 2.0)
        return co, no2, so2, o3

    def _background_course(self, times: Floats) -> Floats:
        """Fine dust that comes from afar, µg/m³."""
        slow = np.exp(0.38 * smooth(self._key("pm days"), times / (2.2 * 86400)))
        result: Floats = monthly(MONTHLY_BACKGROUND_PM25, times) * slow
        return result

    def _dryness(self, times: Floats) -> Floats:
        result: Floats = np.exp(-self._weather.rain.depth(times, 12 * HOUR) / 3.0)
        return result

    def _ozone_course(self, times: Floats) -> Floats:
        light = self._weather.irradiance(times - 2 * HOUR) / 800.0
        mood = 0.8 + 0.2 * smooth(self._key("o3"), times / 86400.0)
        night = 22.0 * np.exp(0.3 * smooth(self._key("o3 hours"), times / (5 * HOUR)))
        result: Floats = night + 82.0 * np.minimum(light, 1.2) * mood
        return result

    def noise(self, times: Floats, near: Surroundings) -> Floats:
        """Sound level in dB(A): energies of traffic, market, rain and a quiet background add."""
        rain = 4e4 * np.minimum(self._weather.rain_rate(times), 60.0)
        energy = (
            10**4.0
            # The sound of a road falls faster with distance than its smell.
            + 10**6.9 * near.traffic**1.8 * self.traffic(times)
            + 10**6.3 * near.industry * people.at_work(times)
            + 10**6.2 * near.traffic * people.market(times)
            + rain
        )
        result: Floats = 10.0 * np.log10(energy) + 1.2 * smooth(self._key("passing"), times / 45.0)
        return result

    def spot_factor(self, spot: Spot) -> float:
        """How much dustier than the commune a place is by chance, near 1."""
        return float(np.exp(0.06 * smooth(self._key("place"), (spot.x + 1.7 * spot.y) / 400.0)[0]))

    def _key(self, name: str) -> np.uint64:
        return key(self._seed, "air", name)
