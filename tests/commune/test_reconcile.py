"""The broker held against the registry: every sort of drift is seeded at a real broker, found, and mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from broker.access_rules import SERVICES
from broker.accounts import Wish, fulfil
from broker.drift import Sort, compare
from broker.dynamic_security import Command, DynamicSecurity, State
from commune.cli import app
from commune.reconciling import reconcile
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.accounts import AccountState
from devices.registry import Commune, Device
from storage.account_wishes import Settled, settle_accounts, waiting_accounts
from storage.broker_accounts import account_of, ask_for_account, enable_account
from storage.connect import Session, connect
from storage.places import add_commune
from storage.registry import add_device
from tests.broker.field_device import lets_in
from tests.commune.drifts import LAMP, NAME, OTHER, SEEDS, WIDER
from tests.variables import of_broker

PASSWORD = "good"


@pytest.fixture(scope="module")
def broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    with MosquittoServer.start(instance.path / "reconcile", local_directory=local_directory) as server:
        yield server


@dataclass
class Pair:
    """A registry and a broker that agree on two lamps, the second of which is shut out."""

    session: Session
    url: str
    broker: MosquittoServer
    lamp: int

    def run(self, *arguments: str) -> Result:
        environment = {
            "COMMUNE_DATABASE_URL": self.url,
            **of_broker(self.broker.address("maintain")),
            "COMMUNE_SECRET_KEY": "a secret of more than thirty-two characters",
        }
        return CliRunner().invoke(app, ["devices", *arguments], env=environment)

    def found(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """The exit code of a reconciliation, and what it found."""
        result = self.run("reconcile", "--json", *arguments)
        assert result.stdout, result.stderr
        return result.exit_code, orjson.loads(result.stdout)["findings"]

    def seed(self, commands: Sequence[Command]) -> None:
        with DynamicSecurity(self.broker.address("maintain")) as control:
            assert control.do(commands) == [None] * len(commands)


@pytest.fixture
def pair(database_url: str, broker: MosquittoServer) -> Iterator[Pair]:
    broker.halt()
    broker.state_file.unlink(missing_ok=True)
    broker.resume()
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        lamp, other = (add_device(session, Device(one.commune, one.device, one.kind)) for one in (LAMP, OTHER))
        for number in (lamp, other):
            ask_for_account(session, number, b"sealed")
        enable_account(session, other, enabled=False)
        waiting = waiting_accounts(session, limit=9, also_failed=True)
        with DynamicSecurity(broker.address("maintain")) as control:
            fulfil(control, [Wish(one.account, True, PASSWORD, is_new=True) for one in waiting])
            fulfil(control, [Wish(OTHER, False)])
        settle_accounts(session, [Settled(one, has_password=True) for one in waiting])
        yield Pair(session, database_url, broker, lamp)


def test_where_both_agree_there_is_nothing_to_say(pair: Pair) -> None:
    assert pair.found() == (0, [])
    result = pair.run("reconcile")
    assert result.exit_code == 0
    assert "the broker stands as the registry says" in result.stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_every_sort_of_drift_is_found_and_mended(pair: Pair, seed: str) -> None:
    commands, name, sort = SEEDS[seed]
    pair.seed(commands)
    code, (found,) = pair.found()
    assert (code, found["name"], found["sort"], found["fate"]) == (1, name, sort, "left")
    code, (promised,) = pair.found("--repair", "--dry-run")
    assert (code, promised) == (1, found), "a dry run changes nothing"
    code, (mended,) = pair.found("--repair")
    if sort is Sort.MISSING_CLIENT:
        assert (code, mended["fate"]) == (1, "needs a new password")
    else:
        assert (code, mended["fate"]) == (0, "mended")
    assert pair.found() == (0, [])


def test_a_device_that_gets_its_account_while_the_broker_answers_is_no_drift(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = DynamicSecurity.state

    def answer_then_register(control: DynamicSecurity) -> State:
        state = ask(control)
        number = add_device(pair.session, Device("gia-loc", "den-09", "lighting"))
        ask_for_account(pair.session, number, b"sealed")
        (waiting,) = waiting_accounts(pair.session, limit=9, also_failed=True)
        fulfil(control, [Wish(waiting.account, True, PASSWORD, is_new=True)])
        settle_accounts(pair.session, [Settled(waiting, has_password=True)])
        return state

    with monkeypatch.context() as patched:
        patched.setattr(DynamicSecurity, "state", answer_then_register)
        assert reconcile(pair.session, pair.broker.address("maintain"), repair=True) == []
    assert pair.found("--repair") == (0, [])
    assert lets_in(pair.broker.address("ingest"), "gia-loc.den-09", PASSWORD, "gia-loc.den-09")


def test_what_is_mended_lets_the_device_in_as_before_and_nobody_else(pair: Pair) -> None:
    pair.seed([{"command": "setClientId", "username": NAME, "clientid": "thief"}])
    address = pair.broker.address("ingest")
    assert lets_in(address, NAME, PASSWORD, "thief")
    pair.found("--repair")
    assert not lets_in(address, NAME, PASSWORD, "thief")
    assert lets_in(address, NAME, PASSWORD, LAMP.client_id)


def test_after_the_state_of_the_broker_is_lost_every_device_needs_a_new_password_and_none_is_invented(
    pair: Pair,
) -> None:
    pair.broker.halt()
    pair.broker.state_file.unlink()
    pair.broker.resume()
    code, (lost,) = pair.found("--repair")
    assert (code, lost["sort"], lost["fate"]) == (1, "missing_client", "needs a new password")
    account = account_of(pair.session, pair.lamp)
    assert account is not None
    assert account.state is AccountState.NEEDS_PASSWORD
    assert not lets_in(pair.broker.address("ingest"), NAME, PASSWORD, LAMP.client_id)


def test_strangers_are_listed_and_left_alone_unless_asked(pair: Pair) -> None:
    pair.seed(
        [
            {"command": "createRole", "rolename": "bridge", "acls": []},
            {"command": "createClient", "username": "bridge", "password": "x", "roles": [{"rolename": "bridge"}]},
        ]
    )
    for arguments in ([], ["--repair"], ["--repair-foreign", "--dry-run"]):
        code, found = pair.found(*arguments)
        assert code == 0
        assert [(one["name"], one["sort"], one["fate"]) for one in found] == [
            ("bridge", "foreign_client", "foreign"),
            ("bridge", "foreign_role", "foreign"),
        ]
    code, found = pair.found("--repair-foreign")
    assert (code, [one["fate"] for one in found]) == (0, ["mended", "mended"])
    assert pair.found() == (0, [])


def test_a_stranger_who_wears_a_role_of_ours_is_a_drift_and_loses_it(pair: Pair) -> None:
    roles = [{"rolename": "maintain"}, {"rolename": NAME}]
    pair.seed([{"command": "createClient", "username": "bridge", "password": "x", "roles": roles}])
    code, found = pair.found()
    assert (code, [(one["sort"], one["fate"]) for one in found]) == (
        1,
        [("roles", "left"), ("foreign_client", "foreign")],
    )
    code, found = pair.found("--repair")
    assert (code, [one["fate"] for one in found]) == (0, ["mended", "foreign"])
    with DynamicSecurity(pair.broker.address("maintain")) as control:
        assert control.state().clients["bridge"].roles == ()


def test_a_role_is_taken_from_everybody_before_it_is_deleted(pair: Pair) -> None:
    """Mosquitto 2.0 keeps a dangling pointer to a role that is deleted while somebody has it: its issue #2660."""
    stranger = {"command": "createClient", "username": "bridge", "password": "x"}
    pair.seed(
        [
            {"command": "createRole", "rolename": "gia-loc.nobody", "acls": [WIDER]},
            {**stranger, "roles": [{"rolename": "gia-loc.nobody"}]},
        ]
    )
    code, found = pair.found("--repair")
    assert (code, [one["fate"] for one in found]) == (0, ["foreign", "mended"])
    with DynamicSecurity(pair.broker.address("maintain")) as control:
        assert control.state().clients["bridge"].roles == ()


def test_a_group_of_anonymous_clients_is_named_and_left_to_a_person(pair: Pair) -> None:
    pair.seed(
        [{"command": "createGroup", "groupname": "anyone"}, {"command": "setAnonymousGroup", "groupname": "anyone"}]
    )
    code, (found,) = pair.found("--repair")
    assert (code, found["sort"], found["fate"]) == (1, "anonymous", "left")


def test_what_waits_for_maintenance_is_no_drift(pair: Pair) -> None:
    new = add_device(pair.session, Device("gia-loc", "den-09", "lighting"))
    ask_for_account(pair.session, new, b"sealed")
    assert pair.found() == (0, [])


def test_an_account_that_may_not_look_is_told_so(pair: Pair) -> None:
    right = pair.broker.passwords["maintain"]
    pair.broker.passwords["maintain"] = "wrong"
    try:
        result = pair.run("reconcile")
    finally:
        pair.broker.passwords["maintain"] = right
    assert result.exit_code == 1
    assert "refused account 'maintain'" in result.stderr


def test_an_empty_broker_lacks_everything_that_is_expected() -> None:
    sorts = {drift.sort for drift in compare([], State())}
    assert sorts == {Sort.MISSING_CLIENT, Sort.MISSING_ROLE, Sort.DEFAULT_ACCESS}
    assert {drift.name for drift in compare([], State())} == {*SERVICES, "default access"}


def test_a_rotation_prints_the_new_password_and_says_when_the_broker_is_yet_to_have_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commune.cli.device_accounts.WAIT_SECONDS", 0.1)
    result = pair.run("rotate", "den-07", "--json")
    told = orjson.loads(result.stdout)
    assert (told["username"], told["state"]) == (NAME, "waiting")
    assert len(told["password"]) == 23
    assert told["publishes"] == list(LAMP.publishes)
    words = pair.run("rotate", "den-07")
    assert "commune maintain" in words.stderr
    assert "username   gia-loc.den-07" in words.stdout


def test_a_device_that_is_retired_gets_no_new_password(pair: Pair) -> None:
    pair.session.execute("UPDATE device SET state = 'retired' WHERE device_id = %s", [pair.lamp])
    result = pair.run("rotate", "den-07")
    assert result.exit_code == 1
    assert "is retired" in result.stderr


def test_without_the_secret_key_no_password_is_given(pair: Pair) -> None:
    result = CliRunner().invoke(app, ["devices", "rotate", "den-07"], env={"COMMUNE_DATABASE_URL": pair.url})
    assert result.exit_code == 2
    assert "COMMUNE_SECRET_KEY is not set" in result.stderr
