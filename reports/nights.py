"""When something has to work: lamps from sunset to sunrise at a place, or anything by a fixed schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from astral import Observer
from astral.sun import sunrise, sunset

from reports.grids import HOUR, Floats
from storage.arrivals import LOCAL_TIME

Span = tuple[datetime, datetime]


def night_of(latitude: float, longitude: float, day: date) -> Span:
    """Sunset of a local day and the sunrise after it, by `astral`; latitude and longitude in WGS 84 degrees."""
    here = Observer(latitude, longitude)
    sets = sunset(here, day, tzinfo=LOCAL_TIME)
    # West of the zone's meridian a sunset may be reckoned to the day before or after; it is the order that counts.
    rises = [sunrise(here, day + timedelta(days=shift), tzinfo=LOCAL_TIME) for shift in (0, 1, 2)]
    return sets, min(rise for rise in rises if rise > sets)


def scheduled(from_time: time, until_time: time, day: date) -> Span:
    """A fixed schedule in local time; an end that is not after the beginning is on the next day."""
    start = datetime.combine(day, from_time, LOCAL_TIME)
    end = datetime.combine(day, until_time, LOCAL_TIME)
    return start, end if end > start else end + timedelta(days=1)


def required_shares(start: datetime, hours: int, spans: list[Span]) -> Floats:
    """The share (0 to 1) of each hour from `start` on that lies in one of the spans."""
    origin = start.astimezone(UTC)
    edges = np.arange(hours + 1, dtype=np.float64)
    shares = np.zeros(hours)
    for begins, ends in spans:
        first, last = (begins - origin) / HOUR, (ends - origin) / HOUR
        shares += np.clip(np.minimum(edges[1:], last) - np.maximum(edges[:-1], first), 0.0, 1.0)
    return np.minimum(shares, 1.0)


def days_touched(start: datetime, hours: int) -> list[date]:
    """The local days whose nights or schedules reach into a period of whole hours, the day before included."""
    first = start.astimezone(LOCAL_TIME).date() - timedelta(days=1)
    last = (start + hours * HOUR).astimezone(LOCAL_TIME).date()
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]
