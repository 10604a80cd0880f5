"""`commune ingest` as a process: what it tells Prometheus, and what it logs, in good times and bad."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.servers import free_port
from storage.connect import connect
from tests.ingest.conftest import Commissioned
from tests.variables import of_broker
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from commune.cli import main; main()", "ingest"]
Samples = dict[str, float]


@pytest.fixture(scope="module")
def broker_server(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of these tests' own: the process listens to all communes, those of other tests among them."""
    with MosquittoServer.start(instance.path / "process", local_directory=local_directory) as server:
        yield server


class Running:
    """One `commune ingest` with its metrics and its log."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self._log = log
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
        environment |= {"COMMUNE_INGEST_METRICS_PORT": str(self.port), "COMMUNE_LOG_FORMAT": "json"}
        with log.open("w", encoding="utf-8") as target:
            self.process = subprocess.Popen(PROGRAM, env=environment, stderr=target, cwd=log.parent)

    def scrape(self) -> Samples:
        """Every sample by its name and the values of its labels; nothing while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except (URLError, ConnectionError):
            return {}
        return {
            ".".join([sample.name.removeprefix("commune_ingest_"), *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str) -> float:
        return self.scrape().get(name, -1.0)

    def has_settled(self, messages: int) -> bool:
        """Whether so many messages are committed and counted; the time of a commit is counted last."""
        told = self.scrape()
        batches = told.get("batch_messages_count")
        return told.get("batch_messages_sum") == messages and told.get("commit_seconds_count") == batches

    def lines(self) -> list[dict[str, Any]]:
        """The log so far; fails when a line is no JSON object."""
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]


@contextmanager
def running(commissioned: Commissioned, directory: Path, **other: str) -> Iterator[Running]:
    """Ingest as a process, under the client id that `commissioned` cleans up; ends in order with the block."""
    settings = {
        "COMMUNE_DATABASE_URL": commissioned.url,
        **of_broker(commissioned.broker.address("ingest")),
        "COMMUNE_INGEST_CLIENT_ID": f"ingest-{commissioned.commune}",
        **other,
    }
    ingest = Running(settings, directory / "log")
    try:
        wait_until(lambda: ingest.value("connected") == 1, "ingest is connected", 40)
        yield ingest
    finally:
        ingest.process.terminate()
        status = ingest.process.wait(30)
    assert status == 0, ingest.lines()


@contextmanager
def database_away(url: str) -> Iterator[None]:
    """Nobody is let into the database, and nobody stays in it, until the block ends."""
    parts = urlsplit(url)
    name = parts.path[1:]
    with closing(connect(parts._replace(path="/postgres").geturl(), autocommit=True)) as connection:
        connection.execute("UPDATE pg_database SET datallowconn = false WHERE datname = %s", [name])
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute("UPDATE pg_database SET datallowconn = true WHERE datname = %s", [name])


def good(number: int) -> bytes:
    return orjson.dumps({"ts": 1795143600 + number, "pm25": 31.4})


def test_its_metrics_account_for_every_message(commissioned: Commissioned, tmp_path: Path) -> None:
    with running(commissioned, tmp_path) as ingest:
        commissioned.publish(*map(good, range(50)), *map(good, range(20)), b"no", b"[", b'{"pm25": -1}')
        commissioned.publish(orjson.dumps({"ts": 1795147200, "pm25": 5, "unheard_of": 1}))
        wait_until(lambda: ingest.has_settled(74), "74 are settled")
        told = ingest.scrape()
    assert (told["stored_total"], told["duplicate_total"], told["dead_lettered_total"]) == (51, 20, 3)
    assert told["received"] == told["stored_total"] + told["duplicate_total"] + told["dead_lettered_total"]
    by_reason = {name: value for name, value in told.items() if name.startswith("set_aside_total.")}
    assert by_reason == {
        "set_aside_total.not_json": 2,
        "set_aside_total.out_of_range": 1,
        "set_aside_total.empty": 1,
        "set_aside_total.unknown_field": 1,
    }
    assert told["readings_total.environment"] == 51
    assert told["redelivered_total"] == told["reconnects"] == told["database_errors_total"] == 0
    assert told["lag_seconds"] == told["in_hand_bytes"] == told["found_committed_total"] == 0
    assert told["batch_messages_sum"] == 74
    assert told["batch_messages_count"] == told["commit_seconds_count"] >= 1
    assert 0 < told["commit_seconds_sum"] < 60
    assert told["process_resident_memory_bytes"] > 10_000_000


def test_ten_thousand_bad_messages_and_a_good_one_are_a_handful_of_lines_whose_counts_add_up(
    commissioned: Commissioned, tmp_path: Path
) -> None:
    with running(commissioned, tmp_path, COMMUNE_INGEST_BATCH_MESSAGES="100") as ingest:
        commissioned.publish(*(b"bad %d" % number for number in range(10_000)), good(0))
        wait_until(lambda: ingest.has_settled(10_001), "all are settled", 60)
        told = ingest.scrape()
        assert (told["stored_total"], told["set_aside_total.not_json"]) == (1, 10_000)
    lines = ingest.lines()
    assert len(lines) < 12, lines
    counted: Counter[str] = Counter()
    for line in lines:
        counted.update(line.get("set_aside", {}))
    assert counted == {"not_json": 10_000}
    assert {"time", "level", "logger", "message"} <= set(lines[0])


def test_a_database_that_is_away_is_told_by_lag_and_errors_and_two_lines(
    commissioned: Commissioned, tmp_path: Path
) -> None:
    commissioned.connection.close()
    with running(commissioned, tmp_path) as ingest:
        with database_away(commissioned.url):
            commissioned.publish(good(0))
            wait_until(lambda: ingest.value("lag_seconds") > 1.5, "the lag grows")
            told = ingest.scrape()
            assert told["in_hand"] == 1
            assert told["database_errors_total"] >= 1
        wait_until(lambda: ingest.value("stored_total") == 1, "the message is stored", 40)
        assert ingest.value("lag_seconds") == 0
    said = [line for line in ingest.lines() if "database" in line["message"]]
    assert [line["level"] for line in said if line["level"] == "error"] != []
    assert len(said) <= 5, said
    assert said[-1]["message"] == "the database takes what is in hand again"


def test_a_broker_that_restarts_is_counted_as_one_reconnection(commissioned: Commissioned, tmp_path: Path) -> None:
    with running(commissioned, tmp_path) as ingest:
        commissioned.publish(good(0))
        wait_until(lambda: ingest.value("stored_total") == 1, "the message is stored")
        commissioned.broker.restart()
        wait_until(lambda: ingest.value("reconnects") == 1 and ingest.value("connected") == 1, "it is back", 40)
        commissioned.publish(good(1))
        wait_until(lambda: ingest.value("stored_total") == 2, "the next message is stored")


@pytest.mark.parametrize("path", ["/metrics", "/"])
def test_its_metrics_are_on_loopback_and_need_no_name(commissioned: Commissioned, tmp_path: Path, path: str) -> None:
    with (
        running(commissioned, tmp_path) as ingest,
        urlopen(f"http://127.0.0.1:{ingest.port}{path}", timeout=10) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/plain")
