"""The audit trail: who changed what and when. Triggers write it; here it is read, and told who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.errors import driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change. `before` and `after` hold only what changed; `before` is None for what is new.

    `actor` is who asked for it, `account` the account of the database that did it, `note` why.
    """

    audit_id: int
    at: datetime
    actor: str
    account: str
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    note: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which changes; None leaves a property open. `start` is included, `end` is not."""

    subject_kind: str | None = None
    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def name_actor(connection: Connection[Any], actor: str) -> None:
    """Say who asks for what a session changes from now on, such as "cli:an"; a transaction may name somebody else."""
    with driver_errors():
        connection.execute(query("name_actor_of_session"), {"actor": actor})


def list_audit(
    connection: Connection[Any], wanted: AuditFilter, *, limit: int = 100, before: int | None = None
) -> list[AuditEntry]:
    """Changes, the newest first, at most `limit`, with numbers below `before` where one is given."""
    values = {
        "subject_kind": wanted.subject_kind,
        "subject": wanted.subject,
        "actor": wanted.actor,
        "action": wanted.action,
        "start": wanted.start,
        "end": wanted.end,
        "before": before,
        "limit": limit,
    }
    with driver_errors(), connection.cursor(row_factory=class_row(AuditEntry)) as cursor:
        return cursor.execute(query("list_audit"), values).fetchall()


def swaps_of(connection: Connection[Any], subject: str) -> list[AuditEntry]:
    """When the hardware of a device ("commune/code") was exchanged under its code, the oldest first."""
    wanted = AuditFilter(subject_kind="device", subject=subject, action="swapped")
    return list_audit(connection, wanted, limit=1000)[::-1]
