"""What a gauge learns from its past, and what it says of how well that would have done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.errors import TooLittlePast
from alerts.hourly import alarm_levels, upstream_of
from alerts.learning import Past, learn, past_of
from commune.bench.flood_forecast import simulated_hours
from simulators.communes import load
from storage.connect import Session
from storage.flood_models import Gauge, gauges
from tests.api.world import COMMUNE, NOW, World

HOUR = timedelta(hours=1)
FULL = NOW.replace(minute=0)


def gauge(code: str, *tags: str, commune: str = COMMUNE) -> Gauge:
    return Gauge(1, "water_level", f"{commune}/{code}", "", None, NOW, list(tags))


@pytest.fixture(scope="module")
def past() -> Past:
    """A simulated year at a canal."""
    return Past(*simulated_hours(load("gia-loc").setting, 3, 2025, "kenh-chinh"))


def test_a_year_teaches_a_forecast_and_says_how_it_does_on_floods_it_has_not_seen(past: Past) -> None:
    start = FULL - past.level.size * HOUR
    model = learn(gauge("mn-03"), past, start, FULL, 170.0)
    assert (model.device_id, model.level_cm, model.fitted_from) == (1, 170.0, start)
    assert model.floods >= model.hits > 0.7 * model.floods > 5 and model.error_cm < 15
    assert model.lead_hours is not None and model.lead_hours >= 1


def test_without_an_alarm_level_it_learns_all_the_same(past: Past) -> None:
    model = learn(gauge("mn-03"), past, FULL - HOUR, FULL, None)
    assert (model.level_cm, model.floods, len(model.weights)) == (None, 0, 11)


def test_a_dry_month_teaches_nothing(past: Past) -> None:
    with pytest.raises(TooLittlePast):
        learn(gauge("mn-03"), Past(past.rain[:100] * 0, past.level[:100]), FULL - HOUR, FULL, 170.0)


def test_rain_gauges_say_whose_water_they_measure() -> None:
    wet, named, far = gauge("a"), gauge("b", "upstream:mn-03"), gauge("c", "upstream:mn-03", commune="other")
    assert upstream_of(gauge("mn-03"), [wet, named, far]) == [named]
    assert upstream_of(gauge("mn-04"), [wet, named, far]) == [wet, named]


def test_the_past_is_read_from_the_rollups(world: World, session: Session) -> None:
    number = world.device("mn-03", "water_level", interval_seconds=900)
    world.device("env-001")

    def say(code: str, at: datetime, **members: float) -> None:
        world.send(code, {"ts": at.isoformat(), **members}, received_at=at)

    for hour in range(3):
        for minutes in (10, 40):
            say("mn-03", FULL - 3 * HOUR + hour * HOUR + timedelta(minutes=minutes), level=100 + hour * 10, rainfall=2)
    say("env-001", FULL - 2 * HOUR + timedelta(minutes=5), rainfall=8)
    there = gauges(session, ("environment", "water_level"))
    found = past_of(session, next(one for one in there if one.device_id == number), there, FULL - 3 * HOUR, FULL)
    assert found.level.tolist() == [100, 110, 120]
    assert found.rain.tolist() == [4, 6, 4], "the mean of the gauges that spoke"


def test_the_lowest_level_that_is_set_is_what_is_warned_of(world: World, session: Session) -> None:
    number = world.device("mn-03", "water_level")
    assert alarm_levels(session) == {}
    for rule, level in (("flood_level_2", 300), ("flood_level_1", 250)):
        session.execute(
            "INSERT INTO alert_override (rule, commune_id, threshold) SELECT %s, commune_id, %s FROM commune",
            (rule, level),
        )
    assert alarm_levels(session) == {number: 250}
    session.execute(
        "INSERT INTO alert_override (rule, commune_id, threshold) SELECT 'flood_forecast', commune_id, 240 FROM commune"
    )
    assert alarm_levels(session) == {number: 240}
