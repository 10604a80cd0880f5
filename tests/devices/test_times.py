"""Times as devices write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import Refused
from devices.reasons import Reason
from devices.times import EARLIEST, LATEST, read_time, write_time
from tests.devices.strategies import json_values, patient

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20T12:00:00Z",
        "2026-11-20T12:00:00z",
        "2026-11-20t12:00:00z",
        "2026-11-20 12:00:00Z",
        "2026-11-20T12:00:00.000Z",
        "2026-11-20T12:00:00.000000000Z",
        "2026-11-20T19:00:00+07:00",
        "2026-11-20T19:00:00+0700",
        "2026-11-20T19:00:00+07",
        "2026-11-20T12:00:00-00:00",
        "2026-11-19T22:30:00-13:30",
        1795176000,
        1795176000.0,
    ],
)
def test_one_moment_is_read_however_it_is_written(written: object) -> None:
    when = read_time(written)
    assert when == NOON
    assert when.tzinfo is UTC


def test_fractions_of_a_second_are_kept() -> None:
    assert read_time("2026-11-20T12:00:00.25Z") == NOON + timedelta(milliseconds=250)
    assert read_time(1795176000.25) == NOON + timedelta(milliseconds=250)


@pytest.mark.parametrize("written", ["2016-12-31T23:59:60Z", "2017-01-01T06:59:60+07:00", "2016-12-31T23:59:60z"])
def test_a_leap_second_is_the_first_second_of_the_next_day(written: str) -> None:
    assert read_time(written) == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-20", "date without a time"),
        ("2026-11-20T12:00:00", "no offset"),
        ("2026-11-20 12:00", "no offset"),
        ("1795176000", "number in quotes"),
        ("20/11/2026 12:00:00", "cannot be read"),
        ("20261120T120000Z", "cannot be read"),
        ("2026-W47-5T12:00:00Z", "cannot be read"),
        ("2026-11-20T12:00Z", "cannot be read"),
        ("2026-02-30T12:00:00Z", "cannot be read as a time|not a time that exists"),
        ("2026-11-20T25:00:00Z", "not a time that exists"),
        ("2026-11-20T12:00:60Z", "second 60"),
        ("2026-11-20T12:00:61Z", "not a time that exists"),
        ("2026-11-20T12:00:00+25:00", "not a time that exists"),
        ("", "cannot be read"),
        ("x" * 200_000, "cannot be read"),
        (1795176000000, "milliseconds; send Unix seconds \\(1795176000.000\\)"),
        (1795176000000000.0, "microseconds"),
        (1795176000000000000, "nanoseconds"),
        (10**18 * 999, "far too large"),
        (-(10**15), "far too large"),
        (float("nan"), "not a finite number"),
        (float("inf"), "not a finite number"),
        (True, "neither text nor a number"),
        (["2026-11-20T12:00:00Z"], "neither text nor a number"),
        ({}, "neither text nor a number"),
        (0, "never set"),
        (-1.5, "never set"),
        ("1970-01-01T00:00:12Z", "never set"),
        ("0001-01-01T00:00:00+14:00", "never set"),
        ("2000-01-01T00:00:00+07:00", "never set"),
        ("2100-01-01T00:00:00Z", "after the year 2099"),
        ("9999-12-31T23:59:59-12:00", "after the year 2099"),
        ("9999-12-31T23:59:60Z", "after the year 2099"),
        ("2099-12-31T23:59:60Z", "after the year 2099"),
        ("2099-12-31T23:59:59-07:00", "after the year 2099"),
        (4102444800, "after the year 2099"),
    ],
)
def test_a_time_that_cannot_be_believed_is_refused_in_words(written: object, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        read_time(written)
    assert caught.value.reason is Reason.BAD_TIME
    assert caught.value.value is written


@patient
@given(json_values)
def test_any_json_value_is_a_time_in_range_or_refused(written: object) -> None:
    try:
        assert EARLIEST <= read_time(written) < LATEST
    except Refused as refused:
        assert refused.reason is Reason.BAD_TIME


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_written_time_is_read_back_as_the_same_moment_whatever_the_offset(local: datetime, minutes: int) -> None:
    when = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_time(when.isoformat()) == when
    assert read_time(write_time(when)) == when
    assert write_time(when).endswith("Z")
