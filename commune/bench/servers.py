"""Private, durable servers for a measurement, and the processes that are measured on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from broker.address import BrokerAddress
from broker.publisher import Publisher
from commune.bench.payloads import COMMUNE, KIND, device_code, messages
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer
from devices.registry import Commune, Device
from devices.topics import Channel, subscription
from storage.connect import connect
from storage.migrate import migrate
from storage.places import add_commune
from storage.registry import add_device

DEVICES = 200
DATABASE = "bench"
FILTERS = [subscription(channel) for channel in (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS)]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Servers of a measurement. Messages are published as `publishing` and received as `receiving`."""

    postgres: PostgresServer
    broker: MosquittoServer

    @property
    def url(self) -> str:
        """The database of the benchmark's devices."""
        return self.postgres.url(DATABASE)

    @property
    def receiving(self) -> BrokerAddress:
        """The broker as ingest's account."""
        return self.broker.address("ingest")

    @property
    def publishing(self) -> BrokerAddress:
        """The broker as the simulators' account."""
        return self.broker.address("simulator")

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of a process that is measured: ours as far as it tunes ingest, and where to connect."""
        address = self.receiving
        tuning = {name: value for name, value in os.environ.items() if name.startswith("COMMUNE_INGEST_")}
        return (
            tuning
            | {
                "PATH": os.environ.get("PATH", os.defpath),
                "COMMUNE_BROKER_HOST": address.host,
                "COMMUNE_BROKER_PORT": str(address.port),
                "COMMUNE_BROKER_USERNAME": address.username or "",
                "COMMUNE_BROKER_PASSWORD": address.password or "",
                "COMMUNE_DATABASE_URL": self.url,
            }
            | settings
        )

    def queue(self, count: int, readings_each: int, progress: Progress, first: int = 0) -> None:
        """Publish the benchmark's messages; the broker queues them for whatever durable session there is."""
        with Publisher(self.publishing, "bench-publisher", window=5_000) as publisher:
            for index, (topic, payload) in enumerate(messages(count, DEVICES, readings_each, first), 1):
                publisher.publish(topic, payload)
                if index % 20_000 == 0:
                    progress(f"queued {index:,} of {count:,} messages")

    def empty_tables(self) -> None:
        """Forget what was measured before, so that the next run meets the same empty tables."""
        with closing(connect(self.url, autocommit=True)) as connection:
            connection.execute("TRUNCATE environment, latest, ledger, dead_letter, delivery, ingest_worker")


@contextmanager
def bench_servers(local_directory: Path, broker_settings: Mapping[str, str] | None = None) -> Iterator[Bench]:
    """Servers with the benchmark's devices registered; gone when the block ends.

    `broker_settings` replaces values of lines of deploy/mosquitto/mosquitto.conf.
    """
    with (
        Instance.create(local_directory, "bench") as instance,
        PostgresServer.start(instance.path / "postgres") as postgres,
        MosquittoServer.start(instance.path / "mosquitto", settings=broker_settings) as broker,
    ):
        postgres.create_database(DATABASE)
        with closing(connect(postgres.url(DATABASE), autocommit=True)) as connection:
            migrate(connection)
            add_commune(connection, Commune(COMMUNE, "Bench", "-", 20.9, 106.3, is_sample=True))
            for number in range(DEVICES):
                add_device(connection, Device(COMMUNE, device_code(number), KIND))
        yield Bench(postgres, broker)


class Receiver:
    """A process of `commune.bench.receivers`: it starts, waits for `go`, and ends with one JSON line."""

    def __init__(self, what: str, *arguments: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "commune.bench.receivers", what, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._ready = self._process.stdout.readline()

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """What it measured; raises CalledProcessError when it failed."""
        out, _ = self._process.communicate()
        if self._process.returncode:
            raise subprocess.CalledProcessError(self._process.returncode, "commune.bench.receivers")
        result: dict[str, Any] = orjson.loads(out.splitlines()[-1])
        return result
