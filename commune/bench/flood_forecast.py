"""The skill of the flood forecast on simulated floods: hit rate, false alarms, lead time, beside the trend alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from alerts.forecast import LEAD_HOURS, Floats, Skill, expected, fit, skill_of
from simulators.calendar import year_start
from simulators.communes import load
from simulators.setting import Setting
from simulators.world import World

HOUR = 3600.0
YEARS = (2024, 2025)
LEARNED_FROM = (101, 102, 103)
TRIED_ON = tuple(range(1, 13))
LEVELS = {"song": 250.0, "kenh-chinh": 190.0, "kenh-nhanh": 140.0}
"""Alarm level 1 of each reach of the sample commune, in cm: those of the simulated storm."""
MARGIN_CM = 10.0
SENSOR_CM = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    reach: str
    way: str
    skill: Skill

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        rates = {"hit_rate": self.skill.hit_rate, "false_alarm_ratio": self.skill.false_alarm_ratio}
        return {"reach": self.reach, "way": self.way, **asdict(self.skill), **rates}


def simulated_hours(setting: Setting, seed: int, year: int, reach: str) -> tuple[Floats, Floats]:
    """Rain in mm and water level in cm of each hour of a simulated year, with the noise of a gauge."""
    world = World(seed, setting)
    times = np.arange(year_start(year) + 2 * 86_400, year_start(year + 1) - 86_400, HOUR)
    noise = np.random.default_rng([seed, year]).normal(0.0, SENSOR_CM, times.size)
    return world.weather.rain.depth(times, HOUR), world.rivers[reach].level(times - HOUR / 2) + noise


def learned(setting: Setting, reach: str, seeds: Sequence[int] = LEARNED_FROM) -> list[float]:
    """The weights that some worlds teach."""
    years = [simulated_hours(setting, seed, year, reach) for seed in seeds for year in YEARS]
    weights, _ = fit(np.concatenate([rain for rain, _ in years]), np.concatenate([level for _, level in years]))
    return weights


def measure(
    setting: Setting, reach: str, threshold: float, weights: Sequence[float], seeds: Sequence[int] = TRIED_ON
) -> tuple[Skill, Skill]:
    """The skill of the forecast on worlds that it has not seen, and of the rise of three hours carried on for six."""
    model, trend = [], []
    for seed in seeds:
        rain, level = simulated_hours(setting, seed, YEARS[-1], reach)
        rise = np.zeros(level.shape)
        rise[3:] = np.maximum(level[3:] - level[:-3], 0.0) / 3.0
        model.append(skill_of(level, expected(weights, rain, level), threshold, MARGIN_CM))
        trend.append(skill_of(level, level + LEAD_HOURS * rise, threshold, MARGIN_CM))
    return _together(model), _together(trend)


def rows(commune: str = "gia-loc") -> Iterator[Row]:
    """The table, reach by reach."""
    setting = load(commune).setting
    for reach, threshold in LEVELS.items():
        model, trend = measure(setting, reach, threshold, learned(setting, reach))
        yield Row(reach, "forecast", model)
        yield Row(reach, "trend alone", trend)


def _together(skills: Sequence[Skill]) -> Skill:
    leads = [one.lead_hours for one in skills for _ in range(one.hits) if one.lead_hours is not None]
    return Skill(
        sum(one.floods for one in skills),
        sum(one.hits for one in skills),
        sum(one.false_alarms for one in skills),
        float(np.median(leads)) if leads else None,
    )
