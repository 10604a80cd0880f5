"""Bearer tokens of machines: kept as SHA-256, so that who reads the database cannot use them.

A token is 256 random bits, which is why a plain hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from devices.people import Role
from storage.connect import Session
from storage.sql import query

PREFIX = "ct_"
"""How every token begins, so that one that leaked is recognised in a log or a repository."""


class TokenState(StrEnum):
    """Whether a token may be used."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MAKER_DISABLED = "maker_disabled"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token at the only moment when it is known."""

    token_id: int
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token."""

    token_id: int
    name: str
    role: Role
    created_by: str | None
    """The person who made it; None: the command line."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: TokenState


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who carries a good token, and what it may do now."""

    token_id: int
    role: Role
    is_stale: bool
    """Its last use was noted more than a minute ago."""
    created_by: int | None


def hash_of(secret: str) -> bytes:
    """What is kept of a secret of 256 random bits."""
    return sha256(secret.encode(errors="surrogatepass")).digest()


def add_token(
    connection: Session, name: str, role: Role, valid_for: timedelta, *, created_by: int | None = None
) -> NewToken:
    """Make a token; `created_by` is the number of the person who asks for it, None for the command line."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = connection.execute(
        query("add_token"),
        {
            "name": name,
            "sha256": hash_of(secret),
            "role": role,
            "created_by": created_by,
            "seconds": valid_for.total_seconds(),
        },
    ).fetchone()
    assert row is not None, "INSERT ... RETURNING gives a row"
    return NewToken(row[0], secret, row[1])


def list_tokens(
    connection: Session, *, good: bool = False, before: int | None = None, limit: int = 1000
) -> list[Token]:
    """Tokens, the newest first, before one of them; `good`: only those that may be used now."""
    return _tokens(connection, None, good, before, limit)


def get_token(connection: Session, token_id: int) -> Token | None:
    """One token; None where there is none of this number."""
    return next(iter(_tokens(connection, token_id, False, None, 1)), None)


def revoke_token(connection: Session, token_id: int) -> bool:
    """End a token for good; False where there is none of this number."""
    return connection.execute(query("revoke_token"), {"token_id": token_id}).fetchone() is not None


def holder_of(connection: Session, secret: str) -> TokenHolder | None:
    """Who carries this token; None where it is unknown, expired or revoked, or its maker may no longer sign in."""
    row = connection.execute(query("caller_of_token"), {"sha256": hash_of(secret)}).fetchone()
    if row is None:
        return None
    role, makers = Role(row[1]), Role(row[2]) if row[2] else None
    return TokenHolder(row[0], role if makers is None or makers.at_least(role) else makers, row[3], row[4])


def touch_token(connection: Session, secret: str) -> None:
    """Note that a token is in use."""
    connection.execute(query("touch_token"), {"sha256": hash_of(secret)})


def _tokens(connection: Session, token_id: int | None, good: bool, before: int | None, limit: int) -> list[Token]:
    wanted = {"token_id": token_id, "good": good, "before": before, "limit": limit}
    rows = connection.execute(query("list_tokens"), wanted)
    return [replace(Token(*row), role=Role(row[2]), state=TokenState(row[8])) for row in rows]
