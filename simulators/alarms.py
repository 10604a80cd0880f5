"""Alerts: what the manifest expects to be opened, and what has been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from simulators.found import Found, FoundAlert, Verdict
from simulators.manifest import Record


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind of alert that the system opens.

    Of causes that last less than `certain_seconds` of simulated time nothing is demanded, since no rule can be sure of
    them; an alert may open all the same.
    """

    name: str
    certain_seconds: float = 0.0


JUDGED = (AlertKind("broker_drop"),)
"""The kinds that are compared: a rule that opens another kind adds it here. The manifest never expects the broker to
drop anything, so that any such alert is a difference."""


def compare_alerts(record: Record, found: Found, verdict: Verdict, judged: Iterable[AlertKind] = JUDGED) -> None:
    """Hold the alerts that must be open, and may be, against those that were opened since the run began."""
    kinds = {kind.name: kind for kind in judged}
    commune = record.run.get("commune", "")
    wanted: dict[tuple[str, str], bool] = {}
    not_judged: Counter[str] = Counter()
    for name, device, due, until in record.rows("SELECT kind, device, due, until FROM alert ORDER BY due, device"):
        kind = kinds.get(name)
        if kind is None:
            not_judged[name] += 1
            continue
        is_certain = until is None or until - due >= kind.certain_seconds
        subject = (name, f"{commune}/{device}")
        wanted[subject] = wanted.get(subject, False) or is_certain
    verdict.alerts_not_judged = dict(sorted(not_judged.items()))
    opened: dict[tuple[str, str], FoundAlert] = {}
    for alert in found.alerts:
        if alert.kind in kinds:
            opened.setdefault((alert.kind, alert.subject), alert)
    verdict.alerts = len(wanted.keys() | opened.keys())
    for (name, where), is_certain in wanted.items():
        if is_certain and (name, where) not in opened:
            verdict.add("missing", where, f"no alert {name} was opened")
    for (name, where), alert in opened.items():
        if (name, where) not in wanted:
            verdict.add("unknown", where, f"nothing in the manifest calls for the alert {name}: {alert.detail}")
