"""Alarm levels of gauges, and the periods that documents compare and offer."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from api.pages_reports import periods_at
from reports.documents.coverage_sources import previous_period
from reports.periods import parse_period
from reports.water_level_report import alarm_level
from storage.alert_desk import AlertOverride
from storage.fleet import FleetDevice


def gauge(hamlet: str | None = "thon-1") -> FleetDevice:
    """A gauge of Gia Lộc."""
    known: dict[str, object] = dict.fromkeys(FleetDevice.__dataclass_fields__)
    return FleetDevice(**{**known, "commune": "gia-loc", "code": "mn-01", "hamlet": hamlet, "state": "on"})  # type: ignore[arg-type]


def rule(
    threshold: float | None,
    *,
    hamlet: str | None = None,
    device: str | None = None,
    enabled: bool = True,
    level: int = 1,
) -> AlertOverride:
    """A flood level that is set for a place."""
    return AlertOverride(f"flood_level_{level}", "gia-loc", hamlet, device, enabled, threshold)


def test_a_gauge_without_a_level_has_none() -> None:
    assert math.isnan(alarm_level([], gauge(), 1))
    assert math.isnan(alarm_level([rule(300.0, level=2)], gauge(), 1))
    assert math.isnan(alarm_level([rule(300.0, device="mn-02")], gauge(), 1))


def test_the_most_exact_place_counts() -> None:
    commune, hamlet, device = rule(100.0), rule(200.0, hamlet="thon-1"), rule(300.0, device="mn-01")
    assert alarm_level([commune, hamlet, device], gauge(), 1) == 300
    assert alarm_level([commune, hamlet], gauge(), 1) == 200
    assert alarm_level([commune, hamlet], gauge("thon-2"), 1) == 100
    assert alarm_level([commune], gauge(None), 1) == 100


def test_a_level_that_is_switched_off_is_none_and_one_without_a_number_is_passed_over() -> None:
    assert math.isnan(alarm_level([rule(100.0), rule(300.0, device="mn-01", enabled=False)], gauge(), 1))
    assert alarm_level([rule(100.0), rule(None, device="mn-01")], gauge(), 1) == 100


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2026-03", "2026-02"),
        ("2026-01", "2025-12"),
        ("2026-Q1", "2025-Q4"),
        ("2026-H1", "2025-H2"),
        ("2026-H2", "2026-H1"),
        ("2026", "2025"),
        ("2026-11-20", "2026-11-19"),
    ],
)
def test_a_period_is_compared_with_the_one_of_as_many_months_before(period: str, before: str) -> None:
    assert previous_period(parse_period(period)) == parse_period(before)


def test_the_page_offers_what_ended_last_and_what_runs() -> None:
    offered = periods_at(datetime(2025, 12, 31, 17, tzinfo=UTC))
    assert offered == ["2025-12", "2026-01", "2025-Q4", "2026-Q1", "2025-H2", "2026-H1", "2025", "2026"]
    assert all(parse_period(period) for period in offered)
