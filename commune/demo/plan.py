"""What a demonstration is to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from commune.stack.installations import Flavour

ENDLESS_HEAD_START_SECONDS = 3_600
"""A demonstration without an end begins so far in the past, so that all kinds have reported after some seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to show. `seconds` None: until it is told to stop. `speed`: simulated seconds a second.

    `fleet` says who has which faults; with a `manifest` the database is compared with what was sent. `tls`:
    the broker has a TLS listener too.
    """

    seconds: float | None = None
    speed: float = 60.0
    days: float = 3.0
    commune: str = "gia-loc"
    devices: int | None = None
    seed: int = 1
    flavour: Flavour = "auto"
    api_port: int = 0
    chaos: bool = False
    fleet: str | None = None
    manifest: Path | None = None
    tls: bool = False

    def starts_at(self, now: float) -> int:
        """Return the Unix second of simulated time at which the live part starts, so that it ends no later than now."""
        if self.speed <= 1:
            return int(now)
        if self.seconds is None:
            return int(now) - ENDLESS_HEAD_START_SECONDS
        return int(now - self.seconds * (self.speed - 1))
