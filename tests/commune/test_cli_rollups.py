"""`commune db rollups`, `retention` and `columnstore`, and what `commune maintain` does of the same."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from typer.testing import CliRunner

from commune.cli import app
from commune.rollup_upkeep import compress_old_readings, compute_rollups, delete_old_readings, horizons_of
from commune.settings import PREFIX, SettingsError, read_settings
from devices.catalogue import KINDS
from devices.codec import decode_telemetry
from devices.registry import Commune, Device
from storage.arrivals import Arrival
from storage.columnstore import has_columnstore
from storage.connect import Session, connect
from storage.editions import describe
from storage.places import add_commune
from storage.reading_retention import Horizon
from storage.registry import add_device
from storage.rollups import states
from storage.writer import Writer

KIND = KINDS["environment"]
NOW = datetime.now(UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        add_device(session, Device("gia-loc", "cb-mt-09", "environment"))
        yield session


def receive(session: Session, *ago: timedelta) -> None:
    now = datetime.now(UTC)
    members = [{"ts": (now - back).isoformat(), "pm25": 5, "rainfall": 0.5} for back in ago]
    payload = orjson.dumps(members)
    readings, _ = decode_telemetry(payload, KIND, now)
    (row,) = session.execute("SELECT device_id FROM device").fetchall()
    Writer(session).write([Arrival("t", payload, now, row[0], KIND, readings)])


def run(url: str, *arguments: str, settings: Mapping[str, str] | None = None) -> tuple[int, str]:
    others = {name: None for name in os.environ if name.startswith(PREFIX)}
    result = CliRunner().invoke(
        app, arguments, env={**others, "COMMUNE_DATABASE_URL": url, **(settings or {})}, catch_exceptions=False
    )
    return result.exit_code, result.output


def day(back: timedelta) -> str:
    return f"{NOW - back + timedelta(hours=7):%Y-%m-%d}"


def waiting(session: Session) -> dict[str, tuple[int, int]]:
    return {state.kind: (state.noted, state.waiting) for state in states(session, NOW)}


def test_maintenance_computes_hours_that_are_over_and_leaves_the_one_that_runs(session: Session) -> None:
    receive(session, timedelta(days=3), timedelta(days=2), timedelta(0))
    assert waiting(session)["environment"] == (3, 2)
    assert compute_rollups(session, threading.Event()) == 2
    assert waiting(session)["environment"] == (1, 0)
    assert compute_rollups(session, threading.Event()) == 0


def test_maintenance_that_is_told_to_stop_leaves_the_rest(session: Session) -> None:
    receive(session, *(timedelta(days=days) for days in (3, 5, 7)))
    stopping = threading.Event()
    stopping.set()
    assert compute_rollups(session, stopping) == 1
    assert waiting(session)["environment"] == (2, 2)


def test_the_state_is_told_for_every_kind(session: Session, database_url: str) -> None:
    receive(session, timedelta(days=3))
    code, out = run(database_url, "db", "rollups", "--json")
    assert code == 0
    told = {state["kind"]: state for state in json.loads(out)}
    assert set(told) == set(KINDS)
    assert (told["environment"]["noted"], told["environment"]["waiting"], told["wifi"]["noted"]) == (1, 1, 0)
    code, out = run(database_url, "db", "rollups")
    assert (code, "all readings kept" in out) == (0, True)


def test_a_check_finds_what_was_changed_behind_our_back_and_recomputing_mends_it(
    session: Session, database_url: str
) -> None:
    back = timedelta(days=3)
    receive(session, back, back - timedelta(minutes=1))
    compute_rollups(session, threading.Event())
    span = ("--from", day(back), "--to", day(back), "--kind", "environment")
    assert run(database_url, "db", "rollups", "check", *span)[0] == 0
    session.execute("UPDATE environment SET pm25 = 50")
    code, out = run(database_url, "db", "rollups", "check", *span, "--json")
    differences = json.loads(out)["differences"]
    assert code == 1
    assert {one["grain"] for one in differences} == {"hour", "day"}
    assert {part for one in differences for part in one["parts"]} == {"pm25_sum", "pm25_min", "pm25_max", "pm25_last"}
    assert run(database_url, "db", "rollups", "recompute", *span)[0] == 0
    assert run(database_url, "db", "rollups", "check", *span) == (0, "The rollups agree with the readings.\n")


def test_an_unknown_kind_and_days_in_the_wrong_order_are_refused(database_url: str) -> None:
    code, out = run(database_url, "db", "rollups", "check", "--from", "2026-11-02", "--to", "2026-11-01")
    assert (code, "before --from" in out) == (2, True)
    code, out = run(
        database_url, "db", "rollups", "recompute", "--from", "2026-11-01", "--to", "2026-11-01", "--kind", "toaster"
    )
    assert (code, "no kind 'toaster'" in out) == (2, True)


def test_retention_tells_what_would_go_and_then_lets_it_go(session: Session, database_url: str) -> None:
    receive(session, timedelta(days=40), timedelta(days=41), timedelta(days=1))
    keep = {"COMMUNE_READING_RETENTION_DAYS_BY_KIND": "environment:20"}
    assert run(database_url, "db", "retention", settings=keep) == (0, "Nothing is older than the settings keep.\n")
    compute_rollups(session, threading.Event())
    assert "would be deleted" in run(database_url, "db", "retention", "--dry-run", settings=keep)[1]
    code, out = run(database_url, "db", "retention", "--json", settings=keep)
    assert (code, sum(span["rows"] for span in json.loads(out)["spans"])) == (0, 2)
    assert session.execute("SELECT count(*) FROM environment").fetchone() == (1,)
    assert run(database_url, "ledger", "check")[0] == 0


def test_retention_without_a_setting_keeps_everything(database_url: str) -> None:
    assert run(database_url, "db", "retention") == (0, "The settings keep everything for ever.\n")


def test_maintenance_deletes_what_is_older_than_the_settings_keep(session: Session) -> None:
    receive(session, timedelta(days=40), timedelta(days=1))
    compute_rollups(session, threading.Event())
    assert delete_old_readings(session, {"environment": Horizon(reading_days=20)}, threading.Event()) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"READING_RETENTION_DAYS_BY_KIND": "toaster:3"}, "there is no kind 'toaster'"),
        ({"HOURLY_RETENTION_DAYS": "10"}, "before their readings (never)"),
        ({"HOURLY_RETENTION_DAYS": "10", "READING_RETENTION_DAYS": "20"}, "before their readings (20)"),
    ],
)
def test_horizons_that_make_no_sense_are_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], words: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as raised:
        horizons_of(read_settings())
    assert words in str(raised.value)


def test_a_kind_of_its_own_goes_before_the_setting_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_READING_RETENTION_DAYS", "100")
    monkeypatch.setenv("COMMUNE_READING_RETENTION_DAYS_BY_KIND", "camera:30,wifi:0")
    found = horizons_of(read_settings())
    assert (found["camera"], found["lighting"], "wifi" in found) == (Horizon(30), Horizon(100), False)


def test_what_would_become_columns_is_told_and_then_does(session: Session, database_url: str) -> None:
    receive(session, timedelta(days=50), timedelta(days=49), timedelta(minutes=1))
    compute_rollups(session, threading.Event())
    code, told = run(database_url, "db", "columnstore", "--dry-run", "--json")
    before = json.loads(told)
    assert (code, before["available"], before["after_days"]) == (0, has_columnstore(session), 30)
    done = json.loads(run(database_url, "db", "columnstore", "--json")[1])
    places = [(chunk["kind"], chunk["start"]) for chunk in before["chunks"]]
    assert [(chunk["kind"], chunk["start"]) for chunk in done["chunks"]] == places
    assert bool(places) is has_columnstore(session)
    assert json.loads(run(database_url, "db", "columnstore", "--json")[1])["chunks"] == []


def test_an_edition_without_a_columnstore_says_so(session: Session, database_url: str) -> None:
    code, told = run(database_url, "db", "columnstore", settings={"COMMUNE_COLUMNSTORE_AFTER_DAYS": "0"})
    assert code == 0
    if has_columnstore(session):
        assert "The settings let no readings become columns." in told
    else:
        assert f"{describe(session)} has no columnstore: readings stay rows." in told


def test_a_round_of_maintenance_makes_columns_where_it_can(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="commune.rollup_upkeep")
    receive(session, timedelta(days=50))
    assert compress_old_readings(session, 30, threading.Event()) == 0  # it is not rolled up yet
    compute_rollups(session, threading.Event())
    expected = 1 if has_columnstore(session) else 0
    assert compress_old_readings(session, 30, threading.Event()) == expected
    assert compress_old_readings(session, 30, threading.Event()) == 0
    assert [record.getMessage().startswith("readings of environment from ") for record in caplog.records] == (
        [True] * expected
    )
