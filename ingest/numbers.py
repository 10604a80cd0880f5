"""The numbers of batches: they rise for ever, over restarts and over clocks that are set back."""

from __future__ import annotations

import threading
import time


class BatchNumbers:
    """Gives each batch of a session a number above all before it; safe for several threads."""

    def __init__(self) -> None:
        self._last = 0
        self.session_began = 0
        self._lock = threading.Lock()

    def rise_above(self, number: int) -> None:
        """Give no number up to this one: a run before this one has used it."""
        with self._lock:
            self._last = max(self._last, number)

    def begin_session(self) -> None:
        """The broker begins the session anew: batches up to here settled packet ids of one that is gone."""
        self.session_began = self.next()

    def next(self) -> int:
        """Nanoseconds of the clock, or one more than the last where the clock has fallen behind it."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return self._last
