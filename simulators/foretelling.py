"""From what a manifest says was received to the alerts that it must have called forth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from devices.alert_book import BROKER_RESTART
from devices.rain_risk import Susceptibility
from devices.readings import TimeSource
from simulators.foretold import Conditions, Foretold, foretell_readings, tracks_of
from simulators.foretold_hourly import Numbered, foretell_floods, foretell_missing
from simulators.foretold_silence import Voice, foretell_silence
from simulators.manifest import LIVED

BROKER = "127.0.0.1:1883"
"""The broker of a run whose clock is simulated; there is none."""
RESTART_SECONDS = 3600
LOOK_SECONDS = 10
MOST_LOOKS = 20_000
"""A long run is looked at more seldom, so that the looks fit into memory."""
SLACK_SECONDS = 30.0
"""Of a run on the real clock, whose looks nobody has planned."""
Rows = Callable[..., Iterable[tuple[Any, ...]]]
"""Gives what an SQL statement finds in a manifest."""

_READINGS = (
    'SELECT kind, device, source, time, arrival, "values" FROM reading '
    "JOIN message USING (number) JOIN device ON device.code = reading.device "
    "WHERE reading.fate IN ('stored', 'merged') AND answer IS NOT 0 ORDER BY number, reading.place"
)
_NUMBERED = (
    "SELECT reading.device, source, time, arrival, seq FROM reading JOIN message USING (number) "
    "WHERE reading.fate = 'stored' AND answer IS NOT 0 AND seq IS NOT NULL"
)
_STATUSES = (
    "SELECT device, arrival, word FROM note JOIN message USING (number) "
    "WHERE channel = 'status' AND note.fate = 'stored' AND answer IS NOT 0 ORDER BY arrival, number"
)


def foretell(rows: Rows, conditions: Conditions) -> list[Foretold]:
    """The alerts of a run, in the order of their opening."""
    tracks = tracks_of(_readings(rows))
    found = [
        *foretell_readings(tracks, conditions),
        *foretell_missing(_numbered(rows), conditions),
        *foretell_floods(tracks, _weights(rows), conditions),
        *foretell_silence(_voices(rows), conditions),
        *_restarts(rows, conditions),
    ]
    slack = conditions.slack_seconds
    known = [
        replace(one, slack=slack, certain=slack <= 1.0 or one.closed is None or one.closed - one.opened > 2 * slack)
        for one in found
    ]
    return sorted(known, key=lambda one: (one.opened, one.kind, one.subject))


def conditions_of(rows: Rows, run: Mapping[str, str], start: float, end: float) -> Conditions:
    """By what a run is judged, as its manifest says; it went on from `start` to `end` by its own clock."""
    usual = max(LOOK_SECONDS, int((end - start) / MOST_LOOKS))
    return Conditions(
        commune=run["commune"],
        start=int(start),
        end=int(end),
        look_seconds=int(run.get("look_seconds", usual)),
        thresholds={(rule, device): value for rule, device, value in rows("SELECT rule, device, value FROM threshold")},
        susceptibility=Susceptibility(run.get("susceptibility", Susceptibility.MEDIUM)),
        slack_seconds=1.0 if run.get("way") == LIVED else SLACK_SECONDS,
    )


def _readings(rows: Rows) -> Iterator[tuple[str, str, float, float, dict[str, Any]]]:
    for kind, device, source, time, arrival, text in rows(_READINGS):
        measured = time / 1e6 if source == TimeSource.DEVICE else arrival
        yield kind, device, measured, arrival, json.loads(text)


def _numbered(rows: Rows) -> dict[str, Numbered]:
    found: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for device, source, time, arrival, seq in rows(_NUMBERED):
        found[device].append((time / 1e6 if source == TimeSource.DEVICE else arrival, arrival, seq))
    columns = {device: list(zip(*entries, strict=True)) for device, entries in found.items()}
    return {
        device: (np.array(time, dtype=np.float64), np.array(arrival, dtype=np.float64), np.array(seq, dtype=np.int64))
        for device, (time, arrival, seq) in columns.items()
    }


def _weights(rows: Rows) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for device, value in rows("SELECT device, value FROM weight ORDER BY device, place"):
        found[device].append(value)
    return found


def _voices(rows: Rows) -> list[Voice]:
    readings: dict[str, list[float]] = defaultdict(list)
    statuses: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for _, device, _, _, arrival, _ in rows(_READINGS):
        readings[device].append(arrival)
    for device, arrival, word in rows(_STATUSES):
        statuses[device].append((arrival, word == "online"))
    return [
        Voice(code, interval, place, readings[code], statuses[code])
        for code, interval, place in rows("SELECT code, interval, place FROM device WHERE interval IS NOT NULL")
        if code in readings or code in statuses
    ]


def _restarts(rows: Rows, conditions: Conditions) -> Iterator[Foretold]:
    for (at,) in rows("SELECT at FROM restart ORDER BY at"):
        looks = (at + RESTART_SECONDS - conditions.start) // conditions.look_seconds + 1
        closed = conditions.start + looks * conditions.look_seconds
        yield Foretold(BROKER_RESTART.name, BROKER, at, closed if closed <= conditions.end else None)
