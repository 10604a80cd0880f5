"""Passwords of devices: made by us, read off a screen by a person, and typed into a device once."""

from __future__ import annotations

import secrets
from typing import Protocol

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What is not mistaken for another sign on a phone in the sun: no i, l, o, 0, 1, and nothing that needs shift."""
GROUPS, GROUP_LENGTH = 4, 5


def new_password() -> str:
    """A password of 99 bits, such as `k7fqd-8mw2x-p3hza-vn5ct`: twenty of 31 signs, in groups of five."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


class Sealer(Protocol):
    """Closes a password so that it may wait in the database until the broker has it; the other end opens it."""

    def seal(self, password: str) -> bytes:
        """The password, sealed; no two calls give the same bytes."""
        ...
