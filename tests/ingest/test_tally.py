"""What is set aside, in the log: the first at once, then counts once a minute, and nothing lost at the end."""

from __future__ import annotations

import pytest

from ingest.tally import Tally


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_the_first_is_said_at_once_and_the_rest_of_the_minute_in_one_line(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tally = Tally(clock)
    tally.add({"not_json": 1})
    for _ in range(10_000):
        tally.add({"not_json": 1})
    tally.add({"unknown_device": 3})
    assert lines(caplog) == ["set aside: 1 not_json; see `commune dead-letters list`"]
    clock.seconds += 60
    tally.say()
    assert lines(caplog)[1:] == ["set aside: 10000 not_json, 3 unknown_device; see `commune dead-letters list`"]
    assert vars(caplog.records[1])["set_aside"] == {"not_json": 10_000, "unknown_device": 3}


def test_nothing_is_said_of_nothing(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally(clock)
    tally.add({})
    tally.say(force=True)
    assert lines(caplog) == []


def test_at_the_end_what_was_not_said_yet_is_said(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally(clock)
    tally.add({"empty": 1})
    tally.add({"empty": 4})
    tally.say(force=True)
    assert [vars(record)["set_aside"] for record in caplog.records] == [{"empty": 1}, {"empty": 4}]


def test_of_what_the_database_refuses_one_a_minute_is_explained(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally(clock)
    for number in range(1000):
        tally.refused(f"xa/a/b/{number}/telemetry", "out of range")
    clock.seconds += 60
    tally.refused("xa/forged\n2026-11-20 ERROR line/telemetry", "no")
    assert lines(caplog) == [
        "the database refuses a message of 'xa/a/b/0/telemetry': out of range",
        "the database refuses a message of 'xa/forged\\n2026-11-20 ERROR line/telemetry': no",
    ]
