"""What to measure next: cells that move the bound that must move, in an order that can be driven."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.coverage.assemble import Tallies, assemble
from reports.coverage.clean import clean, count_causes
from reports.coverage.drive import plan_drive
from reports.coverage.route import Place, kilometres, place_of, short_route
from reports.coverage.summary import CoverageReport, Subject
from reports.coverage.tally import least, tally
from reports.coverage.words import CellState, Outcome
from tests.reports.coverage_samples import CENTRE, QUARTER, RULES, Row, cells_of, fine_cells, ground, samples

CELLS = cells_of(7)
PLACES = st.lists(st.tuples(st.floats(20.8, 21.0), st.floats(106.2, 106.4)), min_size=0, max_size=9, unique=True)


def measured(cell: int, count: int, rsrp: float) -> list[Row]:
    """Samples of one cell, ten minutes apart."""
    return [
        {"minute": 10 * number, "fine": fine, "ss_rsrp": rsrp, "terminal": cell % 1000 + 1}
        for number, fine in enumerate(fine_cells(cell, count))
    ]


def report(*rows: list[Row]) -> CoverageReport:
    """The report on seven cells in which 700 people live."""
    cleaned = clean(samples(list(itertools.chain(*rows))), RULES)
    picks, days = tally(cleaned.samples, RULES)
    tallies = Tallies(least(picks), days, {"452-04": count_causes(cleaned.cause)})
    return assemble(Subject("xa", QUARTER), ground(CELLS, [(CELLS, 700)]), tallies, RULES)


def test_where_signal_is_good_the_cells_are_those_that_raise_the_lower_bound_and_their_number_is_told() -> None:
    good = report(*(measured(cell, 8, -80) for cell in CELLS[:3]))
    drive = plan_drive(good, 0.6, 10)
    assert drive.expected is Outcome.MET
    assert (drive.unknown, len(drive.stops)) == (4, 4)
    # 3 of 7 are covered, of which one may be misjudged; every neighbour that is known is covered, so each further cell
    # is worth its whole share.
    assert drive.settled_with == 3
    assert drive.gain == pytest.approx(4 / 7, abs=0.01)
    assert all(stop.chance == pytest.approx(1) for stop in drive.stops)


def test_where_signal_is_bad_the_cells_are_those_that_lower_the_upper_bound() -> None:
    drive = plan_drive(report(*(measured(cell, 8, -120) for cell in CELLS[:2])), 0.6, 10)
    assert drive.expected is Outcome.NOT_MET
    assert drive.settled_with == 1
    assert all(stop.chance == pytest.approx(0) for stop in drive.stops)


def test_a_cell_that_lacks_one_sample_comes_before_those_that_lack_all_and_says_what_it_lacks() -> None:
    drive = plan_drive(report(measured(CELLS[0], 8, -80), measured(CELLS[1], 4, -80)), 0.9, 1)
    (stop,) = drive.stops
    assert (stop.state, stop.samples, stop.missing_samples, stop.missing_slots) == (CellState.INSUFFICIENT, 4, 1, 0)
    assert drive.settled_with is None
    assert drive.unknown == 6


def test_nothing_is_left_to_drive_where_all_is_known() -> None:
    drive = plan_drive(report(*(measured(cell, 8, -80) for cell in CELLS)), 0.6, 10)
    assert (drive.stops, drive.km, drive.unknown, drive.settled_with) == ((), 0, 0, None)


def test_the_way_begins_at_the_start_and_its_legs_add_up() -> None:
    start = (CENTRE[0] + 0.05, CENTRE[1])
    drive = plan_drive(report(measured(CELLS[0], 8, -80)), 0.6, 6, start)
    assert drive.stops[0].km == pytest.approx(kilometres(start, drive.stops[0].place))
    assert drive.km == pytest.approx(sum(stop.km for stop in drive.stops))
    assert min(kilometres(start, stop.place) for stop in drive.stops) == pytest.approx(drive.stops[0].km, rel=0.3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from((-80.0, -120.0))), min_size=7, max_size=7),
       st.floats(0, 1), st.integers(0, 7))  # fmt: skip
def test_only_cells_that_are_not_known_are_driven_to_each_once(
    signals: list[tuple[int, float]], target: float, most: int
) -> None:
    found = report(*(measured(cell, count, rsrp) for cell, (count, rsrp) in zip(CELLS, signals, strict=True)))
    unknown = {cell.cell for cell in found.cells if not cell.state.is_known}
    drive = plan_drive(found, target, most)
    stops = [stop.cell for stop in drive.stops]
    assert len(stops) == len(set(stops)) == min(most, len(unknown))
    assert set(stops) <= unknown
    assert all(0 <= stop.chance <= 1 and stop.gain >= 0 for stop in drive.stops)


def length(start: Place, places: list[Place], order: list[int]) -> float:
    stations = [start, *(places[index] for index in order)]
    return sum(itertools.starmap(kilometres, itertools.pairwise(stations)))


@given(PLACES)
def test_a_way_visits_each_place_once_and_is_no_longer_than_in_the_order_given(places: list[Place]) -> None:
    order = short_route(CENTRE, places)
    assert sorted(order) == [*range(len(places))]
    for one, other in itertools.combinations(range(len(order)), 2):
        turned = [*order[:one], *order[one : other + 1][::-1], *order[other + 1 :]]
        assert length(CENTRE, places, order) <= length(CENTRE, places, turned) + 1e-6


def test_a_way_along_a_line_goes_along_it() -> None:
    line = [(CENTRE[0], CENTRE[1] + step / 100) for step in (3, 1, 4, 2)]
    assert short_route(CENTRE, line) == [1, 3, 0, 2]


def test_kilometres_are_those_of_the_great_circle() -> None:
    assert kilometres((0, 0), (0, 1)) == pytest.approx(111.195, abs=0.001)
    assert kilometres(CENTRE, CENTRE) == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("20.8737,106.3011", (20.8737, 106.3011)),
        (" -1.5 , 180", (-1.5, 180.0)),
        ("91,0", None),
        ("0,181", None),
        ("nan,0", None),
        ("20.8", None),
        ("20,8,106,3", None),
        ("here", None),
        ("", None),
    ],
)
def test_a_place_is_latitude_and_longitude_in_degrees(text: str, place: Place | None) -> None:
    assert place_of(text) == place
