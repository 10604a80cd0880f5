"""From a file to the places of a commune: what is taken over, what is found, and what stays."""

from __future__ import annotations

import json

import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, box, mapping, shape

from devices import profiles
from devices.boundaries.checking import check_places
from devices.boundaries.findings import Weight
from devices.boundaries.importing import Layer, Taken, Wish, take_places
from devices.errors import ProfileError
from devices.geometry import faults_of_boundary
from devices.profile import Places
from devices.profile_places import read_places, write_places
from devices.registry import Hamlet, HamletType, SiteType
from tests.devices.boundaries.files import (
    CENTRE,
    EAST,
    PRJ,
    TM_HAI_PHONG,
    TWO,
    WEST,
    WHOLE,
    Features,
    geojson,
    kml_text,
    moved,
    shape_parts,
    swapped,
    zipped,
)

NEAR = Wish(near=CENTRE)


def told(taken: Taken, weight: Weight) -> list[str]:
    return [f"{finding.where}: {finding.text.en}" for finding in taken.findings if finding.weight is weight]


def take(features: Features, wish: Wish = NEAR) -> Taken:
    return take_places(geojson(features), wish)


def test_hamlets_get_codes_types_people_and_a_point_inside() -> None:
    taken = take(TWO)
    west, east = taken.places.hamlets
    assert (west.code, west.name, west.type, west.population) == ("thon-tay", "Thôn Tây", HamletType.THON, 1200)
    assert (east.code, east.population) == ("thon-dong", 2300)
    assert (west.longitude, west.latitude) == (106.295, 20.87)
    assert taken.given == {"hamlet": 2} and taken.accepted
    assert "its hamlets' union is used" in told(taken, Weight.NOTE)[-1]


def test_the_same_hamlets_come_out_of_metres_of_vn_2000_in_a_zipped_shapefile() -> None:
    metres = [(words, moved(area, TM_HAI_PHONG)) for words, area in TWO]
    taken = take_places(zipped(shape_parts(metres, prj=PRJ)), NEAR)
    assert taken.accepted and taken.form == "shapefile"
    for hamlet, area in zip(taken.places.hamlets, (WEST, EAST), strict=True):
        found = shape(json.loads(hamlet.boundary or ""))
        assert found.symmetric_difference(area).area < 1e-3 * area.area


def test_latitude_first_is_put_right_and_told() -> None:
    taken = take([(words, swapped(area)) for words, area in TWO])
    assert taken.accepted
    assert "changed places" in told(taken, Weight.REPAIRED)[0]


def test_one_area_alone_is_the_boundary_and_one_that_says_so_is_among_several() -> None:
    assert take([({"ten": "Gia Lộc"}, WHOLE)]).given == {"boundary": 1}
    assert take([({"ten": "Ranh giới xã"}, WHOLE), *TWO]).given == {"boundary": 1, "hamlet": 2}
    assert take([({"ten": "Khu A"}, WHOLE)], Wish(Layer.CENTRE, near=CENTRE)).given == {"centre": 1}
    assert take([({"ten": "Thôn Duy Nhất"}, WHOLE)], Wish(Layer.HAMLETS, near=CENTRE)).given == {"hamlet": 1}


def test_points_become_sites_of_the_type_that_their_name_says() -> None:
    names = [
        "Trụ sở UBND xã",
        "Trường THCS",
        "Trạm Y tế",
        "Nhà văn hóa thôn",
        "Chợ Cuối",
        "Công ty may",
        "Cụm dân cư A",
    ]
    taken = take([({"ten": name}, Point(106.295, 20.865 + 0.001 * at)) for at, name in enumerate([*names, "Cây đa"])])
    assert [site.type for site in taken.places.sites] == [
        SiteType.UBND,
        SiteType.SCHOOL,
        SiteType.HEALTH_STATION,
        SiteType.CULTURE_HOUSE,
        SiteType.MARKET,
        SiteType.BUSINESS,
        SiteType.CLUSTER,
    ]
    assert told(taken, Weight.WARNING) == ["Cây đa: its name or type is not told; it is left out"]


def test_known_hamlets_keep_code_and_population_and_those_not_in_the_file_stay() -> None:
    south_area = json.dumps(mapping(box(106.29, 20.85, 106.31, 20.86)))
    known = Places(
        hamlets=(
            Hamlet("tay", "Tây", HamletType.XOM, 777),
            Hamlet("nam", "Thôn Nam", HamletType.THON, 5, boundary=south_area),
        )
    )
    taken = take([({"ten": "Thôn Tây"}, WEST)], Wish(Layer.HAMLETS, near=CENTRE, known=known))
    west, south = taken.places.hamlets
    assert (west.code, west.population, west.type) == ("tay", 777, HamletType.THON)
    assert south == known.hamlets[1]
    assert ": not in the file, kept: Thôn Nam" in told(taken, Weight.WARNING)


def test_two_hamlets_of_one_name_are_a_fault_unless_they_are_to_be_joined() -> None:
    twice: Features = [({"ten": "Thôn Tây", "dan_so": 10}, WEST), ({"ten": "thôn tây"}, EAST)]
    assert "hamlets of one name" in told(take(twice), Weight.FAULT)[0]
    joined = take(twice, Wish(near=CENTRE, merge=True))
    (hamlet,) = joined.places.hamlets
    assert joined.accepted and shape(json.loads(hamlet.boundary or "")).equals(WHOLE)


def test_overlaps_are_told_in_hectares_and_a_hamlet_drawn_twice_is_a_fault() -> None:
    wider = box(106.2995, 20.860, 106.310, 20.880)
    (overlap,) = told(take([TWO[0], ({"ten": "Đông", "dan_so": 1}, wider)]), Weight.WARNING)
    assert overlap == "Đông – Thôn Tây: overlap by 11.52 ha (5.0 % of the smaller one)"
    assert "100.0 %" in told(take([TWO[0], ({"ten": "Bản sao", "dan_so": 1}, WEST)]), Weight.FAULT)[0]


def test_a_hamlet_outside_the_boundary_and_a_part_without_hamlet_are_told() -> None:
    known = Places(boundary=mapping(WHOLE))
    far = box(106.32, 20.86, 106.33, 20.88)
    taken = take([TWO[0], ({"ten": "Xa", "dan_so": 3}, far)], Wish(near=CENTRE, known=known))
    assert told(taken, Weight.FAULT) == ["Xa: 100.0 % (230.42 ha) lies outside the commune's boundary"]
    assert "(50.0 %) of the commune belongs to no hamlet" in told(taken, Weight.WARNING)[0]


def test_people_that_are_no_number_are_told_and_left_out() -> None:
    taken = take(
        [({"ten": "Thôn Tây", "dan_so": "khoảng 1200"}, WEST), ({"ten": "Thôn Đông", "dan_so": "1.250"}, EAST)]
    )
    assert [hamlet.population for hamlet in taken.places.hamlets] == [None, 1250]
    assert any("is no number" in text for text in told(taken, Weight.WARNING))
    assert any("have no population" in text for text in told(taken, Weight.WARNING))


def test_closed_lines_become_areas_and_open_ones_are_a_fault() -> None:
    taken = take([({"ten": "Ranh giới"}, LineString(WHOLE.exterior.coords))])
    assert taken.given == {"boundary": 1} and "made an area" in told(taken, Weight.REPAIRED)[0]
    assert "not closed" in told(take([({"ten": "Đường"}, LineString([CENTRE, (106.31, 20.88)]))]), Weight.FAULT)[0]


def test_a_place_without_geometry_or_name_is_told() -> None:
    taken = take([*TWO, ({"ten": "Trống"}, shapely.Polygon()), ({}, box(106.31, 20.86, 106.32, 20.88))])
    assert "Trống: has no geometry and is left out" in told(taken, Weight.WARNING)
    assert "#4: the hamlet has no name" in told(taken, Weight.FAULT)


def test_codes_are_never_given_twice() -> None:
    taken = take([({"ten": "Thôn 1!", "dan_so": 1}, WEST), ({"ten": "Thôn (1)", "ma": "thon-1", "dan_so": 1}, EAST)])
    assert [hamlet.code for hamlet in taken.places.hamlets] == ["thon-1", "thon-1-2"]


def test_kml_of_a_person_gives_hamlets_and_sites_in_one_file() -> None:
    text = kml_text([*TWO, ({"ten": "Trường Tiểu học"}, Point(106.295, 20.865))])
    taken = take_places({"xa.kml": text.encode()}, NEAR)
    assert taken.given == {"hamlet": 2, "site": 1} and taken.accepted
    assert taken.places.sites[0].hamlet == "thon-tay"


def test_official_places_take_the_sample_away_only_when_nothing_of_it_is_left() -> None:
    sample = profiles.load("gia-loc").places
    part = take(TWO, Wish(near=CENTRE, known=sample, origin="QĐ 1"))
    assert part.places.is_sample and part.places.origin == sample.origin
    assert ": still made up: the boundary, the centre, hamlets, sites" in told(part, Weight.WARNING)
    whole = take([({"ten": "Ranh giới"}, WHOLE), *TWO], Wish(near=CENTRE, known=Places(is_sample=True), origin="QĐ 1"))
    assert not whole.places.is_sample
    assert whole.places.origin is not None and whole.places.origin.vi == "QĐ 1"


@pytest.mark.parametrize("code", ["gia-loc", "vo-nhai", "tan-ky", "xa-thai-nguyen"])
def test_our_own_files_are_read_back_as_they_were_and_nothing_is_odd(code: str) -> None:
    places = profiles.load(code).places
    text = json.dumps(write_places(places)).encode()
    assert read_places(json.loads(text)) == places
    taken = take_places({"a.geojson": text}, Wish())
    assert taken.accepted and taken.places.is_sample
    assert len(taken.places.hamlets) == len(places.hamlets) and len(taken.places.sites) == len(places.sites)
    assert [finding for finding in check_places(places) if finding.weight is not Weight.NOTE] == []


def test_what_is_taken_is_what_the_registry_takes() -> None:
    crossed = shapely.Polygon([(106.29, 20.86), (106.30, 20.88), (106.30, 20.86), (106.29, 20.88)])
    taken = take([({"ten": "Chéo", "dan_so": 1}, crossed), ({"ten": "Rời"}, MultiPolygon([EAST]))])
    assert taken.accepted
    assert all(faults_of_boundary(json.loads(hamlet.boundary or "")) == [] for hamlet in taken.places.hamlets)


def test_of_a_provinces_file_only_the_communes_features_are_taken() -> None:
    far = box(107.0, 21.5, 107.1, 21.6)
    features: Features = [
        *[({**words, "TEN_XA": "Xã Gia Lộc"}, area) for words, area in TWO],
        ({"ten": "Xóm Xa", "dan_so": 9, "TEN_XA": "Xã Khác"}, far),
    ]
    assert not take(features).accepted
    taken = take(features, Wish(near=CENTRE, where=("ten xa", "xã gia lộc")))
    assert taken.accepted and taken.given == {"hamlet": 2}
    with pytest.raises(ProfileError, match="there are: Xã Gia Lộc, Xã Khác"):
        take(features, Wish(near=CENTRE, where=("TEN_XA", "Tân Kỳ")))
    with pytest.raises(ProfileError, match="there are: TEN_XA, dan_so, ten"):
        take(features, Wish(near=CENTRE, where=("MA_XA", "1")))
