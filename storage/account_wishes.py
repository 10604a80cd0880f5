"""Wishes for accounts as `commune maintain` works them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.broker_accounts import BrokerAccount
from storage.errors import driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class WaitingAccount(BrokerAccount):
    """An account that the broker does not stand as wished, with its sealed password if one is to be given."""

    sealed_password: bytes | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a wish. `has_password` of None: as before. `failure` of None: the broker has fulfilled it."""

    wish: WaitingAccount
    has_password: bool | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class GoneAccount:
    """A name that the broker shall forget, unless a device has it again."""

    username: str
    is_used: bool


def claim_accounts(connection: Connection[Any]) -> bool:
    """Be the one process that keeps the broker in step, and be woken by wishes; False while another one is."""
    with driver_errors():
        row = connection.execute(query("take_account_lock")).fetchone()
        if row is None or not row[0]:
            return False
        connection.execute(query("listen_to_accounts"))
        return True


def wait_for_wish(connection: Connection[Any], seconds: float) -> bool:
    """Wait until somebody changes what an account shall be, for so long at most; whether somebody did."""
    with driver_errors():
        return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))


def waiting_accounts(connection: Connection[Any], *, limit: int, also_failed: bool) -> list[WaitingAccount]:
    """What is to be done, the most pressing first."""
    values = {"limit": limit, "also_failed": also_failed}
    with driver_errors(), connection.cursor(row_factory=class_row(WaitingAccount)) as cursor:
        return cursor.execute(query("waiting_accounts"), values).fetchall()


def settle_accounts(connection: Connection[Any], settled: Sequence[Settled]) -> None:
    """Record what became of wishes; the passwords that the broker has are erased."""
    values = {
        "device_ids": [one.wish.device_id for one in settled],
        "wanted": [one.wish.wanted for one in settled],
        "sealed": [one.wish.sealed_password for one in settled],
        "has_password": [one.has_password for one in settled],
        "failures": [one.failure for one in settled],
    }
    with driver_errors():
        connection.execute(query("settle_accounts"), values)


def gone_accounts(connection: Connection[Any], limit: int) -> list[GoneAccount]:
    """Names that the broker shall forget, the oldest first."""
    with driver_errors(), connection.cursor(row_factory=class_row(GoneAccount)) as cursor:
        return cursor.execute(query("gone_accounts"), {"limit": limit}).fetchall()


def forget_gone_accounts(connection: Connection[Any], usernames: Sequence[str]) -> None:
    """The broker has forgotten these names."""
    with driver_errors():
        connection.execute(query("forget_gone_accounts"), {"usernames": list(usernames)})


def lose_passwords(connection: Connection[Any], usernames: Sequence[str]) -> None:
    """Record that the broker has lost these accounts with their passwords."""
    with driver_errors():
        connection.execute(query("lose_passwords"), {"usernames": list(usernames)})


def count_waiting(connection: Connection[Any]) -> tuple[int, float]:
    """How many accounts wait for the broker, and for how many seconds the oldest has."""
    with driver_errors():
        row = connection.execute(query("count_waiting_accounts")).fetchone()
    assert row is not None, "an aggregate has one row"
    return int(row[0]), float(row[1])
