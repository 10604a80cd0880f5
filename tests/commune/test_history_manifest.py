"""The manifest of a backfill: small, worked out before storage sees a reading, and one broken reading is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from devices.catalogue import KINDS
from simulators.communes import load
from simulators.manifest import Record
from simulators.messages import simulators_of
from storage.connect import Session, connect

END = "2026-11-20T10:20:00+07:00"
"""Not at a day's end: the first and the last day are parts of days."""


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return {"COMMUNE_DATABASE_URL": database_url}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, autocommit=True)) as session:
        yield session


def command(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words], env=environment)


def backfill(environment: dict[str, str], manifest: Path, *words: str) -> dict[str, Any]:
    arguments = ("--devices", "9", "--days", "0.6", "--end", END, "--manifest", str(manifest), "--json")
    result = command(environment, "backfill", *arguments, *words)
    assert result.exit_code == 0, result.output
    counts: dict[str, Any] = orjson.loads(result.stdout.splitlines()[-1])
    return counts


def verify(environment: dict[str, str], manifest: Path) -> tuple[int, dict[str, Any]]:
    result = command(environment, "verify", "--manifest", str(manifest), "--json")
    assert result.stdout, result.output
    return result.exit_code, orjson.loads(result.stdout)


def test_a_history_is_as_its_manifest_says_and_each_broken_reading_is_named(
    environment: dict[str, str], session: Session, tmp_path: Path
) -> None:
    manifest = tmp_path / "history.manifest"
    counts = backfill(environment, manifest)
    code, report = verify(environment, manifest)
    assert (code, report["differences"]) == (0, [])
    assert report["compared"]["readings"] == counts["stored"] > 6_000
    assert report["compared"]["days"] == 9 * 2
    assert manifest.stat().st_size < 20 * counts["stored"]
    for statement in (
        "UPDATE environment SET pm25 = pm25 + 0.1 WHERE {one}",
        "UPDATE notice_board SET temperature = temperature + 0.0000001 WHERE {one}",
        "UPDATE camera SET recording = NOT recording WHERE {one}",
        "UPDATE wifi SET firmware = '9.9.9' WHERE {one}",
        "UPDATE lighting SET seq = seq + 1 WHERE {one}",
        "UPDATE water_level SET received_at = received_at + interval '1 s' WHERE {one}",
        "DELETE FROM signal_probe WHERE {one}",
        "UPDATE loudspeaker SET time = time + interval '1 microsecond' WHERE {one}",
    ):
        table = next(word for word in statement.split() if word in KINDS)
        one = f"(device_id, seq) = (SELECT device_id, seq FROM {table} ORDER BY time, device_id LIMIT 1 OFFSET 33)"
        assert session.execute(statement.format(one=one)).rowcount == 1, statement
    code, report = verify(environment, manifest)
    assert code == 1
    found = {(d["what"], d["where"].split()[0][:3], re.split(" is |:", d["detail"])[0]) for d in report["differences"]}
    assert found == {
        ("value", "cb-", "pm25"),
        ("value", "bt-", "temperature"),
        ("value", "cam", "recording"),
        ("value", "wif", "firmware"),
        ("seq", "cs-", "seq"),
        ("flag", "mn-", "it"),
        ("missing", "son", "a reading of signal_probe"),
        ("missing", "loa", "a reading of loudspeaker"),
        ("unknown", "loa", "nothing in the manifest says this"),
    }


def test_one_process_and_several_write_the_same_manifest_and_another_seed_another(
    environment: dict[str, str], tmp_path: Path
) -> None:
    digests = []
    for number, processes in enumerate(("1", "2")):
        backfill(environment, tmp_path / str(number), "--processes", processes)
        with Record(tmp_path / str(number)) as record:
            digests.append(record.digest())
    assert digests[0] == digests[1]
    other = ("--devices", "9", "--days", "0.1", "--end", END, "--seed", "2", "--manifest", str(tmp_path / "other"))
    command(environment, "backfill", *other)
    for manifest in ("0", "other"):  # the readings of two worlds lie in one time
        assert verify(environment, tmp_path / manifest)[0] == 1


def test_a_day_that_the_simulators_no_longer_say_is_told_by_its_fields(
    environment: dict[str, str], session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = tmp_path / "history.manifest"
    backfill(environment, manifest, "--days", "0.1")
    session.execute("UPDATE environment SET pm25 = pm25 + 1 WHERE ctid = (SELECT ctid FROM environment LIMIT 1)")
    other = simulators_of(load("gia-loc"), 7)
    monkeypatch.setattr("commune.witness.simulators_of", lambda *_: other)
    code, report = verify(environment, manifest)
    assert code == 1
    (difference,) = report["differences"]
    assert difference["what"] == "day"
    assert difference["detail"].endswith("what differs: pm25")
