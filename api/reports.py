"""The routes of reports: what the numbers mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.access import needs
from api.context import PREFIX, Ctx, check_parameter_names, kind_of_query, problems
from api.errors import ApiProblem, Problem
from api.report_questions import Asked
from api.schemas_reports import ReportAnswer, RulesAnswer
from api.series import CSV
from devices.model import Text
from devices.people import Role
from reports.air_quality_report import air_quality_report, exceedance_report
from reports.alerts_report import alerts_report
from reports.availability import DEFINITIONS
from reports.availability_report import availability_report
from reports.data_quality_report import data_quality_report
from reports.evapotranspiration_report import evapotranspiration_report
from reports.irrigation_report import irrigation_report
from reports.lighting_report import lighting_report
from reports.rain_report import rain_report
from reports.water_level_report import water_level_report

router = APIRouter(
    prefix=f"{PREFIX}/reports", tags=["reports"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)]
)

CSV_EXAMPLE = (
    "time,commune,hamlet,kind,device,part,vn_aqi,vn_aqi_method,vn_aqi_completeness,level\r\n"
    "2026-11-20T03:00:00Z,gia-loc,thon-1,environment,env-001,,41,vn_aqi_hourly,1.0,Tốt\r\n"
)
ANSWERS = {**problems(404, 422), 200: {"content": {CSV: {"example": CSV_EXAMPLE}}}}


@router.get("/rules", responses=problems(422))
def get_rules(context: Ctx) -> RulesAnswer:
    """The numbers that no law fixes, as this installation sets them."""
    return RulesAnswer(rules=context.report_rules.model_dump(mode="json"))


@router.get("/{commune}/air-quality/hourly", responses=ANSWERS, response_model=ReportAnswer)
def air_quality_hourly(asked: Asked) -> Response:
    """VN_AQI of each hour (QĐ 1459/QĐ-TCMT), with colour, main pollutant and advice; of a group its worst station."""
    return asked.report(air_quality_report, daily=False)


@router.get("/{commune}/air-quality/daily", responses=ANSWERS, response_model=ReportAnswer)
def air_quality_daily(asked: Asked) -> Response:
    """VN_AQI of each day in UTC+7 (QĐ 1459/QĐ-TCMT); a day needs three quarters of its hours."""
    return asked.report(air_quality_report, daily=True)


@router.get("/{commune}/air-quality/exceedances", responses=ANSWERS, response_model=ReportAnswer)
def air_quality_exceedances(asked: Asked) -> Response:
    """How often means over 1, 8, 24 hours and a calendar year exceeded QCVN 05:2023/BTNMT, with the events."""
    return asked.report(exceedance_report)


@router.get("/{commune}/rain", responses=ANSWERS, response_model=ReportAnswer)
def rain(asked: Asked) -> Response:
    """Rain over 1, 3 and 24 hours up to the end, the largest sums, days of rain, and the risk of landslides."""
    return asked.report(rain_report)


@router.get("/{commune}/water-level", responses=ANSWERS, response_model=ReportAnswer)
def water_level(asked: Asked) -> Response:
    """The levels of each day (UTC+7) above the zero of each gauge, and the hours at or above báo động 1 to 3."""
    return asked.report(water_level_report)


@router.get("/{commune}/evapotranspiration", responses=ANSWERS, response_model=ReportAnswer)
def evapotranspiration(asked: Asked) -> Response:
    """Reference evapotranspiration of each day: FAO-56 Penman–Monteith, or Hargreaves where less is measured."""
    return asked.report(evapotranspiration_report)


@router.get("/{commune}/irrigation", responses=ANSWERS, response_model=ReportAnswer)
def irrigation(asked: Asked) -> Response:
    """What each irrigated zone needs each day: balance of the root zone, or alternate wetting and drying."""
    return asked.report(irrigation_report)


@router.get("/{commune}/lighting", responses=ANSWERS, response_model=ReportAnswer)
def lighting(
    asked: Asked,
    old_watts: Annotated[
        float | None,
        Query(gt=0, le=10_000, description="Power in W of the lamps that were replaced, where no rule gives it."),
    ] = None,
) -> Response:
    """Energy, saving against the old lamps, availability, and hours of each kind of fault of public lamps."""
    return asked.report(lighting_report, old_watts=old_watts)


KindQuery = Annotated[str | None, Query(description="Only this kind.", examples=["camera"])]


@router.get("/{commune}/availability", responses=ANSWERS, response_model=ReportAnswer)
def availability(asked: Asked, kind: KindQuery = None) -> Response:
    """How much of the time cameras, loudspeakers, Wi-Fi points and notice boards did their work. Lamps: lighting."""
    if kind is not None and kind_of_query(kind).name not in DEFINITIONS:
        names = ", ".join(DEFINITIONS)
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text(f"Độ sẵn sàng chỉ tính cho: {names}.", f"Availability is told for these kinds: {names}."),
            allowed=list(DEFINITIONS),
        )
    return asked.report(availability_report, kind=kind)


@router.get("/{commune}/alerts", responses=ANSWERS, response_model=ReportAnswer)
def alerts(asked: Asked) -> Response:
    """How many alerts began, ended and are open, by rule, and how soon they were taken on and ended."""
    return asked.report(alerts_report)


@router.get("/{commune}/data-quality", responses=ANSWERS, response_model=ReportAnswer)
def data_quality(asked: Asked, kind: KindQuery = None) -> Response:
    """Whether data are đúng – đủ – sạch – sống: valid, complete, clean, live; with on time, alive and a score."""
    wanted = None if kind is None else kind_of_query(kind).name
    return asked.report(data_quality_report, kind=wanted)
