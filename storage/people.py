"""The people who may sign in. Nobody is ever deleted: what they did stays theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from devices.model import Text
from devices.people import Role, is_username, password_fault
from storage.connect import Session
from storage.errors import LastAdministrator, NameTaken, Outdated, PeopleRefused, UnknownPerson
from storage.password_hashes import hash_password
from storage.sql import query


@dataclass(frozen=True, slots=True)
class Person:
    """A person as administrators see them."""

    person_id: int
    username: str
    display_name: str
    role: Role
    language: str
    version: int
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    has_password: bool
    issuer: str | None
    """The provider through which they sign in; None: by password only."""
    locked_until: datetime | None
    """Too many wrong passwords: no try is taken before then."""
    tokens: int
    """Good tokens that they made."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be. Without a password they sign in through the provider `issuer`, as `subject` if that is known."""

    username: str
    role: Role
    display_name: str = ""
    language: str = "vi"
    password: str | None = None
    issuer: str | None = None
    subject: str | None = None


def add_person(connection: Session, wanted: NewPerson) -> Person:
    """Add a person. Raises NameTaken, PeopleRefused for a name or a password that will not do."""
    if not is_username(wanted.username):
        raise PeopleRefused(
            Text(
                f"Tên đăng nhập {wanted.username!r} không hợp lệ: 2–63 ký tự a-z, 0-9, dấu . _ @ -",
                f"The user name {wanted.username!r} will not do: 2 to 63 of a-z, 0-9 and . _ @ -",
            )
        )
    row = connection.execute(
        query("add_person"),
        {
            "username": wanted.username,
            "display_name": wanted.display_name,
            "role": wanted.role,
            "password_hash": None if wanted.password is None else checked_hash(wanted.password, wanted.username),
            "language": wanted.language,
            "issuer": wanted.issuer,
            "subject": wanted.subject,
        },
    ).fetchone()
    if row is None:
        raise NameTaken(
            Text(f"Tên {wanted.username} đã có người dùng.", f"The name {wanted.username} is taken by somebody else.")
        )
    return get_person(connection, wanted.username)


def checked_hash(password: str, username: str) -> str:
    """The hash of a password; raises PeopleRefused for one that is too weak."""
    fault = password_fault(password, username)
    if fault is not None:
        raise PeopleRefused(fault)
    return hash_password(password)


def list_people(connection: Session, *, after: str | None = None, limit: int = 1000) -> list[Person]:
    """People by name, after one of them."""
    return _people(connection, None, after, limit)


def get_person(connection: Session, username: str) -> Person:
    """One person; raises UnknownPerson."""
    for person in _people(connection, username, None, 1):
        return person
    raise _unknown(username)


def change_person(
    connection: Session,
    username: str,
    *,
    versions: frozenset[int] | None = None,
    display_name: str | None = None,
    role: Role | None = None,
    language: str | None = None,
    disabled: bool | None = None,
) -> Person:
    """Change what is given of a person; who is disabled is signed out everywhere.

    Raises UnknownPerson, Outdated when theirs is none of `versions`, LastAdministrator.
    """
    administrators = [row[0] for row in connection.execute(query("lock_administrators"))]
    lock_person(connection, username, versions)
    before = get_person(connection, username)
    wanted = {
        "display_name": before.display_name if display_name is None else display_name,
        "role": before.role if role is None else role,
        "language": before.language if language is None else language,
        "disabled": before.disabled_at is not None if disabled is None else disabled,
    }
    stays = wanted["role"] == Role.ADMINISTRATOR and not wanted["disabled"]
    if administrators == [username] and not stays:
        raise LastAdministrator(
            Text(
                f"{username} là quản trị viên cuối cùng. Hãy thêm quản trị viên khác trước.",
                f"{username} is the last administrator. Make somebody else one first.",
            )
        )
    connection.execute(query("change_person"), {"username": username, **wanted})
    if wanted["disabled"]:
        connection.execute(query("close_sessions_of"), {"username": username, "but_sha256": None})
    return get_person(connection, username)


def set_password(connection: Session, username: str, password: str, *, but_session: bytes | None = None) -> Person:
    """Give a person another password: all their sessions end but one, and a lock on the account too.

    Raises UnknownPerson, PeopleRefused for a password that is too weak.
    """
    lock_person(connection, username)
    connection.execute(
        query("set_password_hash"), {"username": username, "password_hash": checked_hash(password, username)}
    )
    connection.execute(query("close_sessions_of"), {"username": username, "but_sha256": but_session})
    forget_failures(connection, username)
    return get_person(connection, username)


def lock_person(connection: Session, username: str, versions: frozenset[int] | None = None) -> None:
    """Hold a person until the transaction ends. Raises UnknownPerson, Outdated for none of `versions`."""
    row = connection.execute(query("lock_person"), {"username": username}).fetchone()
    if row is None:
        raise _unknown(username)
    if versions is not None and row[0] not in versions:
        raise Outdated(row[0])


def close_sessions(connection: Session, username: str, *, but_session: bytes | None = None) -> None:
    """Sign a person out everywhere, or everywhere but in one session."""
    connection.execute(query("close_sessions_of"), {"username": username, "but_sha256": but_session})


def forget_failures(connection: Session, username: str) -> None:
    """End the lock on an account, and count its failures anew."""
    connection.execute(query("forget_failures"), {"subject": account_subject(username)})


def account_subject(username: str) -> bytes:
    """Under what the failed tries of an account are counted."""
    return sha256(f"account:{username}".encode()).digest()


def _people(connection: Session, username: str | None, after: str | None, limit: int) -> list[Person]:
    rows = connection.execute(query("list_people"), {"username": username, "after": after, "limit": limit})
    return [replace(Person(*row), role=Role(row[3])) for row in rows]


def _unknown(username: str) -> UnknownPerson:
    return UnknownPerson(Text(f"Không có người dùng {username!r}.", f"There is nobody of the name {username!r}."))
