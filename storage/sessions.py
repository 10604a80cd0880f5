"""Sessions of people who signed in: the cookie is kept as SHA-256."""

from __future__ import annotations

from dataclasses import dataclass

from devices.model import Text
from devices.people import Role
from storage.connect import Session
from storage.errors import UnknownPerson
from storage.sql import query
from storage.tokens import hash_of


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """The person of a good session."""

    person_id: int
    username: str
    display_name: str
    role: Role
    language: str
    is_stale: bool
    """Its last use was noted more than a minute ago."""


def session_holder(connection: Session, cookie: str, idle_seconds: int) -> SessionHolder | None:
    """Whose session a cookie is; None where it is unknown or has ended, or the person may no longer sign in."""
    row = connection.execute(
        query("caller_of_session"), {"sha256": hash_of(cookie), "idle_seconds": idle_seconds}
    ).fetchone()
    if row is None:
        return None
    return SessionHolder(row[0], row[1], row[2], Role(row[3]), row[4], row[5])


def touch_session(connection: Session, cookie: str) -> None:
    """Note that a session is in use: it stays open for the idle time from now."""
    connection.execute(query("touch_session"), {"sha256": hash_of(cookie)})


def close_session(connection: Session, cookie: str) -> None:
    """End a session."""
    connection.execute(query("close_session"), {"sha256": hash_of(cookie)})


def count_sessions(connection: Session, username: str, idle_seconds: int) -> tuple[int, int]:
    """How many good sessions a person has, and the version of the person; raises UnknownPerson."""
    row = connection.execute(query("count_sessions"), {"username": username, "idle_seconds": idle_seconds}).fetchone()
    if row is None:
        raise UnknownPerson(Text(f"Không có người dùng {username!r}.", f"There is nobody of the name {username!r}."))
    return int(row[0]), int(row[1])
