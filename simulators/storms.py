"""Storms to live through: a fleet file with a table [storm] that says where in the world, and what the gauges call."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from devices.rain_risk import Susceptibility
from simulators.calendar import unix
from simulators.errors import BadFleet
from simulators.faults import Parcel
from simulators.fleet import Fleet, Outgoing, build_fleet

WINDOW_SECONDS = 7200
"""So much of the time is worked out at once."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A part of the time of a world, on a clock of its own, judged every `look_seconds`.

    `levels` are the flood levels 1 to 3 of gauges in cm; while the broker is away (Unix seconds) everything waits.
    """

    fleet: Fleet
    seed: int
    start: int
    hours: float
    look_seconds: int
    susceptibility: Susceptibility
    levels: Mapping[str, tuple[float, ...]]
    broker_away: tuple[int, int] | None = None

    @property
    def end(self) -> int:
        """The last look, in Unix seconds."""
        return self.start + round(self.hours * 3600) // self.look_seconds * self.look_seconds

    @property
    def thresholds(self) -> dict[tuple[str, str], float]:
        """What is set for the gauges, by rule and device."""
        return {
            (f"flood_level_{number}", code): level
            for code, levels in self.levels.items()
            for number, level in enumerate(levels, start=1)
        }

    def without(self, codes: set[str]) -> Storm:
        """The same for fewer devices: what is planned for the given ones is left out."""
        plans = tuple(
            replace(plan, devices=kept)
            for plan in self.fleet.plans
            if (kept := tuple(code for code in plan.devices if code not in codes))
        )
        levels = {code: levels for code, levels in self.levels.items() if code not in codes}
        return replace(self, fleet=replace(self.fleet, plans=plans), levels=levels)


def load_storm(name: str) -> Storm:
    """The storm of a name, or of a file whose path ends in .toml; raises BadFleet that names what is wrong."""
    try:
        if name.endswith(".toml"):
            text = Path(name).read_text(encoding="utf-8")
        else:
            text = (resources.files("simulators") / "fleets" / f"{name}.toml").read_text(encoding="utf-8")
        return build_storm(Path(name).stem, tomllib.loads(text))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFleet(f"storm {name}: {error}") from error


def build_storm(name: str, document: Mapping[str, Any]) -> Storm:
    """The storm of a parsed file; raises BadFleet."""
    table = document.get("storm")
    if not isinstance(table, dict):
        raise BadFleet(f"fleet {name} has no table [storm]")
    try:
        start = int(unix(datetime.fromisoformat(table["start"])))
        away = [start + round(hour * 3600) for hour in table.get("broker_away", ())]
        return Storm(
            fleet=build_fleet(name, document),
            seed=int(table["seed"]),
            start=start,
            hours=float(table["hours"]),
            look_seconds=int(table["look_seconds"]),
            susceptibility=Susceptibility(table.get("susceptibility", Susceptibility.MEDIUM)),
            levels={code: tuple(map(float, levels)) for code, levels in table.get("levels", {}).items()},
            broker_away=(away[0], away[1]) if away else None,
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise BadFleet(f"storm {name}: {error!r}") from error


def looks(storm: Storm, outgoing: Outgoing) -> Iterator[tuple[int, list[Parcel]]]:
    """Every look with the parcels that came since the one before, in order."""
    waiting: list[Parcel] = []
    held: list[Parcel] = []
    look = storm.start
    for first in range(storm.start, storm.end, WINDOW_SECONDS):
        last = min(first + WINDOW_SECONDS, storm.end)
        came = list(outgoing(first, last))
        if storm.broker_away is not None:
            begin, back = storm.broker_away
            held += [replace(parcel, due=back) for parcel in came if begin <= parcel.due < back]
            came = [parcel for parcel in came if not begin <= parcel.due < back]
            if first <= back < last:
                came = sorted([*held, *came], key=lambda parcel: parcel.due)
        waiting += came
        place = 0
        while look + storm.look_seconds <= last:
            look += storm.look_seconds
            begin = place
            while place < len(waiting) and waiting[place].due < look:
                place += 1
            yield look, waiting[begin:place]
        del waiting[:place]
