"""How near ingest comes to what its two ends can do by themselves, all in one run on one machine.

For each measurement the broker first queues the same messages for durable sessions, then the receivers alone drain
them, so that no publisher competes for the processors while the clock runs. Each receiver is a process of its own.
Bare paho and ingest take turns, and medians are compared, because shared machines are noisy.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from broker.baseline import forget_session, keep_session
from commune.bench.latency import Latency, measure_latency
from commune.bench.payloads import KIND, reading
from commune.bench.servers import DEVICES, FILTERS, Bench, Progress, Receiver, bench_servers
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from storage.baseline import copy_and_do_nothing_else
from storage.connect import connect
from storage.editions import describe
from storage.rows import row_of

SHARE = "bench"
READINGS_A_BATCH = 60


@dataclass(slots=True)
class IngestBench:
    """The result: rates in messages, rows or readings a second, and their ratios; medians over the repeats."""

    edition: str
    messages: int
    repeats: int
    bare_paho_per_second: float
    bare_copy_per_second: float
    ingest_per_second: float
    ratio_to_bare_paho: float
    ratio_to_bare_copy: float
    received: int
    stored: int
    duplicate: int
    dead_lettered: int
    runs: dict[str, list[float]] = field(default_factory=dict)
    two_workers_per_second: float | None = None
    ratio_of_two_workers_to_one: float | None = None
    batched_readings_per_second: float | None = None
    latency: Latency | None = None


def run_ingest_bench(
    local_directory: Path, count: int, progress: Progress, *, repeats: int = 3, everything: bool = True
) -> IngestBench:
    """Measure with `count` messages; without `everything`, only one worker beside bare paho and bare COPY."""
    with bench_servers(local_directory) as bench:
        bare: list[float] = []
        one: list[float] = []
        ended: dict[str, Any] = {}
        for repeat in range(repeats):
            progress(f"bare paho and one worker, {repeat + 1} of {repeats}")
            bare.append(drain(bench, "bare", count, progress)[0])
            rate, ended = drain(bench, "ingest", count, progress)
            one.append(rate)
        progress("bare COPY")
        with closing(connect(bench.url, autocommit=True)) as connection:
            edition = describe(connection)
            copied = count / copy_and_do_nothing_else(connection, KINDS[KIND], list(bench_rows(count)))
        result = IngestBench(
            edition=edition,
            messages=count,
            repeats=repeats,
            bare_paho_per_second=middle(bare),
            bare_copy_per_second=round(copied, 1),
            ingest_per_second=middle(one),
            ratio_to_bare_paho=round(middle(one) / middle(bare), 3),
            ratio_to_bare_copy=round(middle(one) / copied, 3),
            **{name: ended[name] for name in ("received", "stored", "duplicate", "dead_lettered")},
            runs={"bare_paho": rounded(bare), "ingest": rounded(one)},
        )
        if everything:
            measure_more(bench, result, progress)
        return result


def measure_more(bench: Bench, result: IngestBench, progress: Progress) -> None:
    """Two workers on one shared subscription, arrays of sixty readings, and the time until a message is visible."""
    two: list[float] = []
    for repeat in range(result.repeats):
        progress(f"two workers, {repeat + 1} of {result.repeats}")
        two.append(drain_by_two(bench, result.messages, progress))
    result.two_workers_per_second = middle(two)
    result.ratio_of_two_workers_to_one = round(middle(two) / result.ingest_per_second, 3)
    progress(f"arrays of {READINGS_A_BATCH}")
    arrays = max(result.messages * 5 // READINGS_A_BATCH, 1)
    rate, _ = drain(bench, "ingest", arrays, progress, READINGS_A_BATCH)
    result.batched_readings_per_second = round(rate * READINGS_A_BATCH, 1)
    result.runs |= {"two_workers": rounded(two)}
    progress("latency at 1,000 messages a second")
    bench.empty_tables()
    result.latency = measure_latency(bench)


def drain(
    bench: Bench, what: str, count: int, progress: Progress, readings_each: int = 1
) -> tuple[float, dict[str, Any]]:
    """Messages a second at which one receiver drains so many, and what it ended with."""
    client_id = f"bench-{what}"
    bench.empty_tables()
    keep_session(bench.receiving, client_id, FILTERS)
    bench.queue(count, readings_each, progress)
    receiver = Receiver(what, str(count), environment=bench.environment(COMMUNE_INGEST_CLIENT_ID=client_id))
    receiver.go()
    ended = receiver.result()
    forget_session(bench.receiving, client_id)
    return count / (ended["last"] - ended["first"]), ended


def drain_by_two(bench: Bench, count: int, progress: Progress) -> float:
    """Messages a second at which two processes drain one shared subscription together."""
    bench.empty_tables()
    clients = [f"bench-worker-{number}" for number in (1, 2)]
    for client_id in clients:
        keep_session(bench.receiving, client_id, [f"$share/{SHARE}/{name}" for name in FILTERS])
    bench.queue(count, 1, progress)
    receivers = [
        Receiver(
            "ingest",
            str(count),
            environment=bench.environment(COMMUNE_INGEST_CLIENT_ID=client_id, COMMUNE_INGEST_SHARE=SHARE),
        )
        for client_id in clients
    ]
    for receiver in receivers:
        receiver.go()
    ended = [receiver.result() for receiver in receivers]
    for client_id in clients:
        forget_session(bench.receiving, client_id)
    assert sum(end["received"] for end in ended) == count
    seconds: float = max(end["last"] for end in ended) - min(end["first"] for end in ended)
    return count / seconds


def bench_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """The rows that the benchmark's messages become."""
    now = datetime.now(UTC)
    for index in range(count):
        number, step = index % DEVICES, index // DEVICES
        readings, _ = decode_telemetry(orjson.dumps(reading(step, number)), KINDS[KIND], now)
        yield row_of(number + 1, now, readings[0])


def middle(rates: list[float]) -> float:
    """The median, to a tenth."""
    return round(statistics.median(rates), 1)


def rounded(rates: list[float]) -> list[float]:
    """Rates to a tenth."""
    return [round(rate, 1) for rate in rates]
