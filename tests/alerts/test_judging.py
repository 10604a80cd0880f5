"""Readings in the database become alerts, and the same ones whenever maintenance looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest

from alerts import judging
from alerts.judging import judge_readings
from storage.alerting import take_judging
from storage.alerts import AlertRow, list_alerts
from storage.connect import Session, connect
from tests.api.world import COMMUNE, NOW, World

START = NOW - timedelta(hours=20)
GAUGE = "wl-001"
Told = list[tuple[str, datetime, datetime | None]]


def override(session: Session, rule: str, **members: object) -> None:
    """Set a rule otherwise for the whole commune."""
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, enabled, threshold, margin, hold_seconds)"
        " SELECT %(rule)s, commune_id, %(enabled)s, %(threshold)s, %(margin)s, %(hold_seconds)s FROM commune",
        {"rule": rule, "enabled": True, "threshold": None, "margin": None, "hold_seconds": None} | members,
    )


def flood(
    world: World,
    levels: Sequence[float],
    *,
    rainfall: float = 0.0,
    first: int = 0,
    received_at: datetime | None = None,
) -> None:
    """A reading each five minutes, received at once unless it is said when."""
    world.write(
        *(
            world.message(
                GAUGE, {"ts": at(place).isoformat(), "level": level, "rainfall": rainfall}, received_at or at(place)
            )
            for place, level in enumerate(levels, first)
        )
    )


def at(place: int) -> datetime:
    return START + timedelta(minutes=5 * place)


def told(session: Session) -> Told:
    return sorted((alert.kind, alert.opened_at, alert.closed_at) for alert in list_alerts(session))


def floods(session: Session) -> Told:
    return [one for one in told(session) if one[0].startswith("flood_level")]


def the(session: Session, kind: str) -> AlertRow:
    (alert,) = list_alerts(session, kind=kind)
    return alert


@pytest.fixture
def gauge(world: World) -> int:
    return world.device(GAUGE, "water_level", interval_seconds=300)


def test_flood_levels_sleep_until_they_are_set_for_a_gauge(world: World, session: Session, gauge: int) -> None:
    flood(world, [100, 320, 100])
    judge_readings(session, NOW)
    assert [kind for kind, *_ in told(session) if kind.startswith("flood")] == []


def test_a_flood_opens_its_levels_one_after_the_other_and_closes_them(
    world: World, session: Session, gauge: int
) -> None:
    override(session, "flood_level_1", threshold=150.0)
    override(session, "flood_level_2", threshold=180.0)
    flood(world, [140, 149, 155, 181, 178, 176, 174, 149, 144])
    judge_readings(session, NOW)
    assert [one for one in told(session) if one[0].startswith("flood")] == [
        ("flood_level_1", at(2), at(8)),
        ("flood_level_2", at(3), at(6)),
    ]
    alert = the(session, "flood_level_2")
    assert alert.subject == f"{COMMUNE}/{GAUGE}"
    assert "181.0 cm, ngưỡng 180 cm" in alert.detail_vi and "Tuần tra đê" in alert.detail_vi
    assert "threshold 180 cm" in alert.detail_en


def test_the_gauges_own_level_goes_before_that_of_the_commune(world: World, session: Session, gauge: int) -> None:
    override(session, "flood_level_1", threshold=150.0, margin=1.0)
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, device_id, threshold)"
        " SELECT 'flood_level_1', commune_id, device_id, 160 FROM device"
    )
    flood(world, [155, 161, 158.9])
    judge_readings(session, NOW)
    assert told(session)[0] == ("flood_level_1", at(1), at(2)), "its own threshold, the commune's margin"


def test_rain_is_summed_over_its_window(world: World, session: Session, gauge: int) -> None:
    flood(world, [100.0] * 8, rainfall=6.0)
    flood(world, [100.0] * 20, first=8)
    judge_readings(session, NOW)
    assert [one for one in told(session) if one[0].startswith("rain_1h")] == [("rain_1h", at(4), at(15))]
    assert the(session, "rain_1h").subject == COMMUNE
    assert "rainfall over 1 h 30.0 mm" in the(session, "rain_1h").detail_en


def test_rain_at_many_gauges_is_one_alert_with_its_members_until_the_last_is_over(
    world: World, session: Session, gauge: int
) -> None:
    world.device("env-001")
    fall = {GAUGE: (range(3, 9), 12), "env-001": (range(6, 30), 6)}
    for look in (4, 9, 40, 60):
        for code, (wet, millimetres) in fall.items():
            world.write(
                *(
                    world.message(
                        code,
                        {"ts": at(place).isoformat(), "rainfall": millimetres if place in wet else 0},
                        received_at=at(place),
                    )
                    for place in range({4: 0, 9: 5, 40: 10, 60: 41}[look], look + 1)
                )
            )
        judge_readings(session, at(look))
        if look == 9:
            row = session.execute("SELECT subject, members, detail_en FROM alert WHERE kind = 'rain_1h'").fetchone()
            assert row is not None and row[:2] == (COMMUNE, [f"{COMMUNE}/{GAUGE}"])
    assert [one for one in told(session) if one[0] == "rain_1h"] == [("rain_1h", at(5), at(37))]
    row = session.execute("SELECT members FROM alert WHERE kind = 'rain_1h'").fetchone()
    assert row == ([f"{COMMUNE}/env-001", f"{COMMUNE}/{GAUGE}"],)


def test_a_device_that_is_taken_under_repair_takes_its_alerts_with_it(
    world: World, session: Session, gauge: int
) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [200] * 13, rainfall=6.0)
    judge_readings(session, at(12))
    assert {kind for kind, _, end in told(session) if end is None} == {"flood_level_1", "rain_1h", "rain_3h"}
    session.execute("UPDATE device SET state = 'maintenance'")
    judge_readings(session, at(13))
    assert {end for _, _, end in told(session)} == {at(13)}


def test_a_field_that_a_device_does_not_say_is_not_looked_through_again_and_again(
    world: World, session: Session, gauge: int
) -> None:
    flood(world, [100] * 30)
    judge_readings(session, at(29))
    row = session.execute("SELECT time FROM alert_state WHERE rule = 'battery_low'").fetchone()
    assert row == (at(29) - timedelta(minutes=10),)


def test_fast_water_is_told_before_any_level_is_reached(world: World, session: Session, gauge: int) -> None:
    flood(world, [10, 15, 25, 38, 45, 50])
    judge_readings(session, NOW)
    assert ("level_rise", at(4), None) in told(session)


@pytest.mark.parametrize("parts", [1, 3, 7, 40])
def test_a_storm_replayed_tells_what_the_storm_that_was_lived_told(
    world: World, session: Session, gauge: int, parts: int
) -> None:
    override(session, "flood_level_1", threshold=150.0, hold_seconds=600)
    storm = [120 + (place * 37 % 23) + (60 if 40 < place < 90 else 0) for place in range(200)]
    size = -(-len(storm) // parts)
    for first in range(0, len(storm), size):
        flood(world, storm[first : first + size], first=first)
        judge_readings(session, at(first + size))
    expected = [("flood_level_1", at(43), at(90))]
    assert [one for one in told(session) if one[0] == "flood_level_1"] == expected


@pytest.mark.parametrize("looks", [1, 4])
def test_a_dump_of_a_day_opens_nothing_until_a_reading_comes_in_time(
    world: World, session: Session, gauge: int, looks: int
) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [200] * 100, received_at=at(150))
    for _ in range(looks):
        judge_readings(session, at(150))
    assert floods(session) == [], "of what was so long ago nobody is told"
    flood(world, [200, 200, 100], first=151)
    judge_readings(session, at(153))
    assert floods(session) == [("flood_level_1", at(151), at(153))]


def test_a_dump_closes_what_had_been_open_before_the_silence(world: World, session: Session, gauge: int) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [200])
    judge_readings(session, at(1))
    flood(world, [200, 100, 200, 100], first=1, received_at=at(150))
    judge_readings(session, at(150))
    assert floods(session) == [("flood_level_1", at(0), at(2))]


def test_late_rain_counts_in_the_sums_of_what_follows_and_not_of_what_was_before(
    world: World, session: Session, gauge: int
) -> None:
    flood(world, [100.0] * 10, first=20)
    flood(world, [100.0] * 8, rainfall=15.0, first=12, received_at=at(29) + timedelta(seconds=1))
    flood(world, [100.0] * 3, first=30)
    judge_readings(session, at(33))
    assert [one for one in told(session) if one[0] == "rain_3h"] == [("rain_3h", at(30), None)]


def test_late_readings_open_nothing_any_more(world: World, session: Session, gauge: int) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [100], first=10)
    judge_readings(session, NOW)
    flood(world, [200, 200], received_at=at(11))
    judge_readings(session, NOW)
    assert floods(session) == []


def test_what_was_missed_for_days_is_judged_in_pieces_as_it_would_have_been(
    world: World, session: Session, gauge: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = Mock(wraps=take_judging)
    monkeypatch.setattr(judging, "take_judging", pieces)
    override(session, "flood_level_1", threshold=300)
    flood(world, [100])
    judge_readings(session, at(1))
    flood(world, [320, 100], first=300)
    flood(world, [330], first=900)
    judge_readings(session, at(900))
    assert floods(session) == [("flood_level_1", at(300), at(301)), ("flood_level_1", at(900), None)]
    assert pieces.call_count == 1 + 10, "75 hours, eight at a time"
    judge_readings(session, at(3000))
    assert pieces.call_count == 12, "nothing is new, however long ago the last reading was"


def test_looking_again_opens_nothing_twice(world: World, session: Session, gauge: int) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [160, 161])
    first = judge_readings(session, NOW)
    again = judge_readings(session, NOW)
    assert f"flood_level_1 {COMMUNE}/{GAUGE}" in first.opened
    assert (again.opened, again.closed) == ([], [])


def test_a_rule_that_is_switched_off_closes_its_alert(world: World, session: Session, gauge: int) -> None:
    override(session, "flood_level_1", threshold=150.0)
    flood(world, [160])
    judge_readings(session, NOW)
    session.execute("UPDATE alert_override SET enabled = false")
    judge_readings(session, NOW)
    assert the(session, "flood_level_1").closed_at == NOW


def test_of_two_maintainers_one_judges(world: World, session: Session, gauge: int, database_url: str) -> None:
    flood(world, [100, 200])
    with connect(database_url, role="commune_admin") as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('commune.alerts'))")
        assert judge_readings(session, NOW).opened == []
    assert judge_readings(session, NOW).opened == [f"level_rise {COMMUNE}/{GAUGE}"]
