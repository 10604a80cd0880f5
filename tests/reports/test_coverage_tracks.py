"""A drive as GPX and KML: what navigation reads out of the file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from reports.coverage.drive import Drive, Stop
from reports.coverage.tracks import GPX, KML, gpx, kml, said
from reports.coverage.words import CellState, Outcome

NAME = "Đo phủ sóng <Gia Lộc> & 2026-Q4"


def stop(cell: str, latitude: float, longitude: float, state: CellState = CellState.UNMEASURED) -> Stop:
    """A cell that lacks everything, worth 1.25 % of the commune."""
    return Stop(cell, latitude, longitude, None, state, 0, 5, 3, 0.5, 0.0125, 1.0)


STOPS = (
    stop("8941a4d2b0bffff", 20.8737, 106.3011),
    stop("8941a4d2b0fffff", 20.87, 106.29999999),
    stop("8941a4d2b07ffff", -0.0000001, 106.123456789, CellState.INSUFFICIENT),
)
DRIVE = Drive(0.6, Outcome.MET, STOPS, 2, 9, 3.0)
EMPTY = Drive(0.6, Outcome.NOT_MET, (), None, 0, 0.0)
NUMBERED = [f"{number}. {one.cell}" for number, one in enumerate(STOPS, 1)]


def read(written: bytes) -> ElementTree.Element:
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n")
    assert written.endswith(b">\n")
    return ElementTree.fromstring(written)  # noqa: S314 - our own file


def texts(root: ElementTree.Element, path: str) -> list[str | None]:
    return [found.text for found in root.findall(path)]


@pytest.mark.parametrize("points", [f"{{{GPX}}}wpt", f"{{{GPX}}}rte/{{{GPX}}}rtept"])
def test_gpx_has_the_stops_in_the_order_of_the_drive_as_waypoints_and_as_a_route(points: str) -> None:
    root = read(gpx(DRIVE, NAME))
    assert texts(root, f"{points}/{{{GPX}}}name") == NUMBERED
    assert texts(root, f"{points}/{{{GPX}}}desc") == [said(one).vi for one in STOPS]
    assert [found.attrib for found in root.findall(points)] == [
        {"lat": "20.873700", "lon": "106.301100"},
        {"lat": "20.870000", "lon": "106.300000"},
        {"lat": "-0.000000", "lon": "106.123457"},
    ]


def test_gpx_says_its_version_and_keeps_the_order_of_elements_that_its_schema_wants() -> None:
    root = read(gpx(DRIVE, NAME))
    assert (root.tag, root.get("version")) == (f"{{{GPX}}}gpx", "1.1")
    assert root.get("creator")
    kinds = [found.tag.removeprefix(f"{{{GPX}}}") for found in root]
    assert kinds == ["metadata", "wpt", "wpt", "wpt", "rte"]
    assert [found.tag.removeprefix(f"{{{GPX}}}") for found in root[1]] == ["name", "desc"]


def test_kml_has_the_stops_in_the_order_of_the_drive_with_longitude_first() -> None:
    root = read(kml(DRIVE, NAME))
    assert root.tag == f"{{{KML}}}kml"
    marks = f"{{{KML}}}Document/{{{KML}}}Placemark"
    assert texts(root, f"{marks}/{{{KML}}}name") == [*NUMBERED, NAME]
    assert texts(root, f"{marks}/{{{KML}}}description") == [said(one).vi for one in STOPS]
    places = ["106.301100,20.873700", "106.300000,20.870000", "106.123457,-0.000000"]
    assert texts(root, f"{marks}/{{{KML}}}Point/{{{KML}}}coordinates") == places
    assert texts(root, f"{marks}/{{{KML}}}LineString/{{{KML}}}coordinates") == [" ".join(places)]


@pytest.mark.parametrize(("write", "space"), [(gpx, GPX), (kml, KML)])
def test_names_are_escaped_and_keep_their_diacritics(write: type, space: str) -> None:
    written = write(DRIVE, NAME)
    assert "Đo phủ sóng &lt;Gia Lộc&gt; &amp; 2026-Q4".encode() in written
    assert NAME in texts(read(written), f".//{{{space}}}name")


@pytest.mark.parametrize("write", [gpx, kml])
def test_numbers_have_six_decimals_in_a_point_and_no_comma(write: type) -> None:
    numbers = re.findall(rb"-?\d+[.]\d{4,}", write(DRIVE, "-"))
    assert numbers
    assert all(len(one.partition(b".")[2]) == 6 for one in numbers)


@pytest.mark.parametrize("write", [gpx, kml])
def test_the_same_drive_gives_the_same_bytes(write: type) -> None:
    assert write(DRIVE, NAME) == write(DRIVE, NAME)


def test_a_drive_without_stops_is_still_a_file() -> None:
    assert read(gpx(EMPTY, NAME)).findall(f".//{{{GPX}}}wpt") == []
    assert read(kml(EMPTY, NAME)).findall(f".//{{{KML}}}Point") == []


def test_a_stop_says_what_it_lacks_and_brings_in_both_languages() -> None:
    told = said(STOPS[2])
    assert told.vi == "Chưa đủ mẫu: còn thiếu 5 mẫu, 3 lượt 15 phút; dự kiến dịch cận 1,2%"
    assert "5 samples and 3 quarters of an hour missing; expected to move the bound by 1.2%" in told.en
