"""Times as devices write them: RFC 3339 with an offset, or Unix seconds."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from devices.errors import Refused
from devices.reasons import Reason

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A clock that says less was never set."""
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""No clock of this system says more."""

# Unix seconds reach 1e11 in the year 5138; today's milliseconds passed it in 1973.
SURELY_NOT_SECONDS = 1e11

_EARLIEST_SECONDS = EARLIEST.timestamp()
_LATEST_SECONDS = LATEST.timestamp()
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)([.,]\d{1,18})?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII)
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"\s*-?\d+(\.\d*)?\s*", re.ASCII)
_EXPECTED = "expected RFC 3339 with an offset, such as 2026-11-20T03:15:00Z, or a number of Unix seconds"


def read_time(value: object) -> datetime:
    """Return the time that a device wrote, in UTC.

    Text must be RFC 3339 with an offset (`+0700` and `+07` are understood, as is a leap second); a number is Unix
    seconds. Raises Refused (BAD_TIME) for anything else, and outside the years 2000 to 2099.
    """
    try:
        if type(value) is str:
            return _in_utc(_read_text(value))
        if type(value) is int or type(value) is float:
            return _read_seconds(value)
        raise _refused(f"ts is neither text nor a number; {_EXPECTED}")
    except Refused as refused:
        refused.value = value
        raise


def _in_utc(when: datetime) -> datetime:
    if not 2000 <= when.year < 2100:
        raise _outside(when.year < 2000)
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
        if when < EARLIEST or when >= LATEST:
            raise _outside(when < EARLIEST)
    return when


def write_time(when: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_text(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return _read_unusual(text)
    # The standard library also reads week dates and times without colons; those are not RFC 3339.
    if when.tzinfo is None or text[7] != "-" or text[16:17] != ":":
        raise _refused(_explain(text))
    return when


def _read_unusual(text: str) -> datetime:
    """Read what RFC 3339 allows and the standard library does not: a lower-case z, and a leap second."""
    parts = _RFC_3339.fullmatch(text)
    if parts is None:
        raise _refused(_explain(text))
    day, minute, second, fraction, offset = parts.groups()
    leap = second == "60"
    try:
        when = datetime.fromisoformat(f"{day}T{minute}:{'59' if leap else second}{fraction or ''}{offset.upper()}")
    except ValueError as error:
        raise _refused(f"ts is not a time that exists ({error})") from None
    if not leap:
        return when
    utc = _in_utc(when)
    if (utc.hour, utc.minute) != (23, 59):
        raise _refused("ts has second 60, which exists only at 23:59:60 UTC")
    return utc + timedelta(seconds=1)


def _read_seconds(value: float) -> datetime:
    if not math.isfinite(value):
        raise _refused(f"ts is not a finite number; {_EXPECTED}")
    if abs(value) > SURELY_NOT_SECONDS:
        raise _refused(_explain_magnitude(float(value)))
    if value < _EARLIEST_SECONDS or value >= _LATEST_SECONDS:
        raise _outside(value < _EARLIEST_SECONDS)
    return datetime.fromtimestamp(value, UTC)


def _explain_magnitude(value: float) -> str:
    for unit, in_a_second in (("milliseconds", 1e3), ("microseconds", 1e6), ("nanoseconds", 1e9)):
        seconds = value / in_a_second
        if _EARLIEST_SECONDS <= seconds < _LATEST_SECONDS:
            return f"ts {value:.0f} can only be in {unit}; send Unix seconds ({seconds:.3f}) or RFC 3339"
    return f"ts {value:.6g} is far too large for Unix seconds; {_EXPECTED}"


def _explain(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"ts is a number in quotes; {_EXPECTED}"
    if _DATE_ONLY.fullmatch(text):
        return f"ts is a date without a time; {_EXPECTED}"
    try:
        without_offset = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        without_offset = False
    if without_offset:
        return f"ts has no offset from UTC, so it could be any of 24 times; end it with Z or +07:00; {_EXPECTED}"
    return f"ts cannot be read as a time; {_EXPECTED}"


def _outside(early: bool) -> Refused:
    if early:
        return _refused("ts is before the year 2000: the device's clock was never set")
    return _refused("ts is after the year 2099: the device's clock is wrong")


def _refused(detail: str) -> Refused:
    return Refused(Reason.BAD_TIME, detail)
