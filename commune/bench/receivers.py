"""The receiving ends of the benchmarks, a process each: `python -m commune.bench.receivers WHAT COUNT`."""

from __future__ import annotations

import sys
import threading
import time

import orjson

from broker.baseline import receive_and_do_nothing
from commune.cli.run import broker_address, ingest_config
from commune.settings import Settings, read_settings
from ingest.service import Ingest

POLL_SECONDS = 0.002
TIMEOUT_SECONDS = 600.0


def bare(settings: Settings, count: int) -> dict[str, float]:
    """Seconds in which paho alone receives what waits."""
    seconds = receive_and_do_nothing(
        broker_address(settings), "bench-bare", count, receive_maximum=settings.ingest_window_messages
    )
    return {"seconds": seconds}


def ingest(settings: Settings, count: int) -> dict[str, float]:
    """Seconds from the first message's receipt to the last one's commit, and what the messages came to."""
    service = Ingest(ingest_config(settings))
    runner = threading.Thread(target=service.run, name="ingest")
    runner.start()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    first = 0.0
    while time.monotonic() < deadline:
        if not first and service.window.received:
            first = time.perf_counter()
        if service.window.received >= count and not service.window.in_hand:
            break
        time.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - first
    service.stop()
    runner.join()
    metrics = service.metrics
    return {
        "seconds": seconds,
        "received": service.window.received,
        "stored": metrics.total(metrics.stored),
        "duplicate": metrics.total(metrics.duplicate),
        "dead_lettered": metrics.total(metrics.dead_lettered),
    }


def main() -> None:
    """Run one receiver and print its result as one line of JSON."""
    what, count = sys.argv[1], int(sys.argv[2])
    result = {"bare": bare, "ingest": ingest}[what](read_settings(), count)
    sys.stdout.write(orjson.dumps(result).decode() + "\n")


if __name__ == "__main__":
    main()
