"""Counters in buckets: increases that know resets, lose nothing at the edges, and add up."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.catalogue import KINDS
from storage.aggregates import Aggregate
from storage.connect import connect
from storage.rollup_notes import RollupNotes
from storage.series import BUCKET_ORIGIN, SeriesPage, bucketed_series
from storage.series_sql import SeriesColumn
from tests.api.world import World

BASE = datetime(2026, 11, 1, tzinfo=UTC)
KIND = KINDS["irrigation"]
COLUMN = SeriesColumn(KIND.by_name["water_total"], Aggregate.INCREASE)
EVER = timedelta(days=30)
Total = float | None


@contextmanager
def emptied(world: World) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which the readings of the counters are undone at the end."""
    with closing(connect(world.url)) as connection:
        yield connection
        connection.rollback()


def put(connection: psycopg.Connection[Any], device_id: int, totals: list[tuple[float, Total]], zone: str = "") -> None:
    rows = [(device_id, BASE + timedelta(minutes=minute), BASE, 0, zone, total, 20.0) for minute, total in totals]
    connection.cursor().executemany(
        "INSERT INTO irrigation (device_id, time, received_at, time_source, zone, water_total, soil_moisture)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        rows,
    )
    notes = RollupNotes()
    notes.add(KIND.name, [row[1] for row in rows])
    notes.write(connection)


def increases(totals: list[float]) -> float:
    """The rise of a counter, by the definition: a fall is a reset, after which it counted up from nothing."""
    return sum(b - a if b >= a else b for a, b in itertools.pairwise(totals))


def ask(
    connection: psycopg.Connection[Any], device_id: int, start: datetime, end: datetime, width: timedelta, limit: int
) -> Iterator[SeriesPage]:
    """Every page of the increase in buckets."""
    after = None
    while True:
        page = bucketed_series(connection, KIND, device_id, [COLUMN], start, end, width=width, limit=limit, after=after)
        yield page
        after = page.after
        if after is None:
            return


@pytest.fixture
def device_id(world: World) -> int:
    return world.device("irr-01", "irrigation")


def rise(pages: Iterator[SeriesPage]) -> float:
    found = [point.values[0] for page in pages for point in page.points]
    return sum(float(value) for value in found if value is not None)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    totals=st.lists(st.one_of(st.none(), st.integers(0, 1000)), min_size=1, max_size=40),
    width_minutes=st.integers(1, 90),
    limit=st.integers(1, 7),
    cut=st.integers(0, 40),
)
def test_the_buckets_of_any_ranges_add_up_to_the_whole_rise(
    world: World, device_id: int, totals: list[int | None], width_minutes: int, limit: int, cut: int
) -> None:
    with emptied(world) as connection:
        put(connection, device_id, [(minute * 7, total) for minute, total in enumerate(totals)])
        width = timedelta(minutes=width_minutes)
        middle = BASE + timedelta(minutes=cut * 7)
        expected = increases([float(total) for total in totals if total is not None])
        whole = rise(ask(connection, device_id, BASE, BASE + EVER, width, limit))
        before = rise(ask(connection, device_id, BASE, middle, width, limit)) if middle > BASE else 0
        behind = rise(ask(connection, device_id, middle, BASE + EVER, width, limit))
        assert whole == pytest.approx(expected)
        assert before + behind == pytest.approx(expected)


def test_each_rise_belongs_to_the_bucket_of_its_later_reading(world: World, device_id: int) -> None:
    with emptied(world) as connection:
        put(connection, device_id, [(10, 100), (50, 130), (70, 150), (130, 20), (140, 25)])
        (page,) = ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 100)
        assert [(point.time - BASE, point.values[0]) for point in page.points] == [
            (timedelta(hours=0), 30),
            (timedelta(hours=1), 20),
            (timedelta(hours=2), 25),
        ]


def test_the_first_reading_ever_rises_from_nothing_known(world: World, device_id: int) -> None:
    with emptied(world) as connection:
        put(connection, device_id, [(10, 100)])
        (page,) = ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 100)
        assert [point.values for point in page.points] == [(None,)]


def test_the_reading_before_the_range_counts_however_old_it_is(world: World, device_id: int) -> None:
    with emptied(world) as connection:
        put(connection, device_id, [(-60 * 24 * 200, 100), (10, 104)])
        (page,) = ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 100)
        assert [point.values for point in page.points] == [(4,)]


def test_counters_of_different_zones_do_not_reset_each_other(world: World, device_id: int) -> None:
    with emptied(world) as connection:
        put(connection, device_id, [(10, 100), (20, 110)], zone="a")
        put(connection, device_id, [(15, 5), (25, 9)], zone="b")
        (page,) = ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 100)
        assert [(point.keys, point.values[0]) for point in page.points] == [(("a",), 10), (("b",), 4)]


def test_pages_may_end_between_the_keys_of_one_bucket(world: World, device_id: int) -> None:
    with emptied(world) as connection:
        for place, zone in enumerate("abc"):
            put(connection, device_id, [(minute, minute * (place + 1)) for minute in range(0, 300, 5)], zone=zone)
        pages = list(ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 2))
        (whole,) = ask(connection, device_id, BASE, BASE + EVER, timedelta(hours=1), 1000)
        assert [point for page in pages for point in page.points] == whole.points
        assert len(pages) == 8


def test_buckets_are_counted_from_a_monday_in_utc_plus_seven() -> None:
    local = BUCKET_ORIGIN + timedelta(hours=7)
    assert (local.weekday(), local.hour, local.minute, local.second) == (0, 0, 0, 0)
