"""Which alerts the readings of a run must open and close, worked out from the manifest and the reference alone.

This is a second reading of docs/reference/alerts.md and docs/explanation/alerts.md, written apart from the first: it
shares the rules' numbers with the room that judges (devices/alert_book.py), and nothing else. Where that room folds
reading by reading over what a database has, this works on whole series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from devices.alert_book import RULES
from devices.alert_rules import GAP_SECONDS, LATEST_SECONDS, Limits, Measure, Rule, Side
from devices.rain_risk import LANDSLIDE_TABLE, Susceptibility, landslide_level
from simulators.noise import Flags, Floats

DAY = 86_400.0
RAINY_DAY_MM = 16.0
HOURS_HELD = 6


@dataclass(frozen=True, slots=True)
class Foretold:
    """An alert that must be there. Times are Unix seconds; `closed` None: it is open at the end.

    One that is not `certain` may be there, and need not. `slack` is by how many seconds its times may differ.
    """

    kind: str
    subject: str
    opened: float
    closed: float | None
    members: tuple[str, ...] = ()
    certain: bool = True
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run is judged by. `thresholds` are set for a device, by rule and code; `susceptibility` is the commune's.

    The system looks every `look_seconds` from `start` on, for the last time at `end`. Where its looks are not known to
    the second, times may differ by `slack_seconds`, and what is over as soon need not have been seen.
    """

    commune: str
    start: int
    end: int
    look_seconds: int
    thresholds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    susceptibility: Susceptibility = Susceptibility.MEDIUM
    slack_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Track:
    """What was received of one field of a device, in the order in which it became known. Unix seconds."""

    time: Floats
    known: Floats
    value: Floats

    @classmethod
    def of(cls, time: Sequence[float], arrival: Sequence[float], value: Sequence[float]) -> Track:
        """From times of measurement and receipt in any order; a clock a little ahead is not known before its time."""
        times, known = np.asarray(time, dtype=np.float64), np.maximum(time, arrival)
        order = np.lexsort((times, known))
        return cls(times[order], known[order], np.asarray(value, dtype=np.float64)[order])

    @property
    def judged(self) -> Flags:
        """True where a reading is newer than all that were known before it."""
        before = np.concatenate([[-np.inf], np.maximum.accumulate(self.time)[:-1]])
        result: Flags = self.time > before
        return result

    def window(self, place: int, seconds: float, until: float | None = None) -> tuple[Floats, Floats]:
        """Times and values known by a place in (until - seconds, until], in order; until: the time of the place."""
        last = self.time[place] if until is None else until
        first = int(np.searchsorted(self.known, last - seconds, side="right"))
        times, values = self.time[first : place + 1], self.value[first : place + 1]
        inside = np.flatnonzero((times > last - seconds) & (times <= last))
        order = inside[np.argsort(times[inside], kind="stable")]
        return times[order], values[order]

    def fallen(self, place: int, seconds: float, until: float | None = None) -> float:
        """The sum over a window."""
        return round(float(self.window(place, seconds, until)[1].sum()), 6)


@dataclass(frozen=True, slots=True)
class Spell:
    """A rule is passed at a device: when that was measured, and when it was known; the end None: it still is."""

    device: str
    begin: float
    begin_known: float
    end: float | None = None
    end_known: float = np.inf


def foretell_readings(tracks: Mapping[tuple[str, str, str], Track], conditions: Conditions) -> Iterator[Foretold]:
    """The alerts of all rules about readings; `tracks` are by kind, device and field."""
    for rule in RULES:
        if not rule.field or not rule.measure.is_judged_at_readings:
            continue
        spells = []
        for (kind, device, name), track in tracks.items():
            threshold = conditions.thresholds.get((rule.name, device), rule.limits.threshold)
            if kind in rule.kinds and name == rule.field and threshold is not None:
                limits = Limits(threshold, rule.limits.margin, rule.limits.hold_seconds)
                spells += spells_of(device, rule, limits, track, measure(rule, track, conditions.susceptibility))
        yield from alerts_of(rule, spells, conditions.commune)


def measure(rule: Rule, track: Track, susceptibility: Susceptibility) -> Floats:
    """What a rule compares at each reading that is judged; NaN at the others."""
    found = np.full(track.time.shape, np.nan)
    places = np.flatnonzero(track.judged)
    if rule.measure is Measure.VALUE:
        found[places] = track.value[places]
    elif rule.measure is Measure.LANDSLIDE:
        found[places] = _levels(track, places, susceptibility)
    else:
        for place in places:
            found[place] = _of_window(rule, track, int(place))
    return found


def _of_window(rule: Rule, track: Track, place: int) -> float:
    if rule.measure is Measure.SUM:
        return track.fallen(place, rule.window_seconds)
    times, held = track.window(place, rule.window_seconds)
    if rule.measure is Measure.MEAN:
        return round(float(held.mean()), 6)
    if rule.measure is Measure.RISE:
        return float(held[-1] - held.min())
    moved = np.flatnonzero(held != held[-1])
    return float(times[-1] - times[moved[-1] + 1 if moved.size else 0])


def _levels(track: Track, places: Iterable[int], susceptibility: Susceptibility) -> list[int]:
    """The highest risk level at the hours of the last six."""
    found = []
    for place in places:
        now = float(track.time[place])
        most = 0
        if track.fallen(int(place), DAY + HOURS_HELD * 3600.0) >= min(row.rain_mm for row in LANDSLIDE_TABLE):
            for back in range(HOURS_HELD):
                at = now - back * 3600.0
                sums = [track.fallen(int(place), DAY, at - day * DAY) for day in range(4)]
                before = next((day for day in range(3) if sums[day + 1] < RAINY_DAY_MM), 3)
                most = max(most, landslide_level(sums[0], before, susceptibility))
        found.append(most)
    return found


def spells_of(device: str, rule: Rule, limits: Limits, track: Track, values: Floats) -> list[Spell]:
    """When a rule is passed at a device, by threshold, margin, hold time, and what late readings may do."""
    assert limits.threshold is not None
    sign = 1.0 if rule.side is Side.ABOVE else -1.0
    places = np.flatnonzero(~np.isnan(values))
    beyond = sign * (values[places] - limits.threshold)
    found: list[Spell] = []
    is_open, held_from, last = False, np.nan, -np.inf
    for place, over in zip(places.tolist(), beyond.tolist(), strict=True):
        time, known = float(track.time[place]), float(track.known[place])
        if is_open and over < -limits.margin:
            found[-1] = Spell(device, found[-1].begin, found[-1].begin_known, time, known)
            is_open, held_from = False, np.nan
        elif not is_open and over < 0:
            held_from = np.nan
        elif not is_open:
            if np.isnan(held_from) or time - last > GAP_SECONDS:
                held_from = time
            if known - time <= LATEST_SECONDS and time - held_from >= limits.hold_seconds:
                found.append(Spell(device, time, known))
                is_open = True
        last = time
    return found


def alerts_of(rule: Rule, spells: Sequence[Spell], commune: str) -> Iterator[Foretold]:
    """The alerts of a rule's spells: one each, or one for as long as any device of the commune has one."""
    if not rule.together:
        for spell in spells:
            yield Foretold(rule.name, f"{commune}/{spell.device}", spell.begin, spell.end)
        return
    turns = [(one.begin_known, one.device, one.begin, 1) for one in spells]
    turns += [(one.end_known, one.device, one.end, -1) for one in spells if one.end is not None]
    count, members, opened = 0, set[str](), 0.0
    for _, device, time, change in sorted(turns):
        if count == 0:
            members, opened = set(), time
        if change > 0:
            members.add(f"{commune}/{device}")
        count += change
        if count == 0:
            yield Foretold(rule.name, commune, opened, time, tuple(sorted(members)))
    if count:
        yield Foretold(rule.name, commune, opened, None, tuple(sorted(members)))


def tracks_of(
    rows: Iterable[tuple[str, str, float, float, Mapping[str, object]]],
) -> dict[tuple[str, str, str], Track]:
    """Tracks from readings: kind, device, Unix seconds of measurement and of receipt, values by field."""
    wanted = {(kind, rule.field) for rule in RULES for kind in rule.kinds if rule.field}
    columns: dict[tuple[str, str, str], tuple[list[float], list[float], list[float]]] = defaultdict(
        lambda: ([], [], [])
    )
    for kind, device, time, arrival, values in rows:
        for name, value in values.items():
            if (kind, name) in wanted and isinstance(value, int | float):
                for column, item in zip(columns[kind, device, name], (time, arrival, float(value)), strict=True):
                    column.append(item)
    return {key: Track.of(*column) for key, column in columns.items()}
