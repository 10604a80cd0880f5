"""Waiting on conditions, with a deadline, instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_SECONDS = 0.01


def wait_until(condition: Callable[[], object], what: str, timeout_seconds: float = 20.0) -> None:
    """Return once `condition` holds; fail with `what` was awaited when it does not in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_seconds:g} s in vain until {what}"
        time.sleep(POLL_SECONDS)
