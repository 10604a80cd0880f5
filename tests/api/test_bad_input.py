"""Bad input gets a 4xx that says what is allowed, in Vietnamese and in English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import ApiProblem
from api.times import BUCKET_FORM, MOST_BUCKETS, count_buckets, parse_bucket, parse_range, parse_time, write_time
from tests.api.world import COMMUNE, NOW

SERIES = f"/api/v1/devices/{COMMUNE}/environment-01/series"


@pytest.fixture
def client(shared_client: httpx.Client) -> httpx.Client:
    """Nothing is written here, so all of it is asked of one API with a device of each kind."""
    return shared_client


def refused(client: httpx.Client, path: str, status: int, type_: str, **parameters: Any) -> dict[str, Any]:
    """The problem that a request is answered with."""
    answer = client.get(path, params=parameters)
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/api/v1/problems/{type_}"
    assert problem["reason"]["vi"]
    assert problem["detail"] == problem["reason"]["en"]
    return problem


@pytest.mark.parametrize(
    ("range_", "words"),
    [
        ({"from": "2026-11-20T00:00:00Z", "to": "2026-11-19T00:00:00Z"}, "is not before"),
        ({"from": "2026-11-19T00:00:00Z", "to": "2026-11-19T00:00:00Z"}, "is not before"),
        ({"from": "2026-11-19T00:00:00"}, "with an offset"),
        ({"from": "2026-11-19"}, "with an offset"),
        ({"to": "1763600000"}, "with an offset"),
        ({"to": "yesterday"}, "with an offset"),
        ({"to": "2026-13-40T99:00:00Z"}, "with an offset"),
        ({"from": "1999-12-31T23:59:59Z", "to": "2000-06-01T00:00:00Z"}, "outside 2000-01-01"),
        ({"from": "2026-11-19T00:00:00Z", "to": "9999-12-31T23:59:59Z"}, "outside"),
        ({"from": "0001-01-01T00:00:00+23:59"}, "with an offset"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-11-19T00:00:00Z"}, "longer than 92 days; ask for buckets"),
        ({"from": "2010-01-01T00:00:00Z", "to": "2026-11-19T00:00:00Z", "bucket": "30d"}, "longer than 3660 days"),
    ],
)
def test_an_absurd_range_is_refused_with_what_is_allowed(
    client: httpx.Client, range_: dict[str, str], words: str
) -> None:
    problem = refused(client, SERIES, 422, "bad-range", **range_)
    assert words in problem["detail"]
    assert problem["allowed"]["order"] == "from is before to"


@pytest.mark.parametrize(
    "bucket", ["0s", "-1h", "1.5h", "500ms", "1", "h", "1 h", "1mo", "367d", "99999999w", "", "١h"]
)
def test_a_wrong_bucket_is_refused_with_the_form(client: httpx.Client, bucket: str) -> None:
    problem = refused(client, SERIES, 422, "bad-bucket", bucket=bucket)
    assert problem["allowed"] == {"bucket": BUCKET_FORM}


def test_too_many_buckets_are_refused_with_a_width_that_would_do(client: httpx.Client) -> None:
    problem = refused(client, SERIES, 422, "too-many-buckets", bucket="1s")
    assert problem["allowed"] == {"buckets": "at most 10000", "bucket": "at least 9s"}
    assert client.get(SERIES, params={"bucket": "9s"}).status_code == 200


def test_an_unknown_field_is_answered_with_the_fields_and_the_one_that_was_meant(client: httpx.Client) -> None:
    problem = refused(client, SERIES, 422, "unknown-field", fields="pm10,pm2.5")
    assert problem["did_you_mean"][0] == "pm25"
    assert {"temperature", "pm25", "battery"} <= set(problem["allowed"])


def test_a_key_is_not_asked_for(client: httpx.Client) -> None:
    path = f"/api/v1/devices/{COMMUNE}/signal_probe-01/series"
    problem = refused(client, path, 422, "unknown-field", fields="operator")
    assert "key field" in problem["detail"]


@pytest.mark.parametrize(
    ("kind", "field", "aggregate", "allowed"),
    [
        ("environment", "temperature", "increase", "mean, min, max, last, count"),
        ("environment", "wind_direction", "max", "mean, last, count"),
        ("lighting", "energy_total", "mean", "increase, last, count"),
        ("lighting", "lamp_on", "mean", "share, time_share, seconds, changes, last, count"),
        ("lighting", "failure_cause", "mean", "last, count"),
        ("environment", "temperature", "avg", "mean, min, max, last, count"),
        ("environment", "temperature", "", "mean, min, max, last, count"),
    ],
)
def test_an_aggregate_that_the_behaviour_forbids_is_refused_with_those_it_allows(
    client: httpx.Client, kind: str, field: str, aggregate: str, allowed: str
) -> None:
    path = f"/api/v1/devices/{COMMUNE}/{kind}-01/series"
    problem = refused(client, path, 422, "bad-aggregate", fields=field, bucket="1h", aggregate=aggregate)
    assert problem["allowed"] == {field: allowed}


def test_an_aggregate_without_a_bucket_is_refused(client: httpx.Client) -> None:
    assert refused(client, SERIES, 422, "bad-aggregate", aggregate="mean")["allowed"] == {"bucket": "such as 1h"}


@pytest.mark.parametrize(
    ("path", "parameters", "allowed"),
    [
        ("/api/v1/devices", {"limit": 0}, {"limit": "at least 1"}),
        ("/api/v1/devices", {"limit": 1001}, {"limit": "at most 1000"}),
        ("/api/v1/devices", {"limit": "many"}, {"limit": "a whole number"}),
        ("/api/v1/devices", {"state": "dead"}, {"state": "one of on, late, off, never"}),
        ("/api/v1/devices", {"commune": "Gia Lộc"}, {"commune": "text that matches ^[a-z0-9_-]{2,63}$"}),
        ("/api/v1/devices", {"commune": "a\x00b"}, {"commune": "text that matches ^[a-z0-9_-]{2,63}$"}),
        ("/api/v1/dead-letters", {"state": "lost"}, {"state": "one of open, replayed, discarded"}),
        ("/api/v1/dead-letters/zero", {}, {"id": "a whole number"}),
        ("/api/v1/dead-letters/9223372036854775808", {}, {"id": "at most 9223372036854775807"}),
        ("/api/v1/ledger", {"from_day": "20/11/2026"}, {"from_day": "a day as YYYY-MM-DD"}),
        (SERIES, {"limit": 10_001}, {"limit": "at most 10000"}),
        (SERIES, {"format": "xml"}, {"format": "one of json, csv"}),
    ],
)
def test_a_parameter_of_the_wrong_form_is_named_with_its_form(
    client: httpx.Client, path: str, parameters: dict[str, Any], allowed: dict[str, str]
) -> None:
    assert refused(client, path, 422, "invalid-parameter", **parameters)["allowed"] == allowed


def test_a_misspelt_choice_is_answered_with_the_right_one(client: httpx.Client) -> None:
    problem = refused(client, "/api/v1/dead-letters", 422, "invalid-parameter", reason="unknown_devise")
    assert problem["did_you_mean"][0] == "unknown_device"
    assert problem["errors"][0]["given"] == "unknown_devise"


def test_an_unknown_kind_in_a_query_is_refused_with_the_kinds(client: httpx.Client) -> None:
    for path in ("/api/v1/devices", "/api/v1/latest", "/api/v1/devices.geojson"):
        problem = refused(client, path, 422, "invalid-parameter", kind="lightning")
        assert problem["did_you_mean"] == ["lighting"]


def test_a_parameter_that_there_is_not_is_refused_because_it_would_be_ignored(client: httpx.Client) -> None:
    problem = refused(client, SERIES, 422, "unknown-parameter", buckets="1h")
    assert problem["did_you_mean"] == ["bucket"]
    assert "aggregate" in problem["allowed"]
    assert refused(client, "/api/v1/kinds", 422, "unknown-parameter", limit="1")["allowed"] == []


def test_a_parameter_given_twice_is_refused(client: httpx.Client) -> None:
    answer = client.get("/api/v1/devices?limit=1&limit=2")
    assert answer.json()["allowed"] == {"limit": "once"}


def test_days_in_the_wrong_order_are_refused(client: httpx.Client) -> None:
    refused(client, "/api/v1/ledger", 422, "bad-range", from_day="2026-11-20", to_day="2026-11-19")


MOMENTS = st.integers(0, 40 * 365 * 86_400 * 10**6).map(
    lambda microseconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)


@given(moment=MOMENTS)
def test_a_time_that_we_wrote_is_read_as_the_same(moment: datetime) -> None:
    assert parse_time("from", write_time(moment)) == moment
    assert write_time(moment).endswith("Z")


@given(text=st.text(max_size=40))
def test_no_text_makes_the_readers_of_times_and_buckets_stumble(text: str) -> None:
    for read in (lambda: parse_time("from", text), lambda: parse_bucket(text)):
        try:
            read()
        except ApiProblem as problem:
            assert problem.reason.vi


@given(start=MOMENTS, seconds=st.integers(1, 10**6), width=st.integers(1, 10**5))
def test_buckets_are_counted_as_they_are_cut(start: datetime, seconds: int, width: int) -> None:
    end = start + timedelta(seconds=seconds)
    counted = count_buckets(start, end, timedelta(seconds=width))
    assert seconds / width <= counted + 1e-9
    assert counted <= seconds / width + 2


def test_without_times_the_last_day_is_meant() -> None:
    assert parse_range(None, None, now=NOW) == (NOW - timedelta(days=1), NOW)
    start = (NOW - timedelta(days=9)).isoformat()
    assert parse_range(start, None, now=NOW) == (NOW - timedelta(days=9), NOW)
    assert MOST_BUCKETS == 10_000
