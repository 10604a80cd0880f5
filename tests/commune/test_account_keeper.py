"""Accounts of devices from the registry to the broker, as `commune maintain` keeps them, with devices that are live."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker.dynamic_security import DynamicSecurity
from commune.sealing import PasswordSealer
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import AccountState
from devices.registry import Commune, Device
from storage.account_wishes import count_waiting
from storage.broker_accounts import account_of, ask_for_accounts, enable_account
from storage.broker_refusals import refusals_of
from storage.connect import connect
from storage.places import add_commune
from storage.registry import add_device
from tests.broker.field_device import V3, FieldDevice, lets_in
from tests.commune.house import COMMUNE, SEALER, House
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker that these tests may stop."""
    with MosquittoServer.start(instance.path / "accounts", local_directory=local_directory) as server:
        yield server


@pytest.fixture
def house(database_url: str, broker: MosquittoServer) -> Iterator[House]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        add_commune(session, Commune(COMMUNE, "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield House(session, database_url, broker)
    with DynamicSecurity(broker.address("maintain")) as control:
        names = [name for name in control.state().clients if name.startswith(f"{COMMUNE}.")]
        control.do([{"command": "deleteClient", "username": name} for name in names])
        control.do([{"command": "deleteRole", "rolename": name} for name in names])


def test_a_device_that_is_registered_can_speak_within_half_a_second(house: House) -> None:
    with house.kept():
        house.wait_for(house.register("first"), AccountState.READY)
        started = time.monotonic()
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        took = time.monotonic() - started
    assert house.enters("den-07")
    assert took < 5, "the poll is not what found it"
    account = account_of(house.session, lamp)
    assert account is not None
    assert account.applied_at is not None
    assert account.applied_at - account.changed_at < timedelta(seconds=2.5)


def test_a_password_is_erased_as_soon_as_the_broker_has_it(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        assert house.sealed() == 0
        house.rotate(lamp, "second")
        house.wait_for(lamp, AccountState.READY)
        assert house.sealed() == 0


def test_what_is_registered_while_the_broker_is_away_waits_and_comes_by_itself(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.broker.halt()
    try:
        with house.kept(), caplog.at_level(logging.INFO, "commune.accounts"):
            lamp = house.register("den-07")
            wait_until(lambda: "accounts of devices wait" in caplog.text, "it is said", 10)
            assert house.state(lamp) is AccountState.WAITING
            house.broker.resume()
            house.wait_for(lamp, AccountState.READY)
            wait_until(lambda: "kept in step again" in caplog.text, "it is said", 10)
            assert house.enters("den-07")
    finally:
        if not house.broker.running():
            house.broker.resume()
    assert caplog.text.count("accounts of devices wait") == 1, "one line an incident"


def test_what_is_registered_while_nobody_keeps_accounts_is_found_at_the_start(house: House) -> None:
    lamp = house.register("den-07")
    assert house.state(lamp) is AccountState.WAITING
    with house.kept():
        house.wait_for(lamp, AccountState.READY)
    assert house.enters("den-07")


def test_a_rotation_ends_the_old_password_and_the_live_connection_at_once(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07", "first")
        house.wait_for(lamp, AccountState.READY)
        with FieldDevice(house.address("den-07", "first"), f"{COMMUNE}.den-07") as device:
            house.rotate(lamp, "second")
            wait_until(lambda: device.cut_off, "the connection is cut", 2)
        house.wait_for(lamp, AccountState.READY)
        assert not house.enters("den-07", "first")
        assert house.enters("den-07", "second")


def test_a_device_that_is_retired_is_cut_off_at_once_and_no_new_password_lets_it_in_again(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        with FieldDevice(house.address("den-07"), f"{COMMUNE}.den-07", V3) as device:
            assert device.publish(f"xa/{COMMUNE}/lighting/den-07/telemetry")
            house.session.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [lamp])
            wait_until(lambda: device.cut_off, "the connection is cut", 2)
        house.wait_for(lamp, AccountState.DISABLED)
        assert not house.enters("den-07")
        house.rotate(lamp, "second")
        house.wait_for(lamp, AccountState.DISABLED)
        assert house.sealed() == 0
        assert not house.enters("den-07", "second")


def test_a_device_that_is_shut_out_by_hand_comes_back_with_its_password(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        enable_account(house.session, lamp, enabled=False)
        house.wait_for(lamp, AccountState.DISABLED)
        assert not house.enters("den-07")
        enable_account(house.session, lamp, enabled=True)
        house.wait_for(lamp, AccountState.READY)
        assert house.enters("den-07")


def test_a_device_that_is_retired_before_it_had_an_account_gets_none_and_its_password_is_erased(house: House) -> None:
    lamp = house.register("den-07")
    house.session.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [lamp])
    with house.kept():
        house.wait_for(lamp, AccountState.DISABLED)
    assert house.sealed() == 0
    assert not house.enters("den-07")


def test_a_device_with_another_code_leaves_no_account_under_the_old_name(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        house.session.execute("UPDATE device SET code = 'den-70' WHERE device_id = %s", [lamp])
        wait_until(lambda: not house.enters("den-07"), "the old name is gone")
        assert house.state(lamp) is AccountState.NEEDS_PASSWORD
        house.rotate(lamp, "second")
        house.wait_for(lamp, AccountState.READY)
        assert house.enters("den-70", "second")
        newcomer = house.register("den-07", "third")
        house.wait_for(newcomer, AccountState.READY)
        assert house.enters("den-07", "third")


def test_an_account_without_a_password_never_stands_open(house: House) -> None:
    with house.kept():
        lamp = house.register("den-07", None)
        wait_until(lambda: count_waiting(house.session)[0] == 0, "there is nothing more to do")
        assert house.state(lamp) is AccountState.NEEDS_PASSWORD
    with DynamicSecurity(house.broker.address("maintain")) as control:
        assert f"{COMMUNE}.den-07" not in control.state().clients


@pytest.mark.parametrize(
    ("sealer", "words"),
    [
        (None, "COMMUNE_SECRET_KEY is not set"),
        (PasswordSealer("of another system, long enough"), "another COMMUNE_SEC"),
    ],
)
def test_a_password_that_cannot_be_opened_is_a_failure_in_words_and_keeps_nobody_waiting(
    house: House, sealer: PasswordSealer | None, words: str
) -> None:
    lamp = house.register("den-07")
    house.sealer = sealer
    with house.kept():
        house.wait_for(lamp, AccountState.FAILED)
        account = account_of(house.session, lamp)
        assert account is not None
        assert account.failure is not None
        assert words in account.failure
        other = house.register("den-08", None)
        wait_until(lambda: house.state(other) is AccountState.NEEDS_PASSWORD, "the next is served")
    house.sealer = SEALER
    with house.kept():
        house.wait_for(lamp, AccountState.READY)
    assert house.enters("den-07")


def test_a_single_registration_does_not_wait_for_an_import_of_hundreds(house: House) -> None:
    with house.session.transaction():
        numbers = [add_device(house.session, Device(COMMUNE, f"bulk-{n}", "lighting")) for n in range(200)]
        ask_for_accounts(house.session, {number: SEALER.seal("good") for number in numbers})
    with house.kept():
        wait_until(lambda: count_waiting(house.session)[0] < 195, "the import is under way")
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        assert count_waiting(house.session)[0] > 0, "the import is not done"
        wait_until(lambda: count_waiting(house.session)[0] == 0, "the import is done", 30)
    assert house.enters("bulk-199")


def test_of_two_keepers_one_works_and_the_other_takes_over(house: House) -> None:
    with house.kept():
        with house.kept():
            house.wait_for(house.register("den-07"), AccountState.READY)
        house.wait_for(house.register("den-08"), AccountState.READY)


def wait_for_ear(house: House, lamp: int, since: datetime) -> None:
    """Wait until what the broker says is heard: what it said before is lost."""

    def told() -> list[str]:
        house.enters("den-07", "wrong")
        return [row.reason for row in refusals_of(house.session, lamp, since)]

    wait_until(lambda: "wrong_password" in told(), "the ear is open")


def test_a_wrong_password_is_told_of_within_two_seconds(house: House) -> None:
    since = datetime.now(UTC)
    with house.kept(), house.heard():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        wait_for_ear(house, lamp, since)
        at = datetime.now(UTC)
        assert not house.enters("den-07", "wrong")
        wait_until(lambda: refusals_of(house.session, lamp, at), "the refusal is told", 2)
        (row,) = refusals_of(house.session, lamp, at)
        assert (row.client_id, row.reason, row.subject) == (f"{COMMUNE}.den-07", "wrong_password", "")
        assert not lets_in(house.address("den-07"), f"{COMMUNE}.den-07", "good", "ESP_1234")
        wait_until(
            lambda: "ESP_1234" in [row.subject for row in refusals_of(house.session, lamp, at)],
            "a client id that is nobody's is told",
            2,
        )
        house.session.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [lamp])
        house.wait_for(lamp, AccountState.DISABLED)
        assert not house.enters("den-07")
        wait_until(
            lambda: "account_disabled" in [row.reason for row in refusals_of(house.session, lamp, at)],
            "that it is disabled is told",
            2,
        )


def test_a_device_that_is_connected_and_says_nothing_under_its_topics_is_told_of(house: House) -> None:
    since = datetime.now(UTC)
    with house.kept(), house.heard():
        lamp = house.register("den-07")
        house.wait_for(lamp, AccountState.READY)
        wait_for_ear(house, lamp, since)
        soon = datetime.now(UTC)
        later = soon + timedelta(seconds=600)

        def reasons(now: datetime) -> list[str]:
            return [row.reason for row in refusals_of(house.session, lamp, soon, now=now)]

        with FieldDevice(house.address("den-07"), f"{COMMUNE}.den-07", V3) as device:
            assert device.publish("sensors/den-07")
            wait_until(lambda: "wrong_topic" in reasons(later), "it is told")
            assert reasons(soon) == [], "it may be about to speak"
        wait_until(lambda: reasons(later) == [], "it is gone, and no longer told of")
