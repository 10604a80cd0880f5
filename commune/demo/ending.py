"""How a demonstration hears that it is to end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Ctrl-C, SIGTERM and SIGHUP, while it is entered: they end a long step at once, and otherwise set `asked`.

    What has been started is stopped by whoever started it; a second signal does not disturb that.
    """

    def __init__(self) -> None:
        self.asked = False
        self._at_once = False
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if self._at_once and not again:
            raise KeyboardInterrupt(f"signal {number}")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While it lasts, the first signal raises KeyboardInterrupt where the program is."""
        if self.asked:
            raise KeyboardInterrupt
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False
