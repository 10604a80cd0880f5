"""How near ingest comes to what its two ends can do by themselves, all in one run on one machine.

For each measurement the broker first queues the same messages for a durable session, then the receiver alone drains
them, so that no publisher competes for the processors while the clock runs. The receiver runs in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from broker.address import BrokerAddress
from broker.baseline import forget_session, keep_session
from broker.publisher import Publisher
from commune.bench.payloads import COMMUNE, KIND, device_code, messages, reading
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.registry import Commune, Device
from devices.topics import Channel, subscription
from storage.baseline import copy_and_do_nothing_else
from storage.connect import connect
from storage.editions import describe
from storage.migrate import migrate
from storage.places import add_commune
from storage.registry import add_device
from storage.rows import row_of

DEVICES = 200
BARE_CLIENT = "bench-bare"
FILTERS = [subscription(channel) for channel in (Channel.TELEMETRY, Channel.EVENT, Channel.STATUS)]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class IngestBench:
    """The result: rates in messages (or rows) a second, and their ratios."""

    edition: str
    messages: int
    bare_paho_per_second: float
    bare_copy_per_second: float
    ingest_per_second: float
    ratio_to_bare_paho: float
    ratio_to_bare_copy: float
    received: int
    stored: int
    duplicate: int
    dead_lettered: int


@contextmanager
def bench_servers(local_directory: Path) -> Iterator[tuple[PostgresServer, MosquittoServer]]:
    """Private, durable servers for a measurement, with the benchmark's devices registered in a database `bench`."""
    with (
        Instance.create(local_directory, "bench") as instance,
        PostgresServer.start(instance.path / "postgres") as postgres,
        MosquittoServer.start(instance.path / "mosquitto") as broker,
    ):
        postgres.create_database("bench")
        with connect(postgres.url("bench"), autocommit=True) as connection:
            migrate(connection)
            add_commune(connection, Commune(COMMUNE, "Bench", "-", 20.9, 106.3, is_sample=True))
            for number in range(DEVICES):
                add_device(connection, Device(COMMUNE, device_code(number), KIND))
        yield postgres, broker


def queue_messages(address: BrokerAddress, count: int, readings_each: int, progress: Progress) -> None:
    """Publish the benchmark's messages; the broker queues them for whatever durable session there is."""
    with Publisher(address, "bench-publisher", window=5_000) as publisher:
        for index, (topic, payload) in enumerate(messages(count, DEVICES, readings_each), 1):
            publisher.publish(topic, payload)
            if index % 20_000 == 0:
                progress(f"queued {index:,} of {count:,} messages")


def receive(what: str, *arguments: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run a receiver of `commune.bench.receivers` in a process of its own; its one JSON line."""
    done = subprocess.run(
        [sys.executable, "-m", "commune.bench.receivers", what, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    result: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return result


def receiver_environment(address: BrokerAddress, database_url: str) -> dict[str, str]:
    """The settings of a receiver process."""
    return {
        "PATH": "/usr/bin:/bin",
        "COMMUNE_BROKER_HOST": address.host,
        "COMMUNE_BROKER_PORT": str(address.port),
        "COMMUNE_BROKER_USERNAME": address.username or "",
        "COMMUNE_BROKER_PASSWORD": address.password or "",
        "COMMUNE_DATABASE_URL": database_url,
    }


def run_ingest_bench(local_directory: Path, count: int, progress: Progress) -> IngestBench:
    """Measure bare paho, bare COPY and ingest with the same `count` messages, one after another."""
    with bench_servers(local_directory) as (postgres, broker):
        address = broker.address("ingest")
        publishing = broker.address("simulator")
        url = postgres.url("bench")
        environment = receiver_environment(address, url)
        rates: list[float] = []
        ended: dict[str, Any] = {}
        for what, client_id in (("bare", BARE_CLIENT), ("ingest", "commune-ingest")):
            keep_session(address, client_id, FILTERS)
            queue_messages(publishing, count, 1, progress)
            progress(f"measuring: {what}")
            ended = receive(what, str(count), environment=environment)
            rates.append(count / ended["seconds"])
            forget_session(address, client_id)
        progress("measuring: COPY")
        with connect(url, autocommit=True) as connection:
            copied = count / copy_and_do_nothing_else(connection, KINDS[KIND], list(bench_rows(count)))
            edition = describe(connection)
    return IngestBench(
        edition=edition,
        messages=count,
        bare_paho_per_second=round(rates[0], 1),
        bare_copy_per_second=round(copied, 1),
        ingest_per_second=round(rates[1], 1),
        ratio_to_bare_paho=round(rates[1] / rates[0], 3),
        ratio_to_bare_copy=round(rates[1] / copied, 3),
        **{name: ended[name] for name in ("received", "stored", "duplicate", "dead_lettered")},
    )


def bench_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """The rows that the benchmark's messages become."""
    now = datetime.now(UTC)
    for index in range(count):
        number, step = index % DEVICES, index // DEVICES
        readings, _ = decode_telemetry(orjson.dumps(reading(step, number)), KINDS[KIND], now)
        yield row_of(number + 1, now, readings[0])


def as_json(result: IngestBench) -> dict[str, Any]:
    """The result as one JSON object."""
    return asdict(result)
