"""What the loudspeakers play: every day at five in the morning and five in the afternoon, and urgent warnings of rain.

Bulletins are thông thường, ưu tiên or khẩn cấp as TT 39/2020/TT-BTTTT names them; an urgent one is played at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.calendar import OFFSET_SECONDS, day_number, hour_of_day, weekday
from simulators.noise import Floats, Integers, key, uniform
from simulators.rain import Rain

MORNING_HOUR = 5.0
AFTERNOON_HOUR = 17.0
SLOT_SECONDS = 1800
URGENT_SECONDS = 300
URGENT_RAIN_MM = 80.0
"""Rain in 24 hours from which warnings are read at every full hour by day."""
PRIORITIES = ("thong_thuong", "uu_tien", "khan_cap")


@dataclass(frozen=True, slots=True)
class OnAir:
    """What is on the air: `priority` is a place in PRIORITIES, −1 for silence; `begin` the start of the bulletin."""

    priority: Integers
    begin: Integers


class Programme:
    """The bulletins of a commune; every loudspeaker plays the same."""

    def __init__(self, seed: int, rain: Rain) -> None:
        self._length = key(seed, "bulletin length")
        self._rain = rain

    def on_air(self, times: Floats) -> OnAir:
        """What is on the air at each time."""
        seconds = hour_of_day(times) * 3600.0
        midnight = times - seconds
        slot = np.where(seconds < 12 * 3600, MORNING_HOUR, AFTERNOON_HOUR) * 3600.0
        number = day_number(times) * 2 + (slot > 12 * 3600)
        length = 600.0 + np.floor(1080.0 * uniform(self._length, number))
        regular = (seconds >= slot) & (seconds < slot + length)
        # Mondays and Thursdays open with what the commune's committee asks people to hear.
        first = np.where(np.isin(weekday(times), (0, 3)), 1, 0)
        hour_begin = np.floor(seconds / 3600.0) * 3600.0
        heavy = self._rain.depth(midnight + hour_begin, 86_400.0) >= URGENT_RAIN_MM
        waking = (hour_begin >= 6 * 3600) & (hour_begin <= 21 * 3600)
        urgent = heavy & waking & (seconds < hour_begin + URGENT_SECONDS)
        priority = np.where(urgent, 2, np.where(regular, first, -1)).astype(np.int64)
        begin = midnight + np.where(urgent, hour_begin, slot)
        return OnAir(priority, np.round(begin).astype(np.int64))

    @staticmethod
    def name(begin: int, priority: int) -> str:
        """The identifier of a bulletin, such as bt-20261120-0500."""
        moment = np.datetime64(begin + OFFSET_SECONDS, "s").item()
        prefix = "kc" if priority == 2 else "bt"
        return f"{prefix}-{moment:%Y%m%d-%H%M}"
