"""What is heard between two writes is bounded, whoever knocks how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from broker.log import LogLine, Said
from commune.refusals import MOST_CLIENTS, Heard
from devices.registry import Commune, Device
from storage.broker_accounts import ask_for_account
from storage.connect import Session, connect
from storage.places import add_commune
from storage.registry import add_device

AT = datetime(2026, 11, 21, 3, 15, 10, tzinfo=UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        add_commune(session, Commune("gia-loc", "Gia Lộc", "Hải Phòng", 20.87, 106.3))
        ask_for_account(session, add_device(session, Device("gia-loc", "den-07", "lighting")), b"sealed")
        yield session


def refusals(session: Session) -> list[tuple[object, ...]]:
    return session.execute("SELECT client_id, reason, times FROM broker_refusal ORDER BY times, client_id").fetchall()


def test_a_flood_of_made_up_names_is_one_line(session: Session) -> None:
    heard = Heard()
    for number in range(MOST_CLIENTS + 1000):
        heard.add(LogLine(Said.NOT_AUTHORISED, f"scan-{number}"), AT)
    heard.write(session)
    rows = refusals(session)
    assert len(rows) == MOST_CLIENTS + 1
    assert rows[-1] == ("", "wrong_client_id", 1000)


def test_a_name_is_cut_where_none_of_ours_is_so_long(session: Session) -> None:
    heard = Heard()
    heard.add(LogLine(Said.NOT_AUTHORISED, "x" * 60_000), AT)
    heard.write(session)
    assert refusals(session) == [("x" * 127, "wrong_client_id", 1)]


def test_what_was_written_is_not_written_again(session: Session) -> None:
    heard = Heard()
    for _ in range(3):
        heard.add(LogLine(Said.NOT_AUTHORISED, "gia-loc.den-07"), AT)
        heard.write(session)
        heard.write(session)
    assert refusals(session) == [("gia-loc.den-07", "account_waiting", 3)]


def test_of_coming_and_going_the_last_counts(session: Session) -> None:
    heard = Heard()
    for seconds, said in enumerate((Said.CONNECTED, Said.TAKEN_OVER, Said.GONE, Said.CONNECTED)):
        heard.add(LogLine(said, "gia-loc.den-07", "10.0.0.7:1"), AT + timedelta(seconds=seconds))
    heard.add(LogLine(Said.CONNECTED, "commune-ingest", "10.0.0.1:1"), AT)
    heard.write(session)
    rows = session.execute("SELECT connected_at, gone_at, address FROM broker_connection").fetchall()
    assert rows == [(AT + timedelta(seconds=3), None, "10.0.0.7:1")]
    heard.add(LogLine(Said.GONE, "gia-loc.den-07"), AT + timedelta(seconds=9))
    heard.write(session)
    rows = session.execute("SELECT connected_at, gone_at, address FROM broker_connection").fetchall()
    assert rows == [(AT + timedelta(seconds=3), AT + timedelta(seconds=9), "10.0.0.7:1")]
