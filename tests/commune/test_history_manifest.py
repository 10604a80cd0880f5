"""The manifest of a backfill: small, worked out before storage sees a reading, and one broken reading is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from commune.witness import compare
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
    arguments = ("--devices", "18", "--days", "1.5", "--end", END, "--manifest", str(manifest), "--json")
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
    assert report["compared"]["readings"] == counts["stored"] > 30_000
    assert report["compared"]["days"] == 18 * 3
    assert manifest.stat().st_size < 4 * counts["stored"]
    for statement, expected in (
        ("UPDATE environment SET pm25 = pm25 + 0.1 WHERE {one}", ("value", "pm25 is")),
        ("UPDATE environment SET pm10 = pm10 + 0.0000001 WHERE {one}", ("value", "pm10 is")),
        ("UPDATE camera SET recording = NOT recording WHERE {one}", ("value", "recording is")),
        ("UPDATE wifi SET firmware = '9.9.9' WHERE {one}", ("value", "firmware is '9.9.9', and must be '1.")),
        ("UPDATE lighting SET seq = seq + 1 WHERE {one}", ("seq", "and must be")),
        ("UPDATE irrigation SET received_at = received_at + interval '1 s' WHERE {one}", ("flag", "not flagged")),
        ("DELETE FROM signal_probe WHERE {one}", ("missing", "a reading of signal_probe is not stored")),
        ("UPDATE loudspeaker SET time = time + interval '1 microsecond' WHERE {one}", ("unknown", "nothing in the")),
    ):
        table = next(word for word in statement.split() if word in KINDS)
        one = f"(device_id, seq) = (SELECT device_id, seq FROM {table} ORDER BY time, device_id LIMIT 1 OFFSET 77)"
        with session.transaction(force_rollback=True):
            assert session.execute(statement.format(one=one)).rowcount == 1, statement
            found = differences_seen_by(session, manifest)
        assert [d for d in found if d[0] == expected[0] and expected[1] in d[1]], (statement, found)
        assert len(found) <= 2, found
    assert verify(environment, manifest)[0] == 0


def differences_seen_by(session: Session, manifest: Path) -> list[tuple[str, str]]:
    """What a comparison within the session's transaction finds."""
    with Record(manifest) as record:
        return [(d.what, d.detail) for d in compare(session, record).differences]


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
    backfill(environment, manifest, "--days", "0.2")
    session.execute("UPDATE environment SET pm25 = pm25 + 1 WHERE ctid = (SELECT ctid FROM environment LIMIT 1)")
    other = simulators_of(load("gia-loc"), 7)
    monkeypatch.setattr("commune.witness.simulators_of", lambda *_: other)
    code, report = verify(environment, manifest)
    assert code == 1
    (difference,) = report["differences"]
    assert difference["what"] == "day"
    assert difference["detail"].endswith("what differs: pm25")
