"""Alerts are told in a thread of their own, so that a receiver that is away holds up nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.outbox import Channel, send_due
from storage.connect import connect
from storage.errors import StorageError, driver_errors

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5.0


@dataclass(slots=True)
class Delivery:
    """Tells what is due by some channels, round by round. While the database is away it waits: maintenance says so."""

    database_url: str
    channels: Sequence[Channel]
    database_role: str | None = None

    def run(self, stopping: threading.Event) -> None:
        """Do rounds until `stopping` is set."""
        while not stopping.is_set():
            try:
                self.round()
            except StorageError as error:
                logger.debug("no alert can be told: %s", error)
            stopping.wait(ROUND_SECONDS)

    def round(self) -> None:
        """Tell what is due now. Raises StorageError."""
        with closing(connect(self.database_url, role=self.database_role, autocommit=True)) as session, driver_errors():
            sent = send_due(session, self.channels, lambda: datetime.now(UTC))
            if sent.delivered:
                logger.info("told of alerts: %d messages", sent.delivered)
