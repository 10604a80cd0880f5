"""Samples of the mobile network as columns: one entry of every array is one sample of one operator."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from devices.catalogue.signal_probe import SURROUNDINGS, TECHNOLOGIES
from reports.grids import Flags, Floats, Integers

SmallIntegers = NDArray[np.int8]

UNKNOWN = -1
"""Of a code: the sample does not say."""
NR_SA, NR_NSA, LTE, UMTS, GSM, NONE = range(len(TECHNOLOGIES))
OUTDOOR, INDOOR, VEHICLE = range(len(SURROUNDINGS))


@dataclass(frozen=True, slots=True)
class Samples:
    """Columns of equal length, in any order. NaN, and -1 in a code, say that a value is not there.

    `time_us` is in microseconds since 1970 in UTC; `terminal` is the number of the device; `operator` is a place in
    `operators`, `technology` in the catalogue's `TECHNOLOGIES`, `surroundings` in its `SURROUNDINGS`; `access_ok` is 1
    or 0. Degrees are of WGS 84, `accuracy` in m, `speed` in m/s, levels in dBm, qualities in dB, `download` and
    `upload` in Mbit/s, `latency` in ms.
    """

    operators: tuple[str, ...]
    time_us: Integers
    terminal: Integers
    operator: SmallIntegers
    technology: SmallIntegers
    surroundings: SmallIntegers
    latitude: Floats
    longitude: Floats
    accuracy: Floats
    speed: Floats
    ss_rsrp: Floats
    ss_sinr: Floats
    rsrp: Floats
    sinr: Floats
    download: Floats
    upload: Floats
    latency: Floats
    access_ok: SmallIntegers

    def __len__(self) -> int:
        return int(self.time_us.shape[0])

    def take(self, chosen: Integers | Flags) -> Self:
        """The samples at some places, or those that are marked."""
        return type(self)(self.operators, *(getattr(self, name)[chosen] for name in COLUMNS))


COLUMNS = tuple(column.name for column in fields(Samples))[1:]
"""The names of the arrays, in order."""
