"""People and what they may do: the four roles, their order, and how long a sign-in holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from re import fullmatch
from unicodedata import normalize

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


USERNAME_PATTERN = "^[a-z0-9][a-z0-9._@-]{1,62}$"
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
_FEWEST_SIGNS, _MORE_SIGNS = 5, 6
_GUESSED_FIRST = ("123456789", "987654321", "password", "matkhau", "mật khẩu", "qwertyuiop", "iloveyou", "abcdefgh")


def username_of(text: str) -> str:
    """A user name as it is kept: small letters, nothing around it. It may still be one that nobody can have."""
    return normalize("NFKC", text).strip().lower()


def is_username(text: str) -> bool:
    """Whether somebody may have this name."""
    return fullmatch(USERNAME_PATTERN, text) is not None


def normal_password(text: str) -> str:
    """A password as it is checked: the same letters however a keyboard composes them (NFKC, RFC 8265)."""
    return normalize("NFKC", text)


def password_fault(password: str, username: str) -> Text | None:
    """Why a password is too weak; None where it will do.

    Length counts, not signs of several sorts (NIST SP 800-63B); what is guessed first is refused.
    """
    said = normal_password(password)
    if not SHORTEST_PASSWORD <= len(said) <= LONGEST_PASSWORD:
        return Text(
            f"Mật khẩu cần từ {SHORTEST_PASSWORD} đến {LONGEST_PASSWORD} ký tự.",
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
        )
    small = said.lower()
    if len(username) > 2 and username in small:
        return Text("Mật khẩu không được chứa tên đăng nhập.", "The password must not contain the user name.")
    if len(set(small)) < _FEWEST_SIGNS or any(len(small.replace(word, "")) < _MORE_SIGNS for word in _GUESSED_FIRST):
        return Text(
            "Mật khẩu này quá dễ đoán. Hãy dùng một câu dài mà chỉ bạn biết.",
            "This password is too easy to guess. Take a long phrase that only you know.",
        )
    return None


def waiting_words(seconds: int) -> Text:
    """How long to wait, as people say it: in seconds up to two minutes, then in minutes, rounded up."""
    if seconds <= 120:
        return Text(f"{seconds} giây", f"{seconds} seconds")
    minutes = -(-seconds // 60)
    return Text(f"{minutes} phút", f"{minutes} minutes")
