"""What is done now and then beside the stream of messages."""

from __future__ import annotations

import logging
import threading

from storage.connect import connect
from storage.errors import StorageError, driver_errors
from storage.sql import query

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 10.0


class Upkeep:
    """Does the regular work of a database until it is told to stop."""

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, stopping: threading.Event) -> None:
        """Do a round every ten seconds. While the database is away, say so once and try again."""
        is_away = False
        while not stopping.is_set():
            try:
                activated = self.round()
                if is_away:
                    logger.info("the database is back")
                is_away = False
                if activated:
                    logger.info("%d devices became active with their first message", activated)
            except StorageError as error:
                if not is_away:
                    logger.error("the database is away: %s; trying again", error)
                is_away = True
            stopping.wait(INTERVAL_SECONDS)

    def round(self) -> int:
        """Do everything once; returns how many registered devices became active."""
        with driver_errors(), connect(self._url) as connection:
            return connection.execute(query("activate_devices")).rowcount
