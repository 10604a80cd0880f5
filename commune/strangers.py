"""Former strangers: what a device sent before it was registered becomes readings as soon as it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ingest.again import interpreter
from storage.connect import Session
from storage.registry import all_devices, generation
from storage.replay import Replayed, last_number, messages_of_former_strangers, replay

PAGE_LETTERS = 500
ROUND_SECONDS = 5.0
"""A round ends after so long at the page that it is at; the next one goes on behind it."""
SETTLING_SECONDS = 30.0
"""What ingest read by the registry of before may be committed so long after a change; then nothing more can come."""


class FormerStrangers:
    """Replays the letters of unknown devices that are registered by now.

    They are looked for when the registry has changed, from the oldest on, until a search that began long enough after
    the change has come to the end. What a replay leaves open (a contradiction, say) is left to a person.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._generation: int | None = None
        self._changed_at = 0.0
        self._after = 0
        self._began_at = 0.0
        self._is_done = False

    def round(self, session: Session, stopping: threading.Event) -> Replayed:
        """Do what can be done in `ROUND_SECONDS`; returns what it came to. The session is in autocommit."""
        self._notice_change(session)
        total = Replayed()
        ends_at = self._clock() + ROUND_SECONDS
        while not self._is_done and not stopping.is_set() and self._clock() < ends_at:
            messages = messages_of_former_strangers(session, limit=PAGE_LETTERS, after=self._after)
            last = last_number(messages)
            if last is None:
                self._is_done = self._began_at - self._changed_at >= SETTLING_SECONDS
                self._after, self._began_at = 0, self._clock()
                break
            read = interpreter({(known.commune, known.code): known for known in all_devices(session)})
            for done in replay(session, messages, read):
                page = done
                if stopping.is_set():
                    break
            else:
                self._after = last
            total = _sum(total, page)
        return total

    def _notice_change(self, session: Session) -> None:
        now = generation(session)
        if now != self._generation:
            self._generation, self._changed_at = now, self._clock()
            self._after, self._began_at, self._is_done = 0, self._changed_at, False


def _sum(one: Replayed, other: Replayed) -> Replayed:
    return Replayed(
        one.messages + other.messages,
        one.settled + other.settled,
        one.still_open + other.still_open,
        one.readings + other.readings,
        one.elsewhere + other.elsewhere,
    )
