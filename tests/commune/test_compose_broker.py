"""The broker's service of docker-compose.yml, run natively: entry point, settings, accounts, health check."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from broker.access_rules import first_state
from broker.accounts import creating
from broker.address import BrokerAddress
from broker.client import make_client, open_session
from broker.dynamic_security import DynamicSecurity
from broker.errors import ConnectionRefusedByBroker
from broker.probe import probe
from broker.publisher import Publisher
from commune.stack.instances import Instance
from commune.stack.servers import HOST, data_directory
from devices.accounts import DeviceAccount
from tests.commune.deployment import BrokerContainer, Deployment, program_and_account

STATE = "dynamic-security.json"
ACCOUNTS = ("ingest", "maintain", "simulator")


@pytest.fixture
def container(instance: Instance, local_directory: Path, tmp_path: Path) -> Iterator[BrokerContainer]:
    deployment = Deployment(tmp_path, tmp_path, "postgresql://postgres:unused@127.0.0.1:1/unused")
    program, account = program_and_account(local_directory)
    data = data_directory(instance.path, program.root, account, "compose-mosquitto")
    broker = BrokerContainer(deployment, program, data, account)
    broker.prepare()
    yield broker
    shutil.rmtree(data, ignore_errors=True)


def answers(address: BrokerAddress) -> bool:
    """Whether the broker lets an account in."""
    try:
        probe(address, version_timeout_seconds=0)
    except ConnectionRefusedByBroker:
        return False
    return True


def answers_as(address: BrokerAddress, username: str, password: str) -> bool:
    """Whether the broker lets a device in under its own client id."""
    client = make_client(dataclasses.replace(address, username=username, password=password), username, manual_ack=False)
    try:
        open_session(client, address, clean=True)
    except ConnectionRefusedByBroker:
        return False
    client.leave()
    return True


def test_each_account_enters_with_its_password_from_the_environment_and_nobody_else_does(
    container: BrokerContainer,
) -> None:
    address = container.deployment.address
    broker = container.start()
    try:
        assert all(answers(address(name)) for name in ACCOUNTS)
        assert not answers(BrokerAddress(HOST, container.deployment.broker_port)), "an anonymous client got in"
        assert not answers(dataclasses.replace(address("ingest"), password="guessed"))
        assert not answers(dataclasses.replace(address("ingest"), password=address("simulator").password))
        assert not answers(dataclasses.replace(address("ingest"), username="stranger"))
    finally:
        assert broker.stop() == 0


def test_the_health_check_says_well_while_the_broker_runs_and_ill_when_it_does_not(container: BrokerContainer) -> None:
    broker = container.start()
    try:
        status, words = container.finish(container.health_command(), "health")
        assert status == 0, words
    finally:
        broker.stop()
    status, _ = container.finish(container.health_command(), "health")
    assert status != 0


def test_the_running_broker_has_no_password_in_its_environment(container: BrokerContainer) -> None:
    broker = container.start()
    try:
        environment = Path(f"/proc/{broker.pid}/environ").read_bytes()
        assert b"MOSQUITTO_" not in environment
        assert b"secret of" not in environment
    finally:
        broker.stop()


def test_what_must_survive_a_restart_is_written_into_the_volume_when_the_broker_stops(
    container: BrokerContainer,
) -> None:
    broker = container.start()
    with Publisher(container.deployment.address("simulator"), "one") as publisher:
        publisher.publish("xa/gia-loc/lighting/den-01/status", b'{"online": true}', retain=True)
    assert broker.stop() == 0
    kept = container.data / "data" / "mosquitto.db"
    assert kept.exists()
    assert b"xa/gia-loc/lighting/den-01/status" in kept.read_bytes()


def state_of(container: BrokerContainer) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((container.data / "data" / STATE).read_text(encoding="utf-8"))
    return state


def prepare_state(container: BrokerContainer, **changed: str) -> tuple[int, str]:
    """Run the entry point with a command that does nothing."""
    environment = {**container.deployment.service("mosquitto")["environment"], **changed}
    return container.finish(container.script(f"{container.inside}/data/{STATE}", "true", environment=environment))


def test_the_state_is_for_its_owner_only_and_holds_hashes_and_the_rules_of_our_services(
    container: BrokerContainer,
) -> None:
    status, words = prepare_state(container)
    assert status == 0, words
    assert (container.data / "data" / STATE).stat().st_mode & 0o777 == 0o600
    state = state_of(container)
    passwords = {client["username"]: client.pop("password") for client in state["clients"]}
    salts = [client.pop("salt") for client in state["clients"]]
    assert list(passwords) == list(ACCOUNTS)
    assert [len(base64.b64decode(word)) for word in passwords.values()] == [64] * 3
    assert len(set(salts)) == 3
    assert state == first_state({name: {"iterations": 101} for name in ACCOUNTS})


def test_a_start_changes_passwords_of_services_and_nothing_that_the_broker_has_written(
    container: BrokerContainer,
) -> None:
    broker = container.start()
    lamp = DeviceAccount("gia-loc", "lighting", "den-07")
    try:
        with DynamicSecurity(container.deployment.address("maintain")) as control:
            assert control.do(creating(lamp, "good")) == [None, None]
            assert control.do([{"command": "createClient", "username": 'in"gest', "password": "odd"}]) == [None]
    finally:
        broker.stop()
    before = state_of(container)
    status, words = prepare_state(container, MOSQUITTO_INGEST_PASSWORD="another")
    assert status == 0, words
    after = state_of(container)
    changed = [a["username"] for a, b in zip(after["clients"], before["clients"], strict=True) if a != b]
    assert changed == list(ACCOUNTS)  # a new salt each
    container.deployment.variables["MOSQUITTO_INGEST_PASSWORD"] = "another"
    broker = container.start()
    try:
        there = container.deployment.address("ingest")
        assert answers(there)
        assert not answers(dataclasses.replace(there, password="secret of MOSQUITTO_INGEST_PASSWORD $1 @:/#"))
        assert answers_as(there, lamp.username, "good")
    finally:
        broker.stop()


def test_a_state_that_lacks_a_service_is_not_guessed_at(container: BrokerContainer) -> None:
    assert prepare_state(container)[0] == 0
    file = container.data / "data" / STATE
    file.write_text(file.read_text().replace('"maintain"', '"somebody"'))
    before = file.read_text()
    status, words = prepare_state(container)
    assert status == 1
    assert "has no account maintain" in words
    assert file.read_text() == before


def test_with_a_certificate_there_is_a_listener_that_speaks_tls(container: BrokerContainer) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert(HOST)
    certificates = container.data / "certificates"
    certificates.mkdir()
    issued.cert_chain_pems[0].write_to_path(certificates / "server.crt")
    issued.private_key_pem.write_to_path(certificates / "server.key")
    container.own()
    authority.cert_pem.write_to_path(container.data / "ca.crt")
    broker = container.start()
    try:
        address = container.deployment.address("ingest")
        secure = dataclasses.replace(address, port=container.tls_port, ca_file=container.data / "ca.crt")
        assert answers(secure)
        assert answers(address), "the services' own listener is still there"
    finally:
        broker.stop()


def test_an_account_whose_password_is_taken_away_is_gone_after_a_restart(container: BrokerContainer) -> None:
    container.deployment.variables["MOSQUITTO_SIMULATOR_PASSWORD"] = ""
    broker = container.start()
    try:
        assert answers(container.deployment.address("ingest"))
        old = dataclasses.replace(container.deployment.address("simulator"), password="secret of yesterday")
        assert not answers(old)
        assert not answers(dataclasses.replace(old, password=""))
    finally:
        broker.stop()


@pytest.mark.parametrize("missing", ["MOSQUITTO_INGEST_PASSWORD", "MOSQUITTO_MAINTAIN_PASSWORD"])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_without_a_password_that_it_needs_the_entry_point_refuses_and_names_it(
    container: BrokerContainer, missing: str, how: str
) -> None:
    environment = {**container.deployment.service("mosquitto")["environment"], missing: ""}
    if how == "absent":
        del environment[missing]
    status, words = container.finish(
        container.script(f"{container.inside}/data/{STATE}", "true", environment=environment)
    )
    assert status != 0
    assert missing in words
    assert not (container.data / "data" / STATE).exists()


def test_without_a_command_the_entry_point_says_how_it_is_called(container: BrokerContainer) -> None:
    status, words = container.finish(container.script(f"{container.inside}/data/{STATE}", environment={}))
    assert status == 64
    assert "usage: entrypoint.sh STATE_FILE COMMAND" in words


def test_the_entry_point_may_be_executed_as_it_lies_in_the_repository() -> None:
    script = Path(__file__).parents[2] / "deploy" / "mosquitto" / "entrypoint.sh"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")


def test_the_broker_ends_by_itself_when_its_settings_are_wrong(container: BrokerContainer) -> None:
    config = container.data / "config" / "mosquitto.conf"
    config.write_text(config.read_text(encoding="utf-8") + "\nno_such_setting true\n", encoding="utf-8")
    status, words = container.finish(container.command(), "mosquitto")
    assert status != 0
    assert "no_such_setting" in words
