"""Kills and cuts while a demonstration runs: at random, from a seed, and never so that the broker itself loses.

The broker is only restarted in order: killed, it would lose what came since its last snapshot, which is its own limit
and not that of the system behind it (see docs/how-to/watch-ingest.md).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Tell = Callable[[str], None]
SHORTEST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_ABSENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that goes away, and how it comes back. `back` is None for a cut, which mends itself."""

    away: Callable[[], object]
    back: Callable[[], object] | None = None


class Chaos:
    """Disturbs in a thread of its own while it is entered; at its end everything is back."""

    def __init__(self, disturbances: Mapping[str, Disturbance], seed: int, tell: Tell) -> None:
        self._disturbances = disturbances
        self._random = random.Random(seed)  # noqa: S311 - a plan that can be repeated, not a secret
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)
        self._failure: Exception | None = None
        self.quiet = threading.Lock()
        """Held while something is away on purpose."""
        self.done: dict[str, int] = dict.fromkeys(disturbances, 0)

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._random.uniform(SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)):
                name = self._next()
                with self.quiet:
                    self._disturb(name)
        except Exception as error:  # a thread's failure would go unseen; whoever leaves the block gets it
            self._failure = error

    def _next(self) -> str:
        """Any of those that were done least, so that even a short run meets most of them."""
        least = min(self.done.values())
        return self._random.choice([name for name, count in self.done.items() if count == least])

    def _disturb(self, name: str) -> None:
        disturbance = self._disturbances[name]
        self._tell(f"chaos:    {name}")
        disturbance.away()
        if disturbance.back is not None:
            self._stopping.wait(self._random.uniform(0.0, LONGEST_ABSENCE_SECONDS))
            disturbance.back()
        self.done[name] += 1
