"""Data quality: đúng – đủ – sạch – sống. The worked example is that of docs/explanation/data-quality.md."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.data_quality import MEASURES, QualityCounts, add_up, allowed_delay_seconds, count_arrivals
from reports.grids import floats

NAN = float("nan")


def rounded(counts: QualityCounts) -> dict[str, float | None]:
    return {name: share if share is None else round(share, 4) for name, (share, _) in counts.shares().items()}


def example() -> QualityCounts:
    """Four hours of a station that reports every five minutes."""
    arrivals = count_arrivals(floats([12, 6, 0, 14]), floats([0, 6, 0, 0]), 300)
    ledger = QualityCounts(accepted=34, repeated=2, conflicts=1, readings_set_aside=1, fields_set_aside=3)
    return add_up([arrivals, ledger])


def test_the_worked_example() -> None:
    assert rounded(example()) == {
        "valid": round(34 / 38, 4),
        "complete": round(30 / 48, 4),
        "clean": round(32 / 35, 4),
        "live": 0.5,
        "on_time": round(26 / 32, 4),
        "alive": 0.75,
        "score": 0.5,
    }


def test_a_burst_does_not_fill_the_gap_of_another_hour() -> None:
    counts = count_arrivals(floats([24, 0]), floats([0, 0]), 300)
    assert counts.shares()["complete"] == (0.5, 24)


def test_late_readings_are_complete_and_alive_but_not_live() -> None:
    shares = count_arrivals(floats([12, 12]), floats([12, 12]), 300).shares()
    assert [shares[name][0] for name in ("complete", "alive", "on_time", "live")] == [1, 1, 0, 0]


def test_hours_whose_readings_were_deleted_are_complete_and_say_nothing_of_lateness() -> None:
    shares = count_arrivals(floats([12, 12, 12, 12]), floats([NAN, NAN, 0, 12]), 300).shares()
    assert [shares[name] for name in ("complete", "on_time", "live")] == [(1, 48), (0.5, 24), (0.5, 2)]


def test_a_device_that_reports_every_six_hours_is_held_to_six_hours() -> None:
    readings = np.zeros(26)
    readings[[0, 6, 13]] = 1
    counts = count_arrivals(readings, np.zeros(26), 6 * 3600)
    assert (counts.periods, counts.expected, counts.filled) == (4, 4, 3)
    assert counts.shares()["alive"][0] == 0.75


def test_a_device_that_sent_nothing_has_no_validity_and_no_life() -> None:
    shares = count_arrivals(np.zeros(24), np.zeros(24), 60).shares()
    assert shares["valid"] == (None, 0)
    assert shares["on_time"] == (None, 0)
    assert shares["complete"] == (0, 1440)
    assert shares["score"][0] == 0


def test_a_hamlet_is_judged_by_the_sums_of_its_devices() -> None:
    busy = count_arrivals(floats([60]), floats([0]), 60)
    silent = count_arrivals(floats([0]), floats([0]), 3600)
    assert add_up([busy, silent]).shares()["complete"][0] == pytest.approx(60 / 61)
    assert add_up([busy, silent]).shares()["alive"][0] == 0.5


@pytest.mark.parametrize(("interval", "delay"), [(10, 120), (60, 120), (300, 600), (3600, 7200)])
def test_two_intervals_and_at_least_two_minutes_are_on_time(interval: float, delay: float) -> None:
    assert allowed_delay_seconds(interval) == delay


@given(
    hours=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=60),
    interval=st.integers(1, 90_000),
    ledger=st.tuples(*[st.integers(0, 1000)] * 4),
)
def test_every_share_lies_between_nought_and_one(
    hours: list[tuple[int, int]], interval: int, ledger: tuple[int, int, int, int]
) -> None:
    readings = floats([came for came, _ in hours])
    late = floats([min(came, delayed) for came, delayed in hours])
    accepted, repeated, conflicts, aside = ledger
    books = QualityCounts(
        accepted=accepted, repeated=min(repeated, accepted), conflicts=conflicts, fields_set_aside=aside
    )
    shares = add_up([count_arrivals(readings, late, interval), books]).shares()
    assert set(shares) == set(MEASURES)
    for share, whole in shares.values():
        assert whole >= 0
        assert share is None or 0 <= share <= 1 + 1e-9
