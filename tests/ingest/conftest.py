"""An ingest service of a test's own: its own database, devices, client id and topics."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from psycopg import Connection

from broker.baseline import forget_session
from broker.publisher import Publisher
from commune.stack.mosquitto import MosquittoServer
from devices.registry import Commune, Device
from devices.topics import Channel, Topic
from ingest.service import Ingest, IngestConfig
from ingest.window import Limits
from storage.connect import connect
from storage.ledger import check, totals
from storage.ledger_view import LedgerSums
from storage.places import add_commune
from storage.registry import add_device
from tests.waiting import wait_until

DEVICE = "cb-mt-01"
TIME = "2026-11-20T03:15:00Z"


def payload(**members: object) -> bytes:
    """A reading of an environment station, with these members besides or instead."""
    return orjson.dumps({"ts": TIME, "pm25": 31.4, "temperature": 24.6} | members)


@contextmanager
def ingesting(config: IngestConfig) -> Iterator[Ingest]:
    """Ingest in this process until the block ends."""
    service = Ingest(config)
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    try:
        wait_until(service.session.connected.is_set, "ingest is connected")
        yield service
    finally:
        service.stop()
        thread.join(20)
        assert not thread.is_alive()


@dataclass
class Commissioned:
    """A commune of its own name with one environment station, in a database of its own."""

    url: str
    broker: MosquittoServer
    connection: Connection[Any]
    commune: str = field(default_factory=lambda: f"xa-{uuid.uuid4().hex[:12]}")

    def topic(self, channel: Channel = Channel.TELEMETRY, device: str = DEVICE, kind: str = "environment") -> str:
        return str(Topic(self.commune, kind, device, channel))

    def config(self, writers: int = 2, **limits: Any) -> IngestConfig:
        """Ingest under a client id of the commune's own, listening to that commune only."""
        return IngestConfig(
            self.url,
            self.broker.address("ingest"),
            f"ingest-{self.commune}",
            database_role="commune_ingest",
            limits=Limits(**{"batch_age_seconds": 0.02} | limits),
            writers=writers,
            commune=self.commune,
        )

    def running(self, **limits: Any) -> AbstractContextManager[Ingest]:
        """Ingest in this process until the block ends."""
        return ingesting(self.config(**limits))

    def publish(self, *payloads: bytes, topic: str | None = None, retain: bool = False) -> None:
        """Publish as a device would, and wait for the broker's acknowledgements."""
        with Publisher(self.broker.address("simulator"), f"publisher-{self.commune}") as publisher:
            for payload in payloads:
                publisher.publish(topic or self.topic(), payload, retain=retain)

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()

    def settled(self, count: int) -> LedgerSums:
        """Wait until the ledger has received `count` messages; its sums, which must agree with the tables."""
        wait_until(lambda: totals(self.connection).received >= count, f"{count} messages are in the ledger")
        sums = totals(self.connection)
        assert sums.received == count
        assert sums.difference == 0
        assert list(check(self.connection)) == []
        return sums


@pytest.fixture
def commissioned(database_url: str, broker_server: MosquittoServer) -> Iterator[Commissioned]:
    with closing(connect(database_url, autocommit=True)) as connection:
        made = Commissioned(database_url, broker_server, connection)
        add_commune(connection, Commune(made.commune, "Xã thử", "Hải Phòng", 20.87, 106.3, is_sample=True))
        add_device(connection, Device(made.commune, DEVICE, "environment", expected_interval_seconds=60))
        yield made
        forget_session(broker_server.address("ingest"), f"ingest-{made.commune}")
