"""Alerts as `commune maintain` judges and tells them: from a silent device to a message on the topic."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from alerts.landslide import LandslideRules
from alerts.topic import Topic
from broker.client import loop_until, make_client, open_session
from commune.alert_delivery import Delivery
from commune.alerting import judge_books, judge_devices
from commune.maintenance import Maintenance, MaintenanceConfig
from commune.settings import SettingsError, read_settings
from commune.stack.mosquitto import MosquittoServer
from devices.rain_risk import Susceptibility
from storage.alerts import list_alerts
from storage.connect import Session, connect
from tests.api.world import World
from tests.waiting import wait_until

ADMIN = "commune_admin"
LONG = ("compute rollups", "keep targets")


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        yield session


def add_silent(database_url: str) -> str:
    """A device that was last heard of an hour ago."""
    world = World(database_url)
    world.commune()
    world.device("env-001")
    world.send("env-001", {"temperature": 25}, received_at=datetime.now(UTC) - timedelta(hours=1))
    return "gia-loc/env-001"


@pytest.fixture
def silent(database_url: str) -> str:
    return add_silent(database_url)


def last(began: threading.Event, until: threading.Event) -> None:
    began.set()
    assert until.wait(60)


def divide_by_zero(_: Session) -> None:
    raise ZeroDivisionError("division by zero")


def test_a_round_of_maintenance_opens_the_alert_of_a_silent_device(
    session: Session, silent: str, database_url: str, broker_server: MosquittoServer
) -> None:
    Maintenance(
        MaintenanceConfig(database_url, broker_server.address("maintain"), database_role="commune_admin")
    ).round()
    (alert,) = list_alerts(session, only_open=True)
    assert (alert.kind, alert.subject) == ("device_offline", silent)


def test_alerts_wait_for_no_long_job_whether_it_lasts_or_fails(
    session: Session,
    database_url: str,
    broker_server: MosquittoServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("commune.maintenance.ROUND_SECONDS", 0.1)
    maintenance = Maintenance(MaintenanceConfig(database_url, broker_server.address("maintain"), database_role=ADMIN))
    began, told = threading.Event(), threading.Event()
    lasting, failing = (next(job for job in maintenance.jobs if job.name == name) for name in LONG)
    lasting.work = lambda _: last(began, told)
    failing.work = divide_by_zero
    for job in maintenance.jobs:
        job.every_seconds = 0.1
    running = threading.Thread(target=maintenance.run, daemon=True)
    running.start()
    assert began.wait(30)
    silent = add_silent(database_url)
    wait_until(lambda: [alert.subject for alert in list_alerts(session, only_open=True)] == [silent], "it is told", 30)
    told.set()
    wait_until(lambda: failing.incident == "division by zero", "the other long job has failed", 30)
    maintenance.stop()
    wait_until(lambda: not running.is_alive(), "maintenance has ended", 30)
    assert caplog.messages.count("cannot keep targets: division by zero; trying again") == 1


def test_maintenance_judges_landslides_by_the_rules_of_the_commune(
    session: Session, database_url: str, broker_server: MosquittoServer
) -> None:
    world = World(database_url)
    world.commune()
    world.device("env-001", interval_seconds=3600)
    now = datetime.now(UTC).replace(microsecond=0)
    for hours in range(47, -1, -1):
        at = now - timedelta(hours=hours)
        world.send("env-001", {"ts": at.isoformat(), "rainfall": 5 if hours < 24 else 1}, received_at=at)
    rules = LandslideRules(usual=Susceptibility.VERY_HIGH)
    config = MaintenanceConfig(
        database_url, broker_server.address("maintain"), database_role="commune_admin", landslide=rules
    )
    Maintenance(config).round()
    kinds = {alert.kind for alert in list_alerts(session, only_open=True)}
    assert {"landslide_level_1", "landslide_level_2", "landslide_level_3"} <= kinds


def test_a_book_that_is_right_opens_nothing(session: Session, silent: str) -> None:
    judge_books(session)
    assert list_alerts(session) == []


def test_what_is_judged_is_told_on_the_topic_by_its_own_thread(
    session: Session, silent: str, database_url: str, broker_server: MosquittoServer
) -> None:
    got: list[str] = []
    listener = make_client(broker_server.address("ingest"), "alerting-listener", manual_ack=False)
    listener.on_message = lambda _c, _u, message: got.append(orjson.loads(message.payload)["subject"])
    open_session(listener, broker_server.address("ingest"), clean=True)
    ready: list[bool] = []
    listener.on_subscribe = lambda *_: ready.append(True)
    listener.subscribe("xa/gia-loc/alerts", 1)
    loop_until(listener, lambda: bool(ready), 10)
    judge_devices(session)
    stopping = threading.Event()
    topic = Topic(broker_server.address("maintain"), "alerting-topic")
    teller = threading.Thread(
        target=Delivery(database_url, [topic], "commune_admin").run, args=(stopping,), daemon=True
    )
    teller.start()
    loop_until(listener, lambda: bool(got), 10)
    stopping.set()
    wait_until(lambda: not teller.is_alive(), "the teller ends")
    listener.leave()
    assert got == [silent]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"ALERT_WEBHOOK_URL": "https://a.vn/b"}, "COMMUNE_ALERT_WEBHOOK_SECRET"),
        ({"ALERT_MAIL_TO": "truc@xa.vn"}, "COMMUNE_SMTP_HOST"),
        ({"ALERT_MAIL_TO": "truc"}, "COMMUNE_ALERT_MAIL_TO"),
    ],
)
def test_half_a_way_of_delivery_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"COMMUNE_{name}", value)
    with pytest.raises(SettingsError, match=missing):
        read_settings()


def test_what_is_set_becomes_channels_and_nothing_between_quotes_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_ALERT_WEBHOOK_URL", "")
    assert read_settings().alert_channels() == []
    monkeypatch.setenv("COMMUNE_ALERT_WEBHOOK_URL", "https://a.vn/b")
    monkeypatch.setenv("COMMUNE_ALERT_WEBHOOK_SECRET", "sixteen characters")
    monkeypatch.setenv("COMMUNE_ALERT_MAIL_TO", "truc@xa.vn,pct@xa.vn")
    monkeypatch.setenv("COMMUNE_ALERT_MAIL_FROM", "iot@xa.vn")
    monkeypatch.setenv("COMMUNE_SMTP_HOST", "mail.xa.vn")
    assert [channel.name.partition(":")[0] for channel in read_settings().alert_channels()] == ["webhook", "mail"]
