"""Routes about the catalogue: kinds of devices and their fields."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.access import needs
from api.context import PREFIX, check_parameter_names, kind_of_path, problems
from api.schemas import FieldAnswer, KindAnswer, KindList, Words
from devices.catalogue import KINDS
from devices.model import Field, Kind
from devices.people import Role
from storage.aggregates import allowed_aggregates

router = APIRouter(prefix=PREFIX, tags=["kinds"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

# The catalogue changes with a new version of the program only.
CACHE = "private, max-age=300"


def field_answer(field: Field) -> FieldAnswer:
    """A field as the API describes it."""
    return FieldAnswer(
        name=field.name,
        behaviour=field.behaviour.value,
        unit=field.unit.symbol if field.unit and field.unit.symbol else None,
        minimum=field.minimum,
        maximum=field.maximum,
        decimals=field.decimals,
        circular=field.circular,
        choices=list(field.choices),
        required=field.required,
        aggregates=[aggregate.value for aggregate in allowed_aggregates(field)],
        title=Words.of(field.title),
        meaning=Words.of(field.meaning),
    )


def kind_answer(kind: Kind) -> KindAnswer:
    """A kind as the API describes it."""
    return KindAnswer(
        name=kind.name,
        title=Words.of(kind.title),
        meaning=Words.of(kind.meaning),
        domain=Words.of(kind.domain),
        interval_seconds=kind.interval_seconds,
        fields=[field_answer(field) for field in kind.fields],
    )


@router.get("/kinds", responses=problems(422))
def list_kinds(response: Response) -> KindList:
    """Every kind of field device with its fields, units, ranges and the aggregates that they allow."""
    response.headers["Cache-Control"] = CACHE
    return KindList(items=[kind_answer(kind) for kind in KINDS.values()])


@router.get("/kinds/{kind}", responses=problems(404, 422))
def get_kind(response: Response, kind: Annotated[str, Path(examples=["environment"])]) -> KindAnswer:
    """One kind of field device."""
    response.headers["Cache-Control"] = CACHE
    return kind_answer(kind_of_path(kind))
