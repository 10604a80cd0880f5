"""What is set aside, in the log: counts now and then, and not a line a message."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0


class Tally:
    """Counts by reason, and says so at once for the first and then at most once a minute. Safe for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._said_at = -INTERVAL_SECONDS
        self._refusal_said_at = -INTERVAL_SECONDS

    def add(self, reasons: Mapping[str, int]) -> None:
        """Count what was set aside with one batch."""
        with self._lock:
            self._counts.update(reasons)
        self.say()

    def say(self, *, force: bool = False) -> None:
        """Say what has been counted since the last time, unless that was within the last minute."""
        with self._lock:
            now = self._clock()
            if not self._counts or (now - self._said_at < INTERVAL_SECONDS and not force):
                return
            counts, self._counts, self._said_at = dict(self._counts.most_common()), Counter(), now
        listed = ", ".join(f"{count} {reason}" for reason, count in counts.items())
        logger.warning("set aside: %s; see `commune dead-letters list`", listed, extra={"set_aside": counts})

    def refused(self, topic: str, why: str) -> None:
        """Say of a message that the database refuses it, and why: of one a minute; all are counted like the others."""
        with self._lock:
            now = self._clock()
            if now - self._refusal_said_at < INTERVAL_SECONDS:
                return
            self._refusal_said_at = now
        logger.warning("the database refuses a message of %r: %s", topic[:200], why)
