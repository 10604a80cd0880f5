"""The native payload: readings as JSON.

One object, or an array of them, 256 KiB at most:

    {"ts": "2026-11-20T03:15:00Z", "seq": 4711, "pm25": 31.4, "pm10": 52.0, "temperature": 24.6}

`ts` is RFC 3339 with an offset, or Unix seconds; `seq` rises by one; every other member is a field of the kind in the
catalogue's unit. No decoder here raises, whatever the bytes: what cannot be believed becomes a `Fault`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from devices.errors import Refused
from devices.faults import Faults
from devices.fields import Table, describe, table_of
from devices.model import Kind
from devices.notes import AHEAD_SECONDS, decode_event, decode_status
from devices.payloads import CONTRADICTION, parse
from devices.personal import mask_personal_data
from devices.readings import Fault, Reading, TimeSource, Value
from devices.reasons import Reason
from devices.times import read_time, write_time

__all__ = [
    "AHEAD_SECONDS",
    "MAX_SEQ",
    "decode_event",
    "decode_status",
    "decode_telemetry",
    "encode_telemetry",
    "mask_personal_data",
]

MAX_SEQ = 2**63 - 1
"""The largest sequence number: PostgreSQL's bigint."""

_AHEAD = timedelta(seconds=AHEAD_SECONDS)
_MICROSECOND = timedelta(microseconds=1)
_NOT_FIELDS = frozenset(("ts", "seq"))
_EMPTY = Refused(Reason.EMPTY, "the reading has no usable field besides its time and keys")


def decode_telemetry(payload: bytes, kind: Kind, received_at: datetime) -> tuple[list[Reading], list[Fault]]:
    """Return the readings in a telemetry payload and what had to be set aside of it.

    `received_at` is aware and in UTC; it is the time of a reading that has none, or whose clock is ahead by more than
    two minutes. Untimed readings of an array lie a microsecond apart, the last at `received_at`; readings of an array
    from a clock that is ahead keep their spacing, the newest at `received_at`.
    """
    faults = Faults()
    try:
        document = parse(payload)
    except Refused as refused:
        faults.reading(refused, None)
        return [], faults.listed()
    table = table_of(kind)
    latest = received_at + _AHEAD
    if type(document) is dict:
        reading = _decode_object(document, table, received_at, latest, 0, faults)
        return ([] if reading is None else [reading]), faults.listed()
    if type(document) is not list:
        faults.reading(_not_an_object(document), None)
        return [], faults.listed()
    return _decode_array(document, table, received_at, latest, faults), faults.listed()


def encode_telemetry(kind: Kind, time: datetime | None, seq: int | None, values: Mapping[str, Value]) -> bytes:
    """Return the payload of one reading: keys and values by the name of the field; None is left out.

    Raises ValueError for a name that is no field of the kind. Values are sent as they are, in range or not: a simulator
    must be able to lie.
    """
    unknown = values.keys() - kind.by_name.keys()
    if unknown:
        raise ValueError(f"kind {kind.name} has no field {', '.join(sorted(unknown))}")
    member: dict[str, Value | int] = {}
    if time is not None:
        member["ts"] = write_time(time)
    if seq is not None:
        member["seq"] = seq
    member.update((name, value) for name, value in values.items() if value is not None)
    return orjson.dumps(member)


def _decode_array(
    document: list[object], table: Table, received_at: datetime, latest: datetime, faults: Faults
) -> list[Reading]:
    readings: list[Reading] = []
    if not document:
        faults.reading(Refused(Reason.EMPTY, "the array is empty"), None)
    last = len(document) - 1
    for index, member in enumerate(document):
        if type(member) is not dict:
            faults.reading(_not_an_object(member), index)
            continue
        timed = index == last or member.get("ts") is not None
        untimed = received_at if timed else received_at - (last - index) * _MICROSECOND
        reading = _decode_object(member, table, untimed, latest, index, faults)
        if reading is not None:
            readings.append(reading)
    _keep_spacing(readings, received_at)
    return readings


def _keep_spacing(readings: list[Reading], received_at: datetime) -> None:
    """Move readings from a clock that is ahead by one and the same offset, so that the newest is at `received_at`."""
    ahead = [(reading, reading.device_time) for reading in readings if reading.device_time is not None]
    if len(ahead) < 2:
        return
    offset = max(device_time for _, device_time in ahead) - received_at
    for reading, device_time in ahead:
        reading.time = device_time - offset


def _decode_object(
    member: dict[str, object], table: Table, received_at: datetime, latest: datetime, index: int, faults: Faults
) -> Reading | None:
    device_time = None
    source = TimeSource.DEVICE
    keys = table.no_keys
    try:
        ts = member.get("ts")
        if ts is None:
            time, source = received_at, TimeSource.ABSENT
        else:
            time = read_time(ts)
            if time > latest:
                device_time, time, source = time, received_at, TimeSource.NOT_BELIEVED
        if keys:
            keys = _decode_keys(member, table)
    except Refused as refused:
        faults.reading(refused, index)
        return None
    values = table.blank[:]
    numbers = table.numbers
    unused = 0
    for name, value in member.items():
        entry = numbers.get(name)
        if entry is not None:
            position, low, high = entry
            if type(value) is float:
                if low <= value <= high:
                    values[position] = value
                    continue
            elif type(value) is int and low <= value <= high:
                values[position] = float(value)
                continue
        if name in _NOT_FIELDS or not _decode_field(name, value, values, table, index, faults):
            unused += 1
    if unused == len(member):
        faults.reading(_EMPTY, index)
        return None
    seq = member.get("seq")
    if seq is not None and (type(seq) is not int or not 0 <= seq <= MAX_SEQ):
        seq = _decode_seq(seq, index, faults)
    return Reading(time, source, device_time, seq, keys, tuple(values), index)


def _decode_field(name: str, value: object, values: list[Value], table: Table, index: int, faults: Faults) -> bool:
    """Store one field that is not simply a number in range; False when there is nothing to store."""
    entry = table.checks.get(name)
    if entry is None:
        if name not in table.keys and value is not None:
            faults.unknown(index, name, value)
        return False
    if value is None:
        return False
    position, check = entry
    try:
        values[position] = check(value)
    except Refused as refused:
        faults.field(refused, index, name, value)
        return False
    return True


def _decode_keys(member: dict[str, object], table: Table) -> tuple[str, ...]:
    keys = list(table.no_keys)
    for field in table.kind.keys:
        value = member.get(field.name)
        if value is None or value == "":
            if field.required:
                raise Refused(Reason.BAD_KEY, f"{field.name} is missing; without it the reading has no identity")
            continue
        position, check = table.keys[field.name]
        try:
            keys[position] = str(check(value))
        except Refused as refused:
            raise Refused(Reason.BAD_KEY, f"{field.name}: {refused.detail}", value) from None
    return tuple(keys)


def _decode_seq(value: object, index: int, faults: Faults) -> int | None:
    if type(value) is float and value.is_integer() and 0 <= value < 2**53:
        return int(value)  # 4711.0, as languages write it that know one type of number
    detail = "seq occurs twice with different values" if value is CONTRADICTION else "seq must be 0 or more and whole"
    faults.field(Refused(Reason.BAD_SEQ, detail), index, "seq", value)
    return None


def _not_an_object(value: object) -> Refused:
    return Refused(Reason.NOT_AN_OBJECT, f"{describe(value)}; expected a JSON object")
