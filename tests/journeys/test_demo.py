"""`commune demo` as people start it: the sum at the end, and nothing left of it however it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.address import BrokerAddress
from broker.probe import probe
from broker.publisher import Publisher
from commune.demo.reckoning import Books
from commune.demo.services import ask, command_of
from commune.stack.installations import Flavour
from commune.stack.postgres import PostgresServer
from commune.stack.servers import accepts
from devices.catalogue import KINDS
from storage.connect import connect
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
SMALL = ("--days", "0.05", "--devices", "18")
START_SECONDS = 120.0


class Show:
    """A running `commune demo`."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self.process = process
        self._errors = errors

    def told(self) -> str:
        """What it has told people so far."""
        return self._errors.read_text(encoding="utf-8")

    def runs(self) -> bool:
        """Whether it publishes by now; fails when it has ended instead."""
        assert self.process.poll() is None, self.told()
        return "\nsimulating " in self.told()

    def wait_until_it_runs(self) -> None:
        """Wait until it publishes."""
        wait_until(self.runs, "the demonstration runs", START_SECONDS)

    @property
    def ports(self) -> list[int]:
        """Ports of its broker, API and database (if that is its own)."""
        return [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", self.told())]

    @property
    def directory(self) -> Path:
        """Its instance directory."""
        found = re.search(r"in (\S+)/broker/accounts", self.told())
        assert found, self.told()
        return ROOT / found[1]

    def broker(self, account: str) -> BrokerAddress:
        """Its broker, as one of the accounts."""
        found = re.search(r"MQTT: +127\.0\.0\.1:(\d+)", self.told())
        assert found
        lines = (self.directory / "broker" / "accounts").read_text().splitlines()
        return BrokerAddress("127.0.0.1", int(found[1]), account, dict(line.split() for line in lines)[account])

    def result(self) -> dict[str, Any]:
        """Wait for its end and return the object of its last line."""
        output, _ = self.process.communicate(timeout=START_SECONDS)
        result = json.loads(output.splitlines()[-1])
        assert isinstance(result, dict)
        return result


@contextmanager
def demo(tmp_path: Path, local: Path, flavour: Flavour, *arguments: str, **settings: str) -> Iterator[Show]:
    """Start `commune demo --json` in a small size."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COMMUNE_")}
    environment |= {"COMMUNE_LOCAL_DIRECTORY": str(local), **settings}
    argv = command_of("demo", "--json", "--edition", flavour, *SMALL, *arguments)
    errors = tmp_path / f"told-{len(list(tmp_path.iterdir()))}"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment, cwd=ROOT) as process,
    ):
        try:
            yield Show(process, errors)
        finally:
            process.terminate()


def sum_holds(result: dict[str, Any]) -> bool:
    """Whether all that was published is accounted for."""
    settled = result["stored"] + result["duplicate"] + result["dead_lettered"]
    return bool(result["published"] == result["received"] == settled and result["in_hand"] == 0)


def test_an_unattended_demonstration_ends_with_a_sum_that_holds_for_all_kinds(
    tmp_path: Path, local_directory: Path, flavour: Flavour, postgres_server: PostgresServer
) -> None:
    with demo(tmp_path, local_directory, flavour, "--seconds", "8") as show:
        result = show.result()
        assert show.process.returncode == 0, show.told()
    assert sum_holds(result)
    assert set(result["kinds"]) == set(KINDS)
    assert min(result["kinds"].values()) > 0
    assert result["history_readings"] > 0
    assert result["edition"].split()[0] == postgres_server.edition.split()[0]
    assert not any(accepts(port) for port in show.ports)


def test_a_second_demonstration_runs_beside_the_first_until_both_are_told_to_end(
    tmp_path: Path, local_directory: Path, flavour: Flavour
) -> None:
    with demo(tmp_path, local_directory, flavour) as first, demo(tmp_path, local_directory, flavour) as second:
        shows = (first, second)
        for show in shows:
            show.wait_until_it_runs()
            assert all(accepts(port) for port in show.ports)
        assert not set(first.ports) & set(second.ports)
        directories = [show.directory for show in shows]
        for show, number in zip(shows, (signal.SIGINT, signal.SIGTERM), strict=True):
            show.process.send_signal(number)
        for show in shows:
            assert sum_holds(show.result())
            assert show.process.returncode == 0, show.told()
            assert not any(accepts(port) for port in show.ports)
    assert not any(directory.exists() for directory in directories)


def test_the_page_the_api_and_the_tls_listener_answer_where_it_says(
    tmp_path: Path, local_directory: Path, flavour: Flavour
) -> None:
    with demo(tmp_path, local_directory, flavour, "--tls") as show:
        show.wait_until_it_runs()
        secure = re.search(r"MQTT TLS: 127\.0\.0\.1:(\d+), CA certificate in (\S+)", show.told())
        assert secure
        address = replace(show.broker("simulator"), port=int(secure[1]), ca_file=ROOT / secure[2])
        assert probe(address, version_timeout_seconds=0).seconds > 0
        found = re.search(r"API: +http://127\.0\.0\.1:(\d+)(\S+)", show.told())
        assert found
        assert ask(int(found[1]), found[2])[0] == 200
        assert ask(int(found[1]), "/")[0] == 303, "nobody sees a page without signing in"


def test_a_message_that_the_simulators_did_not_send_breaks_the_sum_and_is_named(
    tmp_path: Path, local_directory: Path, flavour: Flavour, postgres_server: PostgresServer
) -> None:
    with demo(tmp_path, local_directory, flavour, "--seconds", "8") as show:
        show.wait_until_it_runs()
        with Publisher(show.broker("simulator"), "stranger") as stranger:
            stranger.publish("xa/gia-loc/wifi/no-such-device/telemetry", b"{}")
        result = show.result()
        assert show.process.returncode == 1
        assert f"published {result['published']} differs from received {result['received']} by -1" in show.told()
    assert result["dead_lettered"] == 1


def test_one_that_is_killed_leaves_nothing_running(tmp_path: Path, local_directory: Path, flavour: Flavour) -> None:
    with demo(tmp_path, local_directory, flavour) as show:
        show.wait_until_it_runs()
        pids = [pair[0] for path in show.directory.rglob("*.pids") for pair in json.loads(path.read_text()).values()]
        assert len(pids) == 10, "five servers and their guards"
        show.process.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "all its processes are gone", 60)
        assert not any(accepts(port) for port in show.ports)


def test_one_that_is_stopped_while_it_prepares_leaves_nothing(
    tmp_path: Path, local_directory: Path, flavour: Flavour
) -> None:
    with demo(tmp_path, local_directory, flavour, "--days", "300") as show:
        wait_until(lambda: "\nlogs:" in show.told(), "it writes history", START_SECONDS)
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(60) == 130
        assert "stopped before it began" in show.told()
        assert not any(accepts(port) for port in show.ports)


def test_an_ingest_that_dies_is_the_end_of_it(tmp_path: Path, local_directory: Path, flavour: Flavour) -> None:
    with demo(tmp_path, local_directory, flavour) as show:
        show.wait_until_it_runs()
        os.kill(json.loads((show.directory / "ingest.pids").read_text())["server"][0], signal.SIGKILL)
        assert show.process.wait(60) == 1
        assert "commune ingest ended with status 137" in show.told()


def test_a_database_that_the_settings_name_is_used_and_keeps_what_was_stored(
    tmp_path: Path, local_directory: Path, flavour: Flavour, database_url: str
) -> None:
    with demo(tmp_path, local_directory, flavour, "--seconds", "8", COMMUNE_DATABASE_URL=database_url) as show:
        result = show.result()
        assert show.process.returncode == 0, show.told()
        assert "postgresql://" not in show.told()
    with closing(connect(database_url)) as session:
        books = Books.read(session)
    assert books.received == result["received"]
    assert sum(books.kinds.values()) == sum(result["kinds"].values()) + result["history_readings"]


def test_a_commune_that_is_not_there_is_named(tmp_path: Path, local_directory: Path, flavour: Flavour) -> None:
    with demo(tmp_path, local_directory, flavour, "--commune", "atlantis") as show:
        assert show.process.wait(60) == 1
        assert "'atlantis'; there is gia-loc" in show.told()


@pytest.mark.parametrize(
    "arguments", [["--seconds", "0"], ["--speed", "0"], ["--devices", "8"], ["--edition", "oracle"]]
)
def test_an_option_that_makes_no_sense_is_refused(arguments: list[str]) -> None:
    result = subprocess.run(command_of("demo", *arguments), capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert arguments[0] in result.stderr
