"""The witness and the database, brought together: the manifest of a run against what is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from devices.catalogue import KINDS
from devices.topics import Channel
from simulators.calendar import utc
from simulators.communes import SampleCommune, load
from simulators.foretelling import conditions_of, foretell
from simulators.found import Found, FoundAlert, FoundLetter, FoundNote, FoundReading, Verdict
from simulators.manifest import HISTORY, Manifest, Record
from simulators.messages import simulators_of
from simulators.run import Simulation
from simulators.verify import verify
from simulators.verify_history import FoundDay, FoundHistory, verify_history
from storage.arrivals import now
from storage.connect import Session
from storage.history_sums import stored_days
from storage.ledger import totals
from storage.ledger_view import in_hand
from storage.witness import (
    StoredNote,
    StoredReading,
    stored_alerts,
    stored_letters,
    stored_notes,
    stored_readings,
    stored_readings_between,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
QUIET_SECONDS = 1.5
"""Ingest has settled everything when nothing is in hand and nothing has come for so long."""
POLL_SECONDS = 0.25


def compare(session: Session, record: Record, *, alerts: bool = False) -> Verdict:
    """Hold what is stored of a manifest's commune against the manifest; `alerts`: maintenance judged it all along."""
    database = _Database(session, record)
    if record.is_history:
        simulators = simulators_of(load(record.run["commune"]), int(record.run["seed"]))
        return verify_history(record, database.history(), simulators)
    return verify(record, database.found(), alerts=alerts)


def compare_settled(session: Session, record: Record, seconds: float, *, alerts: bool = False) -> Verdict:
    """The same, once ingest has settled what it has been sent; it is given up to so many seconds for that.

    While something is missing it may still be with the broker, since an ingest that is slow or has only just been
    started looks as quiet as one that is through: so it is looked for again when more has come, until the time is up.
    """
    deadline = time.monotonic() + seconds
    while True:
        wait_until_quiet(session, deadline - time.monotonic())
        received = totals(session).received
        verdict = compare(session, record, alerts=alerts)
        if not any(difference.what == "missing" for difference in verdict.differences):
            return verdict
        while totals(session).received == received:
            if time.monotonic() >= deadline:
                return verdict
            time.sleep(POLL_SECONDS)


def report_of(record: Record, verdict: Verdict) -> dict[str, Any]:
    """What a comparison came to, ready for JSON."""
    return {
        "run": record.run,
        "digest": record.digest(),
        "messages": verdict.messages,
        "fates": record.fates(),
        "faults": record.faults(),
        "compared": {
            "readings": verdict.readings,
            "notes": verdict.notes,
            "dead_letters": verdict.letters,
            "alerts": verdict.alerts,
            "days": verdict.days,
        },
        "alerts_not_judged": dict(verdict.alerts_not_judged),
        "unanswered": verdict.doubtful,
        "differences": [asdict(difference) for difference in verdict.differences],
    }


def in_words(report: dict[str, Any]) -> str:
    """The same in some lines."""
    compared = report["compared"]
    if compared["days"]:
        return (
            f"{len(report['differences'])} differences in {compared['readings']} readings, compared by the sums of "
            f"{compared['days']} days of devices"
        )
    faults = ", ".join(f"{name} {count}" for name, count in report["faults"].items()) or "none"
    return (
        f"{len(report['differences'])} differences in {report['messages']} messages: {compared['readings']} readings, "
        f"{compared['notes']} statuses and events, {compared['dead_letters']} dead letters, {compared['alerts']} "
        f"alerts compared\nmessages struck by faults: {faults}"
    )


def wait_until_quiet(session: Session, seconds: float) -> None:
    """Give ingest up to so many seconds to settle what it has been sent."""
    deadline = time.monotonic() + seconds
    before, since = totals(session).received, time.monotonic()
    while time.monotonic() < min(deadline, since + QUIET_SECONDS):
        time.sleep(POLL_SECONDS)
        received = totals(session).received
        if received != before or in_hand(session):
            before, since = received, time.monotonic()


@contextmanager
def recorded(path: Path | None, simulation: Simulation, sample: SampleCommune) -> Iterator[Manifest | None]:
    """The manifest of a run, while it is written; None when none is wanted. Raises BadManifest."""
    if path is None:
        yield None
        return
    with _begun(path, sample, simulation.about()) as record:
        yield record
        record.places(sample.devices)
        for begun, over in record.rows("SELECT min(arrival), max(arrival) FROM message"):
            if begun is not None:
                record.foretell(foretell(record.rows, conditions_of(record.rows, record.run, begun, over)))


@contextmanager
def told(path: Path | None, sample: SampleCommune, about: Mapping[str, object]) -> Iterator[Manifest | None]:
    """The manifest of a history, while it is written; None when none is wanted. Raises BadManifest."""
    if path is None:
        yield None
        return
    with _begun(path, sample, {"way": HISTORY, **about}) as record:
        yield record


@contextmanager
def _begun(path: Path, sample: SampleCommune, about: Mapping[str, object]) -> Iterator[Manifest]:
    registered = {device.code: device.kind for device in sample.devices}
    with Manifest(path, registered, {"commune": sample.commune.code, **about, "begun_at": now().isoformat()}) as record:
        yield record
        record.say("ended_at", now().isoformat())


class _Database:
    def __init__(self, session: Session, record: Record) -> None:
        self._session = session
        self._record = record
        self._commune = record.run["commune"]
        # By the clock of the run: one that was lived on a simulated clock was received by it.
        begun = utc(float(record.run["start"])) if record.is_lived else datetime.fromisoformat(record.run["begun_at"])
        self._since = begun
        self._kinds = sorted({kind for (kind,) in record.rows("SELECT DISTINCT kind FROM device")})

    def found(self) -> Found:
        """Everything that was received since the run began."""
        return Found(
            self._readings(), self._notes(), self._letters(), self._readings_at, self._notes_at, self._alerts()
        )

    def history(self) -> FoundHistory:
        """Everything between the times of a history."""
        return FoundHistory(self._days(), self._readings_between)

    def _days(self) -> Iterator[FoundDay]:
        start, end = (utc(float(self._record.run[name])) for name in ("start", "end"))
        for (kind,) in self._record.rows("SELECT DISTINCT kind FROM history ORDER BY kind"):
            for day in stored_days(self._session, KINDS[kind], self._commune, start, end):
                yield day.device, kind, day.day, day.readings, day.others, day.sums

    def _readings_between(self, kind: str, code: str, start: int, end: int) -> Iterator[FoundReading]:
        rows = stored_readings_between(self._session, KINDS[kind], self._commune, code, utc(start), utc(end))
        for row in rows:
            yield _reading(kind, row)

    def _readings(self) -> Iterator[FoundReading]:
        for kind in self._kinds:
            for row in stored_readings(self._session, KINDS[kind], self._commune, since=self._since):
                yield _reading(kind, row)

    def _readings_at(self, kind: str, places: list[tuple[str, int]]) -> Iterator[FoundReading]:
        at = [(code, _moment(time)) for code, time in places]
        for row in stored_readings(self._session, KINDS[kind], self._commune, at=at):
            yield _reading(kind, row)

    def _notes(self) -> Iterator[FoundNote]:
        for channel in (Channel.STATUS, Channel.EVENT):
            for row in stored_notes(self._session, channel, self._commune, since=self._since):
                yield _note(channel, row)

    def _notes_at(self, channel: str, places: list[tuple[str, int]]) -> Iterator[FoundNote]:
        at = [(code, _moment(time)) for code, time in places]
        for row in stored_notes(self._session, Channel(channel), self._commune, at=at):
            yield _note(Channel(channel), row)

    def _letters(self) -> Iterator[FoundLetter]:
        for row in stored_letters(self._session, self._commune, self._since):
            yield FoundLetter(row.topic, row.payload, row.level, row.reason, row.reading_index, row.field)

    def _alerts(self) -> Iterator[FoundAlert]:
        for row in stored_alerts(self._session, self._since):
            closed = None if row.closed_at is None else _microseconds(row.closed_at)
            yield FoundAlert(
                row.kind, row.subject, _microseconds(row.opened_at), row.detail_en, closed, tuple(row.members)
            )


def _reading(kind: str, row: StoredReading) -> FoundReading:
    values = {f.name: value for f, value in zip(KINDS[kind].values, row.values, strict=True) if value is not None}
    device_time = None if row.device_time is None else _microseconds(row.device_time)
    when = _microseconds(row.time), _microseconds(row.received_at)
    return FoundReading(kind, row.device, "/".join(row.keys), *when, row.time_source, device_time, row.seq, values)


def _note(channel: Channel, row: StoredNote) -> FoundNote:
    when = _microseconds(row.time), _microseconds(row.received_at)
    return FoundNote(channel.value, row.device, *when, row.time_source, row.word, row.detail)


def _microseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
