"""Whether memory stays flat: under a steady rate for long, and while the database is away."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil

from broker.baseline import keep_session
from broker.publisher import Publisher
from commune.bench.payloads import messages
from commune.bench.servers import DEVICES, FILTERS, Bench, Progress, bench_servers
from storage.connect import connect
from storage.ledger import totals

CLIENT_ID = "bench-endurance"
WARM_UP_SECONDS = 15.0
STUCK_SECONDS = 60.0
"""Nothing more is waited for when so long nothing was settled."""
SAMPLE_SECONDS = 1.0
MEBIBYTE = 1024 * 1024
CHUNK_MESSAGES = 500
WIDE_QUEUE = {"max_queued_messages": "20000000", "max_queued_bytes": "17179869184"}
"""Minutes at full rate are more than the deployed queue holds (docs/how-to/watch-ingest.md), and what the broker
drops would say nothing of ingest."""


@dataclass(frozen=True, slots=True)
class Endurance:
    """Resident memory of the ingest process in MiB, and what became of the messages.

    `start` is taken once the process is warm (for an outage: once its window is full), `end` at the end of the run (of
    the outage); `largest` is between the two. `lost` must be 0.
    """

    seconds: float
    rate_per_second: float
    start_mebibytes: float
    end_mebibytes: float
    largest_mebibytes: float
    growth: float
    published: int
    settled: int
    lost: int


class Load:
    """A thread that publishes at a rate, or as fast as the broker takes it (rate 0), until it is stopped."""

    def __init__(self, bench: Bench, rate: int) -> None:
        self._bench = bench
        self._rate = rate
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.published = 0
        self.seconds = 0.0

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        with Publisher(self._bench.publishing, "bench-load", window=2_000) as publisher:
            for start in count(0, CHUNK_MESSAGES):
                for topic, payload in messages(CHUNK_MESSAGES, DEVICES, first=start):
                    publisher.publish(topic, payload)
                publisher.poll()
                self.published = start + CHUNK_MESSAGES
                ahead = self.published / self._rate - (time.monotonic() - began) if self._rate else 0.0
                if self._stopping.wait(max(ahead, 0.0)):
                    break
        self.seconds = time.monotonic() - began


@contextmanager
def ingesting(bench: Bench) -> Iterator[psutil.Process]:
    """`commune ingest` as a process of its own; the broker keeps its messages from now on."""
    keep_session(bench.receiving, CLIENT_ID, FILTERS)
    process = subprocess.Popen(
        [sys.executable, "-m", "commune", "ingest"], env=bench.environment(COMMUNE_INGEST_CLIENT_ID=CLIENT_ID)
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def run_endurance(local_directory: Path, seconds: float, rate: int, progress: Progress) -> Endurance:
    """Hold a rate for so long, and compare the memory of ingest at the start and at the end."""
    with bench_servers(local_directory) as bench, ingesting(bench) as process:
        with Load(bench, rate) as load:
            _sample(process, WARM_UP_SECONDS)
            start = _resident(process)
            progress(f"warm: {start:.1f} MiB")
            largest = _sample(process, seconds, progress)
            end = _resident(process)
        settled = _settle(bench, load.published, progress)
    return _result(load, seconds, (start, end, max(start, largest)), settled)


def run_outage(local_directory: Path, seconds: float, progress: Progress) -> Endurance:
    """Take the database away for so long while messages come at full rate, and give it back."""
    with bench_servers(local_directory, WIDE_QUEUE) as bench, ingesting(bench) as process:
        with Load(bench, 0) as load:
            _sample(process, WARM_UP_SECONDS)
            progress("the database goes away")
            bench.postgres.halt()
            _sample(process, min(10.0, seconds / 2))  # the window is full long before
            start = _resident(process)
            progress(f"the window is full: {start:.1f} MiB")
            largest = _sample(process, seconds, progress)
            end = _resident(process)
            progress("the database comes back")
            bench.postgres.resume()
        settled = _settle(bench, load.published, progress)
    return _result(load, seconds, (start, end, max(start, largest)), settled)


def _result(load: Load, seconds: float, memory: tuple[float, float, float], settled: int) -> Endurance:
    start, end, largest = memory
    return Endurance(
        seconds=seconds,
        rate_per_second=round(load.published / load.seconds, 1),
        start_mebibytes=round(start, 1),
        end_mebibytes=round(end, 1),
        largest_mebibytes=round(largest, 1),
        growth=round(end / start - 1, 4),
        published=load.published,
        settled=settled,
        lost=load.published - settled,
    )


def _sample(process: psutil.Process, seconds: float, progress: Progress | None = None) -> float:
    """Watch for so long; the largest resident memory seen, in MiB."""
    largest = 0.0
    ends = time.monotonic() + seconds
    told = time.monotonic()
    while time.monotonic() < ends:
        largest = max(largest, _resident(process))
        if progress is not None and time.monotonic() - told > 30:
            told = time.monotonic()
            progress(f"{_resident(process):.1f} MiB, {ends - told:.0f} s to go")
        time.sleep(SAMPLE_SECONDS)
    return largest


def _resident(process: psutil.Process) -> float:
    resident: int = process.memory_info().rss
    return resident / MEBIBYTE


def _settle(bench: Bench, published: int, progress: Progress) -> int:
    """Wait until the ledger has received everything, or no more comes; how many it has."""
    moved = time.monotonic()
    told = received = 0
    with closing(connect(bench.url, autocommit=True)) as connection:
        while received < published and time.monotonic() - moved < STUCK_SECONDS:
            before, received = received, totals(connection).received
            if received > before:
                moved = time.monotonic()
            if received - told > 200_000:
                told = received
                progress(f"settled {received:,} of {published:,}")
            time.sleep(SAMPLE_SECONDS)
    return received
