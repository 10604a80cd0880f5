"""The note that a writer leaves of the hours it touched, in the transaction of what it wrote.

An hour with a note is computed from its readings by the views, and anew by maintenance, which then takes the note away.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import Connection

from storage.sql import query


class RollupNotes:
    """Collects the hours of one transaction and writes them down at its end."""

    def __init__(self) -> None:
        self._hours: set[tuple[str, datetime]] = set()

    def add(self, kind: str, times: Collection[datetime]) -> None:
        """Note the hours of some readings of a kind; `times` are aware and in UTC."""
        if not times:
            return
        first, last = _hour(min(times)), _hour(max(times))
        self._hours.add((kind, first))
        if first != last:  # nearly all of a live batch came in one hour
            self._hours.update((kind, _hour(time)) for time in times)

    def write(self, connection: Connection[Any]) -> None:
        """Write the notes within the caller's transaction."""
        if self._hours:
            listed = sorted(self._hours)
            parameters = {"kinds": [kind for kind, _ in listed], "hours": [hour for _, hour in listed]}
            connection.execute(query("note_hours"), parameters)


def _hour(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)
