"""The receiving ends of the benchmarks, a process each: `python -m commune.bench.receivers WHAT COUNT`.

Each says `ready` once it has started up, begins at the line `go`, and ends with one line of JSON: Unix times of its
first receipt and its last commit, and what the messages came to.
"""

from __future__ import annotations

import sys
import threading
import time

import orjson

from broker.baseline import receive_and_do_nothing
from commune.cli.run_ingest import ingest_config
from commune.parts import broker_address
from commune.settings import Settings, read_settings
from ingest.service import Ingest

POLL_SECONDS = 0.002
QUIET_SECONDS = 1.0
TIMEOUT_SECONDS = 600.0


def bare(settings: Settings, count: int) -> dict[str, float]:
    """What paho alone does with the messages that wait."""
    seconds = receive_and_do_nothing(
        broker_address(settings), settings.ingest_client_id, count, receive_maximum=settings.ingest_window_messages
    )
    return {"first": 0.0, "last": seconds, "received": count}


def ingest(settings: Settings, count: int) -> dict[str, float]:
    """What ingest does with them. It ends when `count` are settled, or when nothing has come for a second."""
    service = Ingest(ingest_config(settings))
    runner = threading.Thread(target=service.run, name="ingest")
    runner.start()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    first = last = changed = 0.0
    received = settled = 0
    while time.monotonic() < deadline:
        received, now = service.window.received, time.time()
        if not first and received:
            first = now
        if received - service.window.in_hand != settled:
            settled, last, changed = received - service.window.in_hand, now, time.monotonic()
        if settled >= count or (changed and time.monotonic() - changed > QUIET_SECONDS):
            break
        time.sleep(POLL_SECONDS)
    service.stop()
    runner.join()
    metrics = service.metrics
    return {
        "first": first,
        "last": last,
        "received": service.window.received,
        "stored": metrics.total(metrics.stored),
        "duplicate": metrics.total(metrics.duplicate),
        "dead_lettered": metrics.total(metrics.dead_lettered),
    }


def main() -> None:
    """Run one receiver."""
    what, count = sys.argv[1], int(sys.argv[2])
    settings = read_settings()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    result = {"bare": bare, "ingest": ingest}[what](settings, count)
    sys.stdout.write(orjson.dumps(result).decode() + "\n")


if __name__ == "__main__":
    main()
