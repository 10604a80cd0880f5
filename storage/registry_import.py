"""Many devices at once: a verdict for each row, and one transaction for all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from psycopg import Connection

from devices.accounts import DeviceAccount
from devices.importing import SheetRow
from devices.model import Text
from devices.passwords import Sealer, new_password
from devices.people import Role
from storage.broker_accounts import ask_for_accounts
from storage.errors import RegistryRefused, VerdictsChanged, driver_errors
from storage.import_verdicts import Judge, Outcome, Verdict
from storage.registry import Pair, parameters_of
from storage.sql import query

__all__ = ["ImportReport", "NewAccount", "Outcome", "Verdict", "import_devices"]

Value = TypeVar("Value")
ROWS_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The account of a device that the import has registered. The password is nowhere else: it is told once."""

    account: DeviceAccount
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A verdict a row. `done` is true when the rows were written: not on a dry run, nor where any row is refused."""

    verdicts: tuple[Verdict, ...]
    done: bool
    digest: str
    """Stands for what the import does: the same where it does the same to the same devices."""
    accounts: tuple[NewAccount, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)


def import_devices(
    connection: Connection[Any],
    rows: Sequence[SheetRow],
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
    role: Role | None = None,
    with_accounts: bool = False,
    sealer: Sealer | None = None,
    expected: str | None = None,
) -> ImportReport:
    """Register new devices and describe registered ones anew, by what each row gives; nothing when any row is refused.

    `progress` is called with the number of rows that are through since the last call, judged on a dry run and written
    else; what it raises undoes everything. With a `role` a device is led only to states to which this role may lead
    it. With the `expected` digest of a dry run it raises VerdictsChanged where it would do something else by now.
    `with_accounts` asks for an account at the broker for every new device, with a password where there is a
    `sealer` for it.
    """
    with driver_errors(), connection.transaction():
        connection.execute(query("take_registry_lock"))
        judge = Judge(connection, rows, role=role)
        verdicts: list[Verdict] = []
        for batch in _batched(rows):
            verdicts.extend(map(judge.verdict, batch))
            progress(len(batch) if dry_run else 0)
        digest = _digest(verdicts)
        if expected is not None and expected != digest:
            raise VerdictsChanged("the registry has changed since the dry run")
        done = not dry_run and all(verdict.outcome is not Outcome.REFUSED for verdict in verdicts)
        added = _write(connection, verdicts, judge, progress) if done else {}
        accounts = _give_accounts(connection, verdicts, added, sealer) if with_accounts else []
        progress(0)  # the last moment at which one who has left can take everything back
    return ImportReport(tuple(verdicts), done, digest, tuple(accounts))


def _digest(verdicts: Iterable[Verdict]) -> str:
    made = blake2b(digest_size=12)
    for verdict in verdicts:
        made.update(repr((verdict.line, verdict.outcome, verdict.before, verdict.device)).encode())
    return made.hexdigest()


def _write(
    connection: Connection[Any], verdicts: Sequence[Verdict], judge: Judge, progress: Callable[[int], None]
) -> dict[Pair, int]:
    """Write what is new and what has changed; returns the numbers of the new devices."""
    added: dict[Pair, int] = {}
    communes = {number: code for code, number in judge.places.communes.items()}
    for outcome, statement in ((Outcome.ADDED, "add_devices"), (Outcome.CHANGED, "change_devices")):
        chosen = [verdict.device for verdict in verdicts if verdict.outcome is outcome]
        for devices in _batched(chosen):
            values = orjson.dumps([parameters_of(device, judge.places) for device in devices]).decode()
            written = connection.execute(query(statement), {"devices": values}).fetchall()
            if len(written) != len(devices):
                raise RegistryRefused(
                    Text(
                        "có người vừa đăng ký một mã trong tệp này; hãy nhập lại",
                        "someone has just registered a code of this file; import it again",
                    )
                )
            if outcome is Outcome.ADDED:
                added |= {(communes[commune], code): number for number, commune, code in written}
            progress(len(devices))
    progress(sum(verdict.outcome is Outcome.UNCHANGED for verdict in verdicts))
    return added


def _give_accounts(
    connection: Connection[Any], verdicts: Iterable[Verdict], added: dict[Pair, int], sealer: Sealer | None
) -> list[NewAccount]:
    """Ask for an account for each new device, in the order of the file."""
    new = [verdict.device for verdict in verdicts if (verdict.device.commune, verdict.device.code) in added]
    accounts = [
        NewAccount(DeviceAccount(d.commune, d.kind, d.code), new_password() if sealer is not None else None)
        for d in new
    ]
    numbers = (added[device.commune, device.code] for device in new)
    sealed = (sealer.seal(a.password) if sealer is not None and a.password is not None else None for a in accounts)
    if accounts:
        ask_for_accounts(connection, dict(zip(numbers, sealed, strict=True)))
    return accounts


def _batched(values: Sequence[Value]) -> list[Sequence[Value]]:
    return [values[start : start + ROWS_AT_ONCE] for start in range(0, len(values), ROWS_AT_ONCE)]
