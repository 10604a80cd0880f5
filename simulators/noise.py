"""Randomness without state: the same seed, name and position always give the same value, in any order.

Everything that looks random in the simulated world comes from here. A `Key` is a hash of the seed and of names; values
are hashes of a key and a whole number (SplitMix64, Steele, Lea and Flood, OOPSLA 2014), smoothed where a process has a
memory.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Key: TypeAlias = np.uint64

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(0x5851F42D4C957F2D)


@lru_cache(maxsize=65_536)
def key(seed: int, *names: str | int) -> Key:
    """The key of a named source of randomness in the world of `seed`."""
    text = "\x1f".join(str(part) for part in (seed, *names))
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))


def _bits(source: Key, index: Any) -> NDArray[np.uint64]:
    """64 well-mixed bits for each whole number of `index`; arithmetic is modulo 2^64 on purpose."""
    state = np.atleast_1d(np.asarray(index, dtype=np.int64)).view(np.uint64) + np.uint64(1)
    state *= _GOLDEN
    state += source
    for shift, mix in ((np.uint64(30), _MIX_1), (np.uint64(27), _MIX_2)):
        state ^= state >> shift
        state *= mix
    state ^= state >> np.uint64(31)
    return state


def uniform(source: Key, index: Any) -> Floats:
    """A uniform number in (0, 1) for each whole number of `index`."""
    number: Floats = (_bits(source, index) >> np.uint64(11)).astype(np.float64)
    number *= 2.0**-53
    number += 2.0**-54
    return number


def normal(source: Key, index: Any) -> Floats:
    """A standard normal number for each whole number of `index` (Box and Muller)."""
    radius = np.log(uniform(source, index))
    radius *= -2.0
    result: Floats = np.sqrt(radius, out=radius)
    result *= _cosine(uniform(source ^ _HALF, index))
    return result


def _cosine(turns: Floats) -> NDArray[np.float32]:
    """The cosine of numbers of turns, to six decimals: no sensor tells more, and it takes a tenth of the time."""
    angle = (turns - np.rint(turns)).astype(np.float32)
    angle *= np.float32(2.0 * np.pi)
    return np.cos(angle, out=angle)


def one(source: Key, index: int = 0) -> float:
    """One uniform number in (0, 1), for traits that do not change."""
    return float(uniform(source, index)[0])


def between(source: Key, low: float, high: float, index: int = 0) -> float:
    """One uniform number between two bounds."""
    return low + (high - low) * one(source, index)


def smooth(source: Key, position: Any) -> Floats:
    """Standard normal at every position, continuous, with a memory of about one unit of `position`.

    Interpolated value noise, scaled so that its variance is one everywhere and not only at the lattice.
    """
    where = np.atleast_1d(np.asarray(position, dtype=np.float64))
    floor = np.floor(where)
    left = floor.astype(np.int64)
    share = where - floor
    share = share * share * (3.0 - 2.0 * share)
    before, after = _neighbours(source, left)
    mixed = before * (1.0 - share) + after * share
    result: Floats = mixed / np.sqrt((1.0 - share) ** 2 + share**2)
    return result


def _neighbours(source: Key, left: Integers) -> tuple[Floats, Floats]:
    """The normal numbers at each place of a lattice and at the next; each worked out once where places are shared."""
    first, last = (int(left.min()), int(left.max())) if left.size else (0, 0)
    if last - first + 2 >= 2 * left.size:
        return normal(source, left), normal(source, left + 1)
    lattice = normal(source, np.arange(first, last + 2))
    return lattice[left - first], lattice[left - first + 1]


def probability(value: Floats) -> Floats:
    """The share of standard normal numbers below `value` (logistic approximation, error below 0.01)."""
    result: Floats = 1.0 / (1.0 + np.exp(-1.702 * value))
    return result


class PlaneField:
    """A standard normal field over the plane whose correlation is exp(−distance / `correlation_m`).

    A sum of plane waves with wave numbers from the spectrum of the exponential correlation, which in two dimensions is
    the bivariate Cauchy density. Any point can be asked for alone; neighbours agree.
    """

    WAVES = 128
    PLACES = 128
    """So many places are worked out at once: their waves fit the processor's cache."""

    def __init__(self, source: Key, correlation_m: float) -> None:
        index = np.arange(self.WAVES)
        scale = np.abs(normal(source, index + 2_000)) * correlation_m
        turn = 2.0 * np.pi * scale
        self._kx: Floats = normal(source, index) / turn
        self._ky: Floats = normal(source, index + 1_000) / turn
        self._phase: Floats = uniform(source, index + 3_000)

    def at(self, x: Floats, y: Floats) -> Floats:
        """The field at places in metres east and north."""
        result: Floats = np.empty(x.shape)
        for start in range(0, x.size, self.PLACES):
            here = slice(start, start + self.PLACES)
            turns = np.outer(x[here], self._kx)
            turns += np.outer(y[here], self._ky)
            turns += self._phase
            result[here] = _cosine(turns).sum(axis=1)
        result *= np.sqrt(2.0 / self.WAVES)
        return result
