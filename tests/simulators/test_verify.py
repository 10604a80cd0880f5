"""The verifier holds a manifest to what is in a database, and misses nothing that is not so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from devices.readings import TimeSource
from simulators.expect import MICROSECONDS
from simulators.faults import Parcel
from simulators.faults.lines import WILL
from simulators.found import Found, FoundLetter, FoundNote, FoundReading, Verdict
from simulators.manifest import Manifest, Record
from simulators.verify import verify
from tests.simulators.manifests import ABOUT, NOW, REGISTERED, manifest_of, parcel_of, reading


class Held:
    """What a perfect system would hold after the messages of a manifest; free to be spoiled."""

    def __init__(self, record: Record) -> None:
        now = NOW * MICROSECONDS
        self.readings: dict[Any, FoundReading] = {}
        for number, device, key, source, time, seq, text, fate in record.rows(
            'SELECT number, device, key, source, time, seq, "values", fate FROM reading ORDER BY number, place'
        ):
            identity = (device, key, time) if source == 0 else number
            values = orjson.loads(text)
            when, said = (time, None) if source == 0 else (now, time)
            if fate == "merged":
                first = self.readings[identity]
                self.readings[identity] = replace(first, values={**first.values, **values})
            elif fate == "stored":
                self.readings[identity] = FoundReading("environment", device, key, when, now, source, said, seq, values)
        self.notes = [
            FoundNote(channel, device, now if time is None else time, now, source, word, orjson.loads(detail))
            for device, channel, word, source, time, detail in record.rows(
                "SELECT device, channel, word, source, time, detail FROM note WHERE fate = 'stored' ORDER BY number"
            )
        ]
        self.letters = [
            FoundLetter(*row)
            for row in record.rows(
                "SELECT topic, payload, level, reason, place, field FROM letter "
                "JOIN message USING (number) JOIN topic USING (topic_id) ORDER BY number"
            )
        ]
        self.old_readings: list[FoundReading] = []
        self.old_notes: list[FoundNote] = []

    def judged(self, record: Record) -> Verdict:
        """What the verifier says of it."""
        return verify(
            record,
            Found(
                self.readings.values(),
                self.notes,
                self.letters,
                lambda _kind, _places: self.old_readings,
                lambda _channel, _places: self.old_notes,
            ),
        )


MESSAGES: list[tuple[str, object] | Parcel] = [
    reading(60, pm25=3, seq=1),
    reading(60, pm25=3, seq=1),
    reading(120, pm10=4, seq=2),
    reading(120, pm25=-999, noise=40),
    ("telemetry", {"pm25": 5, "seq": 3}),
    reading(-900, pm25=6, seq=4),
    ("status", {"state": "online", "ts": NOW - 3}),
    ("status", WILL),
    ("event", {"event": "door_open", "ts": NOW - 2}),
    ("telemetry", b"{"),
]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A manifest of a little of everything."""
    made = manifest_of(tmp_path / "m", MESSAGES)
    made.run["reopened"] = "0"
    return made


def test_a_system_that_has_lost_nothing_is_without_difference(record: Record) -> None:
    verdict = Held(record).judged(record)
    assert verdict.differences == []
    assert (verdict.messages, verdict.readings, verdict.notes, verdict.letters) == (10, 6, 3, 2)


def test_what_was_there_from_an_earlier_run_is_looked_for_and_held_to_the_same(record: Record) -> None:
    held = Held(record)
    identity = ("tram-01", "", (NOW - 60) * MICROSECONDS)
    held.old_readings = [held.readings.pop(identity)]
    held.old_notes = [note for note in held.notes if note.source == TimeSource.DEVICE]
    held.notes = [note for note in held.notes if note.source != TimeSource.DEVICE]
    assert held.judged(record).differences == []
    held.old_readings = [replace(held.old_readings[0], values={"pm25": 4.0})]
    assert [d.what for d in held.judged(record).differences] == ["value"]


def spoil_reading(source: int, /, **changes: Any) -> Callable[[Held], None]:
    """Change the first reading of a time source; remove it when nothing is to be changed."""

    def spoil(held: Held) -> None:
        identity = next(i for i, r in held.readings.items() if r.source == source)
        spoiled = held.readings.pop(identity)
        if changes:
            held.readings["spoiled"] = replace(spoiled, **changes)

    return spoil


def spoil_letters(change: Callable[[list[FoundLetter]], None]) -> Callable[[Held], None]:
    return lambda held: change(held.letters)


def spoil_note(place: int, **changes: Any) -> Callable[[Held], None]:
    def spoil(held: Held) -> None:
        spoiled = held.notes.pop(place)
        if changes:
            held.notes.append(replace(spoiled, **changes))

    return spoil


def twice(held: Held) -> None:
    held.readings["again"] = next(r for r in held.readings.values() if r.source == TimeSource.ABSENT)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (spoil_reading(0), {"missing"}),
        (spoil_reading(1), {"missing"}),
        (spoil_reading(2), {"missing"}),
        (spoil_reading(0, values={"pm25": 3.1}), {"value"}),
        (spoil_reading(0, values={"pm25": 3.0, "noise": 1.0}), {"value"}),
        (spoil_reading(0, values={}), {"value"}),
        (spoil_reading(0, seq=9), {"seq"}),
        (spoil_reading(0, time=5), {"missing", "unknown"}),
        (spoil_reading(0, source=1), {"missing", "unknown"}),
        (spoil_reading(1, time=(NOW - 60) * MICROSECONDS + 1), {"time"}),
        (spoil_reading(2, source=0, time=(NOW + 900) * MICROSECONDS, device_time=None), {"missing", "unknown"}),
        (spoil_reading(2, device_time=None), {"missing", "unknown"}),
        (twice, {"too many"}),
        (spoil_note(0), {"missing"}),
        (spoil_note(0, word="offline"), {"value"}),
        (spoil_note(0, detail={"more": 1}), {"value"}),
        (spoil_note(0, time=7), {"missing", "unknown"}),
        (spoil_note(1), {"missing"}),
        (spoil_note(1, detail={}), {"missing", "unknown"}),
        (spoil_note(2), {"missing"}),
        (spoil_letters(lambda letters: letters.clear()), {"missing"}),
        (spoil_letters(lambda letters: letters.append(letters[0])), {"too many"}),
        (spoil_letters(lambda letters: letters.append(replace(letters[0], reason="refused"))), {"unknown"}),
    ],
)
def test_each_thing_that_can_be_wrong_is_a_difference(
    spoil: Callable[[Held], None], what: set[str], record: Record
) -> None:
    held = Held(record)
    spoil(held)
    differences = held.judged(record).differences
    assert {difference.what for difference in differences} == what
    assert all(str(difference) for difference in differences)


def test_a_message_that_was_sent_again_may_have_come_twice_and_one_without_an_answer_not_at_all(tmp_path: Path) -> None:
    with Manifest(tmp_path / "m", REGISTERED, {**ABOUT, "reopened": 1}) as manifest:
        again = manifest.add(parcel_of(*reading(60, pm25=3)), NOW)
        untimed = manifest.add(parcel_of("telemetry", {"pm25": 4}), NOW)
        refused = manifest.add(parcel_of("telemetry", {"pm25": 5}), NOW)
        manifest.add(parcel_of(*reading(90, pm25=6)), NOW)
        manifest.sent_again([again, untimed])
        for number in (again, untimed):
            manifest.answered(number, True)
        manifest.answered(refused, False)
    record = Record(tmp_path / "m")
    held = Held(record)
    for identity in [i for i, r in held.readings.items() if r.values["pm25"] in (5.0, 6.0)]:
        del held.readings[identity]
    twice(held)
    held.notes.append(FoundNote("status", "tram-01", 1, 1, 1, "offline", {"reason": "connection_lost"}))
    verdict = held.judged(record)
    assert verdict.differences == []
    assert verdict.doubtful == 1


def test_a_clock_that_was_ahead_when_the_message_was_due_need_not_be_so_when_it_came(record: Record) -> None:
    held = Held(record)
    time = (NOW + 900) * MICROSECONDS
    spoil_reading(2, source=0, time=time, device_time=None, received=time)(held)
    assert held.judged(record).differences == []
