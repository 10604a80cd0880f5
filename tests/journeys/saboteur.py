"""`commune ingest` broken on purpose, in a process of its own, to see whether `simulate verify` notices.

    python -m tests.journeys.saboteur drop_a_batch

The product has no hooks for this: its modules are changed here, before it starts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from commune.cli import main
from devices import codec, fields
from storage.arrivals import Arrival, Outcome
from storage.sink import Sink

BATCH_TO_DROP = 3


def drop_a_batch() -> None:
    """Acknowledge one batch, and never write it."""
    write = Sink.write
    written: list[int] = []

    def forgetful(sink: Sink, arrivals: Sequence[Arrival], *rest: Any, **named: Any) -> Outcome | None:
        if arrivals:
            written.append(len(arrivals))
        if len(written) == BATCH_TO_DROP and arrivals:
            return None
        return write(sink, arrivals, *rest, **named)

    Sink.write = forgetful  # type: ignore[method-assign, assignment]


def believe_every_clock() -> None:
    """Take a clock that is years ahead for right."""
    codec._AHEAD = timedelta(days=10_000)


def store_sentinels() -> None:
    """Take an error code within the range for a number."""
    fields.ALWAYS_SENTINELS = frozenset()


WAYS = {way.__name__: way for way in (drop_a_batch, believe_every_clock, store_sentinels)}

if __name__ == "__main__":
    WAYS[sys.argv.pop(1)]()
    sys.argv.insert(1, "ingest")
    main()
