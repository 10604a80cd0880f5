"""Periods of reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import BadPeriod
from reports.periods import midnight, parse_period, whole_hours


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-11-20", (2026, 11, 20), (2026, 11, 21)),
        ("2026-02", (2026, 2, 1), (2026, 3, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026-Q1", (2026, 1, 1), (2026, 4, 1)),
        ("2026-Q4", (2026, 10, 1), (2027, 1, 1)),
        ("2026-H1", (2026, 1, 1), (2026, 7, 1)),
        ("2026-H2", (2026, 7, 1), (2027, 1, 1)),
        ("2026", (2026, 1, 1), (2027, 1, 1)),
    ],
)
def test_a_period_is_one_of_viet_nam(text: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    found = parse_period(text)
    assert (found.start, found.end) == (midnight(date(*first)), midnight(date(*after)))
    assert found.start.hour == 17
    assert found.hours == 24 * len(found.days)
    assert found.days[0] == date(*first)


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-02-30", "2026-Q5", "2026-H3", "26", "1999", "2101", "٢٠٢٦", "2026-11-20T00", "x" * 500],
)
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadPeriod) as refused:
        parse_period(text)
    assert "2026-Q4" in refused.value.reason.vi
    assert len(refused.value.reason.en) < 200


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


@given(start=MOMENTS, length=st.timedeltas(timedelta(seconds=1), timedelta(days=40)))
def test_any_time_is_enclosed_by_whole_hours_and_those_by_whole_days(start: datetime, length: timedelta) -> None:
    hours = whole_hours(start, start + length)
    days = hours.whole_days()
    assert days.start <= hours.start <= start
    assert start + length <= hours.end <= days.end
    assert start - hours.start < timedelta(hours=1)
    assert days.hours == 24 * len(days.days)
    assert days.days == hours.days
