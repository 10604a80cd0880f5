"""One line for each cause of an incident and one for its end, however many writers it strikes and however often."""

from __future__ import annotations

import logging
import threading

logger = logging.getLogger(__name__)

CAUSES_TOLD = 8
"""So many causes of one incident are told, each once; what keeps it going may not be what began it."""


class Incident:
    """What keeps the writers of a process from the database, told once for all of them."""

    def __init__(self) -> None:
        self._causes: set[str] = set()
        self._struck: set[int] = set()
        self._lock = threading.Lock()

    def strikes(self, writer: int, cause: str) -> None:
        """A writer has failed for this cause."""
        with self._lock:
            self._struck.add(writer)
            if cause not in self._causes and len(self._causes) < CAUSES_TOLD:
                logger.error("the database does not take what is in hand: %s; trying again", cause)
                self._causes.add(cause)

    def is_over_for(self, writer: int) -> None:
        """A writer has got through; the incident is over when all have."""
        if writer not in self._struck:
            return
        with self._lock:
            self._struck.discard(writer)
            if not self._struck:
                logger.info("the database takes what is in hand again")
                self._causes.clear()
