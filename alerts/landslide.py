"""The risk of landslide and flash flood at a rain gauge, from what fell (QĐ 18/2021/QĐ-TTg, article 46).

The level of a moment is that of the table for the rain of the 24 hours before it, for how many days of rain in a row
came before those, and for how susceptible the place is. The measure of the rule is the highest level of the last six
hours, looked at hour by hour: slopes slip after the rain as well, and an alert does not flap while a shower passes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.evaluate import Observation, Over, total
from devices.rain_risk import LANDSLIDE_TABLE, RiskRow, Susceptibility, landslide_level

HOURS_HELD = 6
MOST_DAYS_BEFORE = 3
"""So many days before are counted; no row of the decision tells more apart."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LandslideRules:
    """The commune's configuration: the table of its region, what a day of rain is, how susceptible its places are.

    `susceptibility` is by commune, commune/hamlet or commune/device; the most exact counts, else `usual`.
    """

    table: Sequence[RiskRow] = LANDSLIDE_TABLE
    rainy_day_mm: float = 16.0
    usual: Susceptibility = Susceptibility.MEDIUM
    susceptibility: Mapping[str, Susceptibility] = field(default_factory=dict)

    def of_place(self, subject: str, hamlet: str | None) -> Susceptibility:
        """How susceptible the place of a device is; `subject` is commune/device."""
        commune = subject.partition("/")[0]
        names = (subject, f"{commune}/{hamlet}", commune)
        return next((self.susceptibility[name] for name in names if name in self.susceptibility), self.usual)

    def measure_at(self, subject: str, hamlet: str | None) -> Over:
        """The measure of the rule at a device."""
        place = self.of_place(subject, hamlet)

        def over(held: Sequence[Observation], at: datetime) -> float:
            moments = (at - timedelta(hours=back) for back in range(HOURS_HELD))
            return float(max(self._level(held, moment, place) for moment in moments))

        return over

    def _level(self, held: Sequence[Observation], at: datetime, place: Susceptibility) -> int:
        fallen = _fallen(held, at)
        if fallen < min((row.rain_mm for row in self.table), default=fallen + 1):
            return 0
        days = 0
        while days < MOST_DAYS_BEFORE and _fallen(held, at - (days + 1) * _DAY) >= self.rainy_day_mm:
            days += 1
        return landslide_level(fallen, days, place, self.table)


def _fallen(held: Sequence[Observation], at: datetime) -> float:
    """Rain of the 24 hours before a moment, in mm."""
    first, last = (bisect_right(held, moment, key=lambda one: one.time) for moment in (at - _DAY, at))
    return total(held[first:last])
