"""The forms that files of places come in, and files that are broken or meant to harm."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.boundaries import reading
from devices.boundaries.reading import GeoFile, read_files
from devices.errors import ProfileError
from tests.devices.boundaries.files import (
    EAST,
    PRJ,
    TWO,
    WEST,
    Features,
    geojson,
    kml_text,
    shape_parts,
    zipped,
)


def names(file: GeoFile) -> list[object]:
    return [feature.words.get("ten", feature.words.get("TEN", feature.words.get("name"))) for feature in file.features]


def areas(file: GeoFile) -> list[float]:
    return [round(shapely.area(feature.geometry), 9) for feature in file.features]


EXPECTED = [round(WEST.area, 9), round(EAST.area, 9)]
FORMS = {
    "GeoJSON": geojson(TWO),
    "shapefile": shape_parts(TWO),
    "shapefile, zipped": zipped(shape_parts(TWO)),
    "KML": {"xa.kml": kml_text(TWO).encode()},
    "KMZ": zipped({"doc.kml": kml_text(TWO).encode()}, "xa.kmz"),
}


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ({"type": "name", "properties": {"name": "EPSG:3405"}}, "EPSG:3405"),
        ("EPSG:3405", "EPSG:3405"),
        ({"properties": "x"}, None),
        ({"properties": {"name": 5}}, None),
        ([1], None),
    ],
)
def test_geojson_says_its_coordinate_system_in_more_ways_than_one(crs: object, said: str | None) -> None:
    feature = {"type": "Feature", "properties": [1], "geometry": {"type": "Point", "coordinates": [106.3, 20.87]}}
    document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    file = read_files({"xa.geojson": json.dumps(document).encode()})
    assert (file.crs, file.features[0].words) == (said, {})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_places_and_words(form: str) -> None:
    file = read_files(FORMS[form])
    assert names(file) == ["Thôn Tây", "Thôn Đông"]
    assert areas(file) == EXPECTED
    people = [feature.words.get("dan_so", feature.words.get("DAN_SO")) for feature in file.features]
    assert [int(str(count)) for count in people] == [1200, 2300]


def test_the_coordinate_system_of_a_file_is_told() -> None:
    assert read_files(zipped(shape_parts(TWO, prj=PRJ))).crs == PRJ
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4756"}}
    assert read_files(geojson(TWO, crs=crs)).crs == "urn:ogc:def:crs:EPSG::4756"
    assert read_files({"xa.kml": kml_text(TWO).encode()}).crs is None


def test_a_feature_or_a_geometry_alone_is_a_file_too() -> None:
    geometry = json.loads(geojson(TWO)["xa.geojson"])["features"][0]["geometry"]
    assert areas(read_files({"a.json": json.dumps(geometry).encode()})) == EXPECTED[:1]
    feature = {"type": "Feature", "properties": None, "geometry": geometry}
    assert areas(read_files({"a.json": b"\xef\xbb\xbf" + json.dumps(feature).encode()})) == EXPECTED[:1]


def test_heights_are_left_out() -> None:
    flat = read_files({"xa.kml": kml_text(TWO).encode()}).features[0].geometry
    assert flat is not None and not flat.has_z


@pytest.mark.parametrize("cpg", ["UTF-8", None])
def test_names_in_utf_8_are_read_with_and_without_a_cpg(cpg: str | None) -> None:
    assert names(read_files(shape_parts(TWO, cpg=cpg))) == ["Thôn Tây", "Thôn Đông"]


def test_names_in_windows_1258_are_read_and_it_is_told() -> None:
    file = read_files(shape_parts([({"ten": "Thôn Đông Lâm"}, WEST)], encoding="cp1258"))
    assert names(file) == ["Thôn Đông Lâm"]
    assert "Windows-1258" in file.notes[0].en
    named = read_files(shape_parts([({"ten": "Thôn Đông Lâm"}, WEST)], encoding="cp1258", cpg="1258"))
    assert names(named) == ["Thôn Đông Lâm"] and named.notes == ()


def test_names_in_an_old_font_are_refused_rather_than_garbled() -> None:
    with pytest.raises(ProfileError, match="TCVN3"):
        read_files(shape_parts([({"ten": "Th«n §«ng"}, WEST)], encoding="latin-1"))


def test_kml_with_several_areas_in_one_mark_is_one_place() -> None:
    both: Features = [({"ten": "Hai mảnh"}, shapely.MultiPolygon([WEST, shapely.box(106.32, 20.86, 106.33, 20.87)]))]
    (feature,) = read_files({"a.kml": kml_text(both).encode()}).features
    assert feature.geometry is not None and len(shapely.get_parts(feature.geometry)) == 2


def test_points_of_kml_are_read() -> None:
    (feature,) = read_files({"a.kml": kml_text([({"ten": "UBND"}, shapely.Point(106.3, 20.87))]).encode()}).features
    assert feature.geometry == shapely.Point(106.3, 20.87)


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml><name>&b;</name></kml>'
BROKEN = {
    "entities": ({"a.kml": ENTITIES}, "broken"),
    "XML that ends early": ({"a.kml": kml_text(TWO)[:300].encode()}, "broken"),
    "other XML": ({"a.kml": b"<gpx/>"}, "not KML"),
    "no JSON": ({"a.geojson": b"{"}, "not GeoJSON"),
    "a number": ({"a.geojson": b"7"}, "not GeoJSON"),
    "a geometry that is none": ({"a.geojson": b'{"type": "Polygon", "coordinates": [7]}'}, "feature 1"),
    "no .dbf": ({"a.shp": shape_parts(TWO)["thon.shp"]}, r"\.dbf"),
    "a cut .shp": (shape_parts(TWO) | {"thon.shp": shape_parts(TWO)["thon.shp"][:90]}, "broken"),
    "an archive of nothing": (zipped({"readme.txt": b"x"}), "neither"),
    "an archive that is cut": ({"a.zip": zipped(shape_parts(TWO))["thon.zip"][:200]}, "broken"),
    "several files": ({"a.kml": b"", "b.kml": b""}, "expected one file"),
    "an unknown encoding": (shape_parts(TWO, cpg="TCVN-5712"), "TCVN-5712"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_read_is_refused_in_words(what: str) -> None:
    files, words = BROKEN[what]
    with pytest.raises(ProfileError, match=words):
        read_files(files)


def test_an_archive_that_unpacks_into_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("thon.shp", b"\0" * 1_000_001)
    with pytest.raises(ProfileError, match="larger than"):
        read_files({"a.zip": packed.getvalue()})


def test_too_many_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FEATURES", 1)
    for form in ("GeoJSON", "shapefile", "KML"):
        with pytest.raises(ProfileError, match="more than 1 features"):
            read_files(FORMS[form])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_changed_bytes_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["GeoJSON", "shapefile, zipped", "KML", "shapefile"]))
    files = dict(FORMS[form])
    name = data.draw(st.sampled_from(sorted(files)))
    changed = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_files(files | {name: bytes(changed)})
    except ProfileError as error:
        assert error.text.vi and error.text.en
