"""`commune devices reconcile`: the broker held against the registry, and mended where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from broker.address import BrokerAddress
from broker.drift import FOREIGN, Drift, Expected, compare
from broker.dynamic_security import DynamicSecurity
from storage.account_wishes import lose_passwords
from storage.broker_accounts import all_accounts
from storage.connect import Session

AT_ONCE = 20
"""So many things are mended with one message: each costs the broker some milliseconds for a thousand accounts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A drift, and what became of it: `mended`, `left`, `foreign`, `needs a new password`, or the broker's words."""

    drift: Drift
    fate: str

    @property
    def is_open(self) -> bool:
        """True while the broker stands otherwise than the registry says."""
        return self.fate not in ("mended", "foreign")

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        drift = self.drift
        return {"name": drift.name, "sort": drift.sort, "found": drift.found, "wanted": drift.wanted, "fate": self.fate}


def reconcile(
    session: Session, broker: BrokerAddress, *, repair: bool = False, repair_foreign: bool = False
) -> list[Finding]:
    """Compare, and mend what is ours if asked to; what is neither a device's nor a service's only if that is asked for.

    A device whose account the broker has lost is marked: it needs a new password, and none is invented. What waits for
    `commune maintain` is passed over. Raises BrokerError, StorageError.
    """
    with DynamicSecurity(broker) as control:
        # What `commune maintain` is at work on is not judged: what waits now, and what has moved since before we asked
        # the broker. A device that got its account in between would look as if the broker had lost it.
        before = {one.username: (one.wanted, one.applied) for one in all_accounts(session)}
        state = control.state()
        accounts = all_accounts(session)
        moving = frozenset(
            one.username
            for one in accounts
            if one.applied < one.wanted or before.get(one.username) != (one.wanted, one.applied)
        )
        drifts = compare(
            [Expected(one.account, one.enabled, one.has_password) for one in accounts if one.username not in moving],
            state,
            waiting=moving,
        )
        chosen = [d for d in drifts if (repair_foreign if d.sort in FOREIGN else repair) and d.mend]
        fates: dict[int, str] = {}
        for start in range(0, len(chosen), AT_ONCE):
            _mend(control, chosen[start : start + AT_ONCE], fates)
    lost = [drift.name for drift in drifts if drift.needs_password]
    if repair and lost:
        lose_passwords(session, lost)
    return [Finding(drift, fates.get(id(drift), _unmended(drift, repair))) for drift in drifts]


def _mend(control: DynamicSecurity, drifts: list[Drift], fates: dict[int, str]) -> None:
    errors = iter(control.do([command for drift in drifts for command in drift.mend]))
    for drift in drifts:
        answers = [(command["command"], next(errors)) for command in drift.mend]
        # Who is to lose a role may have lost it a command ago, or be gone.
        said = [error for command, error in answers if error is not None and command != "removeClientRole"]
        fates[id(drift)] = "; ".join(said) or "mended"


def _unmended(drift: Drift, repair: bool) -> str:
    if drift.sort in FOREIGN:
        return "foreign"
    if drift.needs_password and repair:
        return "needs a new password"
    return "left"
