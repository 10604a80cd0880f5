"""`commune dead-letters` and `commune ledger`, on a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from commune.cli import app
from devices.registry import Commune, Device
from ingest.again import interpreter
from storage.connect import Session, connect
from storage.places import add_commune
from storage.registry import add_device, all_devices
from storage.writer import Writer

RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STATION = Device("gia-loc", "tram-1", "environment")


class Losses:
    """A database with the command line over it."""

    def __init__(self, url: str, session: Session) -> None:
        self.url = url
        self.session = session

    def receive(self, *bodies: Any, received_at: datetime = RECEIVED) -> None:
        """Write messages of the station as ingest does, by what is registered now."""
        read = interpreter({(known.commune, known.code): known for known in all_devices(self.session)})
        topic = "xa/gia-loc/environment/tram-1/telemetry"
        Writer(self.session).write([read(topic, orjson.dumps(body), received_at) for body in bodies])

    def run(self, *arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(app, arguments, env={"COMMUNE_DATABASE_URL": self.url}, input=answer)

    def ok(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def data(self, *arguments: str) -> Any:
        return json.loads(self.ok(*arguments, "--json"))

    def numbers(self, **wanted: str) -> list[int]:
        """The numbers of open dead letters, oldest first."""
        options = [part for name, value in wanted.items() for part in (f"--{name}", value)]
        return sorted(letter["dead_letter_id"] for letter in self.data("dead-letters", "list", *options))


@pytest.fixture
def losses(database_url: str) -> Iterator[Losses]:
    with closing(connect(database_url, autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        yield Losses(database_url, session)


@pytest.fixture
def strangers(losses: Losses) -> Losses:
    """Three messages of a device that is not registered, an hour apart."""
    for hour in range(3):
        losses.receive({"ts": 1795143600 + hour, "pm25": hour}, received_at=RECEIVED + timedelta(hours=hour))
    return losses


def test_letters_are_listed_and_shown_with_their_payload_and_reason(strangers: Losses) -> None:
    newest = strangers.ok("dead-letters", "list").splitlines()[0]
    number = newest.split()[0]
    assert "2026-11-20T12:00:00+00:00 unknown_device" in newest
    shown = strangers.ok("dead-letters", "show", number)
    assert '{"ts":1795143602,"pm25":2}' in shown
    assert "Thiết bị chưa được đăng ký" in shown
    assert strangers.data("dead-letters", "show", number)["reason"] == "unknown_device"
    assert strangers.run("dead-letters", "show", "4711").exit_code == 1


def test_a_replay_tries_stores_and_finds_nothing_the_second_time(strangers: Losses) -> None:
    assert strangers.data("dead-letters", "replay")["still_open"] == 3
    add_device(strangers.session, STATION)
    assert "3 dead letters would be settled" in strangers.ok("dead-letters", "replay", "--dry-run")
    assert strangers.data("dead-letters", "replay") == {
        "messages": 3, "settled": 3, "still_open": 0, "readings": 3, "elsewhere": 0, "dry_run": False,
    }  # fmt: skip
    assert strangers.data("dead-letters", "replay")["messages"] == 0
    assert strangers.ok("dead-letters", "list").strip() == "There are none."


def test_a_replay_is_bounded_by_number_device_and_time(strangers: Losses) -> None:
    add_device(strangers.session, STATION)
    first, *_ = strangers.numbers()
    assert strangers.data("dead-letters", "replay", str(first))["settled"] == 1
    assert strangers.data("dead-letters", "replay", "--device", "another")["messages"] == 0
    assert strangers.data("dead-letters", "replay", "--since", "2026-11-20T12:00:00")["settled"] == 1
    assert strangers.data("dead-letters", "replay", "--until", "2026-11-20T12:00:00")["settled"] == 1


def test_letters_are_discarded_by_number_and_one_that_is_not_open_is_an_error(strangers: Losses) -> None:
    first, second, _ = strangers.numbers()
    assert strangers.run("dead-letters", "discard", str(first), answer="n\n").exit_code == 1
    assert strangers.run("dead-letters", "discard", str(first), answer="y\n").exit_code == 0
    assert strangers.run("dead-letters", "discard", str(first), str(second), "--yes").exit_code == 1
    assert len(strangers.numbers()) == 1


def test_letters_are_discarded_by_reason_device_and_time_and_never_all_by_mistake(strangers: Losses) -> None:
    assert strangers.run("dead-letters", "discard", "--yes").exit_code == 2
    chosen = ("dead-letters", "discard", "--reason", "unknown_device", "--until", "2026-11-20T12:00:00")
    assert strangers.data(*chosen, "--dry-run") == {"discarded": 2, "dry_run": True}
    assert len(strangers.numbers()) == 3
    assert strangers.ok(*chosen, "--yes").strip() == "2 dead letters are discarded."
    assert strangers.data("ledger", "show")["dead_lettered"] == 3


def test_the_ledger_is_shown_with_what_the_broker_dropped_and_what_was_deleted(strangers: Losses) -> None:
    strangers.session.execute(
        "INSERT INTO broker_drop (broker, day, observed_at, dropped) VALUES ('b', '2026-11-20', now(), 7)"
    )
    told = strangers.data("ledger", "show")
    assert (told["received"], told["dead_lettered"], told["dropped_by_broker"], told["letters_deleted"]) == (3, 3, 7, 0)
    assert "dropped_by_broker" in strangers.ok("ledger", "show")


@pytest.mark.parametrize("form", [("check",), ("--check",)], ids=" ".join)
def test_both_forms_of_the_check_say_that_the_ledger_agrees(strangers: Losses, form: tuple[str, ...]) -> None:
    assert strangers.ok("ledger", *form) == "The ledger of 3 messages agrees with what is stored.\n"
    told = strangers.data("ledger", *form)
    assert (told["ok"], told["received"], told["gaps"], told["dropped_by_broker"]) == (True, 3, [], 0)


@pytest.mark.parametrize("form", [("check",), ("--check",)], ids=" ".join)
def test_both_forms_of_the_check_exit_1_and_name_the_gap(strangers: Losses, form: tuple[str, ...]) -> None:
    strangers.session.execute("DELETE FROM dead_letter")
    result = strangers.run("ledger", *form)
    assert result.exit_code == 1
    assert "messages dead-lettered" in result.stderr
    assert result.stdout == ""
    result = strangers.run("ledger", *form, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (1, False)
    assert told["gaps"]


def test_what_the_broker_dropped_is_told_by_the_check_and_is_no_gap(strangers: Losses) -> None:
    strangers.session.execute(
        "INSERT INTO broker_drop (broker, day, observed_at, dropped) VALUES ('b', '2026-11-20', now(), 7)"
    )
    result = strangers.run("ledger", "--check")
    assert result.exit_code == 0
    assert "The broker dropped 7 messages" in result.stderr


def test_the_ledger_alone_shows_its_help(losses: Losses) -> None:
    result = losses.run("ledger")
    assert result.exit_code == 2
    assert "--check" in result.output and "gaps" in result.output
    assert losses.run("ledger", "--check", "show").exit_code == 2
