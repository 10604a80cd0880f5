"""Registrations that are sent twice: a phone that never heard the answer sends the same again, with the same key."""

from __future__ import annotations

from uuid import UUID

from storage.connect import Session
from storage.errors import driver_errors
from storage.sql import query

KEPT_DAYS = 90
"""A phone that has been without signal for longer has to solve the conflict by hand."""


def registered_under(session: Session, key: UUID) -> tuple[str, str] | None:
    """The codes of commune and device that were registered under a key; None for a new key.

    Until the transaction ends nobody else gets an answer about the same key.
    """
    with driver_errors():
        session.execute(query("lock_registration_key"), {"key": key})
        row = session.execute(query("registered_under"), {"key": key}).fetchone()
    return None if row is None else (row[0], row[1])


def keep_key(session: Session, key: UUID, device_id: int) -> None:
    """Remember under which key a device was registered, and forget those that nobody will send again."""
    with driver_errors():
        session.execute(query("forget_registration_keys"), {"days": KEPT_DAYS})
        session.execute(query("keep_registration_key"), {"key": key, "device_id": device_id})
