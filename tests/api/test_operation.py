"""Health, readiness, metrics, headers: what those who run the process look at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import httpx
import psycopg
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client.parser import text_string_to_metric_families

from api.access import public
from api.app import create_app
from storage import reader
from storage.connect import connect
from tests.api.conftest import serve, until
from tests.api.world import COMMUNE, World


def samples(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Every sample of /metrics by its name and the values of its labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_process_is_alive_without_a_database(empty_database_url: str) -> None:
    gone = empty_database_url.replace("/test_", "/nowhere_")
    with serve(create_app(gone)) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["type"] == "/api/v1/problems/database-unavailable"
        assert answer.headers["retry-after"] == "5"
        assert "nowhere" not in answer.text


def test_a_migrated_database_is_ready_and_tells_its_edition(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "ready"
    assert told["migration"] >= 3
    assert "PostgreSQL" in told["edition"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_database_without_our_schema_is_not_ready_and_says_what_to_run(empty_database_url: str) -> None:
    with closing(connect(empty_database_url, autocommit=True)) as connection:
        connection.execute("CREATE SCHEMA commune")
        connection.execute("GRANT USAGE ON SCHEMA commune TO commune_read")
    with serve(create_app(empty_database_url)) as address:
        answer = httpx.get(f"{address}/readyz", timeout=30)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/api/v1/problems/not-migrated"
    assert answer.json()["allowed"] == "commune db migrate"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DELETE FROM schema_migration WHERE number = 3", "migration 0003_arrivals is not applied"),
        ("UPDATE schema_migration SET sha256 = 'x' WHERE number = 2", "0002_registry was changed"),
        (
            "INSERT INTO schema_migration (number, name, sha256) VALUES (999, 'later', 'x')",
            "0999 is of a newer program",
        ),
        ("ALTER TABLE camera RENAME bitrate TO bit_rate", "table camera lacks bitrate"),
    ],
)
def test_a_schema_that_differs_is_not_ready(world: World, client: httpx.Client, change: str, words: str) -> None:
    with closing(connect(world.url, autocommit=True)) as connection:
        connection.execute("DROP SCHEMA wall CASCADE")
        connection.execute(change)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert words in answer.json()["detail"]


def test_the_api_finds_the_database_again_after_it_was_cut_off(world: World, client: httpx.Client) -> None:
    assert client.get("/api/v1/devices").status_code == 200
    with closing(connect(world.url, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    until(lambda: client.get("/api/v1/devices").status_code == 200, "an answer after the cut")


def test_the_api_may_only_read(world: World, app: FastAPI, client: httpx.Client) -> None:
    context = app.state.context
    with context.reader.session() as connection:
        assert connection.execute("SELECT current_user, current_setting('statement_timeout')").fetchone() == (
            "commune_read",
            "15s",
        )
        with pytest.raises(psycopg.Error):
            connection.execute("DELETE FROM device")
        connection.rollback()
    assert client.get("/healthz").status_code == 200


def test_a_question_that_takes_too_long_is_given_up_in_words(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STATEMENT_TIMEOUT_SECONDS", 1)
    app = create_app(database_url)
    slow = APIRouter(dependencies=[public()])

    @slow.get("/slow")
    def ask() -> None:
        with app.state.context.reader.session() as connection:
            connection.execute("SELECT pg_sleep(20)")

    app.include_router(slow)
    with serve(app) as address:
        answer = httpx.get(f"{address}/slow", timeout=30)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/api/v1/problems/query-too-slow"


def test_a_failure_of_ours_tells_the_caller_nothing_of_it(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(database_url)
    broken = APIRouter(dependencies=[public()])

    @broken.get("/broken")
    def fail() -> None:
        raise RuntimeError("secret of the house")

    app.include_router(broken)
    with serve(app) as address:
        answer = httpx.get(f"{address}/broken", timeout=30)
        counted = httpx.get(f"{address}/metrics", timeout=30).text
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.json()["reason"]["vi"]
    assert 'commune_api_requests_total{method="GET",route="/broken",status="500"} 1.0' in counted


def test_requests_are_counted_and_timed_by_route_template(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    for code in ("env-01", "env-01", "env-02"):
        client.get(f"/api/v1/devices/{COMMUNE}/{code}")
    client.get("/what/ever/123")
    found = samples(client)
    route = "/api/v1/devices/{commune}/{code}"
    assert found["commune_api_requests_total", "GET", route, "200"] == 2
    assert found["commune_api_requests_total", "GET", route, "404"] == 1
    assert found["commune_api_request_seconds_count", "GET", route] == 3
    assert found["commune_api_requests_total", "GET", "unmatched", "404"] == 1
    assert not any("123" in part or "env-01" in part for key in found for part in key)


def test_the_pool_of_connections_is_measured(world: World, app: FastAPI, client: httpx.Client) -> None:
    assert client.get("/api/v1/devices").status_code == 200
    found = samples(client)
    assert found["commune_api_database_connections_limit",] == 4
    assert found["commune_api_database_waiting",] == 0
    assert 1 <= found["commune_api_database_connections", "open"] <= 4
    assert app.state.context.reader.statistics()["idle"] >= 1


def test_more_questions_than_connections_all_get_their_answer(
    world: World, address: str, administrator: dict[str, str]
) -> None:
    world.device("env-01")
    statuses: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=address, timeout=30, headers=administrator) as client:
            statuses.extend(client.get("/api/v1/devices").status_code for _ in range(4))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 48


HEADERS: list[tuple[str, Callable[[str], bool]]] = [
    ("content-security-policy", lambda policy: policy.startswith("default-src 'self'")),
    ("x-content-type-options", lambda value: value == "nosniff"),
    ("x-frame-options", lambda value: value == "DENY"),
    ("referrer-policy", lambda value: value == "same-origin"),
]


@pytest.mark.parametrize("path", ["/", "/api/v1/docs", "/api/v1/devices", "/static/page.css", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(shared_client: httpx.Client, path: str) -> None:
    headers = shared_client.get(path).headers
    assert [name for name, holds in HEADERS if not holds(headers.get(name, ""))] == []
    assert headers["cache-control"] in ("no-cache", "no-store")
