"""The truth about a run, in one SQLite file: see manifest.sql for what is in it.

The file of two runs of the same seed, fleet and simulated time is the same in all that is not said by the outside: see
`Manifest.digest`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devices.registry import Device
from simulators.errors import BadManifest
from simulators.expect import MICROSECONDS, Letter, Note, Reading, expect
from simulators.fates import CONFLICT, LOST, conflict, fate_of_message, fate_of_note, fate_of_values, is_identified
from simulators.faults import Parcel
from simulators.foretold import Foretold
from simulators.tallies import Tallies

FORMAT = "4"
FROM_OUTSIDE = frozenset(("begun_at", "ended_at"))
"""What a run says of the clock on the wall; two equal runs differ in it."""
COMMIT_EVERY = 2000
HISTORY = "history"
LIVED = "lived"

_CANONICAL = (
    "SELECT name, value FROM run WHERE name NOT IN ('begun_at', 'ended_at') ORDER BY name",
    "SELECT code, kind FROM device ORDER BY code",
    "SELECT number, due, topic, payload, by_will, fate FROM message JOIN topic USING (topic_id) ORDER BY number",
    "SELECT number, fault FROM struck ORDER BY number, fault",
    'SELECT number, place, device, key, source, time, seq, "values", fate FROM reading ORDER BY number, place',
    "SELECT number, device, channel, word, source, time, detail, fate FROM note ORDER BY number",
    "SELECT number, level, reason, place, field FROM letter ORDER BY number, place, field, reason",
    "SELECT code, interval, place FROM device ORDER BY code",
    "SELECT rule, device, value FROM threshold ORDER BY rule, device",
    "SELECT device, place, value FROM weight ORDER BY device, place",
    "SELECT at FROM restart ORDER BY at",
    "SELECT device, kind, day, readings, sums FROM history ORDER BY device, day",
)


class Manifest:
    """A manifest that is being written. `arrival` of a message is when it is due by the run's own clock.

    Raises BadManifest when the file cannot be written or is there already.
    """

    def __init__(self, path: Path, registered: Mapping[str, str], about: Mapping[str, object]) -> None:
        if path.exists():
            raise BadManifest(f"{path} is there already; a manifest is of one run")
        try:
            self._database = sqlite3.connect(path)
            schema = (resources.files("simulators") / "manifest.sql").read_text(encoding="utf-8")
            self._database.executescript(schema)
        except sqlite3.Error as error:
            raise BadManifest(f"{path} cannot be written: {error}") from error
        self._registered = dict(registered)
        self._topics: dict[str, int] = {}
        self.messages = 0
        self._database.executemany("INSERT INTO device (code, kind) VALUES (?, ?)", sorted(registered.items()))
        for name, value in {"format": FORMAT, **about}.items():
            self.say(name, value)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write what is left. A run that was broken off leaves a manifest of what it sent."""
        self._database.commit()
        self._database.execute("PRAGMA journal_mode = DELETE")  # one file, which may be read from anywhere
        self._database.close()

    @property
    def run(self) -> dict[str, str]:
        """What was noted of the run so far."""
        return dict(self.rows("SELECT name, value FROM run"))

    def say(self, name: str, value: object) -> None:
        """Note something of the run as a whole."""
        self._database.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (name, str(value)))

    def add(self, parcel: Parcel, arrival: float) -> int:
        """Enter a message that is about to be sent (or lost) and what must become of it; returns its number.

        `arrival` is the Unix second of the run's own clock at which the receiver gets it.
        """
        number = self.messages = self.messages + 1
        message = parcel.message
        fate = LOST if parcel.lost else self._expect(number, parcel, round(arrival * MICROSECONDS))
        topic_id = self._topics.get(message.topic)
        if topic_id is None:
            topic_id = self._topics[message.topic] = len(self._topics) + 1
            self._database.execute("INSERT INTO topic VALUES (?, ?)", (topic_id, message.topic))
        answer = 1 if parcel.by_will else None
        row = (number, parcel.due, topic_id, message.payload, int(parcel.by_will), fate, answer, arrival)
        self._database.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)", row)
        self._database.executemany(
            "INSERT INTO struck VALUES (?, ?)", [(number, fault) for fault in dict.fromkeys(parcel.done)]
        )
        if number % COMMIT_EVERY == 0:
            self._database.commit()
        return number

    def answered(self, number: int, accepted: bool) -> None:
        """The broker has answered a message."""
        self._database.execute("UPDATE message SET answer = ? WHERE number = ?", (int(accepted), number))

    def sent_again(self, numbers: Sequence[int]) -> None:
        """Messages were sent once more, because the connection was lost before the answer."""
        self._database.executemany(
            "UPDATE message SET again = again + 1 WHERE number = ?", [(number,) for number in numbers]
        )

    def history(self, tallies: Tallies) -> None:
        """Enter the readings of a history, once for all of it."""
        self._database.executemany(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?)",
            [
                (device, kind, day, size, json.dumps(sums, sort_keys=True, separators=(",", ":")))
                for (device, kind, day), (size, sums) in tallies.items()
            ],
        )

    def places(self, devices: Iterable[Device]) -> None:
        """Enter how often each device reports, and with which feeder or hamlet it falls silent."""
        rows = [(one.expected_interval_seconds, place_of(one), one.code) for one in devices]
        self._database.executemany("UPDATE device SET interval = ?, place = ? WHERE code = ?", rows)

    def conditions(
        self,
        thresholds: Mapping[tuple[str, str], float],
        restarts: Iterable[int] = (),
        weights: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """Enter by what the run is judged: thresholds by rule and device, when the broker restarted, forecasts."""
        learned = [(code, *entry) for code, some in sorted((weights or {}).items()) for entry in enumerate(some)]
        self._database.executemany("INSERT INTO weight VALUES (?, ?, ?)", learned)
        rows = [(*key, value) for key, value in sorted(thresholds.items())]
        self._database.executemany("INSERT INTO threshold VALUES (?, ?, ?)", rows)
        self._database.executemany("INSERT INTO restart VALUES (?)", [(at,) for at in restarts])

    def foretell(self, alerts: Iterable[Foretold]) -> None:
        """Enter the alerts that must open and close."""
        rows = [
            (one.kind, one.subject, one.opened, one.closed, json.dumps(one.members), int(one.certain), one.slack)
            for one in alerts
        ]
        self._database.executemany("INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def rows(self, statement: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """What a statement gives."""
        yield from self._database.execute(statement, parameters)

    def _expect(self, number: int, parcel: Parcel, arrival: int) -> str:
        expected = expect(parcel.message.topic, parcel.message.payload, arrival, self._registered)
        device = parcel.message.topic.split("/")[3]
        letters = list(expected.letters)
        fates = [self._reading(number, device, reading, letters) for reading in expected.readings]
        if expected.note is not None:
            fates.append(self._note(number, device, expected.note, letters))
        rows = [(number, letter.level, letter.reason.value, letter.index, letter.field) for letter in letters]
        self._database.executemany("INSERT INTO letter VALUES (?, ?, ?, ?, ?)", rows)
        return fate_of_message(fates, letters)

    def _reading(self, number: int, device: str, reading: Reading, letters: list[Letter]) -> str:
        before = []
        if is_identified(reading.source):
            rows = self._database.execute(
                'SELECT "values" FROM reading WHERE source = 0 AND device = ? AND key = ? AND time = ? '
                "AND fate IN ('stored', 'merged')",
                (device, reading.key, reading.time),
            )
            before = [json.loads(text) for (text,) in rows]
        fate = fate_of_values(before, reading.values)
        if fate == CONFLICT:
            letters.append(conflict(reading.index))
        values = json.dumps(reading.values, ensure_ascii=False, separators=(",", ":"))
        identity = (device, reading.key, int(reading.source), reading.time, reading.seq)
        self._database.execute(
            "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, reading.index, *identity, values, fate)
        )
        return fate

    def _note(self, number: int, device: str, note: Note, letters: list[Letter]) -> str:
        before = []
        if is_identified(note.source):
            rows = self._database.execute(
                "SELECT word, detail FROM note WHERE source = 0 AND device = ? AND channel = ? AND time = ? "
                "AND fate = 'stored' AND (channel = 'status' OR word = ?)",
                (device, note.channel, note.time, note.word),
            )
            before = [(word, json.loads(detail)) for word, detail in rows]
        fate = fate_of_note(before, note.word, note.detail)
        if fate == CONFLICT:
            letters.append(conflict(0))
        detail = json.dumps(note.detail, ensure_ascii=False, separators=(",", ":"))
        row = (number, device, note.channel, note.word, int(note.source), note.time, detail, fate)
        self._database.execute("INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return fate


def place_of(device: Device) -> str | None:
    """The feeder of its tag, or else the hamlet of a device."""
    feeder = next((tag for tag in device.tags if tag.startswith("feeder:")), None)
    return feeder or (f"hamlet:{device.hamlet}" if device.hamlet else None)


class Record:
    """A manifest that is read. Raises BadManifest when the file is none."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise BadManifest(f"there is no manifest {path}")
        try:
            self._database = sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)
            self.run: dict[str, str] = dict(self.rows("SELECT name, value FROM run"))
        except sqlite3.Error as error:
            raise BadManifest(f"{path} is no manifest: {error}") from error
        if self.run.get("format") != FORMAT:
            raise BadManifest(f"{path} is of format {self.run.get('format')}; this program reads format {FORMAT}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._database.close()

    def rows(self, statement: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """What a statement gives."""
        yield from self._database.execute(statement, parameters)

    @property
    def is_history(self) -> bool:
        """Whether it is of a history that was written past the broker, and not of a run."""
        return self.run.get("way") == HISTORY

    @property
    def is_lived(self) -> bool:
        """Whether the run had a simulated clock, by which it was judged as well."""
        return self.run.get("way") == LIVED

    def tallies(self) -> Tallies:
        """The readings of a history; none in the manifest of a run."""
        return {
            (device, kind, day): (size, {name: tuple(parts) for name, parts in json.loads(text).items()})
            for device, kind, day, size, text in self.rows("SELECT device, kind, day, readings, sums FROM history")
        }

    def foretold(self) -> list[Foretold]:
        """The alerts that must open and close, in the order of their opening."""
        return [
            Foretold(kind, subject, opened, closed, tuple(json.loads(members)), bool(certain), slack)
            for kind, subject, opened, closed, members, certain, slack in self.rows(
                "SELECT kind, subject, opened, closed, members, certain, slack FROM alert "
                "ORDER BY opened, kind, subject"
            )
        ]

    def faults(self) -> dict[str, int]:
        """How many messages each fault has changed."""
        return dict(self.rows("SELECT fault, count(*) FROM struck GROUP BY fault ORDER BY fault"))

    def fates(self) -> dict[str, int]:
        """How many messages must end where."""
        return dict(self.rows("SELECT fate, count(*) FROM message GROUP BY fate ORDER BY fate"))

    def digest(self) -> str:
        """The SHA-256 of all that a seed, a fleet and a simulated time determine: two runs of them have the same.

        Left out are the wall clock (`begun_at`, `ended_at`) and what the broker answered.
        """
        digest = hashlib.sha256()
        for statement in _CANONICAL:
            for row in self.rows(statement):
                digest.update(repr(row).encode())
        return digest.hexdigest()
