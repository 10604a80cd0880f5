"""The accounts that devices shall have at the broker: wishes, and what becomes of them as the registry changes."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from devices.accounts import AccountState
from devices.registry import Device
from storage.broker_accounts import (
    BrokerAccount,
    account_of,
    all_accounts,
    ask_for_account,
    ask_for_accounts,
    enable_account,
)
from storage.broker_refusals import refusals_of
from storage.connect import connect
from storage.errors import StorageError
from storage.registrar import Registrar
from storage.registry import add_device


@pytest.fixture
def lamp(admin: Connection[Any]) -> int:
    return add_device(admin, Device("gia-loc", "den-07", "lighting"))


def there(connection: Connection[Any], device_id: int) -> BrokerAccount:
    account = account_of(connection, device_id)
    assert account is not None
    return account


def tell_applied(connection: Connection[Any], device_id: int) -> None:
    """What the job records when the broker has fulfilled all wishes."""
    connection.execute(
        "UPDATE broker_account SET applied = wanted, has_password = has_password OR password_waiting,"
        " sealed_password = NULL WHERE device_id = %s",
        [device_id],
    )


def test_a_device_that_is_registered_waits_for_its_account(admin: Connection[Any], lamp: int) -> None:
    assert account_of(admin, lamp) is None
    ask_for_account(admin, lamp, b"sealed")
    account = there(admin, lamp)
    assert (account.username, account.state, account.enabled) == ("gia-loc.den-07", AccountState.WAITING, True)
    assert account.account.client_id == "gia-loc.den-07"
    tell_applied(admin, lamp)
    assert there(admin, lamp).state is AccountState.READY


def test_the_registrar_may_ask_and_cannot_say_that_it_is_done_for_others(database_url: str, lamp: int) -> None:
    registrar = Registrar(database_url)
    try:
        with registrar.transaction("person:lan") as session:
            ask_for_account(session, lamp, b"sealed")
            assert there(session, lamp).state is AccountState.WAITING
        with pytest.raises(StorageError, match="permission denied"), registrar.transaction("person:lan") as session:
            session.execute("DELETE FROM broker_account")
    finally:
        registrar.close()


def test_readers_see_everything_but_the_sealed_password(database_url: str, admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"sealed")
    with closing(connect(database_url, role="commune_read", autocommit=True)) as reader:
        assert there(reader, lamp) == there(admin, lamp)
        assert len(all_accounts(reader)) == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT sealed_password FROM broker_account")


def test_an_account_without_a_password_is_not_waiting_but_needs_one(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, None)
    assert there(admin, lamp).state is AccountState.NEEDS_PASSWORD
    ask_for_account(admin, lamp, b"sealed")
    assert there(admin, lamp).state is AccountState.WAITING


def test_asking_again_is_a_rotation_and_lets_the_device_in_again(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"first")
    tell_applied(admin, lamp)
    enable_account(admin, lamp, enabled=False)
    ask_for_account(admin, lamp, b"second")
    account = there(admin, lamp)
    assert (account.wanted, account.applied, account.enabled) == (3, 1, True)
    assert account.state is AccountState.WAITING


def test_asking_without_a_password_keeps_the_one_that_is_there(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"first")
    before = there(admin, lamp)
    ask_for_account(admin, lamp, None)
    after = there(admin, lamp)
    assert after.password_waiting
    assert after.password_changed_at == before.password_changed_at


def test_what_is_asked_for_devices_that_are_not_there_is_refused(admin: Connection[Any], lamp: int) -> None:
    with pytest.raises(StorageError, match=f"no device of the number {lamp + 1}"), admin.transaction():
        ask_for_accounts(admin, {lamp: b"sealed", lamp + 1: b"sealed"})
    assert account_of(admin, lamp) is None
    with pytest.raises(StorageError, match="no account"):
        enable_account(admin, lamp, enabled=False)


def test_a_device_that_is_retired_is_to_be_shut_out_by_whoever_retires_it(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"sealed")
    tell_applied(admin, lamp)
    admin.execute("UPDATE device SET state = 'active' WHERE device_id = %s", [lamp])
    assert there(admin, lamp).state is AccountState.READY
    admin.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [lamp])
    account = there(admin, lamp)
    assert (account.enabled, account.state) == (False, AccountState.WAITING)
    tell_applied(admin, lamp)
    assert there(admin, lamp).state is AccountState.DISABLED


def test_a_device_with_another_code_has_another_name_and_needs_a_password(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"sealed")
    tell_applied(admin, lamp)
    admin.execute("UPDATE device SET code = 'den-08' WHERE device_id = %s", [lamp])
    account = there(admin, lamp)
    assert (account.username, account.state) == ("gia-loc.den-08", AccountState.NEEDS_PASSWORD)
    assert admin.execute("SELECT username FROM broker_account_gone").fetchall() == [("gia-loc.den-07",)]


def test_a_commune_with_another_code_renames_the_accounts_of_its_devices(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"sealed")
    admin.execute("UPDATE commune SET code = 'gia-loc-2'")
    assert there(admin, lamp).username == "gia-loc-2.den-07"


@pytest.mark.parametrize("function", ["give_up_account_name", "account_follows_device", "accounts_follow_commune"])
def test_nobody_has_accounts_taken_away_by_a_trigger_of_his_own(
    database_url: str, admin: Connection[Any], function: str
) -> None:
    with closing(connect(database_url, role="commune_registry", autocommit=True)) as writer:
        writer.execute("CREATE TEMPORARY TABLE mine (username text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute(
                f"CREATE TRIGGER mine AFTER DELETE ON mine FOR EACH ROW EXECUTE FUNCTION commune.{function}()".encode()
            )
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("INSERT INTO broker_account_gone (username) VALUES ('maintain')")


def test_whoever_listens_is_woken_by_a_wish_and_by_a_retirement(
    database_url: str, admin: Connection[Any], lamp: int
) -> None:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as listener:
        listener.execute("LISTEN commune_broker_account")
        ask_for_account(admin, lamp, b"sealed")
        assert len(list(listener.notifies(timeout=10, stop_after=1))) == 1
        admin.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [lamp])
        assert len(list(listener.notifies(timeout=10, stop_after=1))) == 1


def test_a_device_that_was_refused_nothing_has_no_refusals(admin: Connection[Any], lamp: int) -> None:
    ask_for_account(admin, lamp, b"sealed")
    assert refusals_of(admin, lamp, datetime.now(UTC) - timedelta(hours=1)) == []
