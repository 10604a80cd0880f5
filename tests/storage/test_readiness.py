"""How far ingest is behind, as it records it with its batches and as readiness is told it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import Connection

from storage.books import Worker, record_worker
from storage.connect import connect
from storage.readiness import ingest_state, readiness

STARTED = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def ingest(database_url: str) -> Iterator[Connection[Any]]:
    """A connection in the role of ingest."""
    with closing(connect(database_url, role="commune_ingest", autocommit=True)) as connection:
        yield connection


@pytest.fixture
def reader(database_url: str) -> Iterator[Connection[Any]]:
    """A connection in the role of the API."""
    with closing(connect(database_url, role="commune_read", autocommit=True)) as connection:
        yield connection


def test_a_session_with_nothing_in_hand_is_not_behind(ingest: Connection[Any], reader: Connection[Any]) -> None:
    record_worker(ingest, Worker("commune-ingest", STARTED))
    state = ingest_state(reader)
    assert state is not None
    assert (state.client_id, state.lag_seconds) == ("commune-ingest", 0)
    assert 0 <= state.silent_seconds < 30
    assert reader.execute("SELECT oldest_at FROM ingest_worker").fetchone() == (None,)


def test_the_age_of_the_oldest_message_goes_on_growing_while_nothing_is_recorded(
    ingest: Connection[Any], reader: Connection[Any]
) -> None:
    record_worker(ingest, Worker("commune-ingest", STARTED, received=9, in_hand=3, lag_seconds=40.0))
    first = ingest_state(reader)
    second = ingest_state(reader)
    assert first is not None and second is not None
    assert 40 <= first.lag_seconds < second.lag_seconds < 70
    assert second.behind_seconds == second.lag_seconds
    record_worker(ingest, Worker("commune-ingest", STARTED, received=9))
    after = ingest_state(reader)
    assert after is not None and after.lag_seconds == 0


def test_the_session_that_is_furthest_behind_is_told(ingest: Connection[Any], reader: Connection[Any]) -> None:
    for number, lag in enumerate((3.0, 200.0, 50.0)):
        record_worker(ingest, Worker(f"commune-ingest-{number}", STARTED, in_hand=1, lag_seconds=lag))
    state = ingest_state(reader)
    assert state is not None and state.client_id == "commune-ingest-1"


def test_without_a_session_there_is_nothing_to_tell_and_the_schema_is_in_order(reader: Connection[Any]) -> None:
    assert ingest_state(reader) is None
    assert readiness(reader).differences == ()
