"""Part of `commune maintain`: hears from the broker's log whom it turns away, and writes it down for the technician."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from broker.address import BrokerAddress
from broker.errors import BrokerError
from broker.log import BrokerLog, LogLine, Said
from devices.accounts import is_device_name
from storage.broker_refusals import (
    ToldConnection,
    ToldRefusal,
    add_refusals,
    delete_old_refusals,
    end_connections,
    put_connections,
)
from storage.connect import Session, connect
from storage.errors import StorageError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
TIDY_SECONDS = 600.0
MOST_CLIENTS = 500
"""So many clients are told apart between two writes. Beyond them a flood of strangers is one line without a name."""
LONGEST_CLIENT_ID = 127


@dataclass(slots=True)
class _Count:
    first_at: datetime
    last_at: datetime
    times: int = 0
    address: str = ""


class Heard:
    """What was heard since the last write; bounded, whoever knocks how often."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str], _Count] = {}
        self._connections: dict[str, ToldConnection] = {}

    def add(self, line: LogLine, at: datetime) -> None:
        """Take a line in."""
        if line.said in (Said.CONNECTED, Said.GONE):
            if is_device_name(line.client_id):
                is_connected = line.said is Said.CONNECTED
                self._connections[line.client_id] = ToldConnection(line.client_id, at, is_connected, line.address)
            return
        key = (line.client_id[:LONGEST_CLIENT_ID], line.said.value)
        if key not in self._refused and len(self._refused) >= MOST_CLIENTS:
            key = ("", line.said.value)
        count = self._refused.setdefault(key, _Count(at, at))
        count.last_at, count.times, count.address = at, count.times + 1, line.address or count.address

    def write(self, session: Session) -> None:
        """Write down what was heard, and forget it."""
        if self._refused:
            add_refusals(
                session,
                [
                    ToldRefusal(client, reason, count.first_at, count.last_at, count.times, count.address)
                    for (client, reason), count in self._refused.items()
                ],
            )
            self._refused.clear()
        if self._connections:
            put_connections(session, list(self._connections.values()))
            self._connections.clear()


class Refusals:
    """Listens to one broker. `run` belongs in a thread."""

    def __init__(self, broker: BrokerAddress, database_url: str, *, database_role: str | None = None) -> None:
        self._broker = broker
        self._database_url = database_url
        self._database_role = database_role
        self._incident = ""

    def run(self, stopping: threading.Event) -> None:
        """Listen until told to stop. Reconnects by itself, and says once for each incident what is wrong."""
        while not stopping.is_set():
            heard = Heard()
            log = BrokerLog(self._broker, lambda line, heard=heard: heard.add(line, datetime.now(UTC)))  # type: ignore[misc]
            try:
                with closing(connect(self._database_url, role=self._database_role, autocommit=True)) as session:
                    log.open()
                    self._listen(log, heard, session, stopping)
            except (BrokerError, StorageError) as error:
                if str(error) != self._incident:
                    logger.error("%s; what the broker refuses is not heard; trying again", error)
                self._incident = str(error)
            finally:
                log.close()
            stopping.wait(RETRY_SECONDS)

    def _listen(self, log: BrokerLog, heard: Heard, session: Session, stopping: threading.Event) -> None:
        end_connections(session)
        if self._incident:
            logger.info("what the broker refuses is heard again")
            self._incident = ""
        tidy_at = 0.0
        while not stopping.is_set():
            log.listen(stopping)
            heard.write(session)
            if time.monotonic() >= tidy_at:
                delete_old_refusals(session, datetime.now(UTC))
                tidy_at = time.monotonic() + TIDY_SECONDS
