"""The alert on a broker that drops messages: opened with the first, renewed with more, closed when it is over."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from alerts.drops import KIND, QUIET, in_words, judge_drops
from storage.alerts import AlertRow, list_alerts
from storage.broker_watch import Seen
from storage.connect import Session, connect

BROKER = "127.0.0.1:1883"
START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(connect(database_url, role="commune_admin", autocommit=True)) as session:
        yield session


def judge(session: Session, minutes: float, dropped: int) -> int:
    """Judge what the broker says so many minutes after it started."""
    return judge_drops(session, Seen(BROKER, START + timedelta(minutes=minutes), START, dropped, 2_000_000))


def alerts(session: Session, *, only_open: bool = False) -> list[AlertRow]:
    return list_alerts(session, only_open=only_open)


def test_a_broker_that_drops_nothing_raises_no_alert(session: Session) -> None:
    assert [judge(session, minute, 0) for minute in range(3)] == [0, 0, 0]
    assert alerts(session) == []


def test_the_first_drop_opens_an_alert_in_both_languages(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    judge(session, 1, 0)
    assert judge(session, 2, 150) == 150
    (alert,) = alerts(session, only_open=True)
    assert (alert.kind, alert.subject, alert.closed_at) == (KIND, BROKER, None)
    assert alert.opened_at == alert.seen_at == START + timedelta(minutes=2)
    assert "đã bỏ 150 bản tin" in alert.detail_vi
    assert "has dropped 150 messages" in alert.detail_en
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_more_drops_renew_the_alert_with_the_sum_and_are_no_more_lines(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    for minute, dropped in enumerate((150, 200, 200, 275), 1):
        judge(session, minute, dropped)
    (alert,) = alerts(session)
    assert "has dropped 275 messages" in alert.detail_en
    assert alert.seen_at == START + timedelta(minutes=4)
    assert len(caplog.records) == 1


def test_an_hour_without_a_drop_closes_the_alert_and_a_later_drop_opens_another(session: Session) -> None:
    judge(session, 1, 150)
    judge(session, 1 + QUIET.total_seconds() / 60, 150)
    assert len(alerts(session, only_open=True)) == 1
    judge(session, 2 + QUIET.total_seconds() / 60, 150)
    (closed,) = alerts(session)
    assert closed.closed_at == START + QUIET + timedelta(minutes=2)
    judge(session, 120, 160)
    assert [alert.closed_at is None for alert in alerts(session)] == [True, False]
    assert "has dropped 10 messages" in alerts(session, only_open=True)[0].detail_en


def test_the_words_name_the_broker_and_what_to_look_at() -> None:
    words = in_words(Seen(BROKER, START, START, 5), 5)
    assert BROKER in words.vi and BROKER in words.en
    assert "ingest" in words.en and "tiếp nhận" in words.vi
