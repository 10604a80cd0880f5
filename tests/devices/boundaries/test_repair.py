"""Areas that are put right, and what is told of it."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from devices.boundaries import repair as repairing
from devices.boundaries.findings import Finding, Weight
from devices.boundaries.repair import repair, square_metres
from devices.geometry import faults_of_boundary
from devices.profile_places import geojson_of
from tests.devices.boundaries.files import WEST

METRE = 1 / 111_000


def words(findings: list[Finding]) -> list[tuple[Weight, str]]:
    return [(finding.weight, finding.text.en) for finding in findings]


def test_an_area_that_is_right_is_left_as_it_is() -> None:
    area, findings = repair(WEST, "a")
    assert area is not None and findings == []
    assert area.equals(WEST) and area.exterior.is_ccw  # type: ignore[union-attr]


def test_areas_are_on_the_ellipsoid() -> None:
    degree = square_metres(box(106, 20, 107, 21))
    assert degree == pytest.approx(111_320 * math.cos(math.radians(20.5)) * 110_700, rel=5e-3)
    assert square_metres(Polygon()) == 0.0


def test_a_bow_tie_is_parted_and_told_as_something_to_look_at() -> None:
    tie = Polygon([(106.29, 20.86), (106.30, 20.88), (106.30, 20.86), (106.29, 20.88)])
    area, findings = repair(tie, "Thôn Tây")
    assert isinstance(area, MultiPolygon) and area.is_valid
    weight, text = words(findings)[0]
    assert weight is Weight.WARNING and "Self-intersection" in text and findings[0].where == "Thôn Tây"


def test_a_spike_is_cut_off_and_the_area_stays() -> None:
    spike = Polygon([*WEST.exterior.coords[:-1], (106.300, 20.860), (106.305, 20.850), (106.300, 20.860)])
    area, findings = repair(spike, "a")
    assert area is not None and area.is_valid
    assert square_metres(area) == pytest.approx(square_metres(WEST), rel=1e-6)
    assert words(findings)[0][0] is Weight.REPAIRED


def test_small_holes_and_pieces_are_dropped_and_large_holes_are_kept_and_told() -> None:
    tiny = box(106.2950, 20.8700, 106.2950 + 5 * METRE, 20.8700 + 5 * METRE)
    lake = box(106.296, 20.872, 106.298, 20.874)
    area, findings = repair(
        MultiPolygon(
            [Polygon(WEST.exterior, [tiny.exterior, lake.exterior]), shapely.transform(tiny, lambda p: p + 0.1)]
        ),
        "a",
    )
    assert isinstance(area, Polygon) and len(area.interiors) == 1
    told = {text.split(" ", 1)[1][:12]: weight for weight, text in words(findings)}
    assert told == {"pieces small": Weight.REPAIRED, "holes smalle": Weight.REPAIRED, "1 holes of 4": Weight.WARNING}


def test_pieces_that_are_apart_stay_one_place() -> None:
    area, findings = repair(MultiPolygon([WEST, box(106.32, 20.86, 106.33, 20.87)]), "a")
    assert isinstance(area, MultiPolygon)
    assert words(findings) == [(Weight.NOTE, "consists of 2 separate pieces")]


@pytest.mark.parametrize("nothing", [shapely.Point(106, 20), shapely.LineString([(106, 20), (107, 21)]), Polygon()])
def test_what_is_no_area_is_a_fault(nothing: BaseGeometry) -> None:
    area, findings = repair(nothing, "a")
    assert area is None
    assert words(findings) == [(Weight.FAULT, "there is no area in the geometry")]


def test_too_many_positions_are_simplified_and_how_far_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "MOST_POSITIONS", 200)
    ring = [
        (106.3 + (0.01 + 1e-5 * (n % 2)) * math.cos(n / 500 * math.tau), 20.87 + 0.01 * math.sin(n / 500 * math.tau))
        for n in range(500)
    ]
    area, findings = repair(Polygon(ring), "a")
    assert area is not None and shapely.get_num_coordinates(area) <= 200
    assert square_metres(area) == pytest.approx(square_metres(Polygon(ring)), rel=0.01)
    assert "simplified" in words(findings)[-1][1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=4, max_size=14))
def test_whatever_is_drawn_comes_out_as_a_boundary_that_the_registry_takes(points: list[tuple[int, int]]) -> None:
    ring = Polygon([(106.29 + x * 5e-4, 20.86 + y * 5e-4) for x, y in points])
    area, findings = repair(ring, "a")
    if area is None:
        assert findings[-1].weight is Weight.FAULT
    else:
        assert faults_of_boundary(geojson_of(area)) == []
