"""A sample commune in the database: its registration, and history written past the broker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from devices.catalogue import KINDS
from devices.model import Kind
from devices.readings import Reading
from simulators.communes import SampleCommune
from simulators.devices import Simulator
from simulators.history import history
from storage.arrivals import Settled
from storage.connect import Session
from storage.errors import StorageError
from storage.history import HistoryWriter
from storage.places import add_commune, add_hamlet, add_site, list_communes
from storage.registry import add_device, devices_of

BATCH_READINGS = 20_000


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

    @property
    def readings(self) -> int:
        """All that has been through."""
        return self.stored + self.merged + self.duplicate + self.conflicts

    def add(self, kind: Kind, ends: Settled) -> None:
        """Count where the readings of a batch ended."""
        self.stored += ends.stored
        self.merged += ends.merged
        self.duplicate += ends.duplicate
        self.conflicts += len(ends.conflicts)
        self.kinds[kind.name] = self.kinds.get(kind.name, 0) + ends.stored


def register(session: Session, sample: SampleCommune) -> dict[str, int]:
    """Put a sample commune in the registry; doing it again changes nothing. Returns the number of each device.

    Raises NotTheSample when a real commune has that code, and RegistryRefused when a device of another kind has the
    code of one of the sample's.
    """
    code = sample.commune.code
    if any(there.code == code and not there.is_sample for there in list_communes(session)):
        raise NotTheSample(f"commune {code!r} is registered and is not a sample; it is left as it is")
    with session.transaction():
        add_commune(session, sample.commune, replace=True)
        for hamlet in sample.hamlets:
            add_hamlet(session, code, hamlet, replace=True)
        for site in sample.sites:
            add_site(session, code, site, replace=True)
        known = devices_of(session, [(code, device.code) for device in sample.devices])
        numbers = {}
        for device in sample.devices:
            row = known.get((code, device.code))
            same = row is not None and row.device == device
            numbers[device.code] = row.device_id if row and same else add_device(session, device, replace=True)
    return numbers


def backfill(
    session: Session,
    simulators: Sequence[Simulator],
    numbers: dict[str, int],
    start: int,
    end: int,
    progress: Callable[[Written], None] = lambda _: None,
) -> Written:
    """Write the history of some devices between two times in Unix seconds; what is stored already is left as it is."""
    writer, written = HistoryWriter(session), Written()
    waiting: dict[str, list[tuple[int, Reading]]] = {}

    def write(kind: Kind, least: int) -> None:
        rows = waiting[kind.name]
        while len(rows) >= least:
            written.add(kind, writer.write(kind, rows[:BATCH_READINGS]))
            del rows[:BATCH_READINGS]
            progress(written)

    for batch in history(simulators, start, end):
        rows = waiting.setdefault(batch.kind.name, [])
        rows += [(numbers[batch.device.code], reading) for reading in batch.readings]
        write(batch.kind, BATCH_READINGS)
    for name in waiting:
        write(KINDS[name], 1)
    return written
