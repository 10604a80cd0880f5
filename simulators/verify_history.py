"""Is the history in the database the one that was written? Day by day, and reading by reading where a day differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from devices.catalogue import KINDS
from simulators.devices import Simulator
from simulators.found import FoundReading, Verdict, at, shown
from simulators.history import readings_of
from simulators.manifest import Record
from simulators.tallies import Sums, Tallies, add, day_span, tally

MOST_DAYS_IN_DETAIL = 50
"""Of so many days that differ each reading is told; of the others which fields differ."""

_EPOCH = date(1970, 1, 1).toordinal()

FoundDay = tuple[str, str, int, int, int, Sums]
"""Device, kind, local day, readings, how many of them were not written as history is, and their sums."""


@dataclass(frozen=True, slots=True)
class FoundHistory:
    """What is in the database between the manifest's times: all days, and the readings of a device between two times
    in Unix seconds."""

    days: Iterable[FoundDay]
    readings: Callable[[str, str, int, int], Iterable[FoundReading]]


def verify_history(record: Record, found: FoundHistory, simulators: Sequence[Simulator]) -> Verdict:
    """Compare the manifest of a history with what is in the database.

    `simulators` are those of the manifest's seed: they say again what each reading of a day that differs must be.
    """
    verdict, by_code = Verdict(), {simulator.device.code: simulator for simulator in simulators}
    span = int(record.run["start"]), int(record.run["end"])
    expected = record.tallies()
    verdict.days, verdict.readings = len(expected), sum(size for size, _ in expected.values())
    missing, told = dict(expected), 0
    devices = {device for device, _, _ in expected}
    for device, kind, day, size, others, sums in found.days:
        if device not in devices:
            continue
        wanted = missing.pop((device, kind, day), (0, {}))
        if others or wanted != (size, sums):
            told += 1
            detail = told <= MOST_DAYS_IN_DETAIL
            _Day(device, kind, day, span).tell(
                wanted, (size, sums), found, by_code.get(device) if detail else None, verdict
            )
    for (device, kind, day), (size, _) in missing.items():
        verdict.add("missing", f"{device} on {_date(day)}", f"none of {size} readings of {kind} is stored")
    return verdict


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of a device that is not as it must be; `span` is that of the history."""

    device: str
    kind: str
    day: int
    span: tuple[int, int]

    def tell(
        self,
        wanted: tuple[int, Sums],
        there: tuple[int, Sums],
        found: FoundHistory,
        simulator: Simulator | None,
        verdict: Verdict,
    ) -> None:
        """Add the differences of the day: of each reading if the simulator still says what was written."""
        first, last = day_span(self.day)
        start, end = max(first, self.span[0]), min(last, self.span[1])
        before = len(verdict.differences)
        if simulator is not None and _tallied(simulator, start, end).get((self.device, self.kind, self.day)) == wanted:
            self._readings(simulator, start, end, found.readings(self.kind, self.device, start, end), verdict)
        if len(verdict.differences) == before:
            differing = (name for name in {*wanted[1], *there[1]} if wanted[1].get(name) != there[1].get(name))
            names = ", ".join(sorted(differing)) or "their flags"
            detail = f"{there[0]} readings, and there must be {wanted[0]}; what differs: {names}"
            verdict.add("day", f"{self.device} on {_date(self.day)}", detail)

    def _readings(
        self, simulator: Simulator, start: int, end: int, stored: Iterable[FoundReading], verdict: Verdict
    ) -> None:
        names = [field.name for field in simulator.kind.values]
        missing = {
            ("/".join(reading.keys), round(reading.time.timestamp()) * 1_000_000): reading
            for reading in readings_of(simulator, start, end)
        }
        for row in stored:
            where = at(row.device, row.key, row.time)
            reading = missing.pop((row.key, row.time), None)
            if reading is None:
                verdict.add("unknown", where, f"nothing in the manifest says this: {shown(row.values)}")
                continue
            for name, must in zip(names, reading.values, strict=True):
                if row.values.get(name) != must:
                    verdict.add("value", where, f"{name} is {row.values.get(name)!r}, and must be {must!r}")
            if row.seq != reading.seq:
                verdict.add("seq", where, f"seq is {row.seq}, and must be {reading.seq}")
            if row.source or row.device_time is not None or row.received != row.time:
                verdict.add("flag", where, "it is not flagged as a reading of the past is")
        for key, time in missing:
            verdict.add("missing", at(self.device, key, time), f"a reading of {self.kind} is not stored")


def _tallied(simulator: Simulator, start: int, end: int) -> Tallies:
    tallies: Tallies = {}
    for arrays in simulator.frame(start, end).arrays():
        for day, size, sums in tally(KINDS[simulator.kind_name], arrays):
            add(tallies, {(simulator.device.code, simulator.kind_name, day): (size, sums)})
    return tallies


def _date(day: int) -> str:
    return str(date.fromordinal(_EPOCH + day))
