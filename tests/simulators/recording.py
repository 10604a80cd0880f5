"""A sender that keeps what it is given, for tests of time."""

from __future__ import annotations


class Recorder:
    """A sender for the tests of time: it keeps what it is given, and its waiting moves the clock by what was asked.

    `seconds_a_message` is how long each publication takes.
    """

    def __init__(self, now: float, seconds_a_message: float = 0.0) -> None:
        self.now = now
        self.published = self.acknowledged = self.refused = 0
        self.sent: list[tuple[float, str, bytes, bool]] = []
        self._seconds_a_message = seconds_a_message

    def clock(self) -> float:
        """Unix seconds."""
        return self.now

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert qos == 1
        self.sent.append((self.now, topic, payload, retain))
        self.published += 1
        self.now += self._seconds_a_message

    def poll(self, timeout_seconds: float = 0.0) -> None:
        self.now += max(timeout_seconds, 1e-6)

    def flush(self, timeout_seconds: float = 60.0) -> None:
        assert timeout_seconds > 0
        self.acknowledged = self.published
