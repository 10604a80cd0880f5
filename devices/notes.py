"""What a device says besides readings: that it is on or off the line, and that something happened.

{"state": "online", "ts": "2026-11-20T03:15:00Z", "ip_uplink": "4G"}        or the bare text  offline
{"event": "door_opened", "ts": "2026-11-20T03:15:00Z", "cabinet": 2}
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import orjson

from devices.errors import Refused
from devices.faults import shown
from devices.fields import UNPRINTABLE
from devices.payloads import MAX_NOTE_BYTES, parse
from devices.personal import masked
from devices.readings import Event, Fault, Status, TimeSource
from devices.reasons import Reason
from devices.times import read_time

AHEAD_SECONDS = 120
"""A clock that is ahead of the receiver's by more than this is not believed."""
MAX_NAME = 64
"""Longest name of an event, in characters."""

_AHEAD = timedelta(seconds=AHEAD_SECONDS)
_STATES = {"online": True, "offline": False}
_BARE = {text.encode(): online for text, online in _STATES.items()}
# PostgreSQL's jsonb has no NUL character; an even number of backslashes before it is text that only looks like one.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def decode_status(payload: bytes, received_at: datetime) -> Status | Fault:
    """Return what a status message says: an object with `state`, or the bare word as wills often have it."""
    bare = _BARE.get(payload.strip().strip(b'"').lower()) if len(payload) < 32 else None
    if bare is not None:
        return Status(received_at, TimeSource.ABSENT, bare, "{}")
    try:
        member = _object(payload, Reason.BAD_STATUS)
        state = member.pop("state", None)
        online = _STATES.get(state.lower()) if type(state) is str else None
        if online is None:
            said = "it has no state" if state is None else f"state is {shown(state)}"
            raise Refused(Reason.BAD_STATUS, f"{said}; expected online or offline")
        time, source = _time(member, received_at)
        return Status(time, source, online, _detail(member, Reason.BAD_STATUS))
    except Refused as refused:
        return Fault(refused.reason, refused.detail)


def decode_event(payload: bytes, received_at: datetime) -> Event | Fault:
    """Return what an event message says: an object with the name `event`, and whatever else the device adds."""
    try:
        member = _object(payload, Reason.BAD_EVENT)
        name = member.pop("event", None)
        if type(name) is not str or not 1 <= len(name) <= MAX_NAME or UNPRINTABLE.search(name):
            said = "it has no event" if name is None else f"event is {shown(name)}"
            raise Refused(Reason.BAD_EVENT, f"{said}; expected a name of 1 to {MAX_NAME} characters")
        time, source = _time(member, received_at)
        return Event(time, source, name, _detail(member, Reason.BAD_EVENT))
    except Refused as refused:
        return Fault(refused.reason, refused.detail)


def _object(payload: bytes, reason: Reason) -> dict[str, object]:
    document = parse(payload, MAX_NOTE_BYTES)
    if type(document) is not dict:
        raise Refused(reason, "it is not a JSON object")
    return document


def _time(member: dict[str, object], received_at: datetime) -> tuple[datetime, TimeSource]:
    """Take `ts` out of the object. Of a clock that is ahead it stays in the detail, as the device wrote it."""
    ts = member.get("ts")
    if ts is None:
        member.pop("ts", None)
        return received_at, TimeSource.ABSENT
    time = read_time(ts)
    if time > received_at + _AHEAD:
        return received_at, TimeSource.NOT_BELIEVED
    del member["ts"]
    return time, TimeSource.DEVICE


def _detail(member: dict[str, object], reason: Reason) -> str:
    """The rest of the object as JSON text that PostgreSQL takes, personal data masked."""
    try:
        text = orjson.dumps(masked(member)).decode()
    except (orjson.JSONEncodeError, RecursionError):
        detail = "a member occurs twice with different values, is not valid Unicode, or is nested too deeply"
        raise Refused(reason, detail) from None
    return _NUL.sub(r"\1\\ufffd", text)
