"""The ground as a coarse grid of heights, bilinear in between, and what of the radio's sight it takes away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.noise import Flags, Floats

_LOOKS = 24
"""Places along a line of sight at which the ground is looked at."""
_FLAT_EARTH_M = 17_000_000.0
"""Twice four thirds of the earth's radius: radio waves bend down, as if the earth were so much larger."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights above the sea in metres, rows from south to north, columns from west to east, `spacing_m` apart.

    `west_m` and `south_m` are where the first one lies on the commune's plane. Beyond the grid its edge goes on.
    """

    west_m: float
    south_m: float
    spacing_m: float
    heights: tuple[tuple[float, ...], ...]

    def height(self, x: Floats, y: Floats) -> Floats:
        """Height of the ground at places in metres east and north."""
        grid = np.array(self.heights)
        rows, columns = grid.shape
        right = np.clip((x - self.west_m) / self.spacing_m, 0.0, columns - 1.0)
        up = np.clip((y - self.south_m) / self.spacing_m, 0.0, rows - 1.0)
        column = np.minimum(right.astype(np.int64), columns - 2)
        row = np.minimum(up.astype(np.int64), rows - 2)
        right, up = right - column, up - row
        south = grid[row, column] * (1.0 - right) + grid[row, column + 1] * right
        north = grid[row + 1, column] * (1.0 - right) + grid[row + 1, column + 1] * right
        result: Floats = south * (1.0 - up) + north * up
        return result

    def hides(self, mast: tuple[float, float, float], x: Floats, y: Floats, above_m: float) -> Flags:
        """True where the ground stands between the top of a mast and what is `above_m` over the ground at x, y.

        `mast` is its place, and the height of its antennas over its own ground.
        """
        here = np.array([mast[0]]), np.array([mast[1]])
        top = self.height(*here)[0] + mast[2]
        foot = self.height(x, y) + above_m
        share = (np.arange(1, _LOOKS) / _LOOKS)[:, None]
        away_x, away_y = x[None, :] - mast[0], y[None, :] - mast[1]
        distance = np.hypot(away_x, away_y)
        bulge = share * (1.0 - share) * distance**2 / _FLAT_EARTH_M
        line = top + share * (foot[None, :] - top)
        ground = self.height((mast[0] + share * away_x).reshape(-1), (mast[1] + share * away_y).reshape(-1)).reshape(
            line.shape
        )
        result: Flags = (ground + bulge > line).any(axis=0)
        return result
