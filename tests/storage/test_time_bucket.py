"""`time_bucket` gives the same on every edition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.connect import connect
from storage.editions import Edition, edition_of
from storage.sql import query

ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)
WIDTHS = (
    *("1 second", "7 seconds", "90 seconds", "300.000s", "1500 microseconds"),
    *("1 minute", "5 minutes", "7 minutes", "15 minutes", "90 minutes"),
    *("1 hour", "5 hours", "6 hours", "12 hours", "36:30:00"),
    *("1 day", "3 days", "1 week", "10 days", "30 days", "100 days 6 hours"),
)
MONTHS = ("1 month", "2 months", "5 months", "3 months", "6 months", "1 year", "7 years", "1 year 6 months")
ORIGINS = ("2000-01-03+00", "2026-11-20 03:17:31+07", "1970-01-01+00", "1999-12-31 17:00:00+00")
MOMENTS = """
    SELECT moment FROM generate_series(
        timestamptz '1996-02-27 22:13:11.5+00', timestamptz '2031-01-01+00', interval '97 days 5:43:21.25') AS moment
    UNION SELECT unnest(ARRAY[
        '2000-01-01+00', '2000-01-03+00', '2000-01-02 23:59:59.999999+00', '1999-12-31 23:59:59.999999+00',
        '2024-02-29 23:59:59.999999+00', '2026-11-20 17:00:00+00', '1970-01-01+00']::timestamptz[])"""


@pytest.fixture(scope="module")
def session_url(module_database_url: str) -> str:
    """A migrated database for this module; where TimescaleDB is, with our own time_bucket beside its."""
    with closing(connect(module_database_url, autocommit=True)) as connection:
        if edition_of(connection) is not Edition.PLAIN:
            connection.execute(query("create_time_bucket"))
    return module_database_url


@pytest.fixture(scope="module")
def session(session_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to it."""
    with closing(connect(session_url, autocommit=True)) as connection:
        yield connection


def theirs(connection: psycopg.Connection[Any]) -> str:
    """The time_bucket that the database's edition brings."""
    return "commune.time_bucket" if edition_of(connection) is Edition.PLAIN else "public.time_bucket"


@pytest.mark.parametrize("width", WIDTHS + MONTHS)
def test_our_time_bucket_equals_the_editions_own(session: psycopg.Connection[Any], width: str) -> None:
    differing = session.execute(
        f"SELECT moment FROM ({MOMENTS}) AS m "
        f"WHERE commune.time_bucket(%(w)s, moment) IS DISTINCT FROM {theirs(session)}(%(w)s::interval, moment)",
        {"w": width},
    ).fetchall()
    assert differing == []


@pytest.mark.parametrize("width", WIDTHS + MONTHS)
@pytest.mark.parametrize("origin", ORIGINS)
def test_our_time_bucket_equals_the_editions_own_from_any_origin(
    session: psycopg.Connection[Any], width: str, origin: str
) -> None:
    differing = session.execute(
        f"SELECT moment FROM ({MOMENTS}) AS m WHERE commune.time_bucket(%(w)s, moment, %(o)s) "
        f"IS DISTINCT FROM {theirs(session)}(%(w)s::interval, moment, %(o)s::timestamptz)",
        {"w": width, "o": origin},
    ).fetchall()
    assert differing == []


@given(
    seconds=st.integers(1, 40_000_000),
    moment=st.timedeltas(timedelta(days=-7300), timedelta(days=21900)).map(lambda age: ORIGIN + age),
)
def test_a_bucket_starts_a_whole_number_of_widths_from_monday_3_january_2000(
    session: psycopg.Connection[Any], seconds: int, moment: datetime
) -> None:
    width = timedelta(seconds=seconds)
    expected = ORIGIN + (moment - ORIGIN) // width * width
    for function in ("commune.time_bucket", theirs(session)):
        assert session.execute(f"SELECT {function}(%s, %s)", [width, moment]).fetchone() == (expected,)


def test_months_are_counted_in_utc(session: psycopg.Connection[Any]) -> None:
    moment = datetime(2026, 3, 1, 5, 0, tzinfo=timezone(timedelta(hours=7)))
    for function in ("commune.time_bucket", theirs(session)):
        found = session.execute(f"SELECT {function}('1 month'::interval, %s::timestamptz)", [moment]).fetchone()
        assert found == (datetime(2026, 2, 1, tzinfo=UTC),)


@pytest.mark.parametrize("width", ["0", "-1 hour", "-1 month", "1 month 1 day", "1 month -1 day"])
def test_widths_that_make_no_sense_are_refused_by_all(session: psycopg.Connection[Any], width: str) -> None:
    for function in ("commune.time_bucket", theirs(session)):
        with pytest.raises(psycopg.Error):
            session.execute(f"SELECT {function}(%s::interval, now())", [width])


def test_no_time_and_no_width_give_no_bucket(session: psycopg.Connection[Any]) -> None:
    for function in ("commune.time_bucket", theirs(session)):
        found = session.execute(
            f"SELECT {function}(NULL::interval, now()), {function}('1 hour'::interval, NULL::timestamptz), "
            f"{function}('1 month'::interval, NULL::timestamptz)"
        ).fetchone()
        assert found == (None, None, None)


def test_a_session_finds_time_bucket_without_naming_a_schema(database_url: str) -> None:
    for role in ("commune_read", "commune_ingest", "commune_admin"):
        with closing(connect(database_url, role=role)) as connection:
            found = connection.execute(
                "SELECT time_bucket('300.000s', timestamptz '2026-11-20 03:17:31+00')"
            ).fetchone()
            assert found == (datetime(2026, 11, 20, 3, 15, tzinfo=UTC),)
