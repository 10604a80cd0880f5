"""The routes of mobile coverage: figures, cells, sites, dead spots, change, and where to measure next."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.access import needs
from api.context import PREFIX, check_parameter_names, problems
from api.coverage_questions import Asked, Form, FormatQuery, OptionalTargetQuery, TargetQuery, geojson
from api.errors import ApiProblem, Problem
from api.places import GeoJsonResponse
from api.schemas_coverage import ChangeAnswer, CoverageAnswer, CoverageFeatures, DriveFeatures, ModelledFeatures
from api.series import CSV
from devices.model import Text
from devices.people import Role
from reports.coverage import told, tracks
from reports.coverage.change import change_between
from reports.coverage.drive import MOST_STOPS, plan_drive
from reports.coverage.modelled import model_levels
from reports.coverage.route import PLACE_FORM, Place, place_of
from reports.coverage.summary import CoverageReport, Verdict
from reports.coverage.verdicts import verdict_of

router = APIRouter(
    prefix=f"{PREFIX}/coverage", tags=["coverage"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)]
)

CSV_EXAMPLE = "cell,latitude,longitude,state,samples,passed\r\n8941a4d2b0bffff,20.87,106.31,covered,14,14\r\n"
LISTS: dict[int | str, dict[str, Any]] = {**problems(404, 422), 200: {"content": {CSV: {"example": CSV_EXAMPLE}}}}


class Track(StrEnum):
    """What a drive is answered as."""

    GEOJSON = "geojson"
    CSV = "csv"
    GPX = "gpx"
    KML = "kml"


@router.get("/{commune}/summary", responses=problems(404, 422))
def coverage_summary(asked: Asked, target: OptionalTargetQuery = None) -> CoverageAnswer:
    """Shares of area, people and priority sites with their bounds, QCVN 126, and each sample that does not count."""
    report = asked.report()
    verdict = None if target is None else verdict_of(report.area, target / 100, report.cells)
    return coverage_answer(asked, report, verdict)


@router.get("/{commune}/cells", responses=LISTS, response_class=GeoJsonResponse, response_model=CoverageFeatures)
def coverage_cells(asked: Asked, format: FormatQuery = Form.GEOJSON) -> Response:
    """Each cell of the grid: covered, not covered, with too few samples, or not measured."""
    return asked.listed("cells", asked.report().cells, told.CELL_COLUMNS, told.cell_features, format)


@router.get(
    "/{commune}/modelled", responses=problems(404, 422), response_class=GeoJsonResponse, response_model=ModelledFeatures
)
def coverage_modelled(asked: Asked) -> Response:
    """What the level may be where nobody measured, with the error of the model. No verdict ever rests on it."""
    modelled = model_levels(asked.report().cells)
    features = told.modelled_features(modelled)
    collection = {"type": "FeatureCollection", "model": told.model_members(modelled), "features": features}
    return geojson(collection)


@router.get("/{commune}/sites", responses=LISTS, response_class=GeoJsonResponse, response_model=CoverageFeatures)
def coverage_sites(asked: Asked, format: FormatQuery = Form.GEOJSON) -> Response:
    """Each priority site, and what speaks for it: samples near it, or its cell."""
    return asked.listed("sites", asked.report().site_verdicts, told.SITE_COLUMNS, told.site_features, format)


@router.get("/{commune}/dead-spots", responses=LISTS, response_class=GeoJsonResponse, response_model=CoverageFeatures)
def coverage_dead_spots(asked: Asked, format: FormatQuery = Form.GEOJSON) -> Response:
    """Where people live, and whether there is any mobile signal: of whatever operator and technology is asked about."""
    return asked.listed("dead-spots", asked.report().dead_spots, told.SPOT_COLUMNS, told.spot_features, format)


@router.get("/{commune}/change", responses=problems(404, 422))
def coverage_change(
    asked: Asked,
    since: Annotated[str, Query(description="The period before, such as 2026-Q3.", examples=["2026-Q3"])],
) -> ChangeAnswer:
    """The cells that were won and lost since another period, known for the first time, and known no more."""
    change = change_between(asked.report(since), asked.report())
    return ChangeAnswer(commune=asked.commune, earlier=since, later=asked.period, **told.change_members(change))


@router.get("/{commune}/next-cells", responses=LISTS, response_class=GeoJsonResponse, response_model=DriveFeatures)
def coverage_next_cells(
    asked: Asked,
    target: TargetQuery = 60.0,
    most: Annotated[int, Query(ge=1, le=MOST_STOPS, description="Most cells of the drive.")] = 30,
    start: Annotated[str | None, Query(description=f"Where the drive begins: {PLACE_FORM}.")] = None,
    format: Annotated[Track, Query(description="GeoJSON or CSV; GPX or KML for navigation.")] = Track.GEOJSON,
) -> Response:
    """Where to measure next: the cells that would settle the verdict on a target soonest, in the order of a drive.

    `gain` of a cell is how far it is expected to move the bound that has to move, as a share of the commune.
    """
    drive = plan_drive(asked.report(), target / 100, most, _place(start))
    if format in (Track.GPX, Track.KML):
        name = tracks.drive_name(asked.commune, asked.period)
        written = tracks.gpx(drive, name) if format is Track.GPX else tracks.kml(drive, name)
        media_type = {Track.GPX: "application/gpx+xml", Track.KML: "application/vnd.google-earth.kml+xml"}[format]
        return Response(written, media_type=media_type, headers=asked.named("drive", format))
    if format is Track.CSV:
        return asked.listed("drive", drive.stops, told.STOP_COLUMNS, lambda _: [], Form.CSV)
    collection = {
        "type": "FeatureCollection",
        "drive": told.drive_members(drive),
        "features": told.stop_features(drive),
    }
    return geojson(collection)


def coverage_answer(asked: Asked, report: CoverageReport, verdict: Verdict | None = None) -> CoverageAnswer:
    """The figures of a report as they are answered."""
    return CoverageAnswer.model_validate(
        told.coverage_members(report)
        | {
            "commune": asked.commune,
            "period": asked.period,
            "operators": list(report.operators),
            "rules": report.rules.model_dump(mode="json"),
            "verdict": None if verdict is None else told.verdict_members(verdict),
        }
    )


def _place(text: str | None) -> Place | None:
    if text is None:
        return None
    place = place_of(text)
    if place is None:
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text("start phải là vĩ độ,kinh độ.", "start is latitude,longitude."),
            allowed={"start": PLACE_FORM},
        )
    return place
