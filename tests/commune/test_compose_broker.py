"""The broker's service of docker-compose.yml, run natively: entry point, settings, accounts, health check."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.address import BrokerAddress
from broker.errors import ConnectionRefusedByBroker
from broker.probe import probe
from broker.publisher import Publisher
from commune.stack.instances import Instance
from commune.stack.servers import HOST, data_directory
from tests.commune.deployment import BrokerContainer, Deployment, program_and_account

ACCOUNTS = ("ingest", "maintain", "simulator", "devices")


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


def test_each_account_enters_with_its_password_from_the_environment_and_nobody_else_does(
    container: BrokerContainer,
) -> None:
    address = container.deployment.address
    broker = container.start()
    try:
        assert all(answers(address(name)) for name in ACCOUNTS)
        assert not answers(BrokerAddress(HOST, container.deployment.broker_port)), "an anonymous client got in"
        assert not answers(dataclasses.replace(address("ingest"), password="guessed"))
        assert not answers(dataclasses.replace(address("ingest"), password=address("devices").password))
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
    with Publisher(container.deployment.address("devices"), "one") as publisher:
        publisher.publish("xa/gia-loc/lighting/den-01/status", b'{"online": true}', retain=True)
    assert broker.stop() == 0
    kept = container.data / "data" / "mosquitto.db"
    assert kept.exists()
    assert b"xa/gia-loc/lighting/den-01/status" in kept.read_bytes()


def test_the_password_file_is_for_its_owner_only_and_holds_hashes(container: BrokerContainer) -> None:
    environment = container.deployment.service("mosquitto")["environment"]
    status, words = container.finish(
        container.script(f"{container.inside}/secrets/passwords", "true", environment=environment)
    )
    assert status == 0, words
    file = container.data / "secrets" / "passwords"
    assert file.stat().st_mode & 0o777 == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    assert {line.split(":")[0] for line in lines} == set(ACCOUNTS)
    assert all(line.split(":", 1)[1].startswith("$7$") for line in lines)


def test_an_account_whose_password_is_taken_away_is_gone_after_a_restart(container: BrokerContainer) -> None:
    container.deployment.variables["MOSQUITTO_SIMULATOR_PASSWORD"] = ""
    broker = container.start()
    try:
        assert answers(container.deployment.address("devices"))
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
        container.script(f"{container.inside}/secrets/passwords", "true", environment=environment)
    )
    assert status != 0
    assert missing in words
    assert not (container.data / "secrets" / "passwords").exists()


def test_without_a_command_the_entry_point_says_how_it_is_called(container: BrokerContainer) -> None:
    status, words = container.finish(container.script(f"{container.inside}/secrets/passwords", environment={}))
    assert status == 64
    assert "usage: entrypoint.sh PASSWORD_FILE COMMAND" in words


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
