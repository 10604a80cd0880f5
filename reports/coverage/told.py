"""Coverage as it is told to programs: the members of its JSON, features of GeoJSON (RFC 7946), rows of tables.

Longitude stands before latitude in every geometry. What a terminal did and where it was is in none of them: a cell of
the grid is the finest place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devices.model import Text
from reports.as_json import words, written_time
from reports.coverage.drive import Drive, Stop
from reports.coverage.hexagons import number_of, outline
from reports.coverage.modelled import ModelledMap
from reports.coverage.summary import (
    CellVerdict,
    CoverageChange,
    CoverageReport,
    DeadSpot,
    Interval,
    ShareFigure,
    SiteVerdict,
    Verdict,
)
from reports.coverage.words import OUTCOME_NAMES, SPOT_NAMES, STATE_NAMES

SHARES = ("area", "population", "sites")
Members = dict[str, Any]

CELL_COLUMNS = (
    "cell", "latitude", "longitude", "area_km2", "state", "samples", "passed", "share", "slots", "population", "hamlet",
    "operator", "mean_rsrp_dbm",
)  # fmt: skip
SITE_COLUMNS = ("code", "name", "type", "latitude", "longitude", "state", "basis", "samples", "passed", "hamlet")
SPOT_COLUMNS = ("code", "name", "latitude", "longitude", "is_centre", "state", "samples", "served", "hamlet")
STOP_COLUMNS = (
    "cell", "latitude", "longitude", "hamlet", "state", "samples", "missing_samples", "missing_slots", "chance", "gain",
    "km",
)  # fmt: skip
Told = CellVerdict | SiteVerdict | DeadSpot | Stop


def coverage_members(report: CoverageReport) -> Members:
    """The figures of a report as JSON."""
    subject, counts = report.subject, report.counts
    return {
        "technology": subject.technology.value,
        "operator": subject.operator,
        "surroundings": subject.surroundings.value,
        "profile": subject.profile.value,
        "start": written_time(subject.period.start),
        "end": written_time(subject.period.end),
        "samples": {
            "received": counts.received,
            "used": counts.used,
            "thinned": counts.thinned,
            "left_out": {cause.value: count for cause, count in counts.left_out.items()},
        },
        **{name: share_members(getattr(report, name)) for name in SHARES},
        "service": {
            one.name: {"value": one.value, "limit": one.limit, "samples": one.samples, "is_met": one.is_met}
            for one in report.service
        },
        "notes": [words(note) for note in report.notes],
    }


def share_members(figure: ShareFigure | None) -> Members | None:
    """A share with everything that it is made of; None where there is none."""
    if figure is None:
        return None
    names = ("unit", "covered", "not_covered", "insufficient", "unmeasured", "total", "judged", "parts")
    return {
        **{name: getattr(figure, name) for name in names},
        **{name: getattr(figure, name) for name in ("lower", "measured", "upper")},
        **{name: _interval(getattr(figure, name)) for name in ("interval", "wilson", "weighted")},
    }


def _interval(interval: Interval | None) -> Members | None:
    if interval is None:
        return None
    return {"low": interval.low, "high": interval.high, "method": interval.method}


def verdict_members(verdict: Verdict) -> Members:
    """A verdict with its reason."""
    return {
        "outcome": verdict.outcome.value,
        "name": words(OUTCOME_NAMES[verdict.outcome]),
        "reason": words(verdict.reason),
        "target": verdict.target,
        "low": verdict.low,
        "high": verdict.high,
        "cells_to_drive": len(verdict.to_drive),
    }


def change_members(change: CoverageChange) -> Members:
    """What changed between two periods, by cell."""
    names = ("won", "lost", "newly_measured", "no_longer_measured")
    return {
        **{name: list(getattr(change, name)) for name in names},
        "won_km2": change.won_km2,
        "lost_km2": change.lost_km2,
    }


def drive_members(drive: Drive) -> Members:
    """A drive without its stops."""
    return {
        "target": drive.target,
        "expected": drive.expected.value,
        "settled_with": drive.settled_with,
        "unknown": drive.unknown,
        "gain": drive.gain,
        "km": drive.km,
    }


def row_of(one: Told, columns: Iterable[str]) -> Members:
    """The columns of a cell, a site, a dead spot or a stop."""
    return {name: _plain(getattr(one, name)) for name in columns}


def cell_features(cells: Iterable[CellVerdict]) -> list[Members]:
    """Cells as polygons."""
    return [
        _feature(cell.cell, _hexagon(cell.cell), row_of(cell, CELL_COLUMNS), STATE_NAMES[cell.state]) for cell in cells
    ]


def stop_features(drive: Drive) -> list[Members]:
    """Stops as polygons, numbered in the order of the drive."""
    return [
        _feature(
            stop.cell, _hexagon(stop.cell), {"number": number, **row_of(stop, STOP_COLUMNS)}, STATE_NAMES[stop.state]
        )
        for number, stop in enumerate(drive.stops, 1)
    ]


def modelled_features(modelled: ModelledMap | None) -> list[Members]:
    """Cells that nobody measured, with the level of the model: points, and no polygons as measured ones are."""
    return [
        {
            "type": "Feature",
            "id": one.cell,
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "rsrp_dbm": round(one.rsrp_dbm, 1),
                "distance_m": round(one.distance_m),
                "is_modelled": True,
            },
        }
        for one in (modelled.cells if modelled else ())
    ]


def model_members(modelled: ModelledMap | None) -> Members | None:
    """What the model is, and how far it is off with each measured cell left out; None where too little is measured."""
    if modelled is None:
        return None
    return {
        "exponent": modelled.exponent,
        "measured_cells": modelled.measured,
        "error_db": modelled.error_db,
        "bias_db": modelled.bias_db,
    }


def site_features(sites: Iterable[SiteVerdict]) -> list[Members]:
    """Priority sites as points."""
    return [_feature(site.code, _point(site), row_of(site, SITE_COLUMNS), STATE_NAMES[site.state]) for site in sites]


def spot_features(spots: Iterable[DeadSpot]) -> list[Members]:
    """Places where people live as points, with or without a signal."""
    return [_feature(spot.code, _point(spot), row_of(spot, SPOT_COLUMNS), SPOT_NAMES[spot.state]) for spot in spots]


def _feature(code: str, geometry: Members, properties: Mapping[str, Any], state: Text) -> Members:
    return {
        "type": "Feature",
        "id": code,
        "geometry": geometry,
        "properties": {**properties, "state_name": words(state)},
    }


def _hexagon(cell: str) -> Members:
    return {"type": "Polygon", "coordinates": [outline(number_of(cell))]}


def _point(one: SiteVerdict | DeadSpot) -> Members:
    return {"type": "Point", "coordinates": [one.longitude, one.latitude]}


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value
