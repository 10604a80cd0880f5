"""People and what they may do: the four roles, their order, and how long a sign-in holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.model import Text


class Role(StrEnum):
    """What a person or a machine may do. Each role may do what those before it may."""

    VIEWER = "viewer"
    TECHNICIAN = "technician"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    def at_least(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)
ROLE_WORDS = {
    Role.VIEWER: Text("người xem", "viewer"),
    Role.TECHNICIAN: Text("kỹ thuật viên", "technician"),
    Role.OPERATOR: Text("điều hành viên", "operator"),
    Role.ADMINISTRATOR: Text("quản trị viên", "administrator"),
}


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How long sessions hold, and when signing in is slowed and locked. All times in seconds."""

    idle_seconds: int = 8 * 3600
    """A session that nobody uses for so long has ended."""
    absolute_seconds: int = 7 * 86_400
    """A session ends after so long, used or not."""
    failures: int = 10
    """So many wrong passwords in a row lock an account for `lock_seconds`; the wait before grows with each."""
    failures_of_address: int = 50
    """So many from one address within `lock_seconds` lock the address."""
    lock_seconds: int = 900
    secure_cookies: bool = False
    """Cookies are for HTTPS only, whatever this process can see of the connection."""
