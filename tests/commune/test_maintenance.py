"""The regular work: on a real database, beside a real broker, in rounds and as the process itself."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.publisher import Publisher
from commune.maintenance import Maintenance, MaintenanceConfig
from commune.stack.instances import Instance
from commune.stack.mosquitto import MosquittoServer
from commune.stack.postgres import PostgresServer
from commune.strangers import SETTLING_SECONDS, FormerStrangers
from devices.registry import Commune, Device
from ingest.again import interpreter
from storage.connect import Session, connect
from storage.ledger import check, totals
from storage.places import add_commune
from storage.registry import add_device, all_devices, generation
from storage.replay import Replayed
from storage.writer import Writer
from tests.broker.queues import leave_a_session
from tests.variables import of_broker
from tests.waiting import wait_until

TOPIC = "xa/gia-loc/environment/cb-mt-09/telemetry"
STATION = Device("gia-loc", "cb-mt-09", "environment")
GO_ON = threading.Event()


@pytest.fixture(scope="module")
def small_broker(instance: Instance, local_directory: Path) -> Iterator[MosquittoServer]:
    """A broker that queues 50 messages for a subscriber and says every second how it stands."""
    settings = {"max_queued_messages": "50", "sys_interval": "1"}
    with MosquittoServer.start(instance.path / "few", settings=settings, local_directory=local_directory) as server:
        yield server


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield session


@pytest.fixture
def config(database_url: str, small_broker: MosquittoServer) -> MaintenanceConfig:
    return MaintenanceConfig(database_url, small_broker.address("maintain"), database_role="commune_admin")


def receive(session: Session, *bodies: Any, received_at: datetime | None = None, read_by: Any = None) -> None:
    """Write messages as ingest does, by what is registered now or by what it knew before."""
    read = read_by or interpreter({(known.commune, known.code): known for known in all_devices(session)})
    now = received_at or datetime.now(UTC)
    Writer(session).write([read(TOPIC, orjson.dumps(body), now) for body in bodies])


def count(session: Session, statement: str) -> int:
    row = session.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def test_a_device_of_which_something_is_stored_becomes_active(session: Session, config: MaintenanceConfig) -> None:
    add_device(session, STATION)
    Maintenance(config).round()
    assert count(session, "SELECT count(*) FROM device WHERE state = 'active'") == 0
    receive(session, {"pm25": 5})
    Maintenance(config).round()
    assert count(session, "SELECT count(*) FROM device WHERE state = 'active'") == 1


def test_a_round_in_which_no_device_becomes_active_leaves_ingest_what_it_knows_of_the_registry(
    session: Session, config: MaintenanceConfig
) -> None:
    add_device(session, STATION)
    before = generation(session)
    Maintenance(config).round()
    assert generation(session) == before


def test_what_a_device_sent_before_it_was_registered_becomes_readings(
    session: Session, config: MaintenanceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="commune.maintenance")
    receive(session, *({"ts": 1795143600 + n, "pm25": n} for n in range(3)))
    maintenance = Maintenance(config)
    maintenance.round()
    assert totals(session).dead_lettered == 3
    add_device(session, STATION)
    for job in maintenance.jobs:
        job.due_at = 0.0
    maintenance.round()
    assert (totals(session).stored, totals(session).dead_lettered) == (3, 0)
    assert list(check(session)) == []
    assert [r.getMessage() for r in caplog.records if "readings" in r.getMessage()] == [
        "3 messages of devices that were registered since became 3 readings"
    ]


def test_with_the_setting_off_only_a_person_replays(session: Session, config: MaintenanceConfig) -> None:
    receive(session, {"pm25": 5})
    add_device(session, STATION)
    Maintenance(replace(config, replay_unknown_devices=False)).round()
    assert totals(session).dead_lettered == 1


def test_what_ingest_still_read_by_the_old_registry_is_found_too_and_then_nothing_is_searched(
    session: Session,
) -> None:
    now = 100.0
    strangers = FormerStrangers(lambda: now)
    old = interpreter({})
    receive(session, {"pm25": 1})
    add_device(session, STATION)
    assert strangers.round(session, GO_ON).readings == 1
    receive(session, {"pm25": 2}, read_by=old)
    now += 10
    assert strangers.round(session, GO_ON).readings == 1
    now += SETTLING_SECONDS + 1
    strangers.round(session, GO_ON)
    now += 1
    strangers.round(session, GO_ON)
    receive(session, {"pm25": 3}, read_by=old)
    assert strangers.round(session, GO_ON) == Replayed()
    add_device(session, Device("gia-loc", "another", "wifi"))
    assert strangers.round(session, GO_ON).readings == 1


def test_a_letter_that_contradicts_is_tried_a_few_times_and_then_left_to_a_person(session: Session) -> None:
    now = 100.0
    strangers = FormerStrangers(lambda: now)
    receive(session, {"ts": "2026-11-20T03:15:00Z", "pm25": 1})
    add_device(session, STATION)
    receive(session, {"ts": "2026-11-20T03:15:00Z", "pm25": 2})
    tries = 0
    for _ in range(20):
        tries += strangers.round(session, GO_ON).messages
        now += 10
    assert 1 <= tries <= 20
    assert strangers.round(session, GO_ON) == Replayed()
    assert totals(session).dead_lettered == 1


def test_a_search_that_is_told_to_stop_stops(session: Session) -> None:
    stopping = threading.Event()
    stopping.set()
    receive(session, {"pm25": 1})
    add_device(session, STATION)
    assert FormerStrangers().round(session, stopping) == Replayed()


@pytest.mark.parametrize(("days", "left"), [(30, 1), (0, 2)])
def test_old_dead_letters_go_unless_they_are_kept_for_ever(
    session: Session, config: MaintenanceConfig, days: int, left: int
) -> None:
    receive(session, "x", received_at=datetime.now(UTC) - timedelta(days=31))
    receive(session, "y")
    Maintenance(replace(config, dead_letter_retention_days=days)).round()
    assert count(session, "SELECT count(*) FROM dead_letter") == left
    assert list(check(session)) == []


def test_a_job_that_fails_is_one_line_an_incident_and_stops_no_other(
    session: Session, config: MaintenanceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="commune.maintenance")
    add = "INSERT INTO ledger (device_id, day, received, stored) VALUES (%s, '2026-11-20', 1, 1)"
    session.execute(add, [add_device(session, STATION)])
    session.execute("ALTER TABLE device RENAME COLUMN updated_at TO renamed")
    receive(session, "x", received_at=datetime.now(UTC) - timedelta(days=300))
    maintenance = Maintenance(config)
    maintenance.round()
    maintenance.round()
    assert count(session, "SELECT count(*) FROM dead_letter") == 0
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith("cannot activate devices: ")
    session.execute("ALTER TABLE device RENAME COLUMN renamed TO updated_at")
    maintenance.round()
    assert caplog.records[-1].getMessage() == "can activate devices again"
    assert count(session, "SELECT count(*) FROM device WHERE state = 'active'") == 1


def test_a_database_that_is_away_is_said_once_and_its_return_too(
    config: MaintenanceConfig, postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="commune.maintenance")
    there = config.database_url
    maintenance = Maintenance(replace(config, database_url=there.replace(f":{postgres_server.port}/", ":9/")))
    maintenance.round()
    maintenance.round()
    maintenance._config = config
    maintenance.round()
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("the database is away: ")
    assert lines[1] == "the database is back"


@contextmanager
def process(settings: dict[str, str], directory: Path) -> Iterator[subprocess.Popen[str]]:
    """`commune maintain` as a process with these settings alone; ends in order within the block's end."""
    command = [sys.executable, "-c", "from commune.cli import main; main()", "maintain"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings}
    with (directory / "log").open("w", encoding="utf-8") as log:
        running = subprocess.Popen(command, env=environment, stderr=log, text=True, cwd=directory)
        try:
            yield running
        finally:
            running.terminate()
            status = running.wait(30)
    assert status == 0, (directory / "log").read_text(encoding="utf-8")


def settings_of(url: str, broker: MosquittoServer) -> dict[str, str]:
    return {
        "COMMUNE_DATABASE_URL": url,
        **of_broker(broker.address("maintain")),
        "COMMUNE_LOG_FORMAT": "json",
    }


def test_an_overflowing_queue_is_in_the_ledger_and_raises_an_alert(
    session: Session, database_url: str, small_broker: MosquittoServer, tmp_path: Path
) -> None:
    leave_a_session(small_broker.address("ingest"), "stopped-ingest", "xa/drops/#")
    settings = settings_of(database_url, small_broker)
    with process(settings, tmp_path):
        wait_until(lambda: count(session, "SELECT count(*) FROM broker_watch") == 1, "the broker is watched", 40)
        known = count(session, "SELECT coalesce(sum(dropped), 0) FROM broker_drop")
        with Publisher(small_broker.address("simulator"), "too-many") as publisher:
            for number in range(200):
                publisher.publish("xa/drops/environment/env-01/telemetry", b"%d" % number)
        dropped = "SELECT coalesce(sum(dropped), 0) FROM broker_drop"
        wait_until(lambda: count(session, dropped) == known + 150, "150 of 200 messages are in the ledger", 40)
    ((subject, vi, en, closed_at),) = session.execute(
        "SELECT subject, detail_vi, detail_en, closed_at FROM alert WHERE kind = 'broker_drop'"
    ).fetchall()
    assert subject == f"127.0.0.1:{small_broker.port}"
    assert "bản tin" in vi and "messages" in en and closed_at is None
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    (said,) = [line for line in lines if line["level"] == "error"]
    assert said["message"] == f"the MQTT broker {subject} drops messages: a queue is full"
    assert said["dropped"] >= 150
    shown = subprocess.run(
        [sys.executable, "-c", "from commune.cli import main; main()", "ledger", "show", "--json"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(shown.stdout)["dropped_by_broker"] == known + 150
