"""What a day of samples leaves behind: enough for every figure of any period that it belongs to.

Of each fine cell (H3 resolution 11: 50 m from one to the next), operator and surroundings one sample is evidence, for
the shadow of a house reaches that far: the one whose hash of terminal and time is the least. That is a fair draw, it is
the same in whatever order samples come, and the least of several days is the least of their leasts: days add up to a
period exactly, and late samples cost no more than their own day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Self

import numpy as np

from reports.coverage.clean import DAY_US, LOCAL_OFFSET_US, local_day
from reports.coverage.hexagons import Cells, cells_at, parents
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import INDOOR, NR_NSA, VEHICLE, Samples, SmallIntegers
from reports.grids import Flags, Floats, Integers

OUT, IN = 0, 1
"""In `indoors`: outdoors, or in a building."""
SIGNAL, SERVICE = 1, 2
"""Bits of `purpose`: drawn among all samples, and among those with a test of the service."""
MOVING_M_S = 1.0
_GOLDEN, _MIX_1, _MIX_2 = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Picks:
    """Samples drawn for fine cells, as columns of equal length. `lot` is the hash by which they were drawn."""

    operators: tuple[str, ...]
    day: Integers
    fine: Cells
    operator: SmallIntegers
    indoors: SmallIntegers
    purpose: SmallIntegers
    lot: Integers
    time_us: Integers
    technology: SmallIntegers
    in_vehicle: Flags
    ss_rsrp: Floats
    ss_sinr: Floats
    rsrp: Floats
    sinr: Floats
    download: Floats
    access_ok: SmallIntegers

    def __len__(self) -> int:
        return int(self.fine.shape[0])

    def take(self, chosen: Integers | Flags) -> Self:
        """The picks at some places, or those that are marked."""
        return type(self)(self.operators, *(getattr(self, name)[chosen] for name in PICK_COLUMNS))


@dataclass(frozen=True, slots=True)
class CellDays:
    """Sums of a day, cell, operator and surroundings, as columns of equal length.

    `samples` count, in `slots` distinct slots of time. The rest is of samples in service on 5G, for QCVN 126: how many
    there are, how many of them moving; tests of download, their sum in Mbit/s and how many reach the rate that the
    regulation names; of upload; of delay in ms; and attempts of access and those that failed.
    """

    operators: tuple[str, ...]
    day: Integers
    cell: Cells
    operator: SmallIntegers
    indoors: SmallIntegers
    samples: Integers
    slots: Integers
    nr_samples: Integers
    nr_moving: Integers
    downloads: Integers
    download_sum: Floats
    fast: Integers
    uploads: Integers
    upload_sum: Floats
    latencies: Integers
    latency_sum: Floats
    accesses: Integers
    failures: Integers

    def __len__(self) -> int:
        return int(self.cell.shape[0])

    def take(self, chosen: Integers | Flags) -> Self:
        """The rows at some places, or those that are marked."""
        return type(self)(self.operators, *(getattr(self, name)[chosen] for name in CELL_COLUMNS))


PICK_COLUMNS = tuple(column.name for column in fields(Picks))[1:]
CELL_COLUMNS = tuple(column.name for column in fields(CellDays))[1:]
_CELL_TYPES: dict[str, type] = {
    "cell": np.uint64,
    "operator": np.int8,
    "indoors": np.int8,
    **dict.fromkeys(("download_sum", "upload_sum", "latency_sum"), np.float64),
}


def fingerprint(rules: CoverageRules) -> str:
    """A word for the numbers that a tally depends on: a tally made by others has to be made anew."""
    chosen = rules.model_dump(
        include={"accuracy_m", "speed_km_h", "spacing_seconds", "resolution", "thinning_resolution", "slot_minutes"}
    )
    text = json.dumps(chosen | {"fast": rules.service.download_mbit_s}, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def lots(terminal: Integers, time_us: Integers) -> Integers:
    """A hash of terminal and time, any 64-bit number (SplitMix64, Steele, Lea and Flood, OOPSLA 2014)."""
    with np.errstate(over="ignore"):
        state = time_us.astype(np.int64).view(np.uint64) * _GOLDEN + terminal.astype(np.int64).view(np.uint64)
        for _ in range(2):
            state = (state ^ (state >> np.uint64(30))) * _MIX_1
            state = (state ^ (state >> np.uint64(27))) * _MIX_2
            state = (state ^ (state >> np.uint64(31))) + _GOLDEN
    result: Integers = state.view(np.int64)
    return result


def tally(samples: Samples, rules: CoverageRules) -> tuple[Picks, CellDays]:
    """The picks and sums of cleaned samples, day by day."""
    fine = cells_at(samples.latitude, samples.longitude, rules.thinning_resolution)
    return pick_days(samples, fine), sum_days(samples, parents(fine, rules.resolution), rules)


def pick_days(samples: Samples, fine: Cells) -> Picks:
    """One sample for each day, fine cell, operator, surroundings and purpose."""
    indoors = (samples.surroundings == INDOOR).astype(np.int8)
    tested = np.isfinite(samples.download) | (samples.access_ok == 0)
    everything = Picks(
        samples.operators,
        local_day(samples.time_us),
        fine,
        samples.operator,
        indoors,
        (SIGNAL + SERVICE * tested).astype(np.int8),
        lots(samples.terminal, samples.time_us),
        samples.time_us,
        samples.technology,
        samples.surroundings == VEHICLE,
        samples.ss_rsrp,
        samples.ss_sinr,
        samples.rsrp,
        samples.sinr,
        samples.download,
        samples.access_ok,
    )
    return least(everything, by_day=True)


def least(picks: Picks, *, by_day: bool = False) -> Picks:
    """Of each fine cell, operator, surroundings and purpose the pick of the least lot, or one of each day of them.

    They stand in one order, whatever order they came in: sums of them are the same to the last bit.
    """
    if not len(picks):
        return picks
    series = picks.operator.astype(np.int64) * 2 + picks.indoors
    if by_day:
        series += (picks.day - picks.day.min()) * 256
    order = np.lexsort((picks.lot, picks.fine, series))
    changes = (np.diff(picks.fine[order]) != 0) | (np.diff(series[order]) != 0)
    group = np.concatenate([[0], np.cumsum(changes)])
    won = np.zeros(len(picks), dtype=np.int8)
    for purpose in (SIGNAL, SERVICE):
        there = (picks.purpose[order] & purpose) > 0
        candidates, groups = order[there], group[there]
        first = np.ones(candidates.shape, dtype=np.bool_)
        first[1:] = groups[1:] != groups[:-1]
        won[candidates[first]] |= purpose
    return replace(picks, purpose=won).take(order[won[order] > 0])


def join_picks(parts: list[Picks]) -> Picks:
    """Picks that name the same operators, one after the other."""
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in PICK_COLUMNS)
    return Picks(parts[0].operators, *columns)


def sum_days(samples: Samples, cell: Cells, rules: CoverageRules) -> CellDays:
    """The sums of each day, cell, operator and surroundings."""
    if not len(samples):
        return _no_days(samples.operators)
    cells, place = np.unique(cell, return_inverse=True)
    day = local_day(samples.time_us)
    first_day = int(day.min())
    indoors = (samples.surroundings == INDOOR).astype(np.int64)
    width = rules.slot_minutes * 60_000_000
    slots_a_day = -(-DAY_US // width)
    slot = (samples.time_us + LOCAL_OFFSET_US) % DAY_US // width
    series = (((day - first_day) * cells.size + place) * 128 + samples.operator) * 2 + indoors
    # One order for all sums: by series, and within each by slot.
    order = np.argsort(series * slots_a_day + slot, kind="stable")
    sorted_series, sorted_slot = series[order], slot[order]
    begins = np.flatnonzero(np.concatenate([[True], np.diff(sorted_series) != 0]))
    new_slot = np.concatenate([[True], (np.diff(sorted_series) != 0) | (np.diff(sorted_slot) != 0)])
    groups = sorted_series[begins]
    new = (samples.technology >= 0) & (samples.technology <= NR_NSA)
    moving = (samples.surroundings == VEHICLE) | (samples.speed > MOVING_M_S)

    def count(chosen: Flags) -> Integers:
        result: Integers = np.add.reduceat(chosen[order].astype(np.int64), begins)
        return result

    def total(chosen: Flags, values: Floats) -> Floats:
        result: Floats = np.add.reduceat(np.where(chosen, values, 0.0)[order], begins)
        return result

    down, up, late = (new & np.isfinite(v) for v in (samples.download, samples.upload, samples.latency))
    return CellDays(
        samples.operators,
        groups // 256 // cells.size + first_day,
        cells[groups // 256 % cells.size],
        (groups // 2 % 128).astype(np.int8),
        (groups % 2).astype(np.int8),
        np.diff(np.append(begins, order.size)),
        np.add.reduceat(new_slot.astype(np.int64), begins),
        count(new),
        count(new & moving),
        count(down),
        total(down, samples.download),
        count(down & (samples.download >= rules.service.download_mbit_s)),
        count(up),
        total(up, samples.upload),
        count(late),
        total(late, samples.latency),
        count(new & (samples.access_ok >= 0)),
        count(new & (samples.access_ok == 0)),
    )


def _no_days(operators: tuple[str, ...]) -> CellDays:
    return CellDays(operators, *(np.empty(0, dtype=_CELL_TYPES.get(name, np.int64)) for name in CELL_COLUMNS))
