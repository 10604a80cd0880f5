"""/readyz follows ingest: it says no when what is stored is further behind than the setting allows."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import httpx
import pytest

from api.app import create_app
from storage.connect import connect
from tests.api.conftest import serve

LIMIT_SECONDS = 60
"""What the application of the fixture `client` allows."""


def worker(url: str, client_id: str, *, silent: float, oldest: float | None = None) -> None:
    """An ingest session that wrote so many seconds ago, and whose oldest message in hand came so many seconds ago."""
    with closing(connect(url, autocommit=True)) as connection:
        connection.execute(
            "INSERT INTO ingest_worker (client_id, started_at, seen_at, received, in_hand, oldest_at) VALUES "
            "(%s, now(), now() - %s * interval '1 second', 0, 0, now() - %s::float * interval '1 second')",
            [client_id, silent, oldest],
        )


def ready(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def behind(client: httpx.Client) -> str:
    """What /readyz says of ingest that is behind."""
    answer = client.get("/readyz")
    assert answer.status_code == 503
    problem = answer.json()
    assert problem["type"] == "/api/v1/problems/ingest-behind"
    assert problem["allowed"] == {"COMMUNE_READY_LAG_SECONDS": str(LIMIT_SECONDS)}
    assert answer.headers["cache-control"] == "no-store"
    words: str = problem["detail"]
    return words


def test_before_ingest_has_ever_run_the_api_is_ready(client: httpx.Client) -> None:
    assert ready(client)["ingest_lag_seconds"] is None


def test_while_ingest_keeps_up_the_lag_is_told(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest", silent=1, oldest=7)
    assert 7 <= ready(client)["ingest_lag_seconds"] < LIMIT_SECONDS


def test_a_message_that_waits_too_long_makes_it_say_no(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest", silent=1, oldest=300)
    assert "commune-ingest holds a message of 30" in behind(client)


def test_silence_makes_it_say_no(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest", silent=300)
    assert "commune-ingest has been silent for 30" in behind(client)


def test_one_of_several_that_is_behind_is_enough(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest-1", silent=1)
    worker(database_url, "commune-ingest-2", silent=500)
    assert "commune-ingest-2" in behind(client)


def test_a_session_that_was_given_up_does_not_count_beside_one_at_work(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "old-name", silent=5000, oldest=6000)
    worker(database_url, "commune-ingest", silent=1)
    assert ready(client)["ingest_lag_seconds"] < LIMIT_SECONDS


def test_ingest_that_has_been_away_for_days_is_not_forgotten(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest", silent=500_000)
    assert "commune-ingest has been silent" in behind(client)


@pytest.mark.parametrize(("limit", "status"), [(0, 200), (10_000, 200), (100, 503)])
def test_the_setting_decides_how_far_behind_is_too_far(database_url: str, limit: int, status: int) -> None:
    worker(database_url, "commune-ingest", silent=300)
    with serve(create_app(database_url, ready_lag_seconds=limit)) as address:
        assert httpx.get(f"{address}/readyz", timeout=30).status_code == status


def test_ingest_that_is_behind_does_not_keep_the_api_from_answering(database_url: str, client: httpx.Client) -> None:
    worker(database_url, "commune-ingest", silent=300)
    behind(client)
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/devices").status_code == 200
