"""Signing in by password: tries are counted in the database, so that all processes of the API agree.

A try is counted before the password is looked at and taken back when it was right: however many come at once, no more
pass than may. An account waits ever longer after its first failures and is locked at the limit, an address is locked at
its own; both locks end by themselves.
"""

from __future__ import annotations

import logging
import secrets
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from devices.people import SignInRules, is_username, username_of
from storage.connect import Session
from storage.errors import SignInLocked, SignInRefused
from storage.password_hashes import hash_password, is_outdated, password_matches
from storage.people import account_subject, set_password
from storage.registrar import Registrar
from storage.sql import query
from storage.tokens import hash_of

logger = logging.getLogger(__name__)

ACTOR = "sign-in"
FREE_FAILURES = 3
"""So many wrong passwords cost no wait: people mistype."""
USER_AGENT_LENGTH = 200
IPV6_PREFIX = 64


def sign_in(
    registrar: Registrar, username: str, password: str, *, address: str, user_agent: str, rules: SignInRules
) -> str:
    """Open a session and return its cookie.

    Raises SignInLocked while the account or the address may not try, SignInRefused where nobody has this name and
    password. The time it takes says nothing of whether the account exists.
    """
    name = username_of(username)
    person_id, kept = check_password(registrar, name, password, address=address, rules=rules)
    with registrar.transaction(f"person:{name}") as session:
        if is_outdated(kept):
            session.execute(query("rehash_password"), {"username": name, "password_hash": hash_password(password)})
        session.execute(query("sweep_sign_in"), _times(rules))
        cookie = open_session(session, person_id, user_agent, rules)
    logger.info("%s signed in from %s", name, address)
    return cookie


def change_own_password(
    registrar: Registrar, name: str, current: str, new: str, *, address: str, user_agent: str, rules: SignInRules
) -> str:
    """Give a person who knows the current password another one; all sessions end, and the cookie of a new one returns.

    Raises SignInLocked and SignInRefused as `sign_in`, PeopleRefused for a password that is too weak.
    """
    person_id, _ = check_password(registrar, name, current, address=address, rules=rules)
    with registrar.transaction(f"person:{name}") as session:
        set_password(session, name, new)
        return open_session(session, person_id, user_agent, rules)


def check_password(
    registrar: Registrar, name: str, password: str, *, address: str, rules: SignInRules
) -> tuple[int, str]:
    """The number of the person who has this name and password, and the hash that is kept. Raises as `sign_in`."""
    account, place = account_subject(name), address_subject(address)
    with registrar.transaction(ACTOR) as session:
        _claim(session, place, rules.failures_of_address, rules.failures_of_address, rules)
        _claim(session, account, rules.failures, FREE_FAILURES, rules)
        row = session.execute(query("password_hash_of"), {"username": name}).fetchone() if is_username(name) else None
    person_id, kept, disabled = row or (None, None, True)
    if not password_matches(password, kept) or disabled or person_id is None or kept is None:
        # A name that nobody has is not told to the log: it may be a password that slipped into the wrong field.
        logger.warning("a sign-in from %s failed%s", address, f" for {name}" if row else "")
        raise SignInRefused("nobody has this name and password")
    with registrar.transaction(ACTOR) as session:
        session.execute(query("forget_failures"), {"subject": account})
        session.execute(query("take_try_back"), {"subject": place, "limit": rules.failures_of_address})
    return person_id, kept


def open_session(session: Session, person_id: int, user_agent: str, rules: SignInRules) -> str:
    """Open a session of a person and return its cookie, of 256 random bits, which is kept nowhere."""
    cookie = secrets.token_urlsafe(32)
    session.execute(
        query("open_session"),
        {
            "sha256": hash_of(cookie),
            "person_id": person_id,
            "absolute_seconds": rules.absolute_seconds,
            "user_agent": user_agent.replace("\x00", "")[:USER_AGENT_LENGTH],
        },
    )
    return cookie


def address_subject(address: str) -> bytes:
    """Under what the failed tries of an address are counted; of IPv6 a subscriber has a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return sha256(f"address:{address}".encode()).digest()
    known = parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
    if isinstance(known, IPv6Address):
        known = IPv6Address(int(known) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX))
    return sha256(f"address:{known}".encode()).digest()


def _claim(session: Session, subject: bytes, limit: int, free: int, rules: SignInRules) -> None:
    wanted = {"subject": subject, "limit": limit, "free": free, "lock_seconds": rules.lock_seconds}
    if session.execute(query("claim_try"), wanted).fetchone() is None:
        row = session.execute(query("seconds_locked"), {"subject": subject}).fetchone()
        raise SignInLocked(int(row[0]) if row else 1)


def _times(rules: SignInRules) -> dict[str, int]:
    return {"idle_seconds": rules.idle_seconds, "lock_seconds": rules.lock_seconds}
