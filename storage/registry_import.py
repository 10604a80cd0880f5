"""Many devices at once: a verdict for each row, and one transaction for all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from psycopg import Connection

from devices.importing import SheetRow
from devices.model import Text
from devices.registry import Device
from storage.errors import RegistryRefused, driver_errors
from storage.places import Places, read_places
from storage.registry import Pair, devices_of, parameters_of
from storage.sql import query

ROWS_AT_ONCE = 500


class Outcome(StrEnum):
    """What an import does, or without its being refused would do, with a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one row. `changes` names the fields of a registered device that the row describes otherwise."""

    line: int
    device: Device
    outcome: Outcome
    changes: tuple[str, ...] = ()
    faults: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A verdict a row. `done` is true when the rows were written: not on a dry run, nor where any row is refused."""

    verdicts: tuple[Verdict, ...]
    done: bool

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)


def import_devices(
    connection: Connection[Any],
    rows: Sequence[SheetRow],
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> ImportReport:
    """Register new devices and describe registered ones anew, by what each row gives; nothing when any row is refused.

    `progress` is called with the number of rows written since the last call.
    """
    with driver_errors(), connection.transaction():
        connection.execute(query("take_registry_lock"))
        places = read_places(connection)
        there = {
            pair: row.device
            for pair, row in devices_of(connection, [(r.device.commune, r.device.code) for r in rows]).items()
        }
        verdicts = tuple(_judge(row, there, places) for row in rows)
        done = not dry_run and all(verdict.outcome is not Outcome.REFUSED for verdict in verdicts)
        if done:
            _write(connection, verdicts, places, progress)
    return ImportReport(verdicts, done)


def _judge(row: SheetRow, there: dict[Pair, Device], places: Places) -> Verdict:
    known = there.get((row.device.commune, row.device.code))
    device = row.device
    faults = list(row.faults)
    if known is not None:
        device = replace(known, **{name: getattr(row.device, name) for name in row.given})
        if not faults and device.kind != known.kind:
            faults.append(
                Text(
                    f"đã đăng ký là loại {known.kind}; loại không đổi được, hãy dùng mã khác",
                    f"is registered as {known.kind}; the kind cannot change, use another code",
                )
            )
    if not faults:
        faults.extend(places.faults_of(device))
    if faults:
        return Verdict(row.line, device, Outcome.REFUSED, faults=tuple(faults))
    if known is None:
        return Verdict(row.line, device, Outcome.ADDED)
    changes = tuple(f.name for f in fields(Device) if getattr(device, f.name) != getattr(known, f.name))
    return Verdict(row.line, device, Outcome.CHANGED if changes else Outcome.UNCHANGED, changes)


def _write(
    connection: Connection[Any], verdicts: Sequence[Verdict], places: Places, progress: Callable[[int], None]
) -> None:
    statements = {Outcome.ADDED: query("add_device"), Outcome.CHANGED: query("change_device")}
    with connection.cursor() as cursor:
        for outcome, statement in statements.items():
            chosen = [verdict.device for verdict in verdicts if verdict.outcome is outcome]
            for devices in _batched(chosen):
                cursor.executemany(statement, [parameters_of(device, places) for device in devices])
                if cursor.rowcount != len(devices):
                    raise RegistryRefused(
                        Text(
                            "có người vừa đăng ký một mã trong tệp này; hãy nhập lại",
                            "someone has just registered a code of this file; import it again",
                        )
                    )
                progress(len(devices))
    progress(sum(verdict.outcome is Outcome.UNCHANGED for verdict in verdicts))


def _batched(devices: Sequence[Device]) -> list[Sequence[Device]]:
    return [devices[start : start + ROWS_AT_ONCE] for start in range(0, len(devices), ROWS_AT_ONCE)]
