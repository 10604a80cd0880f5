"""A profile as it is written: what is checked, and in which words a slip is told."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, shape

from devices import profiles
from devices.errors import ProfileError
from devices.profile import Level, Places, Quantity
from devices.profile_file import parse_profile, profile_document, read_profile
from devices.profile_places import geojson_of, inside_point, read_places, write_places
from devices.registry import SiteType

TEXT = """
code = "xa-toi"
level = "commune"
name = "Xã Tôi"
province = "Nơi Này"
at = [106.3, 20.87]
periods = ["quarter"]
priority_sites = ["truong_hoc"]

[sources.a]
document = "Kế hoạch 1/KH-UBND"
issued = 2026-01-05

[[target]]
id = "5g"
title = { vi = "Phủ sóng", en = "Coverage" }
indicator = "coverage"
generations = ["5G"]
quantity = "population"
operator = "452-04"
threshold = 80
deadline = 2027-06-30
source = "a"
part = "mục 3"
"""
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[106.2, 20.8], [106.4, 20.8], [106.4, 20.9], [106.2, 20.9], [106.2, 20.8]]],
}


def document() -> dict[str, Any]:
    return deepcopy(tomllib.loads(TEXT))


def feature(layer: str, geometry: object, **words: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"layer": layer, **words}, "geometry": geometry}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_a_profile_is_read_with_everything_that_it_says() -> None:
    profile = read_profile(TEXT)
    assert profile.level is Level.COMMUNE and profile.commune is not None
    assert (profile.commune.latitude, profile.commune.is_sample) == (20.87, False)
    (target,) = profile.targets
    assert (target.threshold, target.quantity, target.operator) == (80, Quantity.POPULATION, "452-04")
    assert (target.deadline, target.source.part) == (date(2027, 6, 30), "mục 3")
    assert (target.source.document, target.source.issued) == ("Kế hoạch 1/KH-UBND", date(2026, 1, 5))
    assert profile.target("5g") is target and profile.target("6g") is None
    assert profile.places == Places()


def test_the_kept_document_says_the_same_as_the_file() -> None:
    kept = json.loads(json.dumps(profile_document(document())))
    assert parse_profile(kept) == read_profile(TEXT)
    assert "comparison" not in kept["target"][0], "what is usual is not kept"


Slip = Callable[[dict[str, Any]], object]
SLIPS: dict[str, tuple[Slip, str]] = {
    "an unknown member": (lambda d: d.update(colour="red"), "colour"),
    "an unknown indicator": (lambda d: d["target"][0].update(indicator="luck"), "target.0.indicator"),
    "an unknown generation": (lambda d: d["target"][0].update(generations=["7G"]), "no generation '7G'"),
    "an operator in words": (lambda d: d["target"][0].update(operator="Viettel"), "target.0.operator"),
    "a source that is not there": (lambda d: d["target"][0].update(source="b"), "no source 'b'"),
    "the same target twice": (lambda d: d["target"].append(d["target"][0]), "two targets are '5g'"),
    "a commune without a point": (lambda d: d.pop("at"), "a commune needs it"),
    "a province with a point": (lambda d: d.update(level="province"), "no other level has it"),
    "places exchanged": (lambda d: d.update(at=[20.87, 106.3]), "changed places"),
    "declared without a name": (lambda d: d["target"][0].update(indicator="declared"), "`declared` names"),
    "declared unknown": (lambda d: d["target"][0].update(indicator="declared", declared="luck"), "'luck'"),
    "deployed without fields": (lambda d: d["target"][0].update(indicator="deployed"), "`deployments` belong"),
    "a code of capitals": (lambda d: d.update(code="Gia Lộc"), "code"),
    "a threshold below nought": (lambda d: d["target"][0].update(threshold=-1), "threshold"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_with_its_place(slip: str) -> None:
    spoilt = document()
    SLIPS[slip][0](spoilt)
    with pytest.raises(ProfileError, match=SLIPS[slip][1]):
        parse_profile(spoilt)


def deployed(**members: object) -> dict[str, Any]:
    spoilt = document()
    field = {"code": "an-ninh", "title": {"vi": "An ninh", "en": "Security"}, "kinds": [["camera"]]} | members
    spoilt["target"][0] |= {"indicator": "deployed", "deployments": [field], "threshold": 1}
    return spoilt


def test_a_field_of_a_plan_names_kinds_that_there_are() -> None:
    assert parse_profile(deployed()).targets[0].deployments[0].kinds == (("camera",),)
    with pytest.raises(ProfileError, match="no kind 'drone'"):
        parse_profile(deployed(kinds=[["camera", "drone"]]))
    with pytest.raises(ProfileError, match="camera has no field 'level'"):
        parse_profile(deployed(field="level"))
    with pytest.raises(ProfileError, match="named by the deployments of early_warning"):
        parse_profile(deployed(field="bitrate"))
    too_many = deployed()
    too_many["target"][0]["threshold"] = 2
    with pytest.raises(ProfileError, match="2 of 1 deployments cannot be reached"):
        parse_profile(too_many)


@pytest.mark.parametrize(("text", "words"), [("code = ", "not TOML"), (TEXT + "\nx = 1", "x")])
def test_a_text_that_is_no_profile_is_refused(text: str, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        read_profile(text)
    with pytest.raises(ProfileError, match="not JSON"):
        read_profile(TEXT, "{")


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(ProfileError, match="there are: gia-loc, quoc-gia"):
        profiles.load("nowhere")


def test_a_site_gets_the_hamlet_that_it_lies_in_and_only_priority_sites_come_first() -> None:
    places = collection(
        feature("boundary", SQUARE),
        feature("hamlet", SQUARE, code="thon-1", name="Thôn 1", type="thon", population=900),
        feature("site", {"type": "Point", "coordinates": [106.3, 20.85]}, code="th", name="Trường", type="truong_hoc"),
        feature("site", {"type": "Point", "coordinates": [107.3, 20.85]}, code="cho", name="Chợ", type="cho"),
    )
    profile = parse_profile(document(), places)
    assert [(site.code, site.hamlet) for site in profile.places.sites] == [("th", "thon-1"), ("cho", None)]
    assert [site.type for site in profile.priority] == [SiteType.SCHOOL]
    (hamlet,) = profile.places.hamlets
    assert (hamlet.longitude, hamlet.latitude) == (106.3, 20.85)


NAMELESS = feature("hamlet", SQUARE, code="a1", name="", type="thon")
AREA_SITE = feature("site", SQUARE, code="a1", name="A", type="cho")
WRONG_PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "no collection": (SQUARE, "expected a FeatureCollection"),
    "an unknown layer": (collection(feature("road", SQUARE)), "layer is one of"),
    "two boundaries": (collection(feature("boundary", SQUARE), feature("boundary", SQUARE)), "there are 2 features"),
    "a point as boundary": (collection(feature("boundary", {"type": "Point"})), "Polygon or MultiPolygon"),
    "a hamlet of no type": (
        collection(feature("hamlet", SQUARE, code="a1", name="A", type="lang")),
        "type is one of xom, thon",
    ),
    "a hamlet without a name": (
        collection(feature("hamlet", SQUARE, code="a1", name="", type="thon")),
        "name is missing",
    ),
    "a site that is an area": (
        collection(feature("site", SQUARE, code="a1", name="A", type="cho")),
        "expected a Point",
    ),
    "a code twice": (
        collection(*[feature("hamlet", SQUARE, code="a1", name=name, type="thon") for name in "AB"]),
        "a1 is there twice",
    ),
}


@pytest.mark.parametrize("what", WRONG_PLACES)
def test_places_that_make_no_sense_are_refused_in_words(what: str) -> None:
    places, words = WRONG_PLACES[what]
    with pytest.raises(ProfileError, match=words):
        read_places(places)


def test_a_hamlet_of_which_only_the_name_is_known_is_a_hamlet() -> None:
    places = read_places(collection(feature("hamlet", None, code="thon-1", name="Thôn 1", type="thon")))
    (hamlet,) = places.hamlets
    assert (hamlet.boundary, hamlet.latitude, hamlet.population) == (None, None, None)
    assert read_places(json.loads(json.dumps(write_places(places)))) == places


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=9, unique=True))
def test_the_point_of_an_area_lies_in_it(points: list[tuple[float, float]]) -> None:
    area = Polygon([(106 + x, 20 + y) for x, y in points]).buffer(0.01)
    longitude, latitude = inside_point(geojson_of(area))
    assert shape(geojson_of(area)).buffer(1e-5).contains(Point(longitude, latitude))
