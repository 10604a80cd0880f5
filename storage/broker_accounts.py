"""The accounts that devices shall have at the MQTT broker. `commune maintain` brings the broker in step with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.accounts import AccountState, DeviceAccount
from storage.errors import StorageError, driver_errors
from storage.sql import query


@dataclass(frozen=True, slots=True)
class BrokerAccount:
    """The account of a device as it is wished for, and how far the broker is.

    `enabled` is false for a retired device too. `wanted` and `applied` count the wishes and the last one that the
    broker has fulfilled. `failure` is what it said to the last try.
    """

    device_id: int
    commune: str
    code: str
    kind: str
    username: str
    enabled: bool
    wanted: int
    applied: int
    password_waiting: bool
    has_password: bool
    password_changed_at: datetime | None
    changed_at: datetime
    applied_at: datetime | None
    failure: str | None

    @property
    def account(self) -> DeviceAccount:
        """Its name and topics."""
        return DeviceAccount(self.commune, self.kind, self.code)

    @property
    def state(self) -> AccountState:
        """Where it stands."""
        if self.enabled and not (self.has_password or self.password_waiting):
            return AccountState.NEEDS_PASSWORD
        if self.applied < self.wanted:
            return AccountState.FAILED if self.failure else AccountState.WAITING
        return AccountState.READY if self.enabled else AccountState.DISABLED


def ask_for_account(connection: Connection[Any], device_id: int, sealed_password: bytes | None) -> None:
    """Wish for an account of a device with this password, or for a new password of the account that it has.

    Without a password the account waits for one (`needs_password`), and one that is there keeps its own. The wish is
    part of the caller's transaction. Raises StorageError when there is no such device.
    """
    ask_for_accounts(connection, {device_id: sealed_password})


def ask_for_accounts(connection: Connection[Any], sealed_passwords: Mapping[int, bytes | None]) -> None:
    """The same for many devices by their numbers, in one statement."""
    with driver_errors():
        values = {"device_ids": list(sealed_passwords), "sealed": list(sealed_passwords.values())}
        asked = connection.execute(query("ask_for_accounts"), values).fetchall()
    missing = set(sealed_passwords) - {device_id for (device_id,) in asked}
    if missing:
        raise StorageError(f"there is no device of the number {min(missing)}")


def enable_account(connection: Connection[Any], device_id: int, *, enabled: bool) -> None:
    """Let the device in, or shut it out at once; raises StorageError when it has no account."""
    with driver_errors():
        values = {"device_id": device_id, "enabled": enabled}
        if connection.execute(query("enable_account"), values).fetchone() is None:
            raise StorageError(f"device {device_id} has no account at the broker")


def account_of(connection: Connection[Any], device_id: int) -> BrokerAccount | None:
    """The account of a device, or None."""
    with driver_errors(), connection.cursor(row_factory=class_row(BrokerAccount)) as cursor:
        return cursor.execute(query("account_of_device"), {"device_id": device_id}).fetchone()


def all_accounts(connection: Connection[Any]) -> list[BrokerAccount]:
    """The account of every device that has one, by name."""
    with driver_errors(), connection.cursor(row_factory=class_row(BrokerAccount)) as cursor:
        return cursor.execute(query("all_accounts")).fetchall()
