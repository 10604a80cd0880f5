"""What `commune maintain` does for rollups and readings.

It computes what was written to, makes columns of what is old where the database can, and deletes what is too old to be
kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import UTC, datetime

from commune.settings import PREFIX, Settings, SettingsError
from devices.catalogue import KINDS
from storage.columnstore import compress_old
from storage.connect import Session
from storage.reading_retention import Horizon, delete_old
from storage.rollups import compute_noted

logger = logging.getLogger(__name__)

ROUND_SECONDS = 8.0
"""So long at most before other work has its turn."""
TOLD_HOURS = 48
"""A round that computed so many hours is told of: much came late."""


def compute_rollups(session: Session, stopping: threading.Event) -> int:
    """Compute noted hours for `ROUND_SECONDS` at most; returns how many. The session is in autocommit."""
    ends_at = time.monotonic() + ROUND_SECONDS
    hours: Counter[str] = Counter()
    for computed in compute_noted(session, datetime.now(UTC)):
        hours[computed.kind] += computed.hours
        if stopping.is_set() or time.monotonic() >= ends_at:
            break
    if hours.total() >= TOLD_HOURS:
        logger.info("rolled up %s", ", ".join(f"{count} hours of {kind}" for kind, count in sorted(hours.items())))
    return hours.total()


def compress_old_readings(session: Session, after_days: int, stopping: threading.Event) -> int:
    """Make columns of old readings until `ROUND_SECONDS` have gone by; returns how many chunks became columns."""
    ends_at = time.monotonic() + ROUND_SECONDS
    chunks = 0
    for chunk in compress_old(session, datetime.now(UTC), after_days):
        chunks += 1
        logger.info(
            "readings of %s from %s became columns: %d MB, before %d MB",
            chunk.kind,
            chunk.start.date(),
            (chunk.bytes_after or 0) // 1_000_000,
            chunk.bytes_before // 1_000_000,
        )
        if stopping.is_set() or time.monotonic() >= ends_at:
            break
    return chunks


def delete_old_readings(session: Session, horizons: dict[str, Horizon], stopping: threading.Event) -> int:
    """Delete what is older than the horizons for `ROUND_SECONDS` at most; returns how many rows went."""
    ends_at = time.monotonic() + ROUND_SECONDS
    rows: Counter[tuple[str, str]] = Counter()
    for span in delete_old(session, datetime.now(UTC), horizons):
        rows[span.what, span.kind] += span.rows
        if stopping.is_set() or time.monotonic() >= ends_at:
            break
    for (what, kind), count in sorted(rows.items()):
        logger.info("deleted %d %s of %s that were older than the settings keep", count, what, kind)
    return rows.total()


def horizons_of(settings: Settings) -> dict[str, Horizon]:
    """How long each kind's readings and hours are kept, of the kinds that are not kept for ever.

    Raises SettingsError for an unknown kind, and where hours would go before the readings that they were made from.
    """
    readings = _by_kind("READING_RETENTION_DAYS_BY_KIND", settings.reading_retention_days_by_kind)
    hours = _by_kind("HOURLY_RETENTION_DAYS_BY_KIND", settings.hourly_retention_days_by_kind)
    found = {}
    for kind in KINDS:
        horizon = Horizon(
            readings.get(kind, settings.reading_retention_days), hours.get(kind, settings.hourly_retention_days)
        )
        if horizon.hourly_days and not 0 < horizon.reading_days <= horizon.hourly_days:
            raise SettingsError(
                f"{PREFIX}HOURLY_RETENTION_DAYS{'_BY_KIND' if kind in hours else ''}: "
                f"hours of {kind} would go after {horizon.hourly_days} days, before their readings "
                f"({horizon.reading_days or 'never'}): keep the hours as long as the readings, or longer"
            )
        if horizon != Horizon():
            found[kind] = horizon
    return found


def _by_kind(name: str, text: str) -> dict[str, int]:
    """Days by kind from a text like camera:90,signal_probe:30."""
    days = {kind: int(number) for kind, _, number in (part.partition(":") for part in text.split(",") if part)}
    for kind in days.keys() - KINDS.keys():
        raise SettingsError(f"{PREFIX}{name}={text!r}: there is no kind {kind!r}; there are: {', '.join(KINDS)}")
    return days
