"""Times, ranges and buckets as callers write them, and the limits within which they are taken."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from api.errors import ApiProblem, Problem, shown
from devices.model import Text
from storage.series import BUCKET_ORIGIN

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=366)
DEFAULT_RANGE = timedelta(hours=24)
LONGEST_RAW_RANGE = timedelta(days=92)
"""A quarter: the longest range of readings as they are. Longer ranges are asked for in buckets."""
LONGEST_RANGE = timedelta(days=3660)
MOST_BUCKETS = 10_000
WIDEST_BUCKET = timedelta(days=366)

# A + that was not percent-encoded arrives as a space, the commonest slip with an offset in an address.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[ +-]\d\d:\d\d)", re.ASCII)
_BUCKET = re.compile(r"([1-9]\d{0,7})(s|m|h|d|w)", re.ASCII)
_UNIT = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
TIME_FORM = "RFC 3339 with an offset, such as 2026-11-20T03:15:00Z or 2026-11-20T10:15:00+07:00"
BUCKET_FORM = "a whole number and one of s, m, h, d, w, from 1s to 366d, such as 15m, 1h, 1d"


def parse_time(name: str, text: str) -> datetime:
    """A time in UTC from RFC 3339; raises ApiProblem (bad-range) that names the parameter."""
    try:
        if _RFC3339.fullmatch(text) is None:
            raise ValueError(text)
        return datetime.fromisoformat(text.upper().replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad_range(
            f"{name} {shown(text)!r} không phải thời điểm RFC 3339 có múi giờ",
            f"{name} {shown(text)!r} is not a time of RFC 3339 with an offset",
        ) from None


def parse_range(start: str | None, end: str | None, *, now: datetime) -> tuple[datetime, datetime]:
    """A half-open range. `end` is now where it is not given, `start` 24 hours before the end."""
    until = now if end is None else parse_time("to", end)
    since = until - DEFAULT_RANGE if start is None else parse_time("from", start)
    latest = now + FURTHEST_AHEAD
    for name, moment in (("from", since), ("to", until)):
        if not EARLIEST <= moment <= latest:
            raise _bad_range(
                f"{name} {write_time(moment)} nằm ngoài khoảng {write_time(EARLIEST)} đến {write_time(latest)}",
                f"{name} {write_time(moment)} is outside {write_time(EARLIEST)} to {write_time(latest)}",
            )
    if since >= until:
        raise _bad_range(
            f"from {write_time(since)} không sớm hơn to {write_time(until)}",
            f"from {write_time(since)} is not before to {write_time(until)}",
        )
    return since, until


def parse_optional_time(name: str, text: str | None) -> datetime | None:
    """A time, or None where none is given."""
    return None if text is None else parse_time(name, text)


def _bad_range(vi: str, en: str) -> ApiProblem:
    allowed = {
        "form": TIME_FORM,
        "order": "from is before to",
        "earliest": write_time(EARLIEST),
        "longest without bucket": f"{LONGEST_RAW_RANGE.days} days",
        "longest with bucket": f"{LONGEST_RANGE.days} days",
    }
    return ApiProblem(Problem.BAD_RANGE, Text(f"{vi}.", f"{en}."), allowed=allowed)


def check_length(start: datetime, end: datetime, width: timedelta | None) -> None:
    """Raise ApiProblem when a range is too long for readings as they are, or for its number of buckets."""
    longest = LONGEST_RAW_RANGE if width is None else LONGEST_RANGE
    if end - start > longest:
        more_vi = "; hãy dùng bucket" if width is None else ""
        more_en = "; ask for buckets" if width is None else ""
        raise _bad_range(
            f"Khoảng thời gian dài hơn {longest.days} ngày{more_vi}",
            f"The range is longer than {longest.days} days{more_en}",
        )
    if width is None:
        return
    buckets = count_buckets(start, end, width)
    if buckets > MOST_BUCKETS:
        needed = (end - start) / MOST_BUCKETS
        raise ApiProblem(
            Problem.TOO_MANY_BUCKETS,
            Text(
                f"Khoảng thời gian này có {buckets} nhóm, nhiều hơn {MOST_BUCKETS}. Hãy dùng nhóm rộng hơn.",
                f"The range has {buckets} buckets, more than {MOST_BUCKETS}. Use wider buckets.",
            ),
            allowed={"buckets": f"at most {MOST_BUCKETS}", "bucket": f"at least {int(needed.total_seconds()) + 1}s"},
        )


def count_buckets(start: datetime, end: datetime, width: timedelta) -> int:
    """How many buckets a half-open range touches."""
    last = (end - timedelta(microseconds=1) - BUCKET_ORIGIN) // width
    return last - (start - BUCKET_ORIGIN) // width + 1


def parse_bucket(text: str) -> timedelta:
    """The width of a bucket such as 90s, 15m, 1h, 1d, 1w; raises ApiProblem (bad-bucket)."""
    match = _BUCKET.fullmatch(text)
    width = None if match is None else int(match[1]) * _UNIT[match[2]]
    if width is None or width > WIDEST_BUCKET:
        raise ApiProblem(
            Problem.BAD_BUCKET,
            Text(
                f"bucket {shown(text)!r} không hợp lệ: cần một số nguyên và s, m, h, d hoặc w, từ 1s đến 366d.",
                f"bucket {shown(text)!r} is not valid: {BUCKET_FORM}.",
            ),
            allowed={"bucket": BUCKET_FORM},
        )
    return width


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC, with Z and with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
