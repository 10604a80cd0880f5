"""Water in the soil of irrigated zones, hour by hour: rain, evapotranspiration, drainage, and what is irrigated.

Reference evapotranspiration follows Makkink (1957). Rice is kept by alternate wetting and drying: the field is flooded
again when the water in the field tube has sunk to −15 cm. The state is carried from the start of the world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulators.calendar import hour_of_day, season, year_start
from simulators.noise import Flags, Floats, key, smooth
from simulators.tables import Yearbook, between_steps
from simulators.weather import HOUR, Spot, Weather

FIELD_CAPACITY = 37.0
WILTING = 15.0
REFILL_CM = -15.0
FLOOD_CM = 5.0
_TUBE_CM_PER_MM = 0.55
"""Below the surface a millimetre of water moves the level in the tube by this many centimetres."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An irrigated zone: `crop` is "rice" or "vegetables", the meter's flow in L/min, the pump in W."""

    name: str
    crop: str
    area_m2: float
    flow_l_min: float
    pump_watts: float
    root_mm: float = 300.0

    @property
    def rate_mm(self) -> float:
        """Irrigation in mm/h while the valve is open."""
        return self.flow_l_min * 60.0 / self.area_m2


@dataclass(slots=True)
class _State:
    moisture: float = 33.0
    tube_cm: float = 0.0
    tank: float = 85.0
    flooding: bool = False


@dataclass(frozen=True, slots=True)
class _SoilYear:
    start: int
    moisture: Floats
    tube_cm: Floats
    tank: Floats
    opened: Floats
    opened_before: Floats
    last: _State


class Soil:
    """The soil water of one zone."""

    def __init__(self, seed: int, code: str, zone: Zone, weather: Weather, spot: Spot) -> None:
        self.zone = zone
        self._weather = weather
        self._spot = spot
        self._source = key(seed, "soil", code, zone.name)
        self._years: Yearbook[_SoilYear] = Yearbook(self._build)

    def moisture(self, times: Floats) -> Floats:
        """Volumetric water content of the root zone in percent."""
        mean = self._years.read(times, lambda y, at: between_steps(y.moisture, (at - y.start) / HOUR))
        result: Floats = mean + 0.15 * smooth(self._source, times / 3000.0)
        return result

    def tube(self, times: Floats) -> Floats:
        """Water in the field tube in cm above the soil surface; meaningful for rice."""
        return self._years.read(times, lambda y, at: between_steps(y.tube_cm, (at - y.start) / HOUR))

    def tank(self, times: Floats) -> Floats:
        """Filling of the tank in percent."""
        return self._years.read(times, lambda y, at: between_steps(y.tank, (at - y.start) / HOUR))

    def is_open(self, times: Floats) -> Flags:
        """True while the valve is open: the first part of each hour in which there is irrigation."""
        return self._years.read(times, lambda y, at: _opened(y, at)[1]) > 0.5

    def water(self, times: Floats) -> Floats:
        """Irrigation water since the start of the world in m³: the integral of flow over the time the valve is open."""
        hours = self._years.read(times, lambda y, at: _opened(y, at)[0])
        result: Floats = hours * self.zone.flow_l_min * 60.0 / 1000.0
        return result

    def temperature(self, times: Floats) -> Floats:
        """Soil temperature at 10 cm in °C: the air of the hours before, damped."""
        lags = (2, 5, 8, 11, 14, 17, 20, 23)
        air = sum((self._weather.temperature(times - lag * HOUR, self._spot) for lag in lags), np.zeros(1))
        now = self._weather.temperature(times - 3 * HOUR, self._spot)
        result: Floats = 0.72 * air / len(lags) + 0.28 * now + 0.8 * np.sin(season(times) - 1.2)
        return result

    def conductivity(self, times: Floats) -> Floats:
        """Electrical conductivity in µS/cm: salts thin out in wet soil, fertiliser comes every few weeks."""
        fed = 1.0 + 0.25 * smooth(self._source ^ np.uint64(5), times / (20 * 86_400.0))
        result: Floats = np.maximum(620.0 * fed * (FIELD_CAPACITY / self.moisture(times)) ** 0.6, 50.0)
        return result

    def _build(self, year: int, before: _SoilYear | None) -> _SoilYear:
        start, end = year_start(year), year_start(year + 1)
        edges = np.arange(start, end + 1, HOUR)
        rain = np.diff(self._weather.fallen(edges, self._spot))
        middles = edges[:-1] + HOUR / 2
        evaporation = makkink(self._weather.irradiance(middles), self._weather.temperature(middles, self._spot))
        hours = hour_of_day(edges[:-1]).round().astype(int).tolist()
        growing = _rice_grows(season(middles)).tolist()
        state = _State() if before is None else replace(before.last)
        moisture, tube, tank, opened = [state.moisture], [state.tube_cm], [state.tank], []
        step = self._rice_hour if self.zone.crop == "rice" else self._vegetable_hour
        for fallen, dry, hour, grows in zip(rain.tolist(), evaporation.tolist(), hours, growing, strict=True):
            share = step(state, fallen, dry, hour, grows)
            state.tank = max(12.0, min(96.0, state.tank + 7.0 - 38.0 * share))
            moisture.append(state.moisture)
            tube.append(state.tube_cm)
            tank.append(state.tank)
            opened.append(share)
        total = 0.0 if before is None else float(before.opened_before[-1])
        shares = np.array(opened)
        return _SoilYear(
            start,
            np.array(moisture),
            np.array(tube),
            np.array(tank),
            shares,
            total + np.concatenate([[0.0], np.cumsum(shares)]),
            state,
        )

    def _vegetable_hour(self, state: _State, rain: float, dry: float, hour: int, _grows: bool) -> float:
        """One hour of a bed of vegetables; returns the share of it with the valve open."""
        share = 0.0
        if hour in (6, 17) and state.moisture < 28.0:
            wish_mm = (34.0 - state.moisture) / 100.0 * self.zone.root_mm
            share = min(1.0, wish_mm / self.zone.rate_mm)
        stress = max(0.05, min(1.0, (state.moisture - WILTING) / 12.0))
        gain = 0.85 * rain + share * self.zone.rate_mm - 1.05 * dry * stress
        state.moisture += 100.0 * gain / self.zone.root_mm
        if state.moisture > FIELD_CAPACITY:
            state.moisture -= 0.12 * (state.moisture - FIELD_CAPACITY)
        state.moisture = max(WILTING - 4.0, min(46.0, state.moisture))
        return share

    def _rice_hour(self, state: _State, rain: float, dry: float, hour: int, grows: bool) -> float:
        """One hour of a paddy; flooding goes on over hours until the wanted depth, by day only."""
        if grows and state.tube_cm <= REFILL_CM:
            state.flooding = True
        if state.tube_cm >= FLOOD_CM or not grows:
            state.flooding = False
        share = 1.0 if state.flooding and 5 <= hour < 21 else 0.0
        gain = rain + share * self.zone.rate_mm - (1.15 if grows else 0.7) * dry - 0.08
        state.tube_cm += gain * (0.1 if state.tube_cm > 0 else _TUBE_CM_PER_MM)
        # The bund holds twelve centimetres; what is more runs over. The groundwater is half a metre down.
        state.tube_cm = max(-48.0, min(12.0, state.tube_cm))
        state.moisture = 47.0 + 0.45 * min(state.tube_cm, 0.0)
        return share


def _opened(table: _SoilYear, times: Floats) -> tuple[Floats, Floats]:
    """Hours that the valve has been open since the start of the world, and 1 where it is open now."""
    hour = np.clip(((times - table.start) // HOUR).astype(np.int64), 0, table.opened.size - 1)
    into = (times - table.start) / HOUR - hour
    done = np.minimum(into, table.opened[hour])
    return table.opened_before[hour] + done, (into < table.opened[hour]).astype(np.float64)


def makkink(irradiance: Floats, celsius: Floats) -> Floats:
    """Reference evapotranspiration in mm/h from W/m² and °C: 0.65 · Δ/(Δ+γ) · Rs/λ (Makkink 1957)."""
    vapour = 6.112 * np.exp(17.62 * celsius / (243.12 + celsius))
    slope = vapour * 17.62 * 243.12 / (243.12 + celsius) ** 2
    result: Floats = 0.65 * slope / (slope + 0.66) * irradiance * 3600.0 / 2.45e6
    return result


def _rice_grows(phase: Floats) -> Flags:
    """The spring crop from mid-February to early June, the summer crop from July to early October."""
    day = phase * 365.0 / (2.0 * np.pi)
    result: Flags = ((day > 45) & (day < 155)) | ((day > 185) & (day < 280))
    return result
