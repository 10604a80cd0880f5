"""Wishes for accounts, told to a real broker that stands as thought or otherwise."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.access_rules import SERVICES, Access, Rule, rules_of
from broker.accounts import Fate, Outcome, Wish, forget, fulfil
from broker.address import BrokerAddress
from broker.dynamic_security import Client, Command, DynamicSecurity
from broker.errors import BrokerUnreachable, NotInControl
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import DeviceAccount
from tests.broker.field_device import FieldDevice, lets_in
from tests.waiting import wait_until

DONE = Outcome(Fate.DONE)


@pytest.fixture(scope="module")
def control(broker_server: MosquittoServer) -> Iterator[DynamicSecurity]:
    with DynamicSecurity(broker_server.address("maintain")) as control:
        yield control


@pytest.fixture
def lamp() -> DeviceAccount:
    """A lamp that the broker has never heard of."""
    return DeviceAccount(f"wish-{uuid.uuid4().hex[:8]}", "lighting", "den-07")


def enters(server: MosquittoServer, account: DeviceAccount, password: str) -> bool:
    return lets_in(server.address("ingest"), account.username, password, account.client_id)


def as_device(server: MosquittoServer, account: DeviceAccount, password: str) -> BrokerAddress:
    return replace(server.address("ingest"), username=account.username, password=password)


def test_a_device_gets_an_account_bound_to_its_client_id_and_a_role_of_its_own(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    assert fulfil(control, [Wish(lamp, True, "good", is_new=True)]) == [DONE]
    state = control.state()
    name = lamp.username
    assert state.clients[name] == Client(name, name, disabled=False, roles=(name,))
    assert state.roles[name] == frozenset(rules_of(lamp))
    assert enters(broker_server, lamp, "good")


@pytest.mark.parametrize("is_new", [True, False])
def test_a_wish_may_be_told_twice_whatever_the_broker_is_thought_to_know(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount, is_new: bool
) -> None:
    for _ in range(2):
        assert fulfil(control, [Wish(lamp, True, "good", is_new=is_new)]) == [DONE]
    assert enters(broker_server, lamp, "good")
    assert control.state().roles[lamp.username] == frozenset(rules_of(lamp))


@pytest.mark.parametrize(
    "before",
    [
        [{"command": "createRole", "rolename": "NAME", "acls": []}],
        [{"command": "createClient", "username": "NAME", "password": "old"}],
        [
            {"command": "createRole", "rolename": "NAME", "acls": []},
            {"command": "createClient", "username": "NAME", "password": "old", "roles": [{"rolename": "NAME"}]},
            {"command": "disableClient", "username": "NAME"},
        ],
    ],
    ids=["a role is there", "a client is there", "both are there, disabled"],
)
def test_what_half_stands_there_already_is_brought_in_order(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount, before: list[Command]
) -> None:
    told = json.loads(json.dumps(before).replace("NAME", lamp.username))
    assert control.do(told) == [None] * len(told)
    assert fulfil(control, [Wish(lamp, True, "good", is_new=True)]) == [DONE]
    assert enters(broker_server, lamp, "good")
    assert not enters(broker_server, lamp, "old")
    assert control.state().clients[lamp.username].client_id == lamp.client_id


def test_a_new_password_holds_at_once_and_the_old_connection_is_cut(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    fulfil(control, [Wish(lamp, True, "first", is_new=True)])
    with FieldDevice(as_device(broker_server, lamp, "first"), lamp.client_id) as device:
        assert fulfil(control, [Wish(lamp, True, "second")]) == [DONE]
        wait_until(lambda: device.cut_off, "the connection is cut", 5)
    assert not enters(broker_server, lamp, "first")
    assert enters(broker_server, lamp, "second")


def test_a_device_that_is_shut_out_is_cut_off_and_comes_back_with_the_same_password(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    fulfil(control, [Wish(lamp, True, "good", is_new=True)])
    with FieldDevice(as_device(broker_server, lamp, "good"), lamp.client_id) as device:
        assert fulfil(control, [Wish(lamp, False)]) == [DONE]
        wait_until(lambda: device.cut_off, "the connection is cut", 5)
    assert not enters(broker_server, lamp, "good")
    assert fulfil(control, [Wish(lamp, True)]) == [DONE]
    assert enters(broker_server, lamp, "good")


def test_whom_the_broker_does_not_know_need_not_be_shut_out(control: DynamicSecurity, lamp: DeviceAccount) -> None:
    assert fulfil(control, [Wish(lamp, False)]) == [DONE]
    assert lamp.username not in control.state().clients


def test_an_account_that_the_broker_has_lost_is_not_made_without_a_password(
    control: DynamicSecurity, lamp: DeviceAccount
) -> None:
    assert fulfil(control, [Wish(lamp, True)]) == [Outcome(Fate.LOST)]
    assert lamp.username not in control.state().clients


def test_a_device_of_another_kind_speaks_under_other_topics(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    camera = replace(lamp, kind="camera")
    fulfil(control, [Wish(lamp, True, "good", is_new=True)])
    assert fulfil(control, [Wish(camera, True)]) == [DONE]
    with FieldDevice(as_device(broker_server, lamp, "good"), lamp.client_id) as device:
        assert [device.publish(account.publishes[0]) for account in (lamp, camera)] == [False, True]


def test_one_that_fails_does_not_keep_others_from_their_accounts(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    unsayable = replace(lamp, device="den-\x01")
    wishes = [Wish(unsayable, True, "good", is_new=True), Wish(lamp, True, "good", is_new=True)]
    failed, done = fulfil(control, wishes)
    assert (failed.fate, done) == (Fate.FAILED, DONE)
    assert "createClient: " in failed.words
    assert enters(broker_server, lamp, "good")


def test_forgetting_takes_account_and_role_and_may_be_told_twice(
    control: DynamicSecurity, broker_server: MosquittoServer, lamp: DeviceAccount
) -> None:
    fulfil(control, [Wish(lamp, True, "good", is_new=True)])
    with FieldDevice(as_device(broker_server, lamp, "good"), lamp.client_id) as device:
        assert forget(control, [lamp.username]) == [DONE]
        wait_until(lambda: device.cut_off, "the connection is cut", 5)
    assert forget(control, [lamp.username, f"{lamp.username}-2"]) == [DONE, DONE]
    state = control.state()
    assert lamp.username not in state.clients
    assert lamp.username not in state.roles


def test_the_state_names_services_their_rules_and_that_nothing_else_is_allowed(control: DynamicSecurity) -> None:
    state = control.state()
    assert {name: state.roles[name] for name in SERVICES} == {
        name: frozenset(rules) for name, rules in SERVICES.items()
    }
    assert all(state.clients[name] == Client(name, roles=(name,)) for name in SERVICES)
    assert state.default_access == {
        "publishClientSend": False,
        "publishClientReceive": False,
        "subscribe": False,
        "unsubscribe": True,
    }
    assert state.anonymous_group == ""


def test_a_state_of_many_pages_is_read_in_full(
    control: DynamicSecurity, lamp: DeviceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker.dynamic_security.PAGE", 2)
    fulfil(control, [Wish(replace(lamp, device=f"den-{n}"), True, "good", is_new=True) for n in range(5)])
    state = control.state()
    assert {name for name in state.clients if name.startswith(lamp.commune)} == {
        f"{lamp.commune}.den-{n}" for n in range(5)
    }
    assert set(SERVICES) < set(state.roles)


def test_two_who_ask_at_once_each_get_their_own_answers(broker_server: MosquittoServer, lamp: DeviceAccount) -> None:
    with (
        DynamicSecurity(broker_server.address("maintain")) as one,
        DynamicSecurity(broker_server.address("maintain")) as other,
    ):
        for number in range(20):
            account = replace(lamp, device=f"den-{number}")
            assert fulfil(one, [Wish(account, True, "good", is_new=True)]) == [DONE]
            assert account.username in other.state().clients


@pytest.mark.parametrize("account", ["ingest", "simulator"])
def test_no_other_service_gives_accounts(broker_server: MosquittoServer, account: str) -> None:
    with pytest.raises(NotInControl, match=f"account '{account}' give accounts"):
        DynamicSecurity(broker_server.address(account)).open()


def test_accounts_survive_a_power_cut_of_the_broker(
    instance: Instance, local_directory: Path, lamp: DeviceAccount
) -> None:
    with MosquittoServer.start(instance.path / "cut", local_directory=local_directory) as server:
        with DynamicSecurity(server.address("maintain")) as control:
            fulfil(control, [Wish(lamp, True, "good", is_new=True)])
            server.kill()
            with pytest.raises(BrokerUnreachable):
                fulfil(control, [Wish(lamp, True, "good")])
        server.resume()
        assert enters(server, lamp, "good")


def test_rules_are_compared_by_what_they_say() -> None:
    assert Rule(Access.PUBLISH, "xa/a") == Rule("publishClientSend", "xa/a", allow=True, priority=0)
    assert Rule(Access.PUBLISH, "xa/a") != Rule(Access.PUBLISH, "xa/a", allow=False)
