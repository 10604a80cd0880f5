"""`commune doctor` names what is wrong, and makes every other check all the same."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from broker.address import BrokerAddress
from broker.errors import NothingToldByBroker
from broker.publisher import Publisher
from broker.watch import Watch, look
from commune.cli import app
from commune.diagnosis import CHECKS, judge_clock, judge_disk
from commune.findings import State
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from storage.connect import connect
from tests.broker.queues import leave_a_session, watching
from tests.variables import of_broker
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("COMMUNE_"):
            monkeypatch.delenv(name)


def environment(database_url: str, address: BrokerAddress, directory: Path) -> dict[str, str]:
    """What a healthy installation gives to its processes."""
    return {
        "COMMUNE_DATABASE_URL": database_url,
        **of_broker(address),
        "COMMUNE_SECRET_KEY": "a secret of more than thirty-two characters",
        "COMMUNE_LOCAL_DIRECTORY": str(directory),
    }


@pytest.fixture(scope="module")
def calm_broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of these tests' own, with nothing in its queues, that has said how it stands."""
    settings = {"sys_interval": "1"}
    with MosquittoServer.start(instance.path / "calm", settings=settings, local_directory=local_directory) as server:
        wait_until(lambda: has_spoken(server), "the broker says how it stands")
        yield server


def told(watched: Watch) -> tuple[int, int | None]:
    """How many messages a broker says that it dropped, and how many sessions that nobody uses."""
    condition = watched.condition()
    return (0, None) if condition is None else (condition.dropped, condition.sessions_away)


def has_spoken(server: MosquittoServer) -> bool:
    try:
        return look(server.address("maintain"), timeout_seconds=0.5).heap_bytes is not None
    except NothingToldByBroker:
        return False


@pytest.fixture
def healthy(database_url: str, calm_broker: MosquittoServer, tmp_path: Path) -> dict[str, str]:
    file = str(calm_broker.configuration_file)
    settings = environment(database_url, calm_broker.address("maintain"), tmp_path)
    return settings | {"COMMUNE_BROKER_CONFIGURATION_FILE": file}


def run(variables: Mapping[str, str], *arguments: str) -> Result:
    """The command's result with these environment variables."""
    return CliRunner().invoke(app, ["doctor", *arguments], env=dict(variables))


def checks(result: Result) -> dict[str, dict[str, Any]]:
    """The findings of a run with --json, by check."""
    return {finding["check"]: finding for finding in json.loads(result.stdout)["checks"]}


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_healthy_installation_has_every_check_made_and_none_failed(healthy: dict[str, str]) -> None:
    result = run(healthy, "--json")
    assert result.exit_code == 0, result.stdout
    assert json.loads(result.stdout)["ok"] is True
    assert list(checks(result)) == ["settings", *CHECKS]
    assert {name: finding["state"] for name, finding in checks(result).items() if name != "disk"} == dict.fromkeys(
        ["settings", *(name for name in CHECKS if name != "disk")], "ok"
    )


def test_the_edition_of_the_database_and_the_version_of_the_broker_are_named(healthy: dict[str, str]) -> None:
    findings = checks(run(healthy, "--json"))
    assert "PostgreSQL" in findings["database"]["message"]
    assert "account maintain" in findings["broker"]["message"]


def test_each_line_says_the_same_in_english_and_then_in_vietnamese(healthy: dict[str, str]) -> None:
    lines = run(healthy).stdout.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert lines[0].split(maxsplit=2)[:2] == ["ok", "settings"]
    assert lines[0].endswith("all settings can be used · mọi thiết lập đều dùng được")


def test_a_database_that_is_away_fails_its_checks_and_the_broker_is_asked_all_the_same(healthy: dict[str, str]) -> None:
    away = {**healthy, "COMMUNE_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/commune"}
    result = run(away, "--json")
    assert result.exit_code == 1
    failed = {name for name, finding in checks(result).items() if finding["state"] == "fail"}
    assert failed - {"disk"} == {"database", "migrations", "sessions", "accounts", "alerts", "clock"}
    assert checks(result)["broker"]["state"] == "ok"


def test_a_database_that_nobody_named_is_said_to_be_missing(healthy: dict[str, str]) -> None:
    nameless = {name: value for name, value in healthy.items() if name != "COMMUNE_DATABASE_URL"}
    result = run(nameless, "--only", "database")
    assert result.exit_code == 1
    assert "COMMUNE_DATABASE_URL is not set" in result.stdout


def test_a_database_without_the_schema_is_told_to_migrate_and_stays_as_it_is(
    healthy: dict[str, str], empty_database_url: str
) -> None:
    bare = {**healthy, "COMMUNE_DATABASE_URL": empty_database_url}
    for _ in range(2):
        result = run(bare, "--only", "migrations", "--json")
        assert result.exit_code == 1
        assert "commune db migrate" in checks(result)["migrations"]["message"]
        assert "0001_roles" in checks(result)["migrations"]["message"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"COMMUNE_BROKER_PASSWORD": "wrong"}, "refused account 'maintain'"),
        ({"COMMUNE_BROKER_USERNAME": "", "COMMUNE_BROKER_PASSWORD": ""}, "refused"),
    ],
    ids=["wrong password", "no account"],
)
def test_a_broker_that_refuses_the_account_fails_and_says_whom(
    healthy: dict[str, str], change: dict[str, str], words: str
) -> None:
    result = run({**healthy, **change}, "--only", "broker", "--json")
    assert result.exit_code == 1
    assert words in checks(result)["broker"]["message"]


def test_a_broker_that_is_away_fails_and_says_where_it_was_looked_for(healthy: dict[str, str]) -> None:
    port = free_port()
    result = run({**healthy, "COMMUNE_BROKER_PORT": str(port)}, "--only", "broker")
    assert result.exit_code == 1
    assert f"127.0.0.1:{port} cannot be reached" in result.stdout


def test_a_session_that_has_not_written_for_a_day_is_a_warning(healthy: dict[str, str]) -> None:
    with connect(healthy["COMMUNE_DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO ingest_worker (client_id, started_at, seen_at, received, in_hand) VALUES"
            " ('left-behind', now() - interval '9 days', now() - interval '25 hours', 7, 0),"
            " ('at-work', now() - interval '9 days', now() - interval '1 hour', 7, 0)"
        )
    result = run(healthy, "--only", "sessions", "--json")
    assert result.exit_code == 0
    finding = checks(result)["sessions"]
    assert finding["state"] == "warn"
    assert "left-behind" in finding["message"]
    assert "left-behind" in finding["message_vi"]
    assert "at-work" not in finding["message"]


def test_an_open_alert_is_a_warning_in_its_own_words(healthy: dict[str, str]) -> None:
    with connect(healthy["COMMUNE_DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO alert (kind, subject, opened_at, seen_at, closed_at, detail_vi, detail_en) VALUES"
            " ('broker_drop', 'a', now(), now(), NULL, 'đã bỏ 7', 'has dropped 7'),"
            " ('broker_drop', 'b', now(), now(), now(), 'đã xong', 'is over')"
        )
    finding = checks(run(healthy, "--only", "alerts", "--json"))["alerts"]
    assert finding["state"] == "warn"
    assert "has dropped 7" in finding["message"] and "đã bỏ 7" in finding["message_vi"]
    assert "is over" not in finding["message"]


def test_the_loss_by_a_power_cut_of_the_broker_is_told_as_a_number(healthy: dict[str, str]) -> None:
    finding = checks(run(healthy, "--only", "durability", "--json"))["durability"]
    assert finding["state"] == "ok"
    assert "costs what came in the last 60 s (autosave_interval): at most" in finding["message"]
    nameless = {name: value for name, value in healthy.items() if name != "COMMUNE_BROKER_CONFIGURATION_FILE"}
    finding = checks(run(nameless, "--only", "durability", "--json"))["durability"]
    assert finding["state"] == "warn"
    assert "COMMUNE_BROKER_CONFIGURATION_FILE" in finding["message"]


def test_a_configuration_that_is_not_there_fails_and_is_named(healthy: dict[str, str], tmp_path: Path) -> None:
    lost = {**healthy, "COMMUNE_BROKER_CONFIGURATION_FILE": str(tmp_path / "lost.conf")}
    result = run(lost, "--only", "queues", "--json")
    assert result.exit_code == 1
    assert "lost.conf cannot be read" in checks(result)["queues"]["message"]


def test_an_account_that_may_not_read_the_brokers_numbers_fails_and_is_told_what_to_give_it(
    healthy: dict[str, str], calm_broker: MosquittoServer
) -> None:
    address = calm_broker.address("simulator")
    other = {
        **healthy,
        "COMMUNE_BROKER_USERNAME": address.username or "",
        "COMMUNE_BROKER_PASSWORD": address.password or "",
    }
    finding = checks(run(other, "--only", "queues", "--json"))["queues"]
    assert finding["state"] == "fail"
    assert "$SYS" in finding["message"]


def test_a_session_that_nobody_uses_and_a_queue_that_overflows_are_warnings(
    healthy: dict[str, str], instance: Instance, local_directory: Path
) -> None:
    settings = {"sys_interval": "1", "max_queued_messages": "50"}
    with MosquittoServer.start(instance.path / "full", settings=settings, local_directory=local_directory) as server:
        leave_a_session(server.address("ingest"), "left-behind", "xa/#")
        with Publisher(server.address("simulator"), "too-many") as publisher:
            for number in range(60):
                publisher.publish("xa/a/b/c/telemetry", b"%d" % number)
        with watching(server.address("maintain")) as watched:
            wait_until(lambda: told(watched) == (10, 1), "the broker tells of 10 dropped messages and 1 session")
        file = {"COMMUNE_BROKER_CONFIGURATION_FILE": str(server.configuration_file)}
        there = environment(healthy["COMMUNE_DATABASE_URL"], server.address("maintain"), Path("/tmp"))
        finding = checks(run({**there, **file}, "--only", "queues", "--json"))["queues"]
    assert finding["state"] == "fail"
    assert "what a queue may hold; at 100 % the broker drops what comes" in finding["message"]
    assert "has dropped 10 messages since it started" in finding["message"]
    assert "1 sessions are kept while nobody is connected" in finding["message"]
    assert "QoS 0" in finding["message"] and "QoS 0" in finding["message_vi"]


def test_a_bad_setting_is_named_and_ends_the_examination() -> None:
    result = run({"COMMUNE_BROKER_PORT": "many"}, "--json")
    assert result.exit_code == 1
    assert list(checks(result)) == ["settings"]
    assert "COMMUNE_BROKER_PORT='many'" in checks(result)["settings"]["message"]


def test_only_the_checks_that_were_asked_for_are_made(healthy: dict[str, str]) -> None:
    result = run(healthy, "--only", "clock", "--only", "database", "--json")
    assert list(checks(result)) == ["settings", "database", "clock"]


def test_an_unknown_check_is_refused_with_the_known_ones() -> None:
    result = run({}, "--only", "weather")
    assert result.exit_code == 2
    assert "weather" in result.stderr
    assert "database" in result.stderr


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0.0, State.OK),
        (1.9, State.OK),
        (-2.0, State.WARN),
        (119.0, State.WARN),
        (120.0, State.FAIL),
        (-9e5, State.FAIL),
    ],
)
def test_a_clock_is_judged_by_how_far_it_is_off_either_way(seconds: float, state: State) -> None:
    finding = judge_clock(seconds)
    assert finding.state is state
    assert f"{seconds:+.1f} s" in finding.text.en
    assert f"{seconds:+.1f} s" in finding.text.vi


@pytest.mark.parametrize(("free", "state"), [(50, State.OK), (10, State.OK), (9, State.WARN), (1, State.FAIL)])
def test_a_disk_is_judged_by_the_share_that_is_free(free: int, state: State) -> None:
    finding = judge_disk(Path("/somewhere"), free * 1024**3, 100 * 1024**3)
    assert finding.state is state
    assert f"{free:.1f} GiB" in finding.text.en


def test_the_disk_of_a_directory_that_is_not_made_yet_is_that_of_its_parent(tmp_path: Path) -> None:
    result = run({"COMMUNE_LOCAL_DIRECTORY": str(tmp_path / "to" / "come")}, "--only", "disk", "--json")
    assert f"at {tmp_path}" in checks(result)["disk"]["message"]
