"""Sites, dead spots, the ground, the indicators of QCVN 126, and the modelled map."""

from __future__ import annotations

import json
from dataclasses import replace

import h3.api.numpy_int as h3
import numpy as np
import pytest

from devices.registry import Hamlet, HamletType, Site, SiteType
from reports.coverage.assemble import Tallies, assemble
from reports.coverage.clean import clean
from reports.coverage.ground import NOWHERE, ground_of
from reports.coverage.modelled import LEAST_CELLS, model_levels
from reports.coverage.rules import CoverageRules, DeadSpotRules, ServiceRules
from reports.coverage.samples import GSM, LTE, NONE
from reports.coverage.service_quality import service_indicators
from reports.coverage.sites import near
from reports.coverage.summary import CellVerdict, CoverageReport, Subject
from reports.coverage.tally import least, tally
from reports.coverage.words import CellState, SpotState, Technology
from reports.errors import NoGround
from reports.grids import floats
from tests.reports.coverage_samples import (
    QUARTER,
    RULES,
    VINAPHONE,
    Row,
    boundary_of,
    cells_of,
    fine_cells,
    ground,
    samples,
)
from tests.reports.test_coverage_cells import in_cell

NAN = float("nan")


def site(cell: int, type_: SiteType = SiteType.SCHOOL, code: str = "truong", child: int = 0) -> Site:
    """A site in the middle of a fine cell of a cell."""
    latitude, longitude = h3.cell_to_latlng(fine_cells(cell, 49)[child])
    return Site(code, code, type_, latitude, longitude)


def report(sites: list[Site], rows: list[Row], rules: CoverageRules = RULES, cells: int = 3) -> CoverageReport:
    """The report on the first few cells with these sites."""
    picks, days = tally(clean(samples(rows), rules).samples, rules)
    on = ground(cells_of(cells), [(cells_of(cells), 100)], sites)
    return assemble(Subject("xa", QUARTER), on, Tallies(least(picks), days, {}), rules)


def around(where: Site, count: int, *, passing: int | None = None, minutes: float = 10.0, **told: object) -> list[Row]:
    """So many samples in fine cells around a site."""
    near_by = sorted(h3.grid_disk(h3.latlng_to_cell(where.latitude, where.longitude, 11), 2))[:count]
    good = count if passing is None else passing
    return [
        {"fine": int(fine), "minute": place * minutes, "ss_rsrp": -90.0 if place < good else -118.0} | told
        for place, fine in enumerate(near_by)
    ]


def test_samples_nearby_speak_for_a_site_and_else_its_cell_does() -> None:
    near_site, cell_site, lonely = (site(cell, code=f"s{n}") for n, cell in enumerate(cells_of(3)))
    rows = around(near_site, 6, passing=0)
    here = (cell_site.latitude, cell_site.longitude)
    every = in_cell(cells_of(3)[1], 49)
    far = [row for row in every if h3.great_circle_distance(here, h3.cell_to_latlng(row["fine"]), unit="m") > 160]
    found = report([near_site, cell_site, lonely], rows + far)
    told = {one.code: one for one in found.site_verdicts}
    assert (told["s0"].state, told["s0"].basis, told["s0"].samples) == (CellState.NOT_COVERED, "nearby", 6)
    assert (told["s1"].state, told["s1"].basis) == (CellState.COVERED, "cell")
    assert told["s1"].samples == len(far)
    assert (told["s2"].state, told["s2"].basis) == (CellState.UNMEASURED, None)
    assert found.sites is not None
    assert (found.sites.total, found.sites.covered, found.sites.not_covered) == (3, 1, 1)
    assert found.sites.lower == pytest.approx(1 / 3)


def test_a_cluster_is_no_priority_site_unless_the_plan_says_so() -> None:
    cluster = site(cells_of(1)[0], SiteType.CLUSTER, "cum")
    assert report([cluster], []).sites is None
    on = ground_of((), [cluster], RULES, boundary=boundary_of(cells_of(1)), priority=[SiteType.CLUSTER])
    assert [one.code for one in on.sites] == ["cum"]


def test_distances_are_metres_on_the_ground() -> None:
    fine = np.array(fine_cells(cells_of(1)[0], 1), dtype=np.uint64)
    latitude, longitude = h3.cell_to_latlng(int(fine[0]))
    north, east = floats([latitude + 149 / 111_195, latitude]), floats([longitude, longitude + 151 / 103_900])
    assert near(north, east, fine, 150.0)[:, 0].tolist() == [True, False]


def test_what_is_near_is_what_the_distance_of_h3_says() -> None:
    fine = np.array([f for cell in cells_of(19) for f in fine_cells(cell, 49)], dtype=np.uint64)
    places = [h3.cell_to_latlng(int(cell)) for cell in fine[::97]]
    found = near(floats([y for y, _ in places]), floats([x for _, x in places]), fine, 150.0)
    far = [[h3.great_circle_distance(place, h3.cell_to_latlng(int(f)), unit="m") for f in fine] for place in places]
    assert (found == (np.array(far) <= 150.0)).all() and found.any(axis=1).all()


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, SpotState.SERVED),
        ({"technology": LTE, "rsrp": -121.0}, SpotState.SERVED),
        ({"technology": GSM}, SpotState.SERVED),
        ({"technology": NONE, "ss_rsrp": NAN}, SpotState.HOLLOW),
        ({"technology": GSM, "access_ok": 0}, SpotState.HOLLOW),
    ],
)
def test_a_cluster_is_a_dead_spot_when_handsets_there_have_no_service(told: Row, state: SpotState) -> None:
    cluster = site(cells_of(1)[0], SiteType.CLUSTER, "cum")
    spots = {spot.code: spot for spot in report([cluster], around(cluster, 8, **told)).dead_spots}
    assert spots["cum"].state is state
    assert spots["cum"].state.is_dead is (state is SpotState.HOLLOW)


def test_the_centre_of_a_hamlet_without_signal_is_white_not_hollow() -> None:
    cells = cells_of(3)
    rows = [row | {"technology": NONE, "ss_rsrp": NAN} for cell in cells for row in in_cell(cell, 49)]
    spots = report([], rows).dead_spots
    assert [(spot.is_centre, spot.state) for spot in spots] == [(True, SpotState.WHITE)]


def test_one_operator_serves_and_one_that_was_not_measured_there_leaves_doubt() -> None:
    cells = cells_of(3)
    cluster = site(cells[0], SiteType.CLUSTER, "cum")
    silent = around(cluster, 8, technology=NONE, ss_rsrp=NAN)
    elsewhere = [row | {"operator": VINAPHONE} for row in in_cell(cells[2], 49)[40:]]
    by = {spot.code: spot.state for spot in report([cluster], silent + elsewhere).dead_spots}
    assert by["cum"] is SpotState.INSUFFICIENT
    served = report([cluster], silent + [row | {"operator": VINAPHONE} for row in around(cluster, 8)])
    assert {spot.code: spot.state for spot in served.dead_spots}["cum"] is SpotState.SERVED
    few = CoverageRules(dead_spots=DeadSpotRules(least_samples=20))
    assert report([cluster], silent, few).dead_spots[-1].state is SpotState.INSUFFICIENT
    assert report([cluster], []).dead_spots[-1].state is SpotState.UNMEASURED


def test_the_ground_of_a_commune_without_a_boundary_is_what_its_hamlets_cover() -> None:
    cells = cells_of(6)
    halves = [json.dumps(boundary_of(part)) for part in (cells[:3], cells[3:])]
    hamlets = [Hamlet(f"t{n}", "T", HamletType.THON, 10, boundary=half) for n, half in enumerate(halves)]
    on = ground_of(hamlets, (), RULES)
    assert sorted(on.cells.tolist()) == sorted(cells)
    assert np.bincount(on.hamlet_of).tolist() == [3, 3]
    assert on.people.sum() == pytest.approx(20)
    with pytest.raises(NoGround, match="none of its hamlets"):
        ground_of([Hamlet("x", "X", HamletType.THON)], (), RULES)
    with pytest.raises(NoGround, match="so small"):
        ground_of((), (), RULES, boundary=boundary_of(fine_cells(cells[0], 49)[30:31]))


def test_people_without_a_place_count_as_not_measured_and_a_point_is_a_place() -> None:
    (cell,) = cells_of(1)
    latitude, longitude = h3.cell_to_latlng(cell)
    hamlets = [
        Hamlet("diem", "Có tọa độ", HamletType.THON, 30, latitude, longitude),
        Hamlet("dau", "Không rõ ở đâu", HamletType.THON, 70),
    ]
    on = ground_of(hamlets, (), RULES, boundary=boundary_of([cell]))
    assert (on.people.tolist(), on.unplaced, on.hamlet_of.tolist()) == ([30.0], 70.0, [NOWHERE])
    picks, days = tally(samples(in_cell(cell, 5)), RULES)
    found = assemble(Subject("xa", QUARTER), on, Tallies(picks, days, {}), RULES)
    assert found.population is not None
    assert (found.population.covered, found.population.unmeasured) == (30, 70)
    assert "70 people" in found.notes[0].en


def indicators(rows: list[Row], rules: CoverageRules) -> dict[str, tuple[float | None, bool | None]]:
    """Value and verdict of each indicator."""
    _, days = tally(samples(rows), rules)
    return {one.name: (one.value, one.is_met) for one in service_indicators(days, rules)}


def test_the_indicators_of_the_regulation_stand_beside_their_limits() -> None:
    (fine,) = fine_cells(cells_of(1)[0], 1)
    rows: list[Row] = [
        {"fine": fine, "minute": m, "download": 120.0 if m else 20.0, "upload": 40.0, "latency": 20.0, "access_ok": 1}
        for m in range(20)
    ]
    rows.append({"fine": fine, "minute": 30, "technology": LTE, "rsrp": -90.0, "download": 1.0, "latency": 900.0})
    few = indicators(rows, RULES)
    assert few["mean_download"][1] is None
    assert few["samples"] == (20, False)
    enough = indicators(rows, CoverageRules(service=ServiceRules(least_samples=20)))
    assert enough == {
        "mean_download": (pytest.approx(115), True),
        "mean_upload": (pytest.approx(40), True),
        "fast_downloads": (pytest.approx(0.95), True),
        "mean_latency": (pytest.approx(20), True),
        "failed_access": (0, True),
        "samples": (20, True),
    }
    assert indicators([], RULES)["mean_latency"] == (None, None)


def verdict(cell: int, level: float | None, samples_: int = 8) -> CellVerdict:
    latitude, longitude = h3.cell_to_latlng(cell)
    state = CellState.COVERED if samples_ else CellState.UNMEASURED
    return CellVerdict(f"{cell:x}", latitude, longitude, 0.1, state, samples_, samples_, 2, mean_rsrp_dbm=level)


def test_a_modelled_map_finds_how_a_signal_falls_with_distance_and_tells_its_error() -> None:
    cells = cells_of(91)
    mast = h3.cell_to_latlng(cells[40])

    def level(cell: int) -> float:
        distance = h3.great_circle_distance(h3.cell_to_latlng(cell), mast, unit="m")
        return -60 - 35 * float(np.log10(max(distance, 50.0) / 50))

    known = [verdict(cell, level(cell)) for cell in cells if cell % 3]
    unknown = [verdict(cell, None, 0) for cell in cells if cell % 3 == 0]
    found = model_levels(known + unknown)
    assert found is not None
    assert (found.measured, len(found.cells)) == (len(known), len(unknown))
    assert found.exponent == pytest.approx(3.5, abs=0.3)
    assert found.error_db < 3
    off = [cell.rsrp_dbm - level(int(cell.cell, 16)) for cell in found.cells]
    assert np.sqrt(np.mean(np.square(off))) < 2 * found.error_db + 1
    assert found == model_levels(known + unknown)


def test_a_modelled_map_is_not_made_from_few_cells_and_takes_silence_for_a_weak_signal() -> None:
    cells = cells_of(30)
    assert model_levels([verdict(cell, -90.0) for cell in cells[: LEAST_CELLS - 1]]) is None
    silent = [verdict(cell, None) for cell in cells[:15]] + [verdict(cells[20], None, 0)]
    found = model_levels(silent)
    assert found is not None
    assert found.cells[0].rsrp_dbm == pytest.approx(-120)
    assert found.error_db == pytest.approx(0, abs=1e-6)
    nothing_open = model_levels([verdict(cell, -90.0) for cell in cells])
    assert nothing_open is not None
    assert nothing_open.cells == ()


def test_a_verdict_takes_nothing_from_the_model() -> None:
    found = report([], in_cell(cells_of(3)[0], 5))
    assert [cell.state for cell in found.cells].count(CellState.UNMEASURED) == 2
    assert replace(found).subject.technology is Technology.FIVE_G


def test_people_of_a_hamlet_between_the_centres_of_cells_are_where_its_middle_is() -> None:
    cells = cells_of(7)
    y, x = h3.cell_to_boundary(cells[0])[0]
    ring = [[x + a * 0.0007, y + b * 0.0007] for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    boundary = json.dumps({"type": "Polygon", "coordinates": [ring]})
    on = ground_of(
        [Hamlet("tdp-1", "Tổ dân phố 1", HamletType.TO_DAN_PHO, 900, boundary=boundary)],
        [],
        RULES,
        boundary=boundary_of(cells),
    )
    assert (on.people.sum(), on.unplaced) == (900, 0)
    assert sorted(on.people.tolist())[-2:] == [0, 900]
