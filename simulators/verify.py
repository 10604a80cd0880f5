"""Does the database say what the manifest says? Pure comparison; whoever calls it brings the rows.

Rows are compared by what the device said. A reading with a believed time is found by its identity (device, keys, time)
and must say exactly what was sent; one without, by its values, as often as it was sent. Allowed for is what MQTT
allows: a message that was sent again because the answer was lost may have come twice, one without an answer may have
come or not. Everything else is a difference.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.readings import TimeSource
from simulators.alarms import compare_alerts
from simulators.expect import AHEAD_MICROSECONDS
from simulators.faults.lines import WILL
from simulators.found import Found, FoundNote, FoundReading, Often, Verdict, at, hold_often, shown
from simulators.manifest import Record

ARRAY_MICROSECONDS = 1_000_000
"""Untimed readings of one array lie so close before the time of its receipt at most."""

Identity = tuple[str, str, int]
"""Device, keys, Unix microseconds."""

MOVED_MICROSECONDS = 50_000
"""A backlog's untimed readings are moved apart, so that none falls on another; so far behind the receipt at most."""


@dataclass(slots=True)
class _Row:
    """What must be in the row of one identity. `is_sure` is False where the broker's answer is missing."""

    number: int
    kind: str
    seq: int | None
    values: dict[str, Any]
    is_sure: bool = True


def verify(record: Record, found: Found, *, alerts: bool = False) -> Verdict:
    """Compare a manifest with what is in the database. `alerts`: the run was judged as it went on, as maintenance does.

    A run on a simulated clock judges itself.
    """
    verdict = Verdict()
    for count, doubtful in record.rows("SELECT count(*), count(*) - count(answer) FROM message WHERE fate <> 'lost'"):
        verdict.messages, verdict.doubtful = count, doubtful
    kinds = dict(record.rows("SELECT code, kind FROM device"))
    _Readings(record, kinds, verdict).compare(found)
    _Notes(record, verdict).compare(found)
    _letters(record, found, verdict)
    compare_alerts(record, found, verdict, judged=alerts or record.is_lived)
    return verdict


class _Readings:
    def __init__(self, record: Record, kinds: Mapping[str, str], verdict: Verdict) -> None:
        self._verdict = verdict
        self._timed: dict[Identity, _Row] = {}
        self._untimed: dict[Hashable, Often] = {}
        for number, device, key, source, time, seq, text, fate, answer, again in record.rows(
            'SELECT number, device, key, source, time, seq, "values", r.fate, answer, again '
            "FROM reading AS r JOIN message AS m USING (number) WHERE answer IS NOT 0 ORDER BY number, place"
        ):
            verdict.readings += 1
            values = json.loads(text)
            if source == TimeSource.DEVICE:
                self._expect((device, key, time), number, kinds[device], seq, values, fate, answer is not None)
            else:
                often = self._untimed.setdefault(_content(device, key, source, time, seq, values), Often(number))
                often.least += answer is not None
                often.most += 1 + again

    def _expect(
        self, identity: Identity, number: int, kind: str, seq: int | None, values: dict[str, Any], fate: str, sure: bool
    ) -> None:
        row = self._timed.get(identity)
        if row is None:
            self._timed[identity] = _Row(number, kind, seq, values, sure)
        else:
            row.is_sure = row.is_sure and sure
            if fate == "merged":
                row.values |= values

    def compare(self, found: Found) -> None:
        """Hold every row against what must be there, and look for what is not among the new ones."""
        missing = dict(self._timed)
        counted: Counter[Hashable] = Counter()
        for reading in found.readings:
            if reading.source == TimeSource.DEVICE:
                self._timed_row(reading, missing)
            else:
                counted[self._untimed_row(reading)] += 1
        wanted: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for (device, _, time), row in missing.items():
            wanted[row.kind].append((device, time))
        for kind, places in wanted.items():
            for reading in found.readings_at(kind, places):
                if (reading.device, reading.key, reading.time) in missing:
                    self._timed_row(reading, missing)
        for identity, row in missing.items():
            if row.is_sure and not self._was_not_believed(identity, row, counted):
                self._verdict.add("missing", at(*identity), f"a reading of {row.kind} is not stored", row.number)
        hold_often("reading without a believed time", self._untimed, counted, self._verdict)

    def _timed_row(self, reading: FoundReading, missing: dict[Identity, _Row]) -> None:
        identity = (reading.device, reading.key, reading.time)
        row = self._timed.get(identity)
        if row is None:
            later = _content(
                reading.device, reading.key, TimeSource.NOT_BELIEVED, reading.time, reading.seq, reading.values
            )
            often = self._untimed.get(later)
            # A clock that was ahead when the message was due need not be so when it came.
            if often is not None and reading.time <= reading.received + AHEAD_MICROSECONDS:
                often.least = 0
                return
            self._verdict.add("unknown", at(*identity), f"nothing in the manifest says this: {shown(reading.values)}")
            return
        missing.pop(identity, None)
        if reading.source != TimeSource.DEVICE:
            self._verdict.add(
                "flag", at(*identity), "its time is believed, and the row says that it is not", row.number
            )
        wrong = [name for name in {*row.values, *reading.values} if reading.values.get(name) != row.values.get(name)]
        for name in sorted(wrong):
            expected, is_there = row.values.get(name), reading.values.get(name)
            self._verdict.add("value", at(*identity), f"{name} is {is_there!r}, and must be {expected!r}", row.number)
        if reading.seq != row.seq:
            self._verdict.add("seq", at(*identity), f"seq is {reading.seq}, and must be {row.seq}", row.number)

    def _untimed_row(self, reading: FoundReading) -> Hashable:
        """What a row without a believed time says; its own time must be that of its receipt."""
        content = _content(
            reading.device, reading.key, reading.source, reading.device_time, reading.seq, reading.values
        )
        if content in self._untimed and not -MOVED_MICROSECONDS <= reading.received - reading.time <= _widest(reading):
            number = self._untimed[content].number
            where = at(reading.device, reading.key, reading.time)
            self._verdict.add("time", where, f"not the time of receipt, {reading.received}", number)
        return content

    def _was_not_believed(self, identity: Identity, row: _Row, counted: Counter[Hashable]) -> bool:
        """Whether a reading that was to be believed came so early that it was ahead of the receiver's clock."""
        device, key, time = identity
        content = _content(device, key, TimeSource.NOT_BELIEVED, time, row.seq, row.values)
        return counted.pop(content, 0) > 0


def _widest(reading: FoundReading) -> int:
    """How far before its receipt a reading may lie; those of a clock that is ahead keep their spacing, any there is."""
    return ARRAY_MICROSECONDS if reading.source == TimeSource.ABSENT else 10**15


def _content(
    device: str, key: str, source: int, time: int | None, seq: int | None, values: Mapping[str, Any]
) -> Hashable:
    return (device, key, int(source), time, seq, tuple(sorted(values.items())))


class _Notes:
    def __init__(self, record: Record, verdict: Verdict) -> None:
        self._verdict = verdict
        self._timed: dict[Hashable, tuple[int, str, str, int, str, Any, bool]] = {}
        self._untimed: dict[Hashable, Often] = {}
        self._lost_lines = int(record.run.get("reopened", "1")) > 0
        for number, device, channel, word, source, time, text, answer, again in record.rows(
            "SELECT number, device, channel, word, source, time, detail, answer, again "
            "FROM note JOIN message USING (number) WHERE answer IS NOT 0 ORDER BY number"
        ):
            verdict.notes += 1
            detail = json.loads(text)
            if source == TimeSource.DEVICE:
                name = word if channel == "event" else ""
                entry = (number, channel, device, time, word, detail, answer is not None)
                self._timed.setdefault((channel, device, time, name), entry)
            else:
                often = self._untimed.setdefault((channel, device, word, text_of(detail)), Often(number))
                often.least += answer is not None
                often.most += 1 + again

    def compare(self, found: Found) -> None:
        """Hold statuses and events against what must be there."""
        missing = dict(self._timed)
        counted: Counter[Hashable] = Counter()
        for note in found.notes:
            if note.source == TimeSource.DEVICE:
                self._timed_row(note, missing)
            else:
                counted[(note.channel, note.device, note.word, text_of(note.detail))] += 1
        wanted: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for _, channel, device, time, *_rest in missing.values():
            wanted[channel].append((device, time))
        for channel, places in wanted.items():
            for note in found.notes_at(channel, places):
                if _name(note) in missing:
                    self._timed_row(note, missing)
        for number, channel, device, time, word, _, is_sure in missing.values():
            if is_sure:
                self._verdict.add("missing", at(device, channel, time), f"{channel} {word} is not stored", number)
        if self._lost_lines:  # the broker has said wills that were not planned
            for content in [c for c in counted if c not in self._untimed or counted[c] > self._untimed[c].most]:
                if isinstance(content, tuple) and content[2:] == ("offline", text_of(_WILL_DETAIL)):
                    counted[content] = self._untimed[content].most if content in self._untimed else 0
        hold_often("status or event without a believed time", self._untimed, +counted, self._verdict)

    def _timed_row(self, note: FoundNote, missing: dict[Hashable, Any]) -> None:
        entry = self._timed.get(_name(note))
        where = at(note.device, note.channel, note.time)
        if entry is None:
            self._verdict.add("unknown", where, f"nothing in the manifest says this {note.channel}: {note.word}")
            return
        missing.pop(_name(note), None)
        number, _, _, _, word, detail, _ = entry
        if (note.word, dict(note.detail)) != (word, detail):
            said = f"{note.word} {shown(note.detail)}"
            self._verdict.add("value", where, f"is {said}, and must be {word} {shown(detail)}", number)


_WILL_DETAIL = {name: value for name, value in json.loads(WILL).items() if name != "state"}


def _name(note: FoundNote) -> Hashable:
    return (note.channel, note.device, note.time, note.word if note.channel == "event" else "")


def _letters(record: Record, found: Found, verdict: Verdict) -> None:
    expected: dict[Hashable, Often] = {}
    for number, topic, payload, level, reason, place, name, answer, again in record.rows(
        "SELECT number, topic, payload, level, reason, place, field, answer, again FROM letter "
        "JOIN message USING (number) JOIN topic USING (topic_id) WHERE answer IS NOT 0 ORDER BY number"
    ):
        verdict.letters += 1
        often = expected.setdefault((topic, payload, level, reason, place, name), Often(number))
        often.least += answer is not None
        often.most += 1 + again
    counted: Counter[Hashable] = Counter(
        (letter.topic, letter.payload, letter.level, letter.reason, letter.index, letter.field)
        for letter in found.letters
    )
    hold_often("dead letter", expected, counted, verdict)


def text_of(detail: Mapping[str, Any]) -> str:
    """The same text for the same members, in whatever order."""
    return json.dumps(detail, sort_keys=True)
