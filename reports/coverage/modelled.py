"""A modelled map: what the level may be where nobody measured. It is for looking at, and never part of a verdict.

The operator's masts are not known to us, so they are looked for: places from which the measured levels fall with the
logarithm of the distance (level = c − 10 n lg d), one after the other as long as each explains something. What is left
between the model and the cells measured nearby is spread by inverse distance. The error is told by leaving out each
measured cell in turn and predicting it from the others, with the places of the masts as they were found from all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.coverage.summary import CellVerdict
from reports.grids import Floats, Integers, floats

LEAST_CELLS = 12
"""With fewer measured cells nothing is modelled."""
MOST_SOURCES = 8
WORTH = 0.93
"""One more source has to bring the sum of squares below this share of what it was."""
NEAREST_M = 50.0
"""Nearer to a source than this the level does not rise any more: masts are some thirty metres high."""
NEIGHBOURS = 8
NO_SERVICE_DBM = -120.0
"""Taken for a measured cell in which no sample was in service: a handset leaves 5G about there."""
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class ModelledCell:
    """A cell of which the level is modelled, in dBm, and how far it is from the nearest measured one."""

    cell: str
    latitude: float
    longitude: float
    rsrp_dbm: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class ModelledMap:
    """Levels of the cells that were not measured. `exponent` is n; `sources` are latitudes and longitudes.

    `error_db` is the root mean square, and `bias_db` the mean, of modelled less measured, each measured cell left out.
    """

    cells: tuple[ModelledCell, ...]
    sources: tuple[tuple[float, float], ...]
    exponent: float
    measured: int
    error_db: float
    bias_db: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """The path loss from some places: `distance` of each place asked for to its nearest source, in metres."""

    intercept: float
    slope: float

    def at(self, distance: Floats) -> Floats:
        result: Floats = self.intercept - self.slope * np.log10(distance)
        return result


def model_levels(cells: Sequence[CellVerdict]) -> ModelledMap | None:
    """Model the cells of a report that have no samples from those that have; None where too few have."""
    known = [cell for cell in cells if cell.samples]
    unknown = [cell for cell in cells if not cell.samples]
    if len(known) < LEAST_CELLS:
        return None
    level = floats([NO_SERVICE_DBM if cell.mean_rsrp_dbm is None else cell.mean_rsrp_dbm for cell in known])
    everywhere = [*known, *unknown]
    apart = _apart(everywhere, everywhere)
    size = len(known)
    sources = _find_sources(level, apart[:size])
    near = np.maximum(apart[:, sources], NEAREST_M).min(axis=1)
    fit = _fit(level, near[:size])
    between = apart[:size, :size]
    left_out = _left_out(level, near[:size], between)
    residual = level - fit.at(near[:size])
    found = fit.at(near[size:]) + _spread(residual, apart[size:, :size])
    off = left_out - level
    return ModelledMap(
        tuple(
            ModelledCell(cell.cell, cell.latitude, cell.longitude, float(value), float(distance))
            for cell, value, distance in zip(unknown, found, apart[size:, :size].min(axis=1), strict=True)
        ),
        tuple((everywhere[at].latitude, everywhere[at].longitude) for at in sources),
        fit.slope / 10,
        size,
        float(np.sqrt((off**2).mean())),
        float(off.mean()),
    )


def _apart(here: Sequence[CellVerdict], there: Sequence[CellVerdict]) -> Floats:
    """Distances in metres on the plane of the commune: here × there."""
    latitude = floats([cell.latitude for cell in here])[:, None] - floats([cell.latitude for cell in there])
    longitude = floats([cell.longitude for cell in here])[:, None] - floats([cell.longitude for cell in there])
    squeeze = np.cos(np.radians(here[0].latitude))
    result: Floats = _METRES_A_DEGREE * np.hypot(latitude, longitude * squeeze)
    return result


def _fit(level: Floats, distance: Floats) -> _Fit:
    """Least squares; without any slope where the level does not fall with the distance."""
    lg = np.log10(distance)
    spread = float(((lg - lg.mean()) ** 2).sum())
    slope = -float(((lg - lg.mean()) * (level - level.mean())).sum()) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0)
    return _Fit(float(level.mean() + slope * lg.mean()), slope)


def _find_sources(level: Floats, apart: Floats) -> list[int]:
    """The cells that serve best as places of masts; `apart` is measured cells × all cells."""
    chosen: list[int] = []
    near = np.full(level.shape, np.inf)
    left = float(((level - level.mean()) ** 2).sum())
    while len(chosen) < MOST_SOURCES:
        tried = np.log10(np.maximum(np.minimum(near[:, None], apart), NEAREST_M))
        centred = tried - tried.mean(axis=0)
        squares = (centred**2).sum(axis=0)
        falls = np.maximum(-(centred * (level - level.mean())[:, None]).sum(axis=0), 0.0)
        explained = falls**2 / np.where(squares > 0, squares, 1.0)
        best = int(explained.argmax())
        after = float(((level - level.mean()) ** 2).sum() - explained[best])
        if chosen and after > WORTH * left:
            break
        chosen.append(best)
        near, left = np.minimum(near, apart[:, best]), after
    return chosen


def _spread(residual: Floats, apart: Floats) -> Floats:
    """Residuals of the nearest measured cells by the inverse square of the distance; `apart` is places × measured."""
    count = min(NEIGHBOURS, apart.shape[1])
    nearest: Integers = (
        np.argpartition(apart, count - 1, axis=1)[:, :count] if apart.size else np.empty((0, count), int)
    )
    weight = 1.0 / np.maximum(np.take_along_axis(apart, nearest, axis=1), 1.0) ** 2
    result: Floats = (weight * residual[nearest]).sum(axis=1) / weight.sum(axis=1)
    return result


def _left_out(level: Floats, near: Floats, between: Floats) -> Floats:
    """What the others say of each measured cell: the fit without it, and their residuals."""
    found = np.empty(level.shape)
    for at in range(level.size):
        others = np.arange(level.size) != at
        fit = _fit(level[others], near[others])
        residual = level[others] - fit.at(near[others])
        found[at] = fit.at(near[at : at + 1])[0] + _spread(residual, between[at : at + 1, others])[0]
    return found
