"""`commune simulate`: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from typer.testing import CliRunner

from commune.cli import app
from commune.cli.simulate_options import broker_of
from commune.settings import read_settings
from commune.stack.mosquitto import MosquittoServer
from devices.catalogue import KINDS
from storage.connect import connect
from tests.variables import of_broker

runner = CliRunner()


@pytest.fixture
def empty_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Settings that name no server."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "BROKER_HOST", "BROKER_PORT", "BROKER_USERNAME", "BROKER_PASSWORD"):
        monkeypatch.delenv(f"COMMUNE_{name}", raising=False)
    return monkeypatch


def test_help_names_every_command() -> None:
    result = runner.invoke(app, ["simulate", "--help"])
    assert result.exit_code == 0
    for command in ("run", "backfill", "register", "kinds", "preview"):
        assert command in result.stdout


def test_kinds_lists_all_nine_with_their_devices() -> None:
    result = runner.invoke(app, ["simulate", "kinds", "--json"])
    data = orjson.loads(result.stdout)
    assert data["kinds"].keys() == KINDS.keys()
    assert sum(kind["devices"] for kind in data["kinds"].values()) == 120
    assert "not official" in data["note"]
    assert "signal_probe" in runner.invoke(app, ["simulate", "kinds"]).stdout


def test_a_preview_needs_neither_broker_nor_database(empty_settings: pytest.MonkeyPatch) -> None:
    arguments = ["simulate", "preview", "cb-mt-01", "--hours", "2", "--end", "2026-11-20T10:00:00+07:00"]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))
    assert len(rows) == 120
    assert 5 < float(rows[0]["temperature"]) < 40
    assert rows[0]["time"].startswith("2026-11-20T08:00")
    assert runner.invoke(app, arguments).stdout == result.stdout
    assert runner.invoke(app, [*arguments, "--seed", "2"]).stdout != result.stdout


def test_a_preview_as_json_is_the_payloads() -> None:
    result = runner.invoke(
        app, ["simulate", "preview", "wifi-01", "--hours", "0.1", "--end", "2026-11-20T03:00:00Z", "--json"]
    )
    messages = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert len(messages) == 6
    assert [member["radio"] for member in messages[0]] == ["2.4GHz", "5GHz"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["preview", "nope"], 1, "no device 'nope'"),
        (["preview", "cb-mt-01", "--end", "yesterday"], 2, "--end 'yesterday'"),
        (["preview", "cb-mt-01", "--end", "2020-01-01T00:00:00Z"], 1, "before the simulated world begins"),
        (["kinds", "--commune", "vo-nhai"], 1, "no sample commune 'vo-nhai'"),
        (["run", "--devices", "500"], 1, "has 120 devices, not 500"),
        (["run", "--speed", "0"], 1, "a speed of 0"),
        (["run", "--broker", "broker:1883"], 2, "expected mqtt://host"),
        (["load", "--broker", "mqtt://broker/path"], 2, "expected mqtt://host"),
        (["run", "--broker", "mqtt://broker:none"], 2, "could not be cast to integer"),
        (["backfill", "--days", "9000"], 1, "before the simulated world begins"),
        (["backfill", "--days", "1"], 2, "COMMUNE_DATABASE_URL is not set"),
        (["register"], 2, "COMMUNE_DATABASE_URL is not set"),
    ],
)
def test_failures_are_one_line_on_standard_error(
    empty_settings: pytest.MonkeyPatch, arguments: list[str], code: int, words: str
) -> None:
    result = runner.invoke(app, ["simulate", *arguments])
    assert result.exit_code == code
    assert words in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_broker_that_is_not_there_fails_the_run(empty_settings: pytest.MonkeyPatch) -> None:
    empty_settings.setenv("COMMUNE_BROKER_PORT", "1")
    result = runner.invoke(app, ["simulate", "run", "--devices", "1", "--seconds", "1"])
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr


@pytest.fixture
def own_broker(tmp_path: Path, local_directory: Path, empty_settings: pytest.MonkeyPatch) -> MosquittoServer:
    """A broker in the settings; what is retained on it must not reach the tests of others."""
    server = MosquittoServer.start(tmp_path / "broker", local_directory=local_directory)
    for name, value in of_broker(server.address("simulator")).items():
        empty_settings.setenv(name, value)
    return server


def test_a_run_ends_with_its_counts(own_broker: MosquittoServer) -> None:
    with own_broker:
        result = runner.invoke(
            app, ["simulate", "run", "--devices", "9", "--seconds", "1", "--speed", "600", "--seed", "3", "--json"]
        )
    assert result.exit_code == 0, result.stderr
    counts = orjson.loads(result.stdout.splitlines()[-1])
    assert counts["published"] == counts["acknowledged"] > 18
    assert counts["kinds"].keys() == KINDS.keys()
    assert counts["seed"] == 3


def test_a_broker_may_be_named_by_its_url_alone(
    own_broker: MosquittoServer, empty_settings: pytest.MonkeyPatch
) -> None:
    for name in ("HOST", "PORT", "USERNAME", "PASSWORD"):
        empty_settings.delenv(f"COMMUNE_BROKER_{name}")
    with own_broker:
        address = own_broker.address("simulator")
        url = f"mqtt://{address.username}:{quote(address.password or '')}@{address.host}:{address.port}"
        for words in (("run", "--devices", "9", "--seconds", "1"), ("load", "--rate", "100", "--seconds", "1")):
            result = runner.invoke(app, ["simulate", *words, "--broker", url, "--json"])
            assert result.exit_code == 0, result.stderr
            counts = orjson.loads(result.stdout.splitlines()[-1])
            assert counts["published"] == counts["acknowledged"] > 0


def test_a_broker_that_speaks_tls_is_trusted_by_the_authorities_of_the_machine_or_of_the_settings(
    empty_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = broker_of("mqtts://tram:a%2Fb@broker.example", read_settings())
    assert (own.host, own.port, own.username, own.password) == ("broker.example", 8883, "tram", "a/b")
    assert own.ca_file is not None
    (tmp_path / "ca.pem").touch()
    empty_settings.setenv("COMMUNE_BROKER_CA_FILE", str(tmp_path / "ca.pem"))
    assert broker_of("mqtts://broker.example:8884", read_settings()).ca_file == tmp_path / "ca.pem"
    assert broker_of("mqtt://broker.example", read_settings()).ca_file is None


def test_a_run_is_summed_up_in_words(own_broker: MosquittoServer) -> None:
    with own_broker:
        result = runner.invoke(app, ["simulate", "run", "--devices", "9", "--seconds", "1", "--speed", "600"])
    assert result.exit_code == 0, result.stderr
    assert "messages published" in result.stdout
    assert "18 statuses" in result.stdout


def test_an_account_that_may_not_publish_fails_the_run(
    own_broker: MosquittoServer, empty_settings: pytest.MonkeyPatch
) -> None:
    with own_broker:
        address = own_broker.address("ingest")
        empty_settings.setenv("COMMUNE_BROKER_USERNAME", address.username or "")
        empty_settings.setenv("COMMUNE_BROKER_PASSWORD", address.password or "")
        result = runner.invoke(app, ["simulate", "run", "--devices", "9", "--seconds", "1"])
    assert result.exit_code == 1
    assert "the broker refused" in result.stderr


def test_register_and_backfill_fill_the_database_and_may_be_run_again(
    empty_settings: pytest.MonkeyPatch, database_url: str
) -> None:
    empty_settings.setenv("COMMUNE_DATABASE_URL", database_url)
    registered = runner.invoke(app, ["simulate", "register", "--json"])
    assert registered.exit_code == 0, registered.stderr
    numbers = orjson.loads(registered.stdout)["devices"]
    assert len(numbers) == 120
    assert "120 thiết bị" in runner.invoke(app, ["simulate", "register"]).stdout

    filled = runner.invoke(app, ["simulate", "backfill", "--days", "0.05", "--devices", "9", "--json"])
    assert filled.exit_code == 0, filled.stderr
    counts = orjson.loads(filled.stdout)
    assert counts["stored"] > 500
    assert counts["kinds"].keys() == KINDS.keys()
    with connect(database_url) as connection:
        rows = connection.execute("SELECT count(*) FROM environment").fetchone()
    assert rows == (counts["kinds"]["environment"],)

    again = runner.invoke(app, ["simulate", "backfill", "--days", "0.05", "--devices", "9"])
    assert again.exit_code == 0, again.stderr
    assert "were there already" in again.stdout


def test_a_backfill_that_contradicts_what_is_stored_fails(
    empty_settings: pytest.MonkeyPatch, database_url: str
) -> None:
    empty_settings.setenv("COMMUNE_DATABASE_URL", database_url)
    assert runner.invoke(app, ["simulate", "backfill", "--days", "0.1", "--devices", "9"]).exit_code == 0
    with connect(database_url) as connection:
        connection.execute("UPDATE environment SET temperature = -30")
    result = runner.invoke(app, ["simulate", "backfill", "--days", "0.1", "--devices", "9"])
    assert result.exit_code == 1
    assert "contradict what is stored" in result.stderr
