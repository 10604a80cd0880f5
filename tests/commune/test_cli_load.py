"""`commune simulate load`: what it prints, how it ends, and that ingest stores what it sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from commune.cli import app
from commune.parts import broker_address
from commune.settings import Settings
from commune.stack.mosquitto import MosquittoServer
from ingest.service import Ingest, IngestConfig
from simulators.load import COMMUNE
from storage.connect import connect
from storage.ledger import totals
from storage.registry import list_devices
from tests.variables import of_broker
from tests.waiting import wait_until

runner = CliRunner()


@pytest.fixture
def broker(tmp_path: Path, local_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MosquittoServer]:
    """A broker of this test's own, in the settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMMUNE_DATABASE_URL", raising=False)
    with MosquittoServer.start(tmp_path / "broker", local_directory=local_directory) as server:
        for name, value in of_broker(server.address("simulator")).items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_load_is_registered_sent_and_stored_to_the_last_reading(
    broker: MosquittoServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMUNE_DATABASE_URL", database_url)
    service = Ingest(IngestConfig(database_url=database_url, broker=broker.address("ingest"), client_id="load-test"))
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        assert service.session.connected.wait(30)
        arguments = ["simulate", "load", "--devices", "30", "--rate", "0", "--seconds", "0.3", "--json"]
        result = runner.invoke(app, [*arguments, "--register"])
        assert result.exit_code == 0, result.stderr
        assert "30 devices registered, 0 were already" in result.stderr
        counts = orjson.loads(result.stdout)
        assert counts["published"] == counts["acknowledged"] > 100
        with connect(database_url, autocommit=True) as connection:
            assert len(list_devices(connection, commune=COMMUNE.code)) == 30
            wait_until(lambda: totals(connection).received >= counts["published"], "ingest has settled the load")
            sums = totals(connection)
        assert (sums.stored, sums.duplicate, sums.dead_lettered) == (counts["published"], 0, 0)
        again = runner.invoke(app, [*arguments, "--register"])
        assert "0 devices registered, 30 were already" in again.stderr
    finally:
        service.stop()
        thread.join()


def test_a_load_is_summed_up_in_words(broker: MosquittoServer) -> None:
    result = runner.invoke(app, ["simulate", "load", "--devices", "5", "--rate", "0", "--seconds", "0.2"])
    assert result.exit_code == 0, result.stderr
    assert "from 5 devices over 1 connections of 1 processes" in result.stdout
    assert "nobody had subscribed" in result.stdout


def test_a_rate_that_is_not_reached_fails_with_the_rate_that_was(broker: MosquittoServer) -> None:
    result = runner.invoke(app, ["simulate", "load", "--rate", "9000000", "--seconds", "0.3", "--json"])
    assert result.exit_code == 1
    counts = orjson.loads(result.stdout)
    assert f"{counts['rate_per_second']:,.0f} messages a second of 9,000,000" in result.stderr


def test_what_the_machine_cannot_do_is_refused_before_anything_is_sent(broker: MosquittoServer) -> None:
    result = runner.invoke(app, ["simulate", "load", "--devices", "90000", "--connections", "80000"])
    assert result.exit_code == 1
    assert "a process of this machine can hold" in result.stderr
    assert result.stdout == ""


def test_an_account_that_may_not_publish_fails_the_load(
    broker: MosquittoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = broker.address("ingest")
    monkeypatch.setenv("COMMUNE_BROKER_USERNAME", address.username or "")
    monkeypatch.setenv("COMMUNE_BROKER_PASSWORD", address.password or "")
    assert broker_address(Settings()).username == address.username
    result = runner.invoke(app, ["simulate", "load", "--rate", "100", "--seconds", "0.3"])
    assert result.exit_code == 1
    assert "the broker refused" in result.stderr
