"""Coverage over HTTP: the figures of the report itself, places as GeoJSON and CSV, drives, and open data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from devices.people import Role
from reports.coverage.told import CELL_COLUMNS, coverage_members
from reports.coverage.tracks import GPX, KML
from reports.coverage_report import commune_coverage
from reports.periods import parse_period
from reports.rules import OpenDataRules, ReportRules
from storage.connect import connect
from tests.api.conftest import DEADLINE_SECONDS, Clock, application, serve
from tests.api.measured import PERIOD, fill_measured
from tests.api.world import COMMUNE, token

COVERAGE = f"/api/v1/coverage/{COMMUNE}"
OPEN = f"/api/v1/open-data/{COMMUNE}/coverage"
PUBLISHED = ReportRules(open_data=OpenDataRules(is_published=True))


@pytest.fixture(scope="module")
def measured_url(module_database_url: str) -> str:
    """A commune of four cells: one covered, one not, one with three samples, one where nobody was."""
    return fill_measured(module_database_url)


@pytest.fixture(scope="module")
def viewer(measured_url: str) -> Iterator[httpx.Client]:
    """A client of who may read, of an installation that publishes."""
    with (
        serve(application(measured_url, Clock(), report_rules=PUBLISHED)) as address,
        httpx.Client(base_url=address, timeout=DEADLINE_SECONDS, headers=token(measured_url, Role.VIEWER)) as client,
    ):
        yield client


def ask(client: httpx.Client, address: str, **parameters: Any) -> Any:
    answer = client.get(address, params={"period": PERIOD, **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def by_cell(collection: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {feature["id"]: feature["properties"] for feature in collection["features"]}


def test_the_figures_are_those_of_the_report(viewer: httpx.Client, measured_url: str) -> None:
    told = ask(viewer, f"{COVERAGE}/summary", target=60).json()
    with closing(connect(measured_url)) as session:
        report = commune_coverage(session, COMMUNE, parse_period(PERIOD), PUBLISHED.coverage).report()
    expected = coverage_members(report)
    assert {name: told[name] for name in ("samples", "area", "population", "sites")} == {
        name: expected[name] for name in ("samples", "area", "population", "sites")
    }
    assert (told["area"]["judged"], told["area"]["parts"]) == (2, 4)
    assert told["verdict"]["outcome"] == "chua_du_can_cu"
    assert told["verdict"]["name"]["vi"] == "CHƯA ĐỦ CĂN CỨ"
    assert told["operators"] == ["452-04"]
    assert told["rules"]["least_samples"] == 5


def test_cells_are_polygons_with_their_state_and_the_same_as_a_table(viewer: httpx.Client) -> None:
    answer = ask(viewer, f"{COVERAGE}/cells")
    assert answer.headers["content-type"].startswith("application/geo+json")
    cells = by_cell(answer.json())
    assert sorted(cell["state"] for cell in cells.values()) == ["covered", "insufficient", "not_covered", "unmeasured"]
    ring = answer.json()["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert all(106 < longitude < 107 and 20 < latitude < 22 for longitude, latitude in ring)
    file = ask(viewer, f"{COVERAGE}/cells", format="csv")
    assert file.headers["content-disposition"].endswith('gia-loc-cells-2026-Q4-5g-any-outdoor.csv"')
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [*rows[0]] == [*CELL_COLUMNS]
    assert {row["cell"]: (row["state"], int(row["samples"])) for row in rows} == {
        code: (cell["state"], cell["samples"]) for code, cell in cells.items()
    }


def test_an_operator_of_whom_there_is_no_sample_leaves_all_unmeasured(viewer: httpx.Client) -> None:
    cells = by_cell(ask(viewer, f"{COVERAGE}/cells", operator="452-01").json())
    assert {cell["state"] for cell in cells.values()} == {"unmeasured"}


def test_sites_and_places_where_people_live_are_points(viewer: httpx.Client) -> None:
    for part, code in (("sites", "ubnd"), ("dead-spots", "thon-1")):
        (feature, *_) = ask(viewer, f"{COVERAGE}/{part}").json()["features"]
        assert feature["id"] == code
        assert feature["geometry"]["type"] == "Point"
        assert feature["properties"]["state_name"]["vi"]


def test_where_too_few_cells_are_measured_the_others_are_not_modelled(viewer: httpx.Client) -> None:
    told = ask(viewer, f"{COVERAGE}/modelled").json()
    assert (told["model"], told["features"]) == (None, [])


def test_what_changed_since_a_period_without_samples_is_newly_measured(viewer: httpx.Client) -> None:
    told = ask(viewer, f"{COVERAGE}/change", since="2026-Q3").json()
    assert (told["won"], told["lost"], len(told["newly_measured"])) == ([], [], 2)


def test_the_next_cells_come_in_the_order_of_the_drive_and_say_what_they_bring(viewer: httpx.Client) -> None:
    told = ask(viewer, f"{COVERAGE}/next-cells", start="20.8,106.3").json()
    stops = [feature["properties"] for feature in told["features"]]
    assert [stop["number"] for stop in stops] == [1, 2]
    assert {stop["state"] for stop in stops} == {"insufficient", "unmeasured"}
    assert {stop["missing_samples"] for stop in stops} == {2, 5}
    assert sum(stop["gain"] for stop in stops) == pytest.approx(told["drive"]["gain"])
    assert told["drive"]["km"] == pytest.approx(sum(stop["km"] for stop in stops))


@pytest.mark.parametrize(("form", "points"), [("gpx", f"{{{GPX}}}rte/{{{GPX}}}rtept"), ("kml", f".//{{{KML}}}Point")])
def test_a_drive_is_a_file_for_navigation(viewer: httpx.Client, form: str, points: str) -> None:
    answer = ask(viewer, f"{COVERAGE}/next-cells", format=form)
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    assert len(root.findall(points)) == 2


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"period": "2026-Q5"}, "bad-range"),
        ({"operator": "452-99"}, "invalid-parameter"),
        ({"technology": "6g"}, "invalid-parameter"),
        ({"start": "here"}, "invalid-parameter"),
        ({"start": "91,0"}, "invalid-parameter"),
        ({"target": 101}, "invalid-parameter"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_allowed(
    viewer: httpx.Client, parameters: dict[str, Any], problem: str
) -> None:
    answer = viewer.get(f"{COVERAGE}/next-cells", params={"period": PERIOD} | parameters)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(problem)
    assert answer.json()["allowed"]


@pytest.fixture(scope="module")
def anybody(measured_url: str) -> Iterator[httpx.Client]:
    """A client that says nothing of itself, in the first days of the next year."""
    clock = Clock()
    clock.time = datetime(2027, 1, 2, tzinfo=UTC)
    with (
        serve(application(measured_url, clock, report_rules=PUBLISHED)) as address,
        httpx.Client(base_url=address, timeout=DEADLINE_SECONDS) as client,
    ):
        yield client


def test_open_data_withhold_what_rests_on_a_few_samples_and_name_no_place_of_a_probe(anybody: httpx.Client) -> None:
    told = ask(anybody, f"{OPEN}/cells").json()
    rows = ask(anybody, f"{OPEN}/cells", format="csv").text.splitlines()
    spots = ask(anybody, f"{OPEN}/dead-spots").json()
    summary = ask(anybody, f"{OPEN}/summary").json()
    assert (told["licence"], told["least_samples"]) == ("CC BY 4.0", 5)
    states = [feature["properties"]["state"] for feature in told["features"]]
    assert sorted(states) == ["covered", "not_covered", "unmeasured", "withheld"]
    (withheld,) = [one["properties"] for one in told["features"] if one["properties"]["state"] == "withheld"]
    assert {withheld[name] for name in ("samples", "passed", "share", "mean_rsrp_dbm", "operator")} == {None}
    assert len(rows) == 5
    assert not {"hamlet", "population", "slots"} & set(withheld)
    assert all("hamlet" not in one["properties"] for one in spots["features"])
    assert summary["area"]["parts"] == 4


@pytest.mark.parametrize("period", ["2026-11-02", "2027-01", "2027", "2027-Q1"])
@pytest.mark.parametrize("part", ["cells", "dead-spots", "summary"])
def test_open_data_tell_of_no_day_and_of_no_period_that_still_runs(
    anybody: httpx.Client, part: str, period: str
) -> None:
    answer = anybody.get(f"{OPEN}/{part}", params={"period": period})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "bad-range")
    assert "đã kết thúc" in answer.json()["reason"]["vi"]
    assert anybody.get(f"{OPEN}/{part}", params={"period": "2026-11"}).status_code == 200


def test_nothing_is_open_unless_the_rules_say_so(measured_url: str) -> None:
    with serve(application(measured_url, Clock())) as address:
        answer = httpx.get(f"{address}{OPEN}/summary", params={"period": PERIOD}, timeout=DEADLINE_SECONDS)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("not-published")
