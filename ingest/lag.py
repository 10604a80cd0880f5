"""How far ingest is behind: how long the oldest message has waited that was received and is not committed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from broker.session import Delivery
from ingest.window import Window


class Lag:
    """Knows the age of what waits in the window and of what each writer has in hand. Safe for several threads."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._since: dict[object, float] = {}

    def taken(self, writer: object, batch: Sequence[Delivery]) -> None:
        """A writer has taken a batch in hand, in the order of receipt."""
        if batch:
            # The clock of the wall is asked once: a jump of it while the batch is written does not matter.
            waited = max(0.0, time.time() - batch[0].received_at)
            self._since[writer] = time.monotonic() - waited

    def done(self, writer: object) -> None:
        """What a writer had in hand is committed, or was given back to the broker."""
        self._since.pop(writer, None)

    def seconds(self, *, without: object = None) -> float:
        """The age of the oldest message in hand, save what one writer has; 0 when nothing is in hand."""
        now = time.monotonic()
        ages = [now - since for writer, since in list(self._since.items()) if writer is not without]
        return max([self._window.oldest_age_seconds(), *ages])
