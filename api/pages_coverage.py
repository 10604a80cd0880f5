"""The pages on mobile coverage: the map with its figures, and where to drive next."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from api.access import Caller, needs
from api.context import Context, Ctx
from api.page_templates import data_block, language_of, page
from api.pages_reports import periods_at
from api.words_coverage import COVERAGE, DRIVE
from devices.catalogue.signal_probe import OPERATOR_NAMES
from devices.model import Text
from devices.people import Role
from reports.coverage.words import (
    LEFT_OUT_NAMES,
    OUTCOME_NAMES,
    PROFILE_NAMES,
    STATE_NAMES,
    SURROUNDINGS_NAMES,
    TECHNOLOGY_NAMES,
)
from storage import fleet

router = APIRouter(include_in_schema=False)

Viewer = Annotated[Caller, needs(Role.VIEWER)]
Word = Annotated[str, Query(max_length=63)]
TARGET = "60"


def _asked(
    commune: Word = "",
    period: Word = "",
    operator: Word = "",
    technology: Word = "5g",
    surroundings: Word = "outdoor",
    profile: Word = "basic",
    target: Word = TARGET,
) -> dict[str, str]:
    return {
        "commune": commune,
        "period": period,
        "operator": operator,
        "technology": technology,
        "surroundings": surroundings,
        "profile": profile,
        "target": target,
    }


Asked = Annotated[dict[str, str], Depends(_asked)]


@router.get("/coverage")
def coverage_page(request: Request, context: Ctx, caller: Viewer, asked: Asked) -> HTMLResponse:
    """The cells of a commune on a map, the figures with their bounds, and the verdict on a target."""
    return _page(request, context, caller, "coverage.html", asked)


@router.get("/coverage/drive")
def drive_page(request: Request, context: Ctx, caller: Viewer, asked: Asked) -> HTMLResponse:
    """The cells to measure next, in the order of a drive, for the phone of whoever drives."""
    return _page(request, context, caller, "coverage_drive.html", asked)


def _page(request: Request, context: Context, caller: Caller, template: str, asked: dict[str, str]) -> HTMLResponse:
    language = language_of(request, caller)
    with context.reader.session() as connection:
        communes = [(known.code, known.name) for known in fleet.list_communes(connection)]
    periods = periods_at(context.now())
    asked["commune"] = asked["commune"] or (communes[0][0] if communes else "")
    asked["period"] = asked["period"] or periods[3]

    def named(names: Any) -> list[tuple[str, str]]:
        return [(one.value, _in(language, text)) for one, text in names.items()]

    words = {
        "states": dict(named(STATE_NAMES)),
        "causes": dict(named(LEFT_OUT_NAMES)),
        "outcomes": dict(named(OUTCOME_NAMES)),
    }
    return page(
        request,
        template,
        caller,
        COVERAGE,
        DRIVE,
        communes=communes,
        periods=periods,
        operators=list(OPERATOR_NAMES.items()),
        technologies=named(TECHNOLOGY_NAMES),
        surroundings=named(SURROUNDINGS_NAMES),
        profiles=named(PROFILE_NAMES),
        asked=asked,
        chosen=" · ".join(_chosen(asked, dict(communes))),
        data=data_block({"asked": asked, **words}),
    )


def _chosen(asked: dict[str, str], communes: dict[str, str]) -> list[str]:
    names = [communes.get(asked["commune"], asked["commune"]), asked["period"], asked["technology"].upper()]
    operator = OPERATOR_NAMES.get(asked["operator"], asked["operator"])
    return [*names, *([operator] if operator else []), f"{asked['target']} %"]


def _in(language: str, text: Text) -> str:
    return text.en if language == "en" else text.vi
