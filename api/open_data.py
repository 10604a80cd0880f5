"""Open data (NĐ 194/2025/NĐ-CP): coverage for anybody, with nothing personal in it.

The finest place is a cell of the grid, what rests on a few samples is withheld, and no period is shorter than a month
or still runs, so that nobody can be followed by them. Nothing is given unless the rules of the installation say that it
is published.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.access import public
from api.context import PREFIX, Ctx, check_parameter_names, problems
from api.coverage import LISTS, coverage_answer
from api.coverage_questions import Asked, Form, FormatQuery, PeriodQuery, geojson
from api.errors import ApiProblem, Problem
from api.places import GeoJsonResponse
from api.report_questions import named_period
from api.schemas_coverage import CoverageAnswer, OpenFeatures
from api.series import CSV
from devices.model import Text
from devices.sheets.writing import csv_bytes
from reports.coverage import told
from reports.coverage.told import Members

WITHHELD = "withheld"
SHORTEST_DAYS = 28
METHOD = "docs/explanation/coverage.md; cells of H3 (h3geo.org)"
CELLS = tuple(name for name in told.CELL_COLUMNS if name not in ("population", "hamlet", "slots"))
SPOTS = tuple(name for name in told.SPOT_COLUMNS if name != "hamlet")
COUNTS = ("samples", "passed", "served", "share", "mean_rsrp_dbm", "operator")


def published(context: Ctx) -> None:
    """Refuse what is not published."""
    if not context.report_rules.open_data.is_published:
        raise ApiProblem(
            Problem.NOT_PUBLISHED,
            Text(
                "Xã chưa công bố dữ liệu mở (open_data.is_published trong tệp quy tắc báo cáo).",
                "Open data are not published here (open_data.is_published in the rules for reports).",
            ),
            allowed={"open_data": "published by whoever runs this system"},
        )


def over(context: Ctx, period: PeriodQuery) -> None:
    """Refuse a period by which a probe could be followed: some days, or one whose cells grow while it drives."""
    asked = named_period(period)
    if len(asked.days) < SHORTEST_DAYS or asked.end > context.now():
        raise ApiProblem(
            Problem.BAD_RANGE,
            Text(
                "Dữ liệu mở chỉ có theo tháng, quý, nửa năm hoặc năm đã kết thúc.",
                "Open data are of a month, quarter, half-year or year that is over.",
            ),
            allowed={"period": "2026-10, 2026-Q3, 2026-H1 or 2025, once it is over"},
        )


router = APIRouter(
    prefix=f"{PREFIX}/open-data",
    tags=["open data"],
    dependencies=[public(), Depends(check_parameter_names), Depends(published), Depends(over)],
)


@router.get("/{commune}/coverage/summary", responses=problems(404, 422))
def open_summary(asked: Asked) -> CoverageAnswer:
    """The shares of area, people and priority sites that are covered, with their bounds and the method's numbers."""
    return coverage_answer(asked, asked.report())


@router.get("/{commune}/coverage/cells", responses=LISTS, response_class=GeoJsonResponse, response_model=OpenFeatures)
def open_cells(asked: Asked, format: FormatQuery = Form.GEOJSON) -> Response:
    """Each cell of the grid with its state; of a cell with few samples neither the state nor the samples are told."""
    features = told.cell_features(asked.report().cells)
    return _given(asked, "cells", features, CELLS, format)


@router.get(
    "/{commune}/coverage/dead-spots", responses=LISTS, response_class=GeoJsonResponse, response_model=OpenFeatures
)
def open_dead_spots(asked: Asked, format: FormatQuery = Form.GEOJSON) -> Response:
    """Places where people live, and whether there is any mobile signal; withheld where it rests on few samples."""
    features = told.spot_features(asked.report().dead_spots)
    return _given(asked, "dead-spots", features, SPOTS, format)


def _given(asked: Asked, what: str, features: list[Members], columns: tuple[str, ...], form: Form) -> Response:
    rules = asked.context.report_rules.open_data
    kept = [_withheld(feature, columns, rules.least_samples) for feature in features]
    if form is Form.CSV:
        rows = ([feature["properties"][name] for name in columns] for feature in kept)
        return Response(csv_bytes(columns, rows), media_type=f"{CSV}; charset=utf-8", headers=asked.named(what, "csv"))
    collection = {
        "type": "FeatureCollection",
        "licence": rules.licence,
        "least_samples": rules.least_samples,
        "method": METHOD,
        "features": kept,
    }
    return geojson(collection, "public, max-age=3600")


def _withheld(feature: Members, columns: tuple[str, ...], least: int) -> Members:
    """The feature with only the open columns; without what rests on fewer than `least` samples, but for none at all."""
    properties = {name: feature["properties"][name] for name in columns}
    if 0 < properties["samples"] < least:
        properties |= dict.fromkeys((name for name in COUNTS if name in properties), None)
        properties["state"] = WITHHELD
    return {**feature, "properties": properties}
