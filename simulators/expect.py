"""What must become of a message, worked out from the protocol alone: docs/reference/payloads.md and the catalogue.

This is a second reading of the contract, written apart from the first: it shares no code with ingest, nor with the
decoder of `devices.codec`, so that a mistake in one of the two shows as a difference. It knows what the simulators
send; it is no decoder for the world.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from devices.catalogue import KINDS
from devices.model import Behaviour, Field, Kind
from devices.readings import TimeSource, Value
from devices.reasons import REASONS, Reason

MICROSECONDS = 1_000_000
AHEAD_MICROSECONDS = 120 * MICROSECONDS
"""A clock that is further ahead of the receiver is not believed: payloads.md."""
MOST_BYTES = {"telemetry": 256 * 1024, "event": 16 * 1024, "status": 16 * 1024}
MOST_LISTED = 100
"""So many faults of fields are listed for a message; one more stands for the rest."""
NEVER_NUMBERS = frozenset((-999, -9999, 2147483647, -2147483648))
NO_NUMBERS_OUT_OF_RANGE = frozenset(
    (-99, -127, -998, -999, -999.9, -9999, -99999, -32768, 999, 9999, 32767, 65535, 4294967295, 2147483647, -2147483648)
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that must be set aside. `index` and `field` are None where the whole message is meant."""

    reason: Reason
    index: int | None = None
    field: str | None = None

    @property
    def level(self) -> str:
        """How much is set aside: message, reading, field."""
        return REASONS[self.reason][0].value


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading that must be taken in. `time` is what the device says, in Unix microseconds, believed or not."""

    index: int
    source: TimeSource
    time: int | None
    key: str
    seq: int | None
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Note:
    """A status or an event that must be taken in; `word` is `online`, `offline` or the event's name."""

    channel: str
    source: TimeSource
    time: int | None
    word: str
    detail: dict[str, Any]


@dataclass(slots=True)
class Expected:
    """What must become of one message."""

    readings: list[Reading] = field(default_factory=list)
    note: Note | None = None
    letters: list[Letter] = field(default_factory=list)


class _Bad(Exception):
    """Carries the reason for which something is set aside."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def expect(topic: str, payload: bytes, received: int, registered: dict[str, str]) -> Expected:
    """What must become of a message that arrives at `received`, in Unix microseconds.

    `registered` is the kind of every registered device of the commune, by its code.
    """
    _, _, kind, device, channel = topic.split("/")
    if device not in registered:
        return Expected(letters=[Letter(Reason.UNKNOWN_DEVICE)])
    if registered[device] != kind:
        return Expected(letters=[Letter(Reason.WRONG_KIND)])
    if len(payload) > MOST_BYTES[channel]:
        return Expected(letters=[Letter(Reason.TOO_LARGE)])
    try:
        document = json.loads(payload.decode("utf-8"))
    except ValueError:
        return Expected(letters=[Letter(Reason.NOT_JSON)])
    if channel == "telemetry":
        return _telemetry(document, KINDS[kind], received)
    return _note(document, channel, received)


def _telemetry(document: Any, kind: Kind, received: int) -> Expected:
    expected = Expected()
    members = document if isinstance(document, list) else [document]
    if not members:
        expected.letters.append(Letter(Reason.EMPTY))
    for index, member in enumerate(members):
        try:
            if not isinstance(member, dict):
                raise _Bad(Reason.NOT_AN_OBJECT)
            expected.readings.append(_reading(member, kind, received, index, expected.letters))
        except _Bad as bad:
            where = index if isinstance(document, list) or isinstance(member, dict) else None
            expected.letters.append(Letter(bad.reason, where))
    fields = [letter for letter in expected.letters if letter.field is not None]
    for letter in fields[MOST_LISTED:]:
        expected.letters.remove(letter)
    if len(fields) > MOST_LISTED:
        expected.letters.append(Letter(fields[MOST_LISTED].reason))
    return expected


def _reading(member: dict[str, Any], kind: Kind, received: int, index: int, letters: list[Letter]) -> Reading:
    source, time = _when(member.get("ts"), received)
    keys = []
    for known in kind.keys:
        text = member.get(known.name, "")
        if (known.required and not text) or (text and known.choices and text not in known.choices):
            raise _Bad(Reason.BAD_KEY)
        keys.append(str(text))
    values: dict[str, Value] = {}
    for name, value in member.items():
        known_field = kind.by_name.get(name)
        if name in ("ts", "seq") or value is None or (known_field and known_field.behaviour is Behaviour.KEY):
            continue
        try:
            if known_field is None:
                raise _Bad(Reason.UNKNOWN_FIELD)
            values[name] = _value(known_field, value)
        except _Bad as bad:
            letters.append(Letter(bad.reason, index, name))
    if not values:
        raise _Bad(Reason.EMPTY)
    return Reading(index, source, time, "/".join(keys), member.get("seq"), values)


def _when(ts: Any, received: int) -> tuple[TimeSource, int | None]:
    if ts is None:
        return TimeSource.ABSENT, None
    try:
        moment = datetime.fromisoformat(ts) if isinstance(ts, str) else _EPOCH + timedelta(seconds=ts)
    except (TypeError, ValueError, OverflowError):
        raise _Bad(Reason.BAD_TIME) from None
    if moment.tzinfo is None or not _FIRST <= moment < _LAST:
        raise _Bad(Reason.BAD_TIME)
    time = (moment - _EPOCH) // timedelta(microseconds=1)
    ahead = time > received + AHEAD_MICROSECONDS
    return (TimeSource.NOT_BELIEVED if ahead else TimeSource.DEVICE), time


def _value(known: Field, value: Any) -> Value:
    if known.is_number:
        return _number(known, value)
    if known.behaviour is Behaviour.STATE:
        if not isinstance(value, bool | int | float) or value not in (0, 1):
            raise _Bad(Reason.WRONG_TYPE)
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Bad(Reason.WRONG_TYPE)
    text = str(value)
    if known.choices and text not in known.choices:
        raise _Bad(Reason.NOT_A_CHOICE)
    if not 0 < len(text) <= known.max_length or not text.isprintable():
        raise _Bad(Reason.WRONG_TYPE)
    return text


def _number(known: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Bad(Reason.WRONG_TYPE)
    if not math.isfinite(value):
        raise _Bad(Reason.NOT_A_NUMBER)
    assert known.minimum is not None
    assert known.maximum is not None
    inside = known.minimum <= value <= known.maximum
    if inside and not (known.behaviour is Behaviour.GAUGE and value in NEVER_NUMBERS):
        return float(value)
    raise _Bad(Reason.SENTINEL if inside or value in NO_NUMBERS_OUT_OF_RANGE else Reason.OUT_OF_RANGE)


def _note(document: Any, channel: str, received: int) -> Expected:
    bad = Reason.BAD_STATUS if channel == "status" else Reason.BAD_EVENT
    try:
        if not isinstance(document, dict):
            raise _Bad(bad)
        word = document.get("state" if channel == "status" else "event")
        if not isinstance(word, str) or (channel == "status" and word not in ("online", "offline")):
            raise _Bad(bad)
        source, time = _when(document.get("ts"), received)
    except _Bad as refused:
        return Expected(letters=[Letter(refused.reason)])
    # Of a clock that is ahead, what it said stays with the note.
    taken = {"state" if channel == "status" else "event"} | (set() if source is TimeSource.NOT_BELIEVED else {"ts"})
    detail = {name: value for name, value in document.items() if name not in taken}
    return Expected(note=Note(channel, source, time, word, detail))
