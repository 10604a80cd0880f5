"""Parts that run until they are told to stop, in a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DEADLINE_SECONDS = 20.0


@contextmanager
def in_background(run: Callable[[threading.Event], object]) -> Iterator[None]:
    """While `run` runs: it is given the event that tells it to stop, and must end soon after that."""
    stopping = threading.Event()
    thread = threading.Thread(target=run, args=(stopping,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(DEADLINE_SECONDS)
        assert not thread.is_alive()
