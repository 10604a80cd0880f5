"""The private broker: its settings, its accounts, and what each account may do, tried with real clients."""

from __future__ import annotations

import difflib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.access_rules import first_state, password_members
from commune.stack.errors import ServerMissingError, StackError
from commune.stack.instances import Instance
from commune.stack.mosquitto import ACCOUNTS, DEPLOY, MosquittoServer, configuration, find_mosquitto
from commune.stack.servers import accepts
from tests.commune.mosquitto_clients import Clients

DEVICE = "xa/gia-loc/air_quality/aq-01"
MAY_WRITE = {
    "ingest": {"error"},
    "maintain": set[str](),
    "simulator": {"telemetry", "event", "status"},
}
MAY_READ = {
    "ingest": {"telemetry", "event", "status", "error"},
    "maintain": {"telemetry", "event", "status", "error"},
    "simulator": {"error"},
}
CHANNELS = ("telemetry", "event", "status", "error")


@pytest.fixture(scope="module")
def own_broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker that these tests may stop and kill."""
    with MosquittoServer.start(instance.path / "own-broker", local_directory=local_directory) as server:
        yield server


def publisher_of(server: MosquittoServer, channel: str) -> Clients:
    """The account that may write a channel."""
    return Clients(server, "ingest" if channel == "error" else "simulator")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_writes_its_own_channels_and_no_other(
    broker_server: MosquittoServer, account: str, channel: str
) -> None:
    assert Clients(broker_server, account).publish(f"{DEVICE}/{channel}", "x") == (channel in MAY_WRITE[account])


@pytest.mark.parametrize("topic", ["elsewhere", "xa/gia-loc/telemetry", f"{DEVICE}/telemetry/deeper", "$SYS/broker/x"])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_account_writes_anywhere_else(broker_server: MosquittoServer, account: str, topic: str) -> None:
    assert not Clients(broker_server, account).publish(topic, "x")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_reads_its_own_channels_and_no_other(
    broker_server: MosquittoServer, account: str, channel: str
) -> None:
    assert Clients(broker_server, account).subscribe(f"xa/+/+/+/{channel}") == (channel in MAY_READ[account])


def test_what_an_account_may_read_comes(broker_server: MosquittoServer) -> None:
    for account in ACCOUNTS:
        reader = Clients(broker_server, account)
        reader.keep_session(f"reader-{account}", f"{DEVICE}/error")
        assert publisher_of(broker_server, "error").publish(f"{DEVICE}/error", account)
        assert reader.collect(f"reader-{account}", f"{DEVICE}/error", 1) == [f"{DEVICE}/error {account}"]


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("$SYS/broker/log/#", {"maintain"}),
        ("$SYS/broker/log/N", {"maintain"}),
        ("$CONTROL/dynamic-security/v1/response", {"maintain"}),
        ("$CONTROL/#", set[str]()),
        ("$CONTROL/dynamic-security/#", set[str]()),
        ("#", set[str]()),
        ("elsewhere/#", set[str]()),
    ],
)
def test_the_log_and_the_control_of_the_broker_are_for_maintenance_alone(
    broker_server: MosquittoServer, topic: str, allowed: set[str]
) -> None:
    assert {account for account in ACCOUNTS if Clients(broker_server, account).subscribe(topic)} == allowed


def test_nobody_but_maintenance_gives_accounts(broker_server: MosquittoServer) -> None:
    command = '{"commands": [{"command": "getDefaultACLAccess"}]}'
    allowed = {
        name for name in ACCOUNTS if Clients(broker_server, name).publish("$CONTROL/dynamic-security/v1", command)
    }
    assert allowed == {"maintain"}


@pytest.mark.parametrize("account", ["ingest", "maintain"])
def test_those_who_watch_the_broker_read_its_counters(broker_server: MosquittoServer, account: str) -> None:
    argv = Clients(broker_server, account).argv("mosquitto_sub", "-t", "$SYS/broker/version", "-C", "1", "-W", "20")
    answer = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == f"mosquitto version {broker_server.version}"


@pytest.mark.parametrize("word", ["wrong", "x" * 200])
def test_a_wrong_password_is_refused(broker_server: MosquittoServer, word: str) -> None:
    argv = Clients(broker_server, "simulator").argv("mosquitto_pub", "-t", f"{DEVICE}/event", "-m", "x", password=word)
    answer = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert "not authorised" in answer.stderr.lower() or "not authorized" in answer.stderr.lower()


def test_nobody_enters_without_an_account(broker_server: MosquittoServer) -> None:
    argv = Clients(broker_server, "simulator").argv("mosquitto_pub", "-t", f"{DEVICE}/event", "-m", "x")
    nameless = argv[: argv.index("-u")] + argv[argv.index("-P") + 2 :]
    assert subprocess.run(nameless, capture_output=True, check=False).returncode != 0


def test_an_account_that_the_broker_does_not_have_is_named(broker_server: MosquittoServer) -> None:
    with pytest.raises(StackError, match=r"no account 'mayor'; it has ingest, maintain, simulator"):
        broker_server.address("mayor")


def test_the_accounts_are_on_file_for_their_owner_only(broker_server: MosquittoServer) -> None:
    lines = dict(line.split() for line in broker_server.accounts_file.read_text().splitlines())
    assert lines == broker_server.passwords
    assert broker_server.accounts_file.stat().st_mode & 0o777 == 0o600


def test_it_runs_with_the_settings_of_the_deployment_but_for_its_own_paths(own_broker: MosquittoServer) -> None:
    deployed = (DEPLOY / "mosquitto.conf").read_text().splitlines()
    running = (own_broker.data / "mosquitto.conf").read_text().splitlines()
    changed = {line[2:].split()[0] for line in difflib.ndiff(deployed, running) if line[0] in "+-"}
    assert changed == {"listener", "plugin", "plugin_opt_config_file", "include_dir", "persistence_location"}


def test_the_state_that_a_deployment_starts_with_is_that_of_our_rules() -> None:
    unfilled = {"password": "-", "salt": "-", "iterations": 101}
    state = json.loads((DEPLOY / "dynamic-security.json").read_text())
    assert state == first_state(dict.fromkeys(ACCOUNTS, unfilled))


def test_a_start_gives_services_their_passwords_and_leaves_the_accounts_of_devices(own_broker: MosquittoServer) -> None:
    lamp = {"username": "gia-loc.den-07", "clientid": "gia-loc.den-07", "roles": []}
    state = json.loads(own_broker.state_file.read_text())
    own_broker.halt()
    own_broker.state_file.write_text(json.dumps({**state, "clients": [lamp, *state["clients"]]}))
    own_broker.passwords["simulator"] = "another"
    own_broker.resume()
    assert Clients(own_broker, "simulator").publish(f"{DEVICE}/telemetry", "{}")
    after = json.loads(own_broker.state_file.read_text())
    assert [client["username"] for client in after["clients"]] == [*ACCOUNTS, "gia-loc.den-07"]
    assert own_broker.state_file.stat().st_mode & 0o777 == 0o600


def test_the_queue_of_a_consumer_that_is_away_survives_a_restart_of_the_broker(own_broker: MosquittoServer) -> None:
    Clients(own_broker, "ingest").keep_session("away", "xa/#")
    expected = []
    for number in range(25):  # more than Mosquitto's default of 20 in flight
        assert Clients(own_broker, "simulator").publish(f"{DEVICE}/event", str(number))
        expected.append(f"{DEVICE}/event {number}")
    port = own_broker.port
    own_broker.restart()
    assert own_broker.port == port
    assert Clients(own_broker, "ingest").collect("away", "xa/#", 25) == expected


def test_a_retained_status_survives_a_restart_of_the_broker(own_broker: MosquittoServer) -> None:
    assert Clients(own_broker, "simulator").publish(f"{DEVICE}/status", "online", "-r")
    own_broker.restart()
    assert Clients(own_broker, "maintain").collect("late", f"{DEVICE}/status", 1) == [f"{DEVICE}/status online"]


def test_a_broker_that_was_killed_comes_back_at_the_same_port(own_broker: MosquittoServer) -> None:
    port = own_broker.port
    own_broker.kill()
    assert not own_broker.running()
    assert not accepts(port)
    own_broker.resume()
    assert own_broker.port == port
    assert Clients(own_broker, "simulator").publish(f"{DEVICE}/telemetry", "{}")


def test_a_setting_can_be_replaced_for_a_test(instance: Instance, local_directory: Path) -> None:
    accounts = {"ingest": "one", "simulator": "two"}
    with MosquittoServer.start(
        instance.path / "small", accounts, settings={"max_queued_messages": "5"}, local_directory=local_directory
    ) as server:
        assert server.passwords == accounts
        assert "\nmax_queued_messages 5\n" in (server.data / "mosquitto.conf").read_text()
        assert Clients(server, "simulator").publish(f"{DEVICE}/telemetry", "{}")
        port = server.port
    assert not accepts(port)
    assert not server.data.exists()


def test_a_setting_that_the_deployment_lacks_is_refused() -> None:
    with pytest.raises(StackError, match="0 lines `bridge`"):
        configuration("listener 1883\n", {"bridge": "yes"})


def test_a_message_of_the_greatest_size_that_ingest_refuses_still_comes_through(broker_server: MosquittoServer) -> None:
    reader = Clients(broker_server, "ingest")
    reader.keep_session("large", f"{DEVICE}/event")
    large = "x" * 100_000  # what an argument of a program may carry
    assert Clients(broker_server, "simulator").publish(f"{DEVICE}/event", large)
    assert reader.collect("large", f"{DEVICE}/event", 1) == [f"{DEVICE}/event {large}"]


def test_an_account_that_is_no_service_is_refused(instance: Instance, local_directory: Path) -> None:
    with pytest.raises(StackError, match="no service 'mayor'; there are ingest, maintain, simulator"):
        MosquittoServer.start(instance.path / "mayor", ["ingest", "mayor"], local_directory=local_directory)


def test_a_password_is_hashed_as_mosquitto_passwd_does() -> None:
    members = password_members("secret", salt=b"twelve bytes")
    assert (members["iterations"], members["salt"], len(members["password"])) == (101, "dHdlbHZlIGJ5dGVz", 88)


def test_a_missing_broker_is_an_error_that_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("commune.stack.mosquitto.SYSTEM_PATH", str(tmp_path))
    with pytest.raises(ServerMissingError, match="package `mosquitto`"):
        find_mosquitto(tmp_path)
