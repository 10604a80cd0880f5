"""Silence, restarts and the ledger, as maintenance finds them in the database."""

from __future__ import annotations

from datetime import timedelta

from alerts.drops import judge_drops
from alerts.watching import QUIET, judge_ledger, judge_restart, judge_silent
from storage.alerts import list_alerts
from storage.arrivals import local_day
from storage.broker_watch import Seen
from storage.connect import Session
from tests.api.world import NOW, World

BROKER = "127.0.0.1:1883"


def fleet(world: World, count: int, hamlet: str = "thon-1") -> list[str]:
    """Devices that have all spoken once."""
    codes = [f"{hamlet}-d{number}" for number in range(count)]
    for code in codes:
        world.device(code, hamlet=hamlet)
        world.send(code, {"temperature": 25})
    return codes


def test_a_device_that_falls_silent_and_speaks_again_is_one_alert(world: World, session: Session) -> None:
    (code,) = fleet(world, 1)
    assert judge_silent(session, NOW + timedelta(seconds=179)).opened == []
    for minutes in (3.1, 4, 50):
        judge_silent(session, NOW + timedelta(minutes=minutes))
    back = NOW + timedelta(minutes=51)
    world.send(code, {"temperature": 26}, received_at=back)
    assert judge_silent(session, back + timedelta(seconds=5)).closed == [f"device_offline gia-loc/{code}"]
    (alert,) = list_alerts(session)
    assert (alert.opened_at, alert.closed_at) == (NOW + timedelta(minutes=3), back)
    assert "nhận lần cuối 2026-11-20 03:15 UTC" in alert.detail_vi


def test_a_power_cut_is_one_alert_that_names_its_members(world: World, session: Session) -> None:
    cut, alive = fleet(world, 4), fleet(world, 4, "thon-2")
    now = NOW + timedelta(minutes=3.1)
    for code in alive:
        world.send(code, {"temperature": 26}, received_at=now)
    assert judge_silent(session, now).opened == ["place_silent gia-loc/hamlet:thon-1"]
    row = session.execute("SELECT members, severity FROM alert").fetchone()
    assert row == ([f"gia-loc/{code}" for code in cut], "serious")


def test_a_silent_device_is_in_the_alert_of_its_place_from_the_moment_that_this_opens(
    world: World, session: Session
) -> None:
    first, *others = fleet(world, 4)
    fleet(world, 4, "thon-2")
    for minutes in (2, 4, 6, 8):
        for code in world.numbers:
            if code != first and (code not in others or minutes < 5):
                world.send(code, {"temperature": minutes}, received_at=NOW + timedelta(minutes=minutes))
        judge_silent(session, NOW + timedelta(minutes=minutes, seconds=5))
    alone, cut = sorted(list_alerts(session), key=lambda alert: alert.kind)
    moment = NOW + timedelta(minutes=6, seconds=5)
    assert (alone.subject, alone.opened_at, alone.closed_at) == (f"gia-loc/{first}", NOW + timedelta(minutes=3), moment)
    assert (cut.kind, cut.opened_at, cut.closed_at) == ("place_silent", moment, None)


def test_an_ingest_that_is_away_is_one_alert_and_its_return_accuses_nobody(world: World, session: Session) -> None:
    codes = fleet(world, 10)
    away = NOW + timedelta(hours=1)
    assert judge_silent(session, away).opened == ["system_silent system"]
    for code in codes[:6]:
        world.send(code, {"temperature": 26}, received_at=away)
    assert judge_silent(session, away).closed == ["system_silent system"]
    assert judge_silent(session, away + timedelta(seconds=30)).opened == []
    assert len(list_alerts(session)) == 1


def test_a_device_under_repair_is_not_missed(world: World, session: Session) -> None:
    fleet(world, 1)
    judge_silent(session, NOW + timedelta(hours=1))
    session.execute("UPDATE device SET state = 'maintenance'")
    assert len(judge_silent(session, NOW + timedelta(hours=1)).closed) == 1


def test_a_device_may_be_given_more_time(world: World, session: Session) -> None:
    fleet(world, 1)
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, threshold) SELECT 'device_offline', commune_id, 10 FROM commune"
    )
    assert judge_silent(session, NOW + timedelta(minutes=9)).opened == []
    assert len(judge_silent(session, NOW + timedelta(minutes=10)).opened) == 1


def test_a_restart_of_the_broker_is_one_alert_for_an_hour(session: Session) -> None:
    def look(minutes: float, started_minutes: float) -> bool:
        moment = NOW + timedelta(minutes=minutes)
        seen = Seen(BROKER, moment, NOW + timedelta(minutes=started_minutes), 0)
        restarted = judge_restart(session, seen)
        judge_drops(session, seen)
        return restarted

    assert [look(1, 0), look(2, 0), look(10, 9), look(11, 9)] == [False, False, True, False]
    (alert,) = list_alerts(session)
    assert (alert.kind, alert.opened_at, alert.closed_at) == ("broker_restart", NOW + timedelta(minutes=9), None)
    look(9 + QUIET.total_seconds() / 60 + 1, 9)
    assert list_alerts(session, only_open=True) == []


def test_a_message_that_nobody_accounts_for_opens_an_alert_until_the_book_is_right(
    world: World, session: Session
) -> None:
    fleet(world, 1)
    today = local_day(NOW)
    assert judge_ledger(session, NOW, today) == 0
    session.execute("UPDATE ledger SET received = received + 2")
    assert judge_ledger(session, NOW, today) == 2
    assert list_alerts(session, only_open=True)[0].kind == "ledger_gap"
    session.execute("UPDATE ledger SET received = received - 2")
    judge_ledger(session, NOW, today)
    assert list_alerts(session, only_open=True) == []
