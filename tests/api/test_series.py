"""Series over HTTP: readings as they are, and in buckets, against numbers that numpy computes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from tests.api.world import COMMUNE, NOW, Members, World, series_of

START = NOW - timedelta(hours=24)


def route(code: str = "env-01") -> str:
    return f"/api/v1/devices/{COMMUNE}/{code}/series"


def ask(client: httpx.Client, code: str = "env-01", **parameters: Any) -> dict[str, Any]:
    named = {"from" if name == "start" else "to" if name == "end" else name: v for name, v in parameters.items()}
    answer = client.get(route(code), params=named)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def values(told: dict[str, Any], column: str) -> list[Any]:
    return [point["values"][column] for point in told["points"]]


def at(**ago: float) -> str:
    return (NOW - timedelta(**ago)).isoformat()


def in_buckets(readings: Sequence[Members], field: str, seconds: int) -> dict[datetime, list[Any]]:
    """The values of each bucket by its start, counted from Monday 3 January 2000, 00:00 in UTC+7."""
    origin = datetime.fromisoformat("2000-01-03T00:00:00+07:00")
    buckets: dict[datetime, list[Any]] = {}
    for reading in readings:
        if field in reading:
            elapsed = (datetime.fromisoformat(str(reading["ts"])) - origin).total_seconds()
            start = origin + timedelta(seconds=elapsed // seconds * seconds)
            buckets.setdefault(start, []).append(reading[field])
    return buckets


def test_readings_come_back_as_they_were_sent_oldest_first(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    readings = series_of(50)
    world.send("env-01", *reversed(readings))
    told = ask(client, fields="temperature")
    assert values(told, "temperature") == [reading["temperature"] for reading in readings]
    assert [datetime.fromisoformat(point["time"]) for point in told["points"]] == [
        datetime.fromisoformat(str(reading["ts"])) for reading in readings
    ]
    assert told["columns"] == [{"name": "temperature", "field": "temperature", "aggregate": None, "unit": "°C"}]
    assert (told["start"], told["end"]) == ("2026-11-19T03:15:00Z", "2026-11-20T03:15:00Z")


def test_a_range_holds_its_start_and_not_its_end(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", *({"ts": at(minutes=minutes), "temperature": minutes} for minutes in (10, 20, 30)))
    told = ask(client, fields="temperature", start=at(minutes=30), end=at(minutes=10))
    assert values(told, "temperature") == [30, 20]


def test_an_offset_may_be_written_with_a_plus_that_nobody_encoded(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": "2026-11-20T10:00:00+07:00", "temperature": 21})
    answer = client.get(route() + "?fields=temperature&from=2026-11-20T10:00:00+07:00&to=2026-11-20T10:00:01%2B07:00")
    assert values(answer.json(), "temperature") == [21]


def test_readings_without_any_of_the_fields_are_left_out(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": at(minutes=2), "temperature": 20}, {"ts": at(minutes=1), "pm25": 5})
    assert [p["values"] for p in ask(client, fields="temperature")["points"]] == [{"temperature": 20}]
    assert [p["values"] for p in ask(client, fields="temperature,pm25")["points"]] == [
        {"temperature": 20, "pm25": None},
        {"temperature": None, "pm25": 5},
    ]


def test_a_reading_says_whose_clock_its_time_is_from(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": at(minutes=9), "temperature": 20}, received_at=NOW - timedelta(minutes=8))
    world.send("env-01", {"temperature": 21}, received_at=NOW - timedelta(minutes=5))
    world.send("env-01", {"ts": at(minutes=-60), "temperature": 22}, received_at=NOW - timedelta(minutes=1))
    points = ask(client, fields="temperature")["points"]
    assert [point["time_source"] for point in points] == ["device", "absent", "not_believed"]


@pytest.mark.parametrize(("bucket", "seconds"), [("1s", 1), ("7m", 420), ("1h", 3600), ("6h", 21600), ("1d", 86400)])
def test_a_gauge_in_buckets_is_what_numpy_says(world: World, client: httpx.Client, bucket: str, seconds: int) -> None:
    world.device("env-01")
    readings = series_of(300, every=timedelta(seconds=271))
    world.write(world.message("env-01", readings))
    span: dict[str, Any] = {"start": at(seconds=9000), "end": at(seconds=0)} if seconds == 1 else {"start": at(days=1)}
    first = NOW - (timedelta(seconds=9000) if seconds == 1 else timedelta(days=1))
    inside = [r for r in readings if datetime.fromisoformat(str(r["ts"])) >= first]
    told = ask(client, fields="temperature", bucket=bucket, aggregate="mean,min,max,last,count", limit=10_000, **span)
    expected = in_buckets(inside, "temperature", seconds)
    assert [datetime.fromisoformat(point["time"]) for point in told["points"]] == sorted(expected)
    for point in told["points"]:
        of_bucket = np.array(expected[datetime.fromisoformat(point["time"])])
        got = point["values"]
        assert got["temperature.mean"] == pytest.approx(np.mean(of_bucket))
        assert got["temperature.min"] == np.min(of_bucket)
        assert got["temperature.max"] == np.max(of_bucket)
        assert got["temperature.last"] == of_bucket[-1]
        assert got["temperature.count"] == of_bucket.size


def test_a_day_begins_at_midnight_in_viet_nam(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send(
        "env-01",
        {"ts": "2026-11-19T16:59:59Z", "temperature": 10},
        {"ts": "2026-11-19T17:00:00Z", "temperature": 30},
    )
    points = ask(client, fields="temperature", bucket="1d")["points"]
    assert [(p["time"], p["values"]["temperature.mean"]) for p in points] == [
        ("2026-11-18T17:00:00Z", 10),
        ("2026-11-19T17:00:00Z", 30),
    ]


def test_a_week_begins_on_monday(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": at(hours=1), "temperature": 10})
    (point,) = ask(client, fields="temperature", bucket="1w")["points"]
    start = datetime.fromisoformat(point["time"]) + timedelta(hours=7)
    assert (start.weekday(), start.hour, start.minute) == (0, 0, 0)


@pytest.mark.parametrize(
    "directions", [[350, 10], [90, 90, 90], [10, 20, 330, 5], [181, 179], [359.5, 0.5, 1.5], [270, 280]]
)
def test_the_mean_of_directions_is_circular(world: World, client: httpx.Client, directions: list[float]) -> None:
    world.device("env-01")
    base = datetime(2026, 11, 20, 2, tzinfo=UTC)
    stamped = [{"ts": (base + timedelta(minutes=n)).isoformat(), "wind_direction": d} for n, d in enumerate(directions)]
    world.write(world.message("env-01", stamped))
    (mean,) = values(ask(client, fields="wind_direction", bucket="1h"), "wind_direction.mean")
    expected = np.angle(np.mean(np.exp(1j * np.radians(directions))), deg=True) % 360
    assert 0 <= mean < 360
    assert math.cos(math.radians(mean - expected)) == pytest.approx(1, abs=1e-12)


def test_directions_that_cancel_out_have_no_mean(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", *({"ts": at(minutes=n), "wind_direction": n * 90} for n in (1, 2, 3, 4)))
    told = ask(client, fields="wind_direction", bucket="1d", aggregate="mean,last,count")
    assert told["points"][-1]["values"] == {
        "wind_direction.mean": None,
        "wind_direction.last": 90,
        "wind_direction.count": 4,
    }


def test_a_state_has_the_share_of_readings_in_which_it_is_true(world: World, client: httpx.Client) -> None:
    world.device("lamp-01", "lighting")
    lit = [True, True, False, True]
    world.send("lamp-01", *({"ts": at(minutes=10 - n), "lamp_on": on} for n, on in enumerate(lit)))
    told = ask(client, "lamp-01", fields="lamp_on", bucket="1d", aggregate="share,last,count")
    assert told["points"][0]["values"] == {"lamp_on.share": 0.75, "lamp_on.last": True, "lamp_on.count": 4}
    assert told["columns"][0]["unit"] is None


def test_a_label_keeps_its_last_word(world: World, client: httpx.Client) -> None:
    world.device("lamp-01", "lighting")
    world.send(
        "lamp-01",
        {"ts": at(minutes=2), "failure_cause": "gear"},
        {"ts": at(minutes=1), "failure_cause": "none"},
    )
    told = ask(client, "lamp-01", fields="failure_cause", bucket="1d")
    assert values(told, "failure_cause.last") == ["none"]


def test_every_field_has_its_usual_aggregate_when_none_is_asked_for(world: World, client: httpx.Client) -> None:
    world.device("lamp-01", "lighting")
    world.send("lamp-01", {"ts": at(minutes=1), "lamp_on": True, "voltage": 231})
    told = ask(client, "lamp-01", bucket="1h")
    names = [column["name"] for column in told["columns"]]
    assert {"voltage.mean", "lamp_on.share", "failure_cause.last", "energy_total.increase"} <= set(names)
    assert list(told["points"][0]["values"]) == names


def test_keys_are_kept_apart_in_readings_and_in_buckets(world: World, client: httpx.Client) -> None:
    world.device("probe-01", "signal_probe")
    moment = at(minutes=30)
    world.send(
        "probe-01",
        {"ts": moment, "operator": "452-04", "technology": "NR_SA", "ss_rsrp": -90},
        {"ts": moment, "operator": "452-02", "technology": "NR_SA", "ss_rsrp": -110},
    )
    raw = ask(client, "probe-01", fields="ss_rsrp")["points"]
    grouped = ask(client, "probe-01", fields="ss_rsrp", bucket="1h")["points"]
    assert [(p["keys"]["operator"], p["values"]["ss_rsrp"]) for p in raw] == [("452-02", -110), ("452-04", -90)]
    assert [(p["keys"]["operator"], p["values"]["ss_rsrp.mean"]) for p in grouped] == [
        ("452-02", -110),
        ("452-04", -90),
    ]


def test_csv_has_a_header_and_a_line_for_each_point(world: World, client: httpx.Client) -> None:
    world.device("irr-01", "irrigation")
    world.send(
        "irr-01",
        {"ts": at(minutes=2), "zone": "z1", "soil_moisture": 31.5, "valve_open": True},
        {"ts": at(minutes=1), "zone": "z2", "soil_moisture": 20, "valve_open": False},
    )
    parameters = {"fields": "soil_moisture,valve_open,firmware"}
    by_name = client.get(route("irr-01"), params={**parameters, "format": "csv"})
    by_header = client.get(route("irr-01"), params=parameters, headers={"Accept": "text/csv"})
    assert by_name.content == by_header.content
    assert by_name.headers["content-type"] == "text/csv; charset=utf-8"
    assert "irr-01.csv" in by_name.headers["content-disposition"]
    assert by_name.headers["vary"] == "Accept"
    assert list(csv.reader(io.StringIO(by_name.text, newline=""))) == [
        ["time", "zone", "soil_moisture", "valve_open", "firmware"],
        ["2026-11-20T03:13:00Z", "z1", "31.5", "true", ""],
        ["2026-11-20T03:14:00Z", "z2", "20.0", "false", ""],
    ]


def test_format_outranks_the_accept_header(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    answer = client.get(route(), params={"format": "json"}, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


def test_a_word_that_a_spreadsheet_would_run_is_written_as_text(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.send("env-01", {"ts": at(minutes=1), "firmware": "=HYPERLINK(A1)", "temperature": -4})
    line = client.get(route(), params={"fields": "firmware,temperature", "format": "csv"}).text.splitlines()[1]
    assert line == "2026-11-20T03:14:00Z,'=HYPERLINK(A1),-4.0"


def test_csv_is_paged_by_its_link_header(world: World, client: httpx.Client) -> None:
    world.device("env-01")
    world.write(world.message("env-01", series_of(5)))
    address: str | httpx.URL = route() + "?fields=temperature&limit=2&format=csv"
    lines: list[str] = []
    while address:
        answer = client.get(address)
        lines += answer.text.splitlines()[1:]
        following = answer.links.get("next", {}).get("url")
        address = answer.url.join(following) if following else ""
    assert len(lines) == len(set(lines)) == 5
