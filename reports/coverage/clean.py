"""Which samples count, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.catalogue import KINDS
from reports.coverage.rules import CoverageRules
from reports.coverage.samples import LTE, NR_NSA, NR_SA, UNKNOWN, Samples
from reports.coverage.words import LeftOut
from reports.grids import Flags, Integers

KIND = KINDS["signal_probe"]
LOCAL_OFFSET_US = 7 * 3600 * 1_000_000
DAY_US = 24 * 3600 * 1_000_000
_FIELDS = {
    "latitude": "latitude",
    "longitude": "longitude",
    "accuracy": "gnss_accuracy",
    "speed": "speed",
    **{name: name for name in ("ss_rsrp", "ss_sinr", "rsrp", "sinr", "download", "upload", "latency")},
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The samples that count, by terminal, operator and time; and of each sample received its cause or -1.

    `cause` is a place in `CAUSES`, in the order in which the samples came; `kept` are the places of those that count.
    """

    samples: Samples
    kept: Integers
    cause: Integers


CAUSES = tuple(LeftOut)


def local_day(time_us: Integers) -> Integers:
    """The day (UTC+7) of moments in microseconds, counted since 1970."""
    result: Integers = (time_us + LOCAL_OFFSET_US) // DAY_US
    return result


def clean(samples: Samples, rules: CoverageRules) -> Cleaned:
    """Leave out what cannot count: each sample for the first cause that applies, in the order of `LeftOut`.

    The time between samples is counted anew from each midnight (UTC+7), so that a day can be cleaned alone.
    """
    cause = np.full(len(samples), UNKNOWN, dtype=np.int64)
    for why, applies in _faults(samples, rules).items():
        cause[applies & (cause == UNKNOWN)] = CAUSES.index(why)
    left = np.flatnonzero(cause == UNKNOWN)
    # The better technology comes first of those that a terminal tells of one operator at one moment.
    order = left[
        np.lexsort(
            (samples.technology[left], samples.time_us[left], samples.operator[left], samples.terminal[left]),
        )
    ]
    series = _series(samples, order)
    time = samples.time_us[order]
    twice = np.zeros(order.shape, dtype=np.bool_)
    twice[1:] = (series[1:] == series[:-1]) & (time[1:] == time[:-1])
    cause[order[twice]] = CAUSES.index(LeftOut.DUPLICATE)
    order, series, time = order[~twice], series[~twice], time[~twice]
    spaced = spaced_out(series, time, round(rules.spacing_seconds * 1_000_000))
    cause[order[~spaced]] = CAUSES.index(LeftOut.TOO_SOON)
    kept = order[spaced]
    return Cleaned(samples.take(kept), kept, cause)


def count_causes(cause: Integers) -> dict[LeftOut, int]:
    """How many samples were left out for each cause; all causes are named."""
    counts = np.bincount(cause[cause != UNKNOWN], minlength=len(CAUSES))
    return {why: int(count) for why, count in zip(CAUSES, counts, strict=True)}


def _faults(samples: Samples, rules: CoverageRules) -> dict[LeftOut, Flags]:
    """Of each sample what is wrong with it alone."""
    new = (samples.technology == NR_SA) | (samples.technology == NR_NSA)
    unlevelled = (new & np.isnan(samples.ss_rsrp)) | ((samples.technology == LTE) & np.isnan(samples.rsrp))
    return {
        LeftOut.NO_POSITION: np.isnan(samples.latitude) | np.isnan(samples.longitude),
        LeftOut.BAD_VALUE: _out_of_range(samples),
        LeftOut.NO_ACCURACY: np.isnan(samples.accuracy),
        LeftOut.INACCURATE: samples.accuracy > rules.accuracy_m,
        LeftOut.TOO_FAST: samples.speed * 3.6 > rules.speed_km_h,
        LeftOut.NO_SURROUNDINGS: samples.surroundings == UNKNOWN,
        LeftOut.NO_SIGNAL_VALUE: unlevelled | (samples.technology == UNKNOWN),
    }


def _out_of_range(samples: Samples) -> Flags:
    bad = np.zeros(len(samples), dtype=np.bool_)
    for column, name in _FIELDS.items():
        values, field = getattr(samples, column), KIND.by_name[name]
        assert field.minimum is not None and field.maximum is not None, "a gauge has a range"
        bad |= (values < field.minimum) | (values > field.maximum)
    return bad


def _series(samples: Samples, order: Integers) -> Integers:
    """A number for each terminal, operator and local day; rising along `order`."""
    changes = np.zeros(order.shape, dtype=np.int64)
    for values in (samples.terminal[order], samples.operator[order], local_day(samples.time_us[order])):
        changes[1:] |= values[1:] != values[:-1]
    result: Integers = changes.cumsum()
    return result


def spaced_out(series: Integers, time_us: Integers, least_us: int) -> Flags:
    """True for the samples that come at least so long after the last one of their series that counts.

    Both arrays are ordered by series and time. The first sample of a series counts.
    """
    count = series.shape[0]
    kept = np.zeros(count, dtype=np.bool_)
    if not count:
        return kept
    gap = np.full(count, least_us, dtype=np.int64)
    same = series[1:] == series[:-1]
    gap[1:][same] = np.diff(time_us)[same]
    heads = np.flatnonzero(gap >= least_us)
    # A sample so long after the one before it counts whatever that one did; only in between is one to be followed.
    kept[heads] = True
    ends = np.append(heads[1:], count)
    for head, end in zip(heads[ends - heads > 1].tolist(), ends[ends - heads > 1].tolist(), strict=True):
        times = time_us[head:end]
        at = 0
        while (at := int(np.searchsorted(times, times[at] + least_us))) < end - head:
            kept[head + at] = True
    return kept
