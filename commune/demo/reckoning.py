"""The sum of a demonstration: what the simulators got acknowledged, and where all of it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from devices.catalogue import KINDS
from storage.connect import Session
from storage.ledger import totals
from storage.tallies import readings_by_kind

MOST_TOLD = 20
"""So many differences from the manifest are told one by one; `commune simulate verify` tells all."""


@dataclass(frozen=True, slots=True)
class Books:
    """The loss ledger's sums, and the readings of each kind, at one moment."""

    received: int
    stored: int
    duplicate: int
    dead_lettered: int
    redelivered: int
    kinds: Mapping[str, int]

    @classmethod
    def read(cls, session: Session) -> Books:
        """Read them from the database."""
        sums = totals(session)
        counted = sums.received, sums.stored, sums.duplicate, sums.dead_lettered, sums.redelivered
        return cls(*counted, readings_by_kind(session))

    def since(self, earlier: Books) -> Books:
        """What was added since an earlier reading."""
        return Books(
            self.received - earlier.received,
            self.stored - earlier.stored,
            self.duplicate - earlier.duplicate,
            self.dead_lettered - earlier.dead_lettered,
            self.redelivered - earlier.redelivered,
            {name: count - earlier.kinds.get(name, 0) for name, count in self.kinds.items()},
        )

    @property
    def settled(self) -> int:
        """Messages that are stored, recognised as duplicates, or set aside."""
        return self.stored + self.duplicate + self.dead_lettered


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The outcome of a demonstration.

    `published` counts the messages that the simulators published over MQTT and got acknowledged (history is written
    past the broker and not in it), `sent` those they published; the rest is from the loss ledger, and `kinds` counts
    the readings stored of each kind. `in_hand` is what ingest had received and not committed at the end. `resent` is
    what the simulators sent again because the connection was lost, which the broker may have had already: by so many
    may more be received than was published. `wills` were published by the broker for devices whose line was lost on
    purpose; of `reopened` connections it may have published more. `chaos` counts what was killed or cut on purpose, and
    `witness` is the report of the manifest's comparison with the database, if there is one.
    """

    edition: str
    sent: int
    published: int
    received: int
    stored: int
    duplicate: int
    dead_lettered: int
    in_hand: int
    redelivered: int
    resent: int
    kinds: Mapping[str, int]
    history_readings: int
    devices: int
    seconds: float
    chaos: Mapping[str, int]
    wills: int = 0
    reopened: int = 0
    witness: Mapping[str, Any] | None = None

    def differences(self) -> list[str]:
        """Return what does not hold, in words; nothing when everything does."""
        return [*self.losses(), *self.silence(), *self.testimony()]

    def losses(self, *, alone: bool = True) -> list[str]:
        """Return where messages went missing, or were counted twice.

        Unless the simulators were `alone` at the broker, more may have been received than they published.
        """
        found = []
        settled = self.stored + self.duplicate + self.dead_lettered
        if self.sent != self.published:
            found.append(f"{self.sent} messages were sent, and the broker acknowledged {self.published}")
        least = self.published + self.wills
        if self.received < least or (alone and self.received > least + self.resent + self.reopened):
            wills = f" and {self.wills} wills" if self.wills else ""
            found.append(
                f"published {self.published}{wills} differs from received {self.received} by {least - self.received}"
            )
        if self.received != settled:
            found.append(
                f"received {self.received} differs from stored {self.stored} + duplicate {self.duplicate} + "
                f"dead_lettered {self.dead_lettered} = {settled} by {self.received - settled}"
            )
        if self.in_hand:
            found.append(f"in_hand is {self.in_hand}, and must be 0 at the end")
        return found

    def silence(self) -> list[str]:
        """Return which kinds nothing was stored of."""
        silent = [name for name in KINDS if self.kinds.get(name, 0) <= 0]
        return [f"no reading was stored of: {', '.join(silent)}"] if silent else []

    def testimony(self) -> list[str]:
        """Return what the database does not hold as the manifest says, the first of it at least."""
        differences = self.witness["differences"] if self.witness else []
        found = [f"{d['what']}: {d['where']}: {d['detail']}" for d in differences[:MOST_TOLD]]
        rest = len(differences) - len(found)
        return [*found, f"{rest} more differences from the manifest"] if rest else found

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON, with the differences."""
        return {**asdict(self), "kinds": dict(self.kinds), "chaos": dict(self.chaos), "differences": self.differences()}
