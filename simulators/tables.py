"""Tables that stand in for slow functions of time, and tables that are kept by year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from simulators.calendar import ORIGIN_YEAR, WARM_UP_YEAR, year_of
from simulators.errors import BeforeTheWorld
from simulators.noise import Floats

T = TypeVar("T")


def between_steps(values: Floats, position: Floats) -> Floats:
    """Linear interpolation in values at steps 0, 1, 2 ...; positions outside take the value at the edge."""
    inside = np.clip(position, 0.0, values.size - 1.0)
    left = np.minimum(inside.astype(np.int64), values.size - 2)
    result: Floats = values[left] + (values[left + 1] - values[left]) * (inside - left)
    return result


class Sampled:
    """A slow, continuous function of time, sampled every `step_seconds` in blocks and interpolated between.

    The blocks are a cache: they lie at fixed times, so the value at a time does not depend on what was asked before.
    """

    BLOCK_STEPS = 1024

    def __init__(self, function: Callable[[Floats], Floats], step_seconds: float) -> None:
        self._function = function
        self._step = step_seconds
        self._blocks: dict[int, Floats] = {}

    def __call__(self, times: Floats) -> Floats:
        """The function at each time."""
        length = self._step * self.BLOCK_STEPS
        blocks = np.floor(times / length).astype(np.int64)
        first = int(blocks.min()) if blocks.size else 0
        last = int(blocks.max()) if blocks.size else 0
        table = np.concatenate([self._block(block) for block in range(first, last + 1)])
        # Positions count from the element's own block: from another one they would round differently, and the last
        # bit of a value would depend on what else was asked for.
        inside = (times - blocks * length) / self._step
        step = np.minimum(inside.astype(np.int64), self.BLOCK_STEPS - 1)
        left = (blocks - first) * (self.BLOCK_STEPS + 1) + step
        result: Floats = table[left] + (table[left + 1] - table[left]) * (inside - step)
        return result

    def _block(self, block: int) -> Floats:
        table = self._blocks.get(block)
        if table is None:
            steps = np.arange(self.BLOCK_STEPS + 1, dtype=np.float64)
            table = self._blocks[block] = self._function((block * self.BLOCK_STEPS + steps) * self._step)
        return table


class Yearbook(Generic[T]):
    """Tables by local year, each built from the one before, so that totals carry over the turn of the year."""

    def __init__(self, build: Callable[[int, T | None], T]) -> None:
        self._build = build
        self._years: dict[int, T] = {}

    def __getitem__(self, year: int) -> T:
        """The table of a year; those before it are built first. The world warms up for a year before ORIGIN."""
        if year < WARM_UP_YEAR:
            raise BeforeTheWorld(f"year {year} is before the simulated world begins ({ORIGIN_YEAR})")
        for wanted in range(WARM_UP_YEAR + len(self._years), year + 1):
            self._years[wanted] = self._build(wanted, self._years.get(wanted - 1))
        return self._years[year]

    def read(self, times: Floats, look: Callable[[T, Floats], Floats]) -> Floats:
        """Look up each time in the table of its year; times before the warm-up see its first moment."""
        years = np.maximum(year_of(times), WARM_UP_YEAR)
        first = int(years[0]) if years.size else ORIGIN_YEAR
        if years.size == 0 or bool((years == first).all()):
            return look(self[first], times)
        result = np.empty(times.shape, dtype=np.float64)
        for year in np.unique(years):
            here = years == year
            result[here] = look(self[int(year)], times[here])
        return result
