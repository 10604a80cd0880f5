"""A sample commune in the database: its registration, and history written past the broker."""

from __future__ import annotations

import signal
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

from devices import profiles
from devices.catalogue import KINDS
from devices.importing import SheetRow
from devices.model import Kind
from simulators import frames
from simulators.calendar import DAY_SECONDS
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.history import expected_readings, history, weeks
from simulators.load import COMMUNE, device
from simulators.messages import simulators_of
from simulators.tallies import Tallies, tally
from simulators.tallies import add as add_tallies
from storage.arrivals import Settled
from storage.connect import Session, connect
from storage.errors import StorageError
from storage.history import HistoryWriter, Series
from storage.places import add_commune, list_communes
from storage.profiles import put_sample
from storage.registry import add_device, devices_of
from storage.registry_import import Outcome, import_devices

BATCH_READINGS = 60_000
"""So many readings of a kind are committed together: with fewer the disk is waited for more often."""
LOAD_FIELDS = frozenset({"commune", "code", "kind", "name", "expected_interval_seconds"})
SHARES = 8
"""Processes that backfill together take an eighth of a week's readings at a time, those of a kind together."""


class NotTheSample(StorageError):
    """A commune that is no sample has the sample's code."""


@dataclass(slots=True)
class Written:
    """What a backfill has written so far, in readings; `kinds` counts those that were stored."""

    stored: int = 0
    merged: int = 0
    duplicate: int = 0
    conflicts: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=dict)
    """What was to be written, for a manifest; empty where none is wanted."""

    @property
    def readings(self) -> int:
        """All that has been through."""
        return self.stored + self.merged + self.duplicate + self.conflicts

    def join(self, other: Written) -> None:
        """Add what another has counted."""
        self.stored += other.stored
        self.merged += other.merged
        self.duplicate += other.duplicate
        self.conflicts += other.conflicts
        add_tallies(self.tallies, other.tallies)
        for name, count in other.kinds.items():
            self.kinds[name] = self.kinds.get(name, 0) + count

    def add(self, kind: Kind, ends: Settled) -> None:
        """Count where the readings of a batch ended."""
        self.stored += ends.stored
        self.merged += ends.merged
        self.duplicate += ends.duplicate
        self.conflicts += len(ends.conflicts)
        self.kinds[kind.name] = self.kinds.get(kind.name, 0) + ends.stored


def register(session: Session, sample: SampleCommune) -> dict[str, int]:
    """Put a sample commune in the registry, with its plan; doing it again changes nothing. Returns the number of each
    device.

    Raises NotTheSample when a real commune has that code, and RegistryRefused when a device of another kind has the
    code of one of the sample's.
    """
    code = sample.commune.code
    if any(there.code == code and not there.is_sample for there in list_communes(session)):
        raise NotTheSample(f"commune {code!r} is registered and is not a sample; it is left as it is")
    with session.transaction():
        put_sample(session, tomllib.loads(profiles.texts(code)[0]), profiles.load(code).places)
        known = devices_of(session, [(code, device.code) for device in sample.devices])
        numbers = {}
        for device in sample.devices:
            row = known.get((code, device.code))
            same = row is not None and row.device == device
            numbers[device.code] = row.device_id if row and same else add_device(session, device, replace=True)
    return numbers


def register_load(session: Session, devices: int) -> int:
    """Put so many devices of the load's commune in the registry; returns how many were not there yet."""
    add_commune(session, COMMUNE, replace=True)
    wanted = [device(number) for number in range(devices)]
    rows = [SheetRow(line, wish, LOAD_FIELDS) for line, wish in enumerate(wanted, start=1)]
    report = import_devices(session, rows)
    if not report.done:
        refused = next(verdict for verdict in report.verdicts if verdict.outcome is Outcome.REFUSED)
        raise NotTheSample(f"device {refused.device.code} of the load: {refused.faults[0].en}")
    return report.count(Outcome.ADDED)


def backfill(
    session: Session,
    simulators: Sequence[Simulator],
    numbers: dict[str, int],
    start: int,
    end: int,
    progress: Callable[[Written], None] = lambda _: None,
    *,
    tallied: bool = False,
) -> Written:
    """Write the history of some devices between two times in Unix seconds; what is stored already is left as it is.

    With `tallied`, what comes out of the simulators is counted for a manifest before anything else touches it.
    """
    writer, written = HistoryWriter(session), Written()
    waiting: dict[str, list[Series]] = {}
    sizes: Counter[str] = Counter()

    def write(kind: Kind) -> None:
        written.add(kind, writer.write(kind, waiting.pop(kind.name)))
        sizes[kind.name] = 0
        progress(written)

    for batch in history(simulators, start, end):
        for arrays in batch.arrays if tallied else ():
            for day, size, sums in tally(batch.kind, arrays):
                add_tallies(written.tallies, {(batch.device.code, batch.kind.name, day): (size, sums)})
        number = numbers[batch.device.code]
        waiting.setdefault(batch.kind.name, []).extend(_stored_form(number, part) for part in batch.arrays)
        sizes[batch.kind.name] += batch.readings
        if sizes[batch.kind.name] >= BATCH_READINGS:
            write(batch.kind)
    for name in list(waiting):
        write(KINDS[name])
    return written


@contextmanager
def backfilling(database_url: str, commune: str, seed: int, processes: int) -> Iterator[Backfilling]:
    """Several processes with a connection each, to backfill a sample commune with, until the block ends."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _open_worker, (database_url, commune, seed)) as executor:
        yield Backfilling(executor)


@dataclass(frozen=True, slots=True)
class Backfilling:
    """Processes that take devices and weeks in turn, and keep what a world needs once from one span to the next."""

    executor: Executor

    def write(
        self,
        simulators: Sequence[Simulator],
        span: tuple[int, int],
        progress: Callable[[Written], None] = lambda _: None,
        *,
        tallied: bool = False,
    ) -> Written:
        """The same as `backfill`, with start and end of `span` in Unix seconds."""
        written = Written()
        shares = _shares(simulators, span[0])
        tasks = [self.executor.submit(_write_share, share, *week, tallied) for week in weeks(*span) for share in shares]
        try:
            for task in as_completed(tasks):
                written.join(task.result())
                progress(written)
        except BaseException:
            self.executor.shutdown(cancel_futures=True)
            raise
        return written


def _shares(simulators: Sequence[Simulator], start: int) -> list[list[str]]:
    """Codes of devices in parts of about as many readings, those of one kind side by side.

    So many readings of a kind are committed together, and no process is left with the most of them at the end.
    """
    by_kind = sorted(simulators, key=lambda simulator: simulator.kind_name)
    shares: dict[int, list[str]] = defaultdict(list)
    before, total = 0, expected_readings(simulators, start, start + DAY_SECONDS)
    for simulator in by_kind:
        shares[before * SHARES // total].append(simulator.device.code)
        before += expected_readings([simulator], start, start + DAY_SECONDS)
    return list(shares.values())


@dataclass(frozen=True, slots=True)
class _Worker:
    session: Session
    numbers: dict[str, int]
    simulators: dict[str, Simulator]


_workers: list[_Worker] = []
"""What this process has open, when it is one of several that backfill; at most one."""


def _open_worker(database_url: str, commune: str, seed: int) -> None:
    # The terminal's Ctrl-C reaches every process; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sample = load(commune)
    session = connect(database_url, autocommit=True)
    known = devices_of(session, [(commune, device.code) for device in sample.devices])
    numbers = {code: row.device_id for (_, code), row in known.items()}
    _workers[:] = [_Worker(session, numbers, {s.device.code: s for s in simulators_of(sample, seed)})]


def _write_share(codes: Sequence[str], start: int, end: int, tallied: bool) -> Written:
    worker = _workers[0]
    simulators = [worker.simulators[code] for code in codes]
    return backfill(worker.session, simulators, worker.numbers, start, end, tallied=tallied)


def _stored_form(device_id: int, part: frames.Arrays) -> Series:
    return Series(device_id, part.times * 1_000_000, part.seqs, part.keys, part.values)
