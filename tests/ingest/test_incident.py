"""An incident at the database: told once, by whichever writer meets it, and over when all writers are through."""

from __future__ import annotations

import pytest

from ingest.incident import CAUSES_TOLD, Incident

AGAIN = "the database takes what is in hand again"


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [message.removeprefix("the database does not take what is in hand: ") for message in caplog.messages]


@pytest.fixture(autouse=True)
def every_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def test_a_cause_is_told_once_however_many_writers_meet_it(caplog: pytest.LogCaptureFixture) -> None:
    incident = Incident()
    for writer in (1, 2, 1, 2):
        incident.strikes(writer, "connection refused")
    assert said(caplog) == ["connection refused; trying again"]


def test_it_is_over_once_and_only_when_all_struck_writers_are_through(caplog: pytest.LogCaptureFixture) -> None:
    incident = Incident()
    incident.strikes(1, "connection refused")
    incident.strikes(2, "connection refused")
    incident.is_over_for(1)
    assert AGAIN not in caplog.messages
    incident.is_over_for(2)
    incident.is_over_for(1)
    assert caplog.messages.count(AGAIN) == 1


def test_the_next_incident_is_told_anew(caplog: pytest.LogCaptureFixture) -> None:
    incident = Incident()
    for _ in range(2):
        incident.strikes(1, "connection refused")
        incident.is_over_for(1)
    assert len(caplog.messages) == 4


def test_a_flood_of_causes_is_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    incident = Incident()
    for number in range(CAUSES_TOLD * 2):
        incident.strikes(1, f"cause {number}")
    assert len(caplog.messages) == CAUSES_TOLD


def test_a_writer_that_was_not_struck_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    incident = Incident()
    incident.strikes(1, "connection refused")
    incident.is_over_for(2)
    assert AGAIN not in caplog.messages
