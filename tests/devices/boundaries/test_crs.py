"""VN-2000 against values of the State, and files that do not say what they hold."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from devices.boundaries.crs import (
    MERIDIANS,
    WGS84,
    Placed,
    kilometres,
    parse_crs,
    place,
    transverse_mercator,
)
from devices.boundaries.findings import Weight
from devices.errors import ProfileError
from tests.devices.boundaries.files import CENTRE, PRJ, TM_HAI_PHONG, VN2000, WHOLE, moved, swapped

CIRCULAR = [
    # Thông tư 37/2019/TT-BGTVT: WGS 84 and VN-2000 of the same points.
    (("15 22 29", "109 06 07"), ("15 22 32.7", "109 06 00.5")),
    (("15 20 32", "109 05 35"), ("15 20 35.7", "109 05 28.5")),
    (("15 22 24", "109 07 43"), ("15 22 27.7", "109 07 36.5")),
]


def degrees(text: str) -> float:
    whole, minutes, seconds = (float(part) for part in text.split())
    return whole + minutes / 60 + seconds / 3600


def middle(placed: Placed) -> tuple[float, float]:
    geometry = placed.geometries[0]
    assert geometry is not None
    return geometry.centroid.x, geometry.centroid.y


def words(placed: Placed) -> list[tuple[Weight, str]]:
    return [(finding.weight, finding.text.en) for finding in placed.findings]


@pytest.mark.parametrize(("wgs84", "vn2000"), CIRCULAR)
def test_degrees_of_vn_2000_become_those_that_the_circular_prints(
    wgs84: tuple[str, str], vn2000: tuple[str, str]
) -> None:
    latitude, longitude = (degrees(part) for part in vn2000)
    placed = place([shapely.Point(longitude, latitude)], said="EPSG:4756")
    away = kilometres(middle(placed), (degrees(wgs84[1]), degrees(wgs84[0])))
    assert away < 0.005, "the circular rounds to a tenth of a second, 3 m"


@pytest.mark.parametrize(("meridian", "code"), [(105.75, 9210), (106.5, 9213), (104.75, 9208), (105.0, 5897)])
def test_our_meridians_are_those_of_the_registry_of_coordinate_systems(meridian: float, code: int) -> None:
    point = shapely.Point(520_000, 2_300_000)
    ours = place([point], said=None, wanted=f"VN-2000/{int(meridian)}-{round(meridian % 1 * 60):02d}")
    theirs = place([point], said=f"EPSG:{code}")
    assert middle(ours) == pytest.approx(middle(theirs), abs=1e-9)
    assert transverse_mercator(meridian).is_exact_same(CRS.from_epsg(code)) or middle(ours) == middle(theirs)


def test_a_prj_without_the_shift_is_still_taken_for_vn_2000() -> None:
    placed = place([moved(WHOLE, TM_HAI_PHONG)], said=PRJ, near=CENTRE)
    assert middle(placed) == pytest.approx(CENTRE, abs=1e-6)
    assert placed.findings == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WGS84", "WGS 84"),
        ("VN-2000", "VN-2000"),
        ("vn2000/106-30", "VN-2000 / TM-3 106-30"),
        ("VN-2000/105/6", "VN-2000 / TM-6 105-00"),
        ("EPSG:3405", "VN-2000 / UTM zone 48N"),
    ],
)
def test_a_person_may_name_coordinates_in_several_ways(text: str, name: str) -> None:
    assert parse_crs(text).name == name


def test_a_name_that_means_nothing_is_refused_with_examples() -> None:
    with pytest.raises(ProfileError, match="VN-2000/105-45"):
        parse_crs("hệ tọa độ Hà Nội 72")


def test_degrees_without_a_name_are_taken_for_wgs_84_and_it_is_said() -> None:
    placed = place([WHOLE], said=None, near=CENTRE)
    assert middle(placed) == pytest.approx(CENTRE)
    assert placed.crs == "WGS 84 (EPSG:4326)"
    ((weight, text),) = words(placed)
    assert weight is Weight.NOTE and "200 m off" in text


@pytest.mark.parametrize("said", [None, "EPSG:4326"])
def test_latitude_first_is_put_back(said: str | None) -> None:
    placed = place([swapped(WHOLE)], said=said, near=CENTRE)
    assert middle(placed) == pytest.approx(CENTRE)
    assert (Weight.REPAIRED, "the two coordinates had changed places; they were put back") in words(placed)


@pytest.mark.parametrize("turned", [False, True])
def test_metres_without_a_name_find_their_meridian_by_the_communes_place(turned: bool) -> None:
    placed = place([moved(WHOLE, TM_HAI_PHONG, turned=turned)], said=None, near=CENTRE)
    assert middle(placed) == pytest.approx(CENTRE, abs=1e-6)
    assert placed.crs.startswith("VN-2000 / TM-3 105-45")
    weights = [weight for weight, _ in words(placed)]
    assert weights == ([Weight.REPAIRED, Weight.WARNING] if turned else [Weight.WARNING])


def test_metres_are_refused_where_the_commune_is_not_known() -> None:
    ((weight, text),) = words(place([moved(WHOLE, TM_HAI_PHONG)], said=None))
    assert weight is Weight.FAULT and "say it by --crs" in text


def test_metres_around_105_degrees_may_be_of_two_kinds_and_are_refused_with_both() -> None:
    near = (105.05, 20.87)
    geometry = shapely.transform(WHOLE, lambda points: points - (1.25, 0.0))
    ((weight, text),) = words(place([moved(geometry, transverse_mercator(105.0))], said=None, near=near))
    assert weight is Weight.FAULT
    assert "TM-3 105-00" in text and "TM-6 105-00" in text


def test_another_communes_places_are_refused_by_their_distance() -> None:
    ((_, _), (weight, text)) = words(place([WHOLE], said=None, near=(105.27, 19.05)))
    assert weight is Weight.FAULT and "another commune" in text


def test_numbers_that_are_nowhere_in_viet_nam_are_refused() -> None:
    ((weight, text),) = words(place([shapely.box(2.2, 48.8, 2.4, 48.9)], said=None, near=CENTRE))
    assert weight is Weight.FAULT and "not in Viet Nam" in text


def test_a_coordinate_system_that_is_not_understood_is_told_and_the_numbers_judged() -> None:
    placed = place([WHOLE], said="LOCAL_CS[hệ giả định]", near=CENTRE)
    assert words(placed)[0][0] is Weight.WARNING
    assert middle(placed) == pytest.approx(CENTRE)


def test_nothing_to_place_is_no_fault() -> None:
    assert place([None], said=None, near=CENTRE).findings == ()


@settings(max_examples=25, deadline=None)
@given(
    st.floats(103.0, 109.0),
    st.floats(9.0, 23.0),
    st.sampled_from(MERIDIANS),
)
def test_there_and_back_is_the_same_place(longitude: float, latitude: float, meridian: float) -> None:
    if abs(longitude - meridian) > 2:
        meridian = min(MERIDIANS, key=lambda one: abs(one - longitude))
    crs = transverse_mercator(meridian)
    point = moved(shapely.Point(longitude, latitude), crs)
    back = middle(place([point], said=None, wanted=f"VN-2000/{int(meridian)}-{round(meridian % 1 * 60):02d}"))
    assert kilometres(back, (longitude, latitude)) < 1e-4


def test_vn_2000_differs_from_wgs_84_by_some_200_m_in_the_north() -> None:
    shifted = moved(shapely.Point(*CENTRE), VN2000)
    assert isinstance(shifted, shapely.Point)
    assert 0.1 < kilometres((shifted.x, shifted.y), CENTRE) < 0.3
    assert WGS84.to_epsg() == 4326
