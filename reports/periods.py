"""The periods that reports are about: a day, month, quarter, half-year or year of Viet Nam."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from devices.model import Text
from reports.errors import BadPeriod
from storage.arrivals import LOCAL_TIME

FORM = "2026-11-20, 2026-11, 2026-Q4, 2026-H2 or 2026"
_FORM = re.compile(r"(\d{4})(?:-(?:(\d\d)(?:-(\d\d))?|Q([1-4])|H([12])))?", re.ASCII)
EARLIEST_YEAR = 2000
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period of whole hours, in UTC."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> int:
        """How many hours it has."""
        return int((self.end - self.start) // timedelta(hours=1))

    @property
    def days(self) -> list[date]:
        """The local days that it touches."""
        first = self.start.astimezone(LOCAL_TIME).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(LOCAL_TIME).date()
        return [first + timedelta(days=day) for day in range((last - first).days + 1)]

    def hour(self, place: int) -> datetime:
        """The beginning of an hour of the period."""
        return self.start + timedelta(hours=place)

    def wider(self, hours: int) -> Period:
        """The same period with so many hours before it."""
        return Period(self.start - timedelta(hours=hours), self.end)

    def whole_days(self) -> Period:
        """From the first midnight (UTC+7) to the last that encloses it."""
        return Period(midnight(self.days[0]), midnight(self.days[-1] + timedelta(days=1)))


def midnight(day: date) -> datetime:
    """The beginning of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME).astimezone(UTC)


def whole_hours(start: datetime, end: datetime) -> Period:
    """The hours that a time touches."""
    begins = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    ends = end.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Period(begins, ends if ends >= end else ends + timedelta(hours=1))


def parse_period(text: str) -> Period:
    """The period that a day, month, quarter, half-year or year names, such as 2026-11-20, 2026-11, 2026-Q4, 2026-H2,
    2026; raises BadPeriod.
    """
    found = _FORM.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        year = int(found[1])
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise ValueError(text)
        if found[3]:
            first = date(year, int(found[2]), int(found[3]))
            return Period(midnight(first), midnight(first + timedelta(days=1)))
        if found[2]:
            return _months(year, int(found[2]), 1)
        if found[4]:
            return _months(year, 3 * int(found[4]) - 2, 3)
        return _months(year, 6 * int(found[5]) - 5, 6) if found[5] else _months(year, 1, 12)
    except ValueError:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise BadPeriod(
            Text(f"{shown!r} không phải kỳ báo cáo. Ví dụ: {FORM}.", f"{shown!r} is not a period. Examples: {FORM}.")
        ) from None


def _months(year: int, month: int, count: int) -> Period:
    after = month + count
    return Period(midnight(date(year, month, 1)), midnight(date(year + (after - 1) // 12, (after - 1) % 12 + 1, 1)))
