"""What a check of `commune doctor` comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.model import Text


class State(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, in words for the person who can mend it."""

    check: str
    state: State
    text: Text


def found(check: str, state: State, en: str, vi: str) -> Finding:
    """A finding from its words."""
    return Finding(check, state, Text(vi=vi, en=en))


def worst(*states: State) -> State:
    """The worst of some states; OK of none."""
    return max(states, key=list(State).index, default=State.OK)
