"""How long it takes from publishing a message until a query sees it, at a steady rate."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from broker.publisher import Publisher
from commune.bench.payloads import COMMUNE, KIND, device_code, reading
from commune.bench.servers import Bench
from commune.cli.run_ingest import ingest_config
from commune.settings import Settings
from devices.topics import Channel, Topic
from ingest.service import Ingest
from storage.baseline import newest_seq
from storage.connect import connect

RATE_PER_SECOND = 1000
SECONDS = 20
POLL_SECONDS = 0.004
TOPIC = str(Topic(COMMUNE, KIND, device_code(0), Channel.TELEMETRY))


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from publish to visible. The poll that looks adds up to four."""

    rate_per_second: int
    messages: int
    p50_milliseconds: float
    p99_milliseconds: float
    max_milliseconds: float


def measure_latency(bench: Bench, *, rate: int = RATE_PER_SECOND, seconds: int = SECONDS) -> Latency:
    """Publish one device's readings at the rate while ingest runs, and look how soon each is there."""
    address = bench.receiving
    settings = Settings(
        database_url=bench.url,
        broker_host=address.host,
        broker_port=address.port,
        broker_username=address.username,
        broker_password=address.password,
        ingest_client_id="bench-latency",
    )
    service = Ingest(ingest_config(settings))
    runner = threading.Thread(target=service.run, daemon=True)
    runner.start()
    service.session.connected.wait(30)
    count = rate * seconds
    sent: NDArray[Any] = np.zeros(count)
    publisher = threading.Thread(target=_publish, args=(bench, rate, sent), daemon=True)
    publisher.start()
    seen: NDArray[Any] = np.zeros(count)
    done = 0
    deadline = time.monotonic() + seconds + 60
    with closing(connect(bench.url, autocommit=True)) as connection:
        while done < count and time.monotonic() < deadline:
            newest = newest_seq(connection, KIND)
            now = time.perf_counter()
            seen[done : newest + 1] = now
            done = max(done, newest + 1)
            time.sleep(POLL_SECONDS)
    publisher.join()
    service.stop()
    runner.join()
    waits = (seen - sent) * 1000
    p50, p99 = np.percentile(waits, [50, 99])
    return Latency(rate, count, round(float(p50), 1), round(float(p99), 1), round(float(waits.max()), 1))


def _publish(bench: Bench, rate: int, sent: NDArray[Any]) -> None:
    with Publisher(bench.publishing, "bench-latency-publisher") as publisher:
        began = time.perf_counter()
        for step in range(len(sent)):
            ahead = began + step / rate - time.perf_counter()
            if ahead > 0:
                publisher.poll(0.0)
                time.sleep(ahead)
            sent[step] = time.perf_counter()
            publisher.publish(TOPIC, orjson.dumps(reading(step, 0)))
            publisher.poll(0.0)
