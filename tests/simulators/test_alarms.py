"""Alerts are compared by kind and subject, as far as the system opens alerts of the kind at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulators.alarms import JUDGED, AlertKind, compare_alerts
from simulators.faults.lines import WILL
from simulators.found import Found, FoundAlert, Verdict
from simulators.manifest import OFFLINE_ALERT, Record
from tests.simulators.test_manifest import NOW, manifest_of, parcel_of

LINE_ALERT = AlertKind(OFFLINE_ALERT, certain_seconds=600)
OFFLINE = FoundAlert(OFFLINE_ALERT, "gia-loc/tram-01", NOW, "the device tram-01 is silent")


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A manifest of a device whose line is lost, and comes back within a minute."""
    lost = parcel_of("status", WILL, by_will=True)
    back = replace(parcel_of("status", {"state": "online", "ts": NOW}), due=lost.due + 60)
    return manifest_of(tmp_path / "m", [lost, back])


def judged(record: Record, *opened: FoundAlert, kinds: tuple[AlertKind, ...]) -> Verdict:
    verdict = Verdict()
    compare_alerts(record, Found((), (), (), lambda *_: (), lambda *_: (), opened), verdict, kinds)
    return verdict


def test_a_kind_that_nothing_opens_yet_is_counted_and_not_compared(record: Record) -> None:
    verdict = judged(record, kinds=JUDGED)
    assert (verdict.differences, verdict.alerts) == ([], 0)
    assert verdict.alerts_not_judged == {OFFLINE_ALERT: 1}


def test_an_alert_that_must_open_and_did_is_no_difference_and_one_that_did_not_is(record: Record) -> None:
    always = replace(LINE_ALERT, certain_seconds=0)
    assert judged(record, OFFLINE, kinds=(always,)).differences == []
    missing = judged(record, kinds=(always,))
    assert [str(d) for d in missing.differences] == ["missing: gia-loc/tram-01: no alert device_offline was opened"]
    assert missing.alerts == 1


def test_of_a_cause_that_is_soon_over_nothing_is_demanded_and_nothing_forbidden(record: Record) -> None:
    assert judged(record, kinds=(LINE_ALERT,)).differences == []
    assert judged(record, OFFLINE, kinds=(LINE_ALERT,)).differences == []


def test_an_alert_that_nothing_calls_for_is_a_difference(record: Record) -> None:
    other = replace(OFFLINE, subject="gia-loc/tram-02")
    drops = FoundAlert("broker_drop", "127.0.0.1:1883", NOW, "the broker dropped 3 messages")
    verdict = judged(record, other, drops, kinds=(*JUDGED, LINE_ALERT))
    assert {(d.what, d.where) for d in verdict.differences} == {
        ("unknown", "gia-loc/tram-02"),
        ("unknown", "127.0.0.1:1883"),
    }
    assert "the broker dropped 3 messages" in str(verdict.differences[-1])
