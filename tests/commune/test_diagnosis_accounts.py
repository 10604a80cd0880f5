"""What the doctor says of accounts of devices and of the broker's certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker.address import BrokerAddress
from broker.dynamic_security import DynamicSecurity
from commune.certificates import make
from commune.diagnosis_accounts import judge_accounts, judge_certificate
from commune.findings import State
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from devices.registry import Commune, Device
from storage.broker_accounts import ask_for_account
from storage.connect import Session, connect
from storage.places import add_commune
from storage.registry import add_device

NOWHERE = BrokerAddress("127.0.0.1", 1)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    with MosquittoServer.start(instance.path / "doctored", local_directory=local_directory) as server:
        yield server


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield session


@pytest.fixture
def lamp(session: Session) -> int:
    return add_device(session, Device("gia-loc", "den-07", "lighting"))


def judged(session: Session, broker: MosquittoServer, account: str = "maintain") -> tuple[State, str]:
    finding = judge_accounts(session, broker.address(account), has_key=True)
    return finding.state, finding.text.en


def test_a_registry_that_waits_for_nothing_is_well(session: Session, broker: MosquittoServer) -> None:
    assert judged(session, broker) == (State.OK, "0 devices can speak")


def test_without_the_secret_key_it_is_said_that_there_are_no_passwords(
    session: Session, broker: MosquittoServer
) -> None:
    finding = judge_accounts(session, broker.address("maintain"), has_key=False)
    assert finding.state is State.WARN
    assert "COMMUNE_SECRET_KEY is not set" in finding.text.en


def test_accounts_that_wait_for_long_need_a_password_or_failed_are_counted(
    session: Session, broker: MosquittoServer, lamp: int
) -> None:
    ask_for_account(session, lamp, None)
    state, words = judged(session, broker)
    assert (state, "1 devices need a password" in words) == (State.WARN, True)
    ask_for_account(session, lamp, b"sealed")
    assert judged(session, broker)[0] is State.OK, "it has not waited for long"
    session.execute("UPDATE broker_account SET changed_at = now() - interval '2 minutes'")
    state, words = judged(session, broker)
    assert (state, "does `commune maintain` run?" in words) == (State.WARN, True)
    session.execute("UPDATE broker_account SET failure = 'no'")
    state, words = judged(session, broker)
    assert (state, "did not take 1 accounts" in words) == (State.FAIL, True)


def test_a_broker_that_drifted_is_a_failure(session: Session, broker: MosquittoServer) -> None:
    stranger = {"command": "createClient", "username": "gia-loc.nobody", "password": "x"}
    with DynamicSecurity(broker.address("maintain")) as control:
        assert control.do([stranger]) == [None]
        try:
            state, words = judged(session, broker)
        finally:
            control.do([{"command": "deleteClient", "username": "gia-loc.nobody"}])
    assert state is State.FAIL
    assert "in 1 ways: `commune devices reconcile`" in words


def test_an_account_that_may_not_look_says_what_it_could_not_see(session: Session, broker: MosquittoServer) -> None:
    state, words = judged(session, broker, "ingest")
    assert (state, "account 'ingest' may not do" in words) == (State.OK, True)


@pytest.mark.parametrize(
    ("days", "state"), [(0, State.OK), (360, State.OK), (370, State.WARN), (391, State.FAIL), (400, State.FAIL)]
)
def test_a_certificate_is_renewed_in_time(tmp_path: Path, days: int, state: State) -> None:
    make(tmp_path, ["127.0.0.1"], "x", now=NOW - timedelta(days=days))
    finding = judge_certificate(NOWHERE, tmp_path / "server.crt", NOW)
    assert finding.state is state
    assert ("certs renew" in finding.text.en) == (state is not State.OK)


def test_without_a_certificate_there_is_nothing_to_expire(tmp_path: Path) -> None:
    assert judge_certificate(NOWHERE, None).state is State.OK
    assert judge_certificate(NOWHERE, tmp_path / "server.crt").state is State.OK


def test_what_the_broker_shows_is_looked_at_as_devices_see_it(
    instance: Instance, local_directory: Path, tmp_path: Path
) -> None:
    make(tmp_path, ["127.0.0.1"], "x", now=NOW - timedelta(days=380))
    with MosquittoServer.start(
        instance.path / "shown", certificates=tmp_path, local_directory=local_directory
    ) as server:
        address = server.secure_address("maintain")
        finding = judge_certificate(address, None, NOW)
        assert (finding.state, f"127.0.0.1:{server.tls_port} is valid for 16 days" in finding.text.en) == (
            State.WARN,
            True,
        )
        with pytest.raises(OSError, match="certificate verify failed"):
            judge_certificate(replace(address, host="localhost"), None, NOW)
