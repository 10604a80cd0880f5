"""What is foretold of the rules that are judged at the full hours: expected floods, and messages that are missing.

As the rest of the witness it is worked out apart from the room that judges: docs/reference/alerts.md and
docs/explanation/alerts.md say what is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from devices.alert_book import BY_NAME
from devices.alert_rules import Limits
from simulators.foretold import Conditions, Foretold, Spell, Track, alerts_of, spells_of
from simulators.noise import Floats, Integers

HOUR = 3600
FORECAST = BY_NAME["flood_forecast"]
MISSING = BY_NAME["sequence_gap"]
RAIN_SPANS = ((0, 1), (1, 2), (2, 4), (4, 7), (7, 12), (12, 20), (20, 32), (32, 48))
HOURS_BACK = 48
MOST_OF_A_JUMP = 1000

Numbered = tuple[Floats, Floats, Integers]
"""Of a device: times of its readings, times of receipt, sequence numbers."""


def full_hours(conditions: Conditions) -> list[int]:
    """The full hours that the system judges: those that are over at a look."""
    first = conditions.start + conditions.look_seconds
    last = conditions.end // HOUR * HOUR
    return list(range(first // HOUR * HOUR, last + 1, HOUR))


def foretell_missing(numbered: Mapping[str, Numbered], conditions: Conditions) -> Iterator[Foretold]:
    """The alerts on messages that are missing."""
    assert MISSING.limits.threshold is not None
    hours = full_hours(conditions)
    spells: list[Spell] = []
    for device, (time, arrival, seq) in sorted(numbered.items()):
        values = [_missing(time, arrival, seq, hour) for hour in hours]
        spells += _spells(device, MISSING.limits, hours, values)
    yield from alerts_of(MISSING, spells, conditions.commune)


def _missing(time: Floats, arrival: Floats, seq: Integers, hour: int) -> float:
    """How many numbers are missing in the day before the last hour; NaN where nothing is known of it."""
    end = hour - HOUR
    inside = (time > end - MISSING.window_seconds) & (time <= end) & (arrival < hour)
    if not inside.any():
        return float("nan")
    order = np.lexsort((seq[inside], time[inside]))
    steps = np.diff(seq[inside][order])
    return float(np.minimum(steps[steps > 1] - 1, MOST_OF_A_JUMP).sum())


def foretell_floods(
    tracks: Mapping[tuple[str, str, str], Track],
    weights: Mapping[str, Sequence[float]],
    conditions: Conditions,
) -> Iterator[Foretold]:
    """The alerts of the forecast, at the gauges that have one and an alarm level."""
    hours = full_hours(conditions)
    rain = [track for (_, _, name), track in sorted(tracks.items()) if name == "rainfall"]
    fallen = [_hourly_rain(rain, hour) for hour in hours] if weights else []
    for device, numbers in sorted(weights.items()):
        set_for = [(name, value) for (name, code), value in conditions.thresholds.items() if code == device]
        levels = [value for name, value in set_for if name.startswith("flood_level")]
        track = tracks.get(("water_level", device, "level"))
        if track is None or not levels:
            continue
        values = [_expected(numbers, wet, _hourly(track, hour)) for wet, hour in zip(fallen, hours, strict=True)]
        limits = Limits(min(levels), FORECAST.limits.margin)
        yield from alerts_of(FORECAST, _spells(device, limits, hours, values), conditions.commune)


def _hourly(track: Track, hour: int, *, total: bool = False) -> Floats:
    """Mean or sum of a track in each of the hours before, the oldest first; NaN where nothing was received by then."""
    known = (track.known < hour) & (track.time <= hour) & (track.time > hour - HOURS_BACK * HOUR)
    place = HOURS_BACK - 1 - ((hour - track.time[known]) // HOUR).astype(np.int64)
    counts = np.bincount(place, minlength=HOURS_BACK).astype(np.float64)
    sums = np.bincount(place, weights=track.value[known], minlength=HOURS_BACK)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / counts
    result: Floats = np.where(counts > 0, sums, np.nan) if total else means
    return result


def _hourly_rain(gauges: Sequence[Track], hour: int) -> Floats:
    """The mean of the gauges that spoke, hour by hour; nothing where none did."""
    found = np.stack([_hourly(track, hour, total=True) for track in gauges])
    spoke = ~np.isnan(found)
    result: Floats = np.where(spoke, found, 0.0).sum(axis=0) / np.maximum(spoke.sum(axis=0), 1)
    return result


def _expected(weights: Sequence[float], rain: Floats, level: Floats) -> float:
    """The highest level of the next six hours, rounded as it is told; NaN where the gauge was silent.

    What it did not say in between is as it said before, or first.
    """
    if np.isnan(level[-1]):
        return float("nan")
    said = [value for value in level.tolist() if value == value]  # noqa: PLR0124 - NaN is not itself
    held = said[0]
    filled = [held := value if value == value else held for value in level.tolist()]  # noqa: PLR0124
    spans = [float(rain[HOURS_BACK - end : HOURS_BACK - begin].sum()) for begin, end in RAIN_SPANS]
    rises = [filled[-1] - filled[-2], filled[-1] - filled[-4]]
    risen = float(np.dot(weights, [*spans, *rises, 1.0]))
    return float(np.round(level[-1] + max(risen, 0.0), 1))


def _spells(device: str, limits: Limits, hours: Sequence[int], values: Sequence[float]) -> list[Spell]:
    told = [(hour, value) for hour, value in zip(hours, values, strict=True) if not np.isnan(value)]
    times = [float(hour) for hour, _ in told]
    found = np.array([value for _, value in told], dtype=np.float64)
    return spells_of(device, FORECAST, limits, Track.of(times, times, found.tolist()), found)
