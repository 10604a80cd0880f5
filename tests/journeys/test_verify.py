"""A run with every fault against a running stack, and its manifest against the database: no difference, unless
ingest is broken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from broker.baseline import keep_session
from commune.cli import app
from commune.sample import register
from commune.settings import PREFIX
from commune.stack.mosquitto import MosquittoServer
from devices.reasons import Reason
from devices.topics import subscription
from ingest.service import CHANNELS
from simulators.communes import load
from simulators.faults import FAULTS
from storage.connect import connect
from storage.ledger import totals
from tests.journeys.saboteur import WAYS
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
CLIENT_ID = "ingest-verify"
RUN = ("--fleet", "all-faults", "--seconds", "6", "--speed", "1200", "--seed", "1")
"""Two simulated hours in six seconds."""
TWO_FAULTS = """
[[fault]]
name = "sentinel"
devices = ["mn-01", "mn-02"]
field = "level"
share = 0.9

[[fault]]
name = "clock_ahead"
devices = ["cam-01"]
"""


@pytest.fixture
def broker(tmp_path: Path, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker of each test's own: the statuses that one run leaves behind in it would reach the next."""
    with MosquittoServer.start(tmp_path / "broker", local_directory=local_directory) as server:
        yield server


class Stack:
    """A database with the sample commune, a broker, and the settings to reach both."""

    def __init__(self, url: str, broker: MosquittoServer, directory: Path) -> None:
        self.url = url
        self.directory = directory
        self.manifest = directory / "run.manifest"
        self._address = broker.address("ingest")
        simulator = broker.address("simulator")
        keep_session(self._address, CLIENT_ID, [subscription(channel) for channel in CHANNELS])
        with closing(connect(url, autocommit=True)) as session:
            register(session, load("gia-loc"))
        self.environment = {
            f"{PREFIX}DATABASE_URL": url,
            f"{PREFIX}BROKER_HOST": simulator.host,
            f"{PREFIX}BROKER_PORT": str(simulator.port),
            f"{PREFIX}BROKER_USERNAME": simulator.username or "",
            f"{PREFIX}BROKER_PASSWORD": simulator.password or "",
        }

    @contextmanager
    def ingest(self, *program: str) -> Iterator[subprocess.Popen[bytes]]:
        """`commune ingest` in a process of its own until the block ends."""
        ours = {
            f"{PREFIX}BROKER_USERNAME": self._address.username or "",
            f"{PREFIX}BROKER_PASSWORD": self._address.password or "",
            f"{PREFIX}INGEST_CLIENT_ID": CLIENT_ID,
            f"{PREFIX}INGEST_BATCH_MESSAGES": "200",
        }
        argv = [sys.executable, *(program or ("-m", "commune", "ingest"))]
        with (self.directory / "ingest.log").open("ab") as log:
            child = subprocess.Popen(
                argv, env={**os.environ, **self.environment, **ours}, stdout=log, stderr=log, cwd=ROOT
            )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()

    def command(self, *words: str) -> Result:
        """One command of ours in this process."""
        return CliRunner().invoke(app, ["simulate", *words], env=self.environment)

    def run_apart(self) -> subprocess.Popen[bytes]:
        """`commune simulate run` with every fault and a manifest, in a process of its own."""
        argv = [sys.executable, "-m", "commune", "simulate", "run", *RUN, "--manifest", str(self.manifest), "--json"]
        return subprocess.Popen(argv, env={**os.environ, **self.environment}, stdout=subprocess.PIPE, cwd=ROOT)

    def run(self, *wishes: str) -> dict[str, Any]:
        """The same here, with every fault or as it is wished; its statistics."""
        result = self.command("run", *(wishes or RUN), "--manifest", str(self.manifest), "--json")
        assert result.exit_code == 0, result.output
        statistics: dict[str, Any] = orjson.loads(result.stdout.splitlines()[-1])
        return statistics

    def verify(self, wait: float = 90.0) -> tuple[int, dict[str, Any]]:
        """`commune simulate verify`; its exit code and its report. What is missing is waited for."""
        result = self.command("verify", "--manifest", str(self.manifest), "--wait", str(wait), "--json")
        assert result.stdout, result.output
        return result.exit_code, orjson.loads(result.stdout)

    def has_received(self, count: int) -> bool:
        """Whether so many messages are in the ledger."""
        return self.received() >= count

    def received(self) -> int:
        """How many messages are in the ledger."""
        with closing(connect(self.url, autocommit=True)) as session:
            return totals(session).received


@pytest.fixture
def stack(database_url: str, broker: MosquittoServer, tmp_path: Path) -> Stack:
    """A stack for one test; ingest is not running yet."""
    return Stack(database_url, broker, tmp_path)


def test_every_fault_is_exercised_and_there_is_no_difference(stack: Stack) -> None:
    with stack.ingest():
        statistics = stack.run()
        code, report = stack.verify()
    assert report["differences"] == []
    assert code == 0
    assert report["faults"].keys() == FAULTS.keys() == statistics["faults"].keys()
    assert min(report["faults"].values()) >= 1
    assert report["messages"] == statistics["published"] + statistics["wills"]
    assert report["fates"]["lost"] == statistics["lost"] > 0
    assert {"stored", "duplicate", "dead_letter", "lost"} == report["fates"].keys()
    with closing(connect(stack.url, autocommit=True)) as session:
        sums = totals(session)
        reasons = {reason for (reason,) in session.execute("SELECT DISTINCT reason FROM dead_letter")}
    assert sums.received == report["messages"]
    assert (sums.stored, sums.duplicate, sums.dead_lettered) == tuple(
        report["fates"][fate] for fate in ("stored", "duplicate", "dead_letter")
    )
    assert sums.readings_merged > 0
    assert reasons >= {
        reason.value
        for reason in (
            *(Reason.NOT_JSON, Reason.UNKNOWN_DEVICE, Reason.WRONG_TYPE, Reason.OUT_OF_RANGE, Reason.SENTINEL),
            *(Reason.CONFLICT, Reason.BAD_TIME),
        )
    }


def test_nothing_is_amiss_after_ingest_was_killed_in_the_middle(stack: Stack) -> None:
    run = stack.run_apart()
    kills = 0
    while kills < 3:
        with stack.ingest() as child:
            before = stack.received()
            wait_until(partial(stack.has_received, before + 300), "ingest is at work", 60)
            child.kill()
            kills += 1
    with stack.ingest():
        output, _ = run.communicate(timeout=120)
        code, report = stack.verify()
    assert run.returncode == 0
    assert report["differences"] == []
    assert code == 0
    statistics = orjson.loads(output)
    assert report["messages"] == statistics["published"] + statistics["wills"]


@pytest.mark.parametrize(
    ("way", "what", "words"),
    [
        ("drop_a_batch", "missing", "is not stored"),
        ("believe_every_clock", "unknown", "nothing in the manifest says this"),
        ("store_sentinels", "value", "level is -999.0, and must be None"),
    ],
)
def test_a_broken_ingest_is_found_out(way: str, what: str, words: str, stack: Stack) -> None:
    fleet = stack.directory / "two-faults.toml"
    fleet.write_text(TWO_FAULTS, encoding="utf-8")
    with stack.ingest("-m", "tests.journeys.saboteur", way):
        sent = stack.run("--fleet", str(fleet), "--devices", "18", "--seconds", "3", "--speed", "2400")["published"]
        # What a batch holds that is dropped nobody knows; all else is waited for, however busy the machine is.
        wait_until(partial(stack.has_received, sent * 3 // 4 if way == "drop_a_batch" else sent), "all is settled", 60)
        code, report = stack.verify(wait=2.0)
    assert code == 1
    assert [d for d in report["differences"] if d["what"] == what and words in d["detail"]], report["differences"][:5]


def test_every_way_to_break_ingest_is_tried() -> None:
    assert set(WAYS) == {"drop_a_batch", "believe_every_clock", "store_sentinels"}


def test_a_manifest_is_written_once_and_one_that_is_none_is_refused(stack: Stack) -> None:
    stack.manifest.write_bytes(b"not a database")
    for words in (("run", *RUN), ("verify",)):
        result = stack.command(*words, "--manifest", str(stack.manifest))
        assert result.exit_code != 0
        assert "manifest" in result.output
