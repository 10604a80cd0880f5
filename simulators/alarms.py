"""Alerts: what the manifest foretells, and what has been opened and closed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from devices.alert_book import BROKER_DROP
from simulators.foretold import Foretold
from simulators.found import Found, FoundAlert, Verdict
from simulators.manifest import Record

NEVER = frozenset((BROKER_DROP.name,))
"""Kinds that no run may cause, whether it is judged or not."""
MICROSECONDS = 1e6


def compare_alerts(record: Record, found: Found, verdict: Verdict, *, judged: bool) -> None:
    """Hold the alerts that were opened since the run began against those that are foretold.

    Where nothing has judged the run as it went on, `judged` is false: then only what no run may cause is looked for.
    """
    foretold = record.foretold()
    opened = [alert for alert in found.alerts if judged or alert.kind in NEVER]
    if not judged:
        verdict.alerts_not_judged = dict(sorted(Counter(one.kind for one in foretold).items()))
        foretold = []
    verdict.alerts = len(foretold)
    by_subject: dict[tuple[str, str], list[FoundAlert]] = defaultdict(list)
    for alert in sorted(opened, key=lambda one: one.opened):
        by_subject[alert.kind, alert.subject].append(alert)
    for one in foretold:
        _compare(one, by_subject[one.kind, one.subject], verdict)
    for (kind, subject), rest in by_subject.items():
        for alert in rest:
            verdict.add("unknown", subject, f"nothing calls for {_said(kind, alert)}: {alert.detail}")


def _compare(one: Foretold, there: list[FoundAlert], verdict: Verdict) -> None:
    """Take from `there` the alert that is foretold, and tell how it differs."""
    alert = next((alert for alert in there if abs(alert.opened / MICROSECONDS - one.opened) <= one.slack), None)
    if alert is None:
        if one.certain:
            verdict.add("missing", one.subject, f"no alert {one.kind} was opened at {moment(one.opened)}")
        return
    there.remove(alert)
    closed = None if alert.closed is None else alert.closed / MICROSECONDS
    if (closed is None) != (one.closed is None) or abs((closed or 0) - (one.closed or 0)) > one.slack:
        verdict.add(
            "alert", one.subject, f"{_said(one.kind, alert)} is over at {moment(closed)}, not at {moment(one.closed)}"
        )
    if one.members and tuple(alert.members) != one.members:
        must, said = ", ".join(one.members), ", ".join(alert.members)
        verdict.add("alert", one.subject, f"{_said(one.kind, alert)} stands for {said}, and not for {must}")


def _said(kind: str, alert: FoundAlert) -> str:
    return f"the alert {kind} of {moment(alert.opened / MICROSECONDS)}"


def moment(seconds: float | None) -> str:
    """A time in UTC; – for none."""
    return "–" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def table(foretold: Sequence[Foretold]) -> list[tuple[str, str, int, str, str]]:
    """Kind, subject, members, opened and closed of each, as text."""
    return [(one.kind, one.subject, len(one.members), moment(one.opened), moment(one.closed)) for one in foretold]
