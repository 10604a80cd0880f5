"""Hashes of passwords: argon2id under the parameters of RFC 9106 for little memory (64 MiB, three passes, four lanes).

Every check costs the same, whether the account exists or not, and only a few are made side by side: each holds 64 MiB.
Few more wait their turn, and the rest are sent away at once: whoever waits holds a thread that others need.
"""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from devices.people import normal_password
from storage.errors import DatabaseUnavailable

AT_ONCE = 4
MOST_WAITING = 12
WAIT_SECONDS = 10.0

_hasher = PasswordHasher()
_places = BoundedSemaphore(AT_ONCE)
_line = BoundedSemaphore(AT_ONCE + MOST_WAITING)


def hash_password(password: str) -> str:
    """The hash under which a password is kept."""
    with _Place():
        return _hasher.hash(normal_password(password))


def password_matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one of a hash. Without a hash the answer is no, after the same work."""
    with _Place():
        try:
            _hasher.verify(kept or _of_nobody(), normal_password(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made under parameters that are no longer ours."""
    return _hasher.check_needs_rehash(kept)


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody has this password, and no check of it says yes")


class _Place:
    def __enter__(self) -> None:
        if not _line.acquire(blocking=False):
            raise DatabaseUnavailable(f"{AT_ONCE} passwords are being checked and {MOST_WAITING} wait for it")
        if not _places.acquire(timeout=WAIT_SECONDS):
            _line.release()
            raise DatabaseUnavailable(f"{AT_ONCE} passwords are being checked")

    def __exit__(self, *_: object) -> None:
        _places.release()
        _line.release()
