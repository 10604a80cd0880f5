"""What is asked of coverage: which commune and period, and what counts as served, where and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response

from api.context import CommunePath, Ctx, require_commune
from api.documents import WITHOUT_BOUNDARY
from api.errors import ApiProblem, Problem
from api.places import GEOJSON
from api.report_questions import named_period
from api.series import CSV
from devices.catalogue.signal_probe import OPERATORS
from devices.model import Text
from devices.sheets.writing import csv_bytes
from reports.coverage.summary import CoverageReport
from reports.coverage.told import Members, Told, row_of
from reports.coverage.words import SignalProfile, Surroundings, Technology
from reports.coverage_report import commune_coverage
from reports.errors import NoGround
from reports.periods import FORM


class Form(StrEnum):
    """What a list of places is answered as."""

    GEOJSON = "geojson"
    CSV = "csv"


FormatQuery = Annotated[Form, Query(description="GeoJSON (RFC 7946) for a map, or CSV for a spreadsheet.")]
PeriodQuery = Annotated[
    str, Query(description=f"Day, month, quarter, half-year or year of Viet Nam: {FORM}.", examples=["2026-Q4"])
]
_TARGET = Query(ge=0, le=100, description="Share of the area to be reached, in %.", examples=[60])
TargetQuery = Annotated[float, _TARGET]
OptionalTargetQuery = Annotated[float | None, _TARGET]


@dataclass(frozen=True, slots=True)
class Question:
    """A report on coverage that is asked for, checked."""

    request: Request
    context: Ctx
    commune: str
    period: str
    operator: str | None
    technology: Technology
    surroundings: Surroundings
    profile: SignalProfile

    def report(self, period: str | None = None) -> CoverageReport:
        """The report, or that of another period. Raises ApiProblem for an unknown commune and without a boundary."""
        asked = named_period(period or self.period)
        with self.context.reader.session() as connection:
            require_commune(connection, self.commune)
            try:
                source = commune_coverage(connection, self.commune, asked, self.context.report_rules.coverage)
            except NoGround as error:
                raise ApiProblem(
                    Problem.NO_GROUND, WITHOUT_BOUNDARY, allowed={"commune": "one with a boundary"}
                ) from error
        return source.report(self.technology, self.operator, self.surroundings, self.profile)

    def named(self, what: str, ending: str) -> dict[str, str]:
        """The header that names a file after what it holds."""
        parts = (self.commune, what, self.period, self.technology, self.operator or "any", self.surroundings)
        return {"Content-Disposition": f'attachment; filename="{"-".join(parts)}.{ending}"'}

    def listed(
        self,
        what: str,
        ones: Iterable[Told],
        columns: tuple[str, ...],
        features: Callable[[Any], list[Members]],
        form: Form,
    ) -> Response:
        """Places as GeoJSON or CSV."""
        ones = list(ones)
        if form is Form.CSV:
            rows = ([*row_of(one, columns).values()] for one in ones)
            return Response(
                csv_bytes(columns, rows), media_type=f"{CSV}; charset=utf-8", headers=self.named(what, "csv")
            )
        collection = {"type": "FeatureCollection", "features": features(ones)}
        return geojson(collection)


def geojson(collection: Members, cache: str = "no-cache") -> Response:
    """A feature collection as an answer. It may have thousands of features, which are not taken through the model."""
    return Response(orjson.dumps(collection), media_type=GEOJSON, headers={"Cache-Control": cache})


def _question(
    request: Request,
    context: Ctx,
    commune: CommunePath,
    period: PeriodQuery,
    operator: Annotated[
        str | None, Query(description=f"One of {', '.join(OPERATORS)}. Unset: any operator.", examples=["452-04"])
    ] = None,
    technology: Annotated[Technology, Query(description="What counts as served.")] = Technology.FIVE_G,
    surroundings: Annotated[Surroundings, Query(description="Where samples were taken.")] = Surroundings.OUTDOOR,
    profile: Annotated[SignalProfile, Query(description="What a sample has to reach.")] = SignalProfile.BASIC,
) -> Question:
    if operator is not None and operator not in OPERATORS:
        raise ApiProblem(
            Problem.INVALID_PARAMETER,
            Text(f"Không có nhà mạng {operator!r}.", f"There is no operator {operator!r}."),
            allowed={"operator": ", ".join(OPERATORS)},
        )
    named_period(period)
    return Question(request, context, commune, period, operator, technology, surroundings, profile)


Asked = Annotated[Question, Depends(_question)]
