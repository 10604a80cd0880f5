"""What is judged at the full hours: messages that are missing, and the forecast of a flood."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest

from alerts.forecast import FEATURES
from alerts.hourly import HOURS_AT_ONCE, MOST_HOURS, hours_to_judge, judge_hours
from storage.alerts import list_alerts
from storage.connect import Session
from storage.flood_models import FloodModel, delete_flood_model, list_flood_models, missing_numbers, put_flood_model
from tests.api.world import COMMUNE, NOW, World

HOUR = timedelta(hours=1)
FULL = NOW.replace(minute=0)
GAUGE = "wl-001"


def send(world: World, code: str, times: dict[float, int], *, late: timedelta = timedelta(0)) -> None:
    """Readings with their numbers, so many minutes after four hours ago."""
    moments = {FULL - 4 * HOUR + timedelta(minutes=minutes): seq for minutes, seq in times.items()}
    world.write(
        *(
            world.message(code, {"ts": time.isoformat(), "seq": seq, "battery": 90}, time + late)
            for time, seq in moments.items()
        )
    )


def told(session: Session) -> list[tuple[str, str, datetime, datetime | None]]:
    return sorted((one.kind, one.subject, one.opened_at, one.closed_at) for one in list_alerts(session))


def test_full_hours_are_judged_once_and_those_that_were_missed_later() -> None:
    assert hours_to_judge([], NOW) == [FULL]
    assert hours_to_judge([FULL], NOW) == []
    assert hours_to_judge([FULL - 3 * HOUR, FULL - 5 * HOUR], NOW) == [FULL - 2 * HOUR, FULL - HOUR, FULL]


def test_many_missed_hours_are_judged_some_at_a_time_and_the_oldest_not_at_all() -> None:
    judged = [FULL - 100 * HOUR]
    while hours := hours_to_judge(judged, NOW):
        assert len(hours) <= HOURS_AT_ONCE
        judged += hours
    assert judged[1:] == [FULL - back * HOUR for back in range(MOST_HOURS - 1, -1, -1)]


def test_numbers_are_not_searched_where_nobody_asks_for_them(
    world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.device("cam-1", "camera")
    send(world, "cam-1", {0: 1, 1: 50})
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, enabled) SELECT 'sequence_gap', commune_id, false FROM commune"
    )
    searched = Mock(wraps=missing_numbers)
    monkeypatch.setattr("alerts.hourly.missing_numbers", searched)
    assert judge_hours(session, NOW).opened == []
    assert not searched.called
    session.execute("DELETE FROM alert_override")
    assert judge_hours(session, NOW).opened == [f"sequence_gap {COMMUNE}"]
    assert [call.args[1].name for call in searched.call_args_list] == ["camera"]


def test_numbers_that_are_missing_at_some_devices_are_one_alert_until_they_come(world: World, session: Session) -> None:
    for code in ("cam-1", "cam-2"):
        world.device(code, "camera")
    send(world, "cam-1", {0: 1, 1: 2, 2: 3, 19: 20, 20: 21})
    send(world, "cam-2", {0: 1, 1: 2, 2: 3, 8: 9, 9: 10})
    assert judge_hours(session, NOW).opened == [f"sequence_gap {COMMUNE}"]
    row = session.execute("SELECT members, detail_vi FROM alert").fetchone()
    assert row is not None and row[0] == [f"{COMMUNE}/cam-1"]
    assert "thiếu 16 bản tin trong 24 giờ" in row[1]
    assert judge_hours(session, NOW + timedelta(minutes=30)).opened == [], "the hour was judged"
    send(world, "cam-1", {seq - 1: seq for seq in range(4, 20)}, late=4 * HOUR + timedelta(minutes=20))
    judge_hours(session, NOW + HOUR)
    assert told(session) == [("sequence_gap", COMMUNE, FULL, FULL + HOUR)]


def test_messages_that_may_still_be_on_their_way_are_not_missed(world: World, session: Session) -> None:
    world.device("cam-1", "camera")
    send(world, "cam-1", {190: 1, 191: 100})
    assert judge_hours(session, NOW).opened == []


def test_a_rule_that_is_switched_off_closes_the_alert_on_missing_numbers(world: World, session: Session) -> None:
    world.device("cam-1", "camera")
    send(world, "cam-1", {0: 1, 1: 50})
    assert judge_hours(session, NOW).opened == [f"sequence_gap {COMMUNE}"]
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, enabled) SELECT 'sequence_gap', commune_id, false FROM commune"
    )
    assert judge_hours(session, NOW + HOUR).closed == [f"sequence_gap {COMMUNE}"]
    assert list_alerts(session, only_open=True) == []


@pytest.fixture
def gauge(world: World, session: Session) -> int:
    """A gauge with an alarm level, at which a millimetre of the last hour raises the water by five centimetres."""
    number = world.device(GAUGE, "water_level", interval_seconds=300)
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, device_id, threshold)"
        " SELECT 'flood_level_1', commune_id, device_id, 150 FROM device"
    )
    put_flood_model(session, FloodModel(number, [5.0, *[0.0] * (FEATURES - 1)], 4.0, FULL - 9000 * HOUR, FULL))
    return number


def rain(world: World, hour: datetime, millimetres: float, level: float = 100.0) -> None:
    """What a gauge says in the hour before a full hour."""
    readings = [
        {"ts": (hour - timedelta(minutes=minutes)).isoformat(), "rainfall": millimetres / 4, "level": level}
        for minutes in (50, 35, 20, 5)
    ]
    world.write(*(world.message(GAUGE, one, datetime.fromisoformat(str(one["ts"]))) for one in readings))


def test_rain_warns_of_the_flood_before_the_water_has_risen(world: World, session: Session, gauge: int) -> None:
    for back, millimetres in ((3, 2.0), (2, 8.0), (1, 12.0), (0, 0.0)):
        rain(world, FULL - back * HOUR, millimetres)
        judge_hours(session, FULL - back * HOUR + timedelta(minutes=1))
    assert told(session) == [("flood_forecast", f"{COMMUNE}/{GAUGE}", FULL - HOUR, FULL)]
    (alert,) = list_alerts(session)
    assert "mực nước dự báo cao nhất trong 6 giờ tới 160.0 cm, ngưỡng 150 cm" in alert.detail_vi
    assert "không thay bản tin" in alert.detail_vi


def test_a_gauge_that_forgets_what_it_was_taught_expects_nothing_any_more(
    world: World, session: Session, gauge: int
) -> None:
    rain(world, FULL, 40.0)
    assert judge_hours(session, NOW).opened == [f"flood_forecast {COMMUNE}/{GAUGE}"]
    delete_flood_model(session, gauge)
    assert judge_hours(session, NOW + HOUR).closed == [f"flood_forecast {COMMUNE}/{GAUGE}"]


def test_hours_that_were_missed_tell_the_same(world: World, session: Session, gauge: int) -> None:
    rain(world, FULL - 4 * HOUR, 0.0)
    judge_hours(session, FULL - 4 * HOUR)
    for back, millimetres in ((3, 2.0), (2, 8.0), (1, 12.0), (0, 0.0)):
        rain(world, FULL - back * HOUR, millimetres)
    judge_hours(session, NOW)
    assert told(session) == [("flood_forecast", f"{COMMUNE}/{GAUGE}", FULL - HOUR, FULL)]


def test_only_the_gauges_upstream_count_where_some_are_named(world: World, session: Session, gauge: int) -> None:
    world.device("env-001")
    session.execute("UPDATE device SET tags = ARRAY ['upstream:wl-001'] WHERE code = 'env-001'")
    world.send(
        "env-001", {"ts": (FULL - timedelta(minutes=9)).isoformat(), "rainfall": 1.0}, received_at=FULL - HOUR / 9
    )
    rain(world, FULL, 40.0)
    assert judge_hours(session, NOW).opened == []


def test_a_gauge_without_a_forecast_a_level_or_a_voice_is_passed_over(
    world: World, session: Session, gauge: int
) -> None:
    rain(world, FULL - 3 * HOUR, 40.0)
    assert judge_hours(session, NOW).opened == [], "it was silent in the last hour"
    rain(world, FULL + HOUR, 40.0)
    session.execute("DELETE FROM alert_override")
    assert judge_hours(session, NOW + HOUR).opened == []
    assert [model.device_id for model in list_flood_models(session)] == [gauge]
    assert delete_flood_model(session, gauge) and not delete_flood_model(session, gauge)
