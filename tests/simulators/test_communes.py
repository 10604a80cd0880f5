"""The sample commune holds together."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from copy import deepcopy
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devices.catalogue import KINDS
from devices.registry import Device, Site
from devices.topics import SLUG, Channel
from simulators.communes import SampleCommune, load, names
from simulators.communes.build import build
from simulators.communes.geometry import along, centroid, contains
from simulators.devices import Simulator
from simulators.errors import BadCommuneFile, UnknownCommune, UnknownDevice
from simulators.setting import Plane
from tests.simulators.moments import DAY, at

SQUARE = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]


@pytest.fixture
def document() -> dict[str, Any]:
    """The parsed file, to be spoilt."""
    text = (resources.files("simulators.communes") / "gia-loc.toml").read_text(encoding="utf-8")
    return deepcopy(tomllib.loads(text))


def test_the_commune_is_found_by_its_name_and_another_is_refused_in_words() -> None:
    assert names() == ["gia-loc"]
    with pytest.raises(UnknownCommune, match="no sample commune 'vo-nhai'; there is gia-loc"):
        load("vo-nhai")


def test_it_says_that_it_is_a_sample(sample: SampleCommune) -> None:
    assert sample.commune.is_sample
    assert "not official" in sample.note
    assert all("sample" in device.note for device in sample.devices)


def test_it_has_ten_hamlets_and_120_devices_of_all_nine_kinds(sample: SampleCommune) -> None:
    assert len(sample.hamlets) == 10
    assert len(sample.devices) == 120
    assert {device.kind for device in sample.devices} == KINDS.keys()


def test_loading_it_again_gives_the_same(sample: SampleCommune) -> None:
    assert load("gia-loc") == sample


def test_codes_are_slugs_and_unique(sample: SampleCommune) -> None:
    for codes in (
        [hamlet.code for hamlet in sample.hamlets],
        [site.code for site in sample.sites],
        [device.code for device in sample.devices],
    ):
        assert max(Counter(codes).values()) == 1
        assert all(SLUG.fullmatch(code) for code in codes)


def test_every_site_and_device_lies_in_the_hamlet_it_names(sample: SampleCommune) -> None:
    rings = {
        hamlet.code: [(lon, lat) for lon, lat in json.loads(hamlet.boundary or "")["coordinates"][0][:-1]]
        for hamlet in sample.hamlets
    }
    things: list[Site | Device] = [*sample.sites, *sample.devices]
    for thing in things:
        assert thing.longitude is not None
        assert thing.latitude is not None
        inside = [code for code, ring in rings.items() if contains(ring, (thing.longitude, thing.latitude))]
        assert inside == [thing.hamlet], thing.code


def test_hamlets_are_closed_geojson_polygons_with_people_and_a_point_inside(sample: SampleCommune) -> None:
    for hamlet in sample.hamlets:
        geometry = json.loads(hamlet.boundary or "")
        assert geometry["type"] == "Polygon"
        assert geometry["coordinates"][0][0] == geometry["coordinates"][0][-1]
        assert (hamlet.population or 0) > 1000
        assert contains([tuple(p) for p in geometry["coordinates"][0]], (hamlet.longitude or 0, hamlet.latitude or 0))


def test_every_hamlet_has_a_culture_house_and_every_priority_kind_of_site_is_there(sample: SampleCommune) -> None:
    houses = [site.hamlet for site in sample.sites if site.type == "nha_van_hoa"]
    assert sorted(code or "" for code in houses) == sorted(hamlet.code for hamlet in sample.hamlets)
    assert {site.type for site in sample.sites} >= {"ubnd", "truong_hoc", "tram_y_te", "cho", "doanh_nghiep"}


def test_devices_have_names_intervals_and_traits(sample: SampleCommune) -> None:
    for device in sample.devices:
        assert device.name
        assert device.expected_interval_seconds
        assert device.code in sample.traits
    assert sample.device("cb-mt-01").name == "Trạm môi trường – Trụ sở UBND xã"
    assert sample.traits["cs-20"].more["watts"] == 80
    assert sample.traits["song-01"].more["indoor"] is True


def test_an_unknown_device_is_refused_in_words(sample: SampleCommune) -> None:
    with pytest.raises(UnknownDevice, match="no device 'x-1'; it has cb-mt-01 to bt-06"):
        sample.device("x-1")


@pytest.mark.parametrize(("count", "kinds"), [(1, 1), (9, 9), (30, 9), (120, 9)])
def test_fewer_devices_are_dealt_out_over_the_kinds(sample: SampleCommune, count: int, kinds: int) -> None:
    chosen = sample.spread(count)
    assert len(chosen) == count
    assert len({device.kind for device in chosen}) == kinds


def test_a_device_outside_every_hamlet_is_refused(document: dict[str, Any]) -> None:
    document["group"][1]["points"][0]["at"] = [107.0, 20.0]
    with pytest.raises(BadCommuneFile, match=r"device mn-01 at 107.0, 20.0 lies in no hamlet"):
        build(document)


def test_a_group_of_an_unknown_kind_is_refused(document: dict[str, Any]) -> None:
    document["group"][0]["kind"] = "weather_balloon"
    with pytest.raises(BadCommuneFile, match="weather_balloon"):
        build(document)


def test_a_reference_to_nothing_is_refused(document: dict[str, Any]) -> None:
    document["mast"][0]["carriers"] = ["6g"]
    with pytest.raises(BadCommuneFile, match="'6g'"):
        build(document)


def test_points_are_inside_or_outside_a_ring() -> None:
    assert contains(SQUARE, (1.0, 1.0))
    assert not contains(SQUARE, (3.0, 1.0))
    assert not contains(SQUARE, (1.0, -0.1))
    assert centroid(SQUARE) == pytest.approx((1.0, 1.0))


def test_lamps_stand_evenly_along_a_road() -> None:
    points = along([(0.0, 0.0), (0.0, 3.0), (0.0, 4.0)], 4)
    assert [p[1] for p in points] == pytest.approx([0.5, 1.5, 2.5, 3.5])


def test_metres_and_degrees_go_back_and_forth() -> None:
    plane = Plane(20.87, 106.30)
    spot = plane.spot(20.88, 106.31)
    assert spot.y == pytest.approx(1112, abs=1)
    assert spot.x == pytest.approx(1039, abs=1)
    latitude, longitude = plane.degrees(np.array([spot.x]), np.array([spot.y]))
    assert (latitude[0], longitude[0]) == pytest.approx((20.88, 106.31))


def test_the_reference_page_names_every_hamlet_and_the_devices_of_every_kind(sample: SampleCommune) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "sample-commune.md").read_text(encoding="utf-8")
    for hamlet in sample.hamlets:
        people = f"{hamlet.population:,}".replace(",", " ")
        assert f"| `{hamlet.code}` | {hamlet.name} | {hamlet.type.value} | {people} |" in page
    for kind in KINDS:
        devices = [device for device in sample.devices if device.kind == kind]
        codes = f"`{devices[0].code}` … `{devices[-1].code}`"
        assert f"| {kind} | {len(devices)} | {codes} | {devices[0].expected_interval_seconds} s |" in page
    assert f"{len(sample.hamlets)} hamlets, {len(sample.sites)} sites and {len(sample.devices)} devices" in page


def test_every_event_that_devices_send_is_explained(fleet: dict[str, Simulator]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "simulators.md").read_text(encoding="utf-8")
    start = at("2026-06-01 00:00")
    said = {
        str(happening.members["event"])
        for simulator in fleet.values()
        for happening in simulator.all_happenings(start, start + 90 * DAY)
        if happening.channel is Channel.EVENT
    }
    assert {name for name in said if f"`{name}`" not in page} == set()
