"""Coverage as programs are told it: features with longitude first, members of a verdict, a drive and a change."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import orjson
import pytest

from devices.model import Text
from reports.coverage import told
from reports.coverage.drive import Drive, Stop
from reports.coverage.hexagons import number_of
from reports.coverage.modelled import ModelledCell, ModelledMap
from reports.coverage.summary import (
    CellVerdict,
    CoverageChange,
    DeadSpot,
    Interval,
    ShareFigure,
    SiteVerdict,
    Subject,
    Verdict,
)
from reports.coverage.words import CellState, Outcome, SpotState
from tests.reports.coverage_samples import CENTRE, QUARTER, cells_of

CODES = [f"{cell:x}" for cell in cells_of(3)]
CELL = CellVerdict(CODES[0], *CENTRE, 0.12, CellState.COVERED, 8, 6, 3, 120.0, "thon-1", "452-04", -88.5)
STOPS = tuple(
    Stop(code, *CENTRE, "thon-1", CellState.INSUFFICIENT, 2, 3, 1, 0.75, 0.1, 1.5) for code in reversed(CODES)
)
DRIVE = Drive(0.6, Outcome.NOT_MET, STOPS, None, 7, 4.5)
FIGURE = ShareFigure("km2", 1.0, 2.0, 0.5, 0.5, 6, 8, Interval(0.2, 0.5, "bounds"))
VERDICT = Verdict(Outcome.UNDECIDED, Text("vì", "because"), 0.6, 0.3, 0.8, tuple(CODES))


def test_a_cell_is_a_closed_hexagon_around_its_centre_with_longitude_first() -> None:
    (feature,) = told.cell_features([CELL])
    (ring,) = feature["geometry"]["coordinates"]
    assert (feature["type"], feature["id"], feature["geometry"]["type"]) == ("Feature", CODES[0], "Polygon")
    assert (len(ring), ring[0]) == (7, ring[-1])
    assert all(abs(longitude - CENTRE[1]) < 0.01 and abs(latitude - CENTRE[0]) < 0.01 for longitude, latitude in ring)


def test_what_is_modelled_is_a_point_that_says_so_and_the_model_tells_its_error() -> None:
    modelled = ModelledMap((ModelledCell(CODES[1], *CENTRE, -101.26, 412.4),), (CENTRE,), 3.4, 20, 7.1, 0.2)
    (feature,) = told.modelled_features(modelled)
    assert feature["geometry"] == {"type": "Point", "coordinates": [CENTRE[1], CENTRE[0]]}
    assert feature["properties"] == {"rsrp_dbm": -101.3, "distance_m": 412, "is_modelled": True}
    assert told.model_members(modelled) == {"exponent": 3.4, "measured_cells": 20, "error_db": 7.1, "bias_db": 0.2}


def test_nothing_is_told_of_a_model_that_there_is_not() -> None:
    assert told.modelled_features(None) == []
    assert told.model_members(None) is None


def test_a_hexagon_runs_against_the_clock_as_rfc_7946_wants() -> None:
    (feature,) = told.cell_features([CELL])
    ring = feature["geometry"]["coordinates"][0]
    twice = sum(x * y_2 - x_2 * y for (x, y), (x_2, y_2) in itertools.pairwise(ring))
    assert twice > 0


def test_the_properties_of_a_cell_are_its_columns_and_the_name_of_its_state_in_both_languages() -> None:
    (feature,) = told.cell_features([CELL])
    assert [*feature["properties"]] == [*told.CELL_COLUMNS, "state_name"]
    assert feature["properties"]["share"] == 0.75
    assert feature["properties"]["state"] == "covered"
    assert feature["properties"]["state_name"] == {"vi": "Được phủ sóng", "en": "Covered"}


def test_a_cell_without_samples_has_no_share() -> None:
    row = told.row_of(replace(CELL, samples=0, passed=0), told.CELL_COLUMNS)
    assert row["share"] is None


def test_a_row_has_the_columns_that_are_asked_for_in_their_order() -> None:
    assert [*told.row_of(CELL, ("state", "cell")).items()] == [("state", "covered"), ("cell", CODES[0])]


def test_sites_and_places_where_people_live_are_points_with_longitude_first() -> None:
    site = SiteVerdict("ubnd", "Trụ sở", "ubnd", *CENTRE, CellState.UNMEASURED, None, 0, 0)
    spot = DeadSpot("thon-1", "Thôn <1>", *CENTRE, True, SpotState.WHITE, 9, 0)
    for feature, code, name in (
        (told.site_features([site])[0], "ubnd", "Chưa đo"),
        (told.spot_features([spot])[0], "thon-1", "Trắng sóng"),
    ):
        assert feature["geometry"] == {"type": "Point", "coordinates": [CENTRE[1], CENTRE[0]]}
        assert (feature["id"], feature["properties"]["state_name"]["vi"]) == (code, name)


def test_stops_are_numbered_in_the_order_of_the_drive() -> None:
    features = told.stop_features(DRIVE)
    assert [feature["properties"]["number"] for feature in features] == [1, 2, 3]
    assert [feature["id"] for feature in features] == [stop.cell for stop in STOPS]
    assert [*features[0]["properties"]] == ["number", *told.STOP_COLUMNS, "state_name"]


def test_a_drive_says_what_it_is_for_what_it_brings_and_how_far_it_is() -> None:
    members = told.drive_members(DRIVE)
    assert members.pop("gain") == pytest.approx(0.3)
    assert members == {"target": 0.6, "expected": "chua_dat", "settled_with": None, "unknown": 7, "km": 4.5}


def test_a_verdict_has_its_name_and_reason_in_both_languages_and_counts_its_cells() -> None:
    assert told.verdict_members(VERDICT) == {
        "outcome": "chua_du_can_cu",
        "name": {"vi": "CHƯA ĐỦ CĂN CỨ", "en": "NOT ENOUGH EVIDENCE"},
        "reason": {"vi": "vì", "en": "because"},
        "target": 0.6,
        "low": 0.3,
        "high": 0.8,
        "cells_to_drive": 3,
    }


def test_a_share_says_its_parts_bounds_and_each_interval_that_there_is() -> None:
    members = told.share_members(FIGURE)
    assert members is not None
    assert (members["lower"], members["measured"], members["upper"]) == (0.25, pytest.approx(1 / 3), 0.5)
    assert sum(members[name] for name in ("covered", "not_covered", "insufficient", "unmeasured")) == members["total"]
    assert members["interval"] == {"low": 0.2, "high": 0.5, "method": "bounds"}
    assert (members["wilson"], members["weighted"]) == (None, None)
    assert told.share_members(None) is None


def test_a_change_lists_cells_and_areas() -> None:
    subject = Subject("gia-loc", QUARTER)
    change = CoverageChange(subject, subject, (CODES[0],), (), (CODES[1],), (), 0.12, 0.0)
    members = told.change_members(change)
    assert (members["won"], members["lost"], members["newly_measured"]) == ([CODES[0]], [], [CODES[1]])
    assert (members["won_km2"], members["lost_km2"]) == (0.12, 0.0)


def test_all_of_it_is_json_as_it_stands() -> None:
    parts = [
        told.cell_features([CELL]), told.stop_features(DRIVE), told.drive_members(DRIVE),
        told.verdict_members(VERDICT), told.share_members(FIGURE),
    ]  # fmt: skip
    assert json.loads(orjson.dumps(parts)) == json.loads(json.dumps(parts, allow_nan=False))


def test_the_hexagon_is_that_of_the_code() -> None:
    assert number_of(CODES[0]) == cells_of(1)[0]
