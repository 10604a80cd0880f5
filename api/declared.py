"""The routes of declared figures: what counts, the lists it is from, taking one over and undoing it."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access import Caller, needs
from api.context import (
    LARGEST_ID,
    PREFIX,
    CommunePath,
    Context,
    Ctx,
    check_parameter_names,
    problems,
    require_commune,
)
from api.errors import ApiProblem, Problem
from api.registering import changing
from api.schemas import Words
from api.schemas_bulk import FORMS
from api.schemas_targets import (
    DeclaredAnswer,
    DeclaredImportAnswer,
    DeclaredImportList,
    DeclaredList,
    DeclaredRowAnswer,
    DeclaredTried,
)
from api.writes import WriteRoute
from devices import declared_lists
from devices.declared import INDICATORS, Provenance
from devices.errors import SheetError
from devices.model import Text
from devices.people import Role
from storage.arrivals import LOCAL_TIME
from storage.declared import InForce, add_declared, list_declared, list_imports, undo_declared
from storage.places import list_hamlets


class ListRoute(WriteRoute):
    """A route whose body is a list of declared figures."""

    media_types = tuple(FORMS)
    most_bytes = declared_lists.MOST_BYTES
    wrong_type = Problem.NOT_A_DEVICE_FILE


router = APIRouter(
    prefix=PREFIX, tags=["targets"], dependencies=[Depends(check_parameter_names)], route_class=ListRoute
)
reads = APIRouter(prefix=PREFIX, tags=["targets"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)])

Operator = Annotated[Caller, needs(Role.OPERATOR)]
LINE = r"^[^\x00-\x1f\x7f]*$"
"""One line of text: the database holds no NUL, and a name needs no control character."""
IMPORTS = "/communes/{commune}/declared/imports"
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The list itself: CSV (comma, semicolon or tab) or XLSX.",
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in FORMS if "json" not in form},
    }
}


@reads.get("/communes/{commune}/declared", responses=problems(404, 422))
def declared_figures(
    context: Ctx,
    commune: CommunePath,
    indicator: Annotated[
        str | None, Query(description="Only this one.", examples=["fixed_broadband_1gbps"], max_length=63)
    ] = None,
) -> DeclaredList:
    """The declared figures that count today, each with its source and date. They are never mixed with measured ones."""
    if indicator is not None and indicator not in INDICATORS:
        raise _unknown_indicator(indicator)
    today = context.now().astimezone(LOCAL_TIME).date()
    with context.reader.session() as connection:
        require_commune(connection, commune)
        found = list_declared(connection, commune, day=today, indicator=indicator)
    return DeclaredList(items=[_answer(one) for one in found])


@reads.get(IMPORTS, responses=problems(404, 422))
def declared_imports(context: Ctx, commune: CommunePath) -> DeclaredImportList:
    """The lists that were taken over, the newest first, undone ones too."""
    with context.reader.session() as connection:
        require_commune(connection, commune)
        found = list_imports(connection, commune)
    return DeclaredImportList(
        items=[
            DeclaredImportAnswer(
                id=one.number,
                source=one.source,
                source_date=one.source_date,
                file_name=one.file_name,
                file_sha256=one.file_sha256,
                note=one.note,
                rows=one.rows,
                imported_at=one.imported_at,
                imported_by=one.imported_by,
                undone_at=one.undone_at,
                undone_by=one.undone_by,
            )
            for one in found
        ]
    )


@router.post(IMPORTS, responses=problems(403, 404, 409, 413, 415, 422), openapi_extra=_BODY)
async def import_declared(
    request: Request,
    context: Ctx,
    caller: Operator,
    commune: CommunePath,
    source: Annotated[
        str, Query(min_length=1, max_length=500, pattern=LINE, description="Who gave the list, in which document.")
    ],
    source_date: Annotated[date, Query(description="Day that the figures are of.", examples=["2026-10-01"])],
    indicator: Annotated[
        str | None, Query(max_length=63, description="What is declared, where no column says it.")
    ] = None,
    operator: Annotated[
        str, Query(max_length=100, pattern=LINE, description="Operator, where no column names it.")
    ] = "",
    file_name: Annotated[
        str, Query(min_length=1, max_length=255, pattern=LINE, description="Name of the file.")
    ] = "list",
    note: Annotated[str, Query(max_length=2000, pattern=LINE, description="Anything a reader should know.")] = "",
    dry_run: Annotated[bool, Query(description="Judge every row and change nothing.")] = False,
) -> DeclaredTried:
    """Take a list over, all rows or none; the answer tells what is wrong with each row. The same file counts once."""
    data = await request.body()
    if indicator is not None and indicator not in INDICATORS:
        raise _unknown_indicator(indicator)
    provenance = Provenance(source, source_date, file_name, sha256(data).hexdigest(), note)
    return await run_in_threadpool(_take, context, caller, commune, data, provenance, indicator, operator, dry_run)


@router.delete(IMPORTS + "/{id}", status_code=204, responses=problems(403, 404, 422))
def undo_import(
    context: Ctx, caller: Operator, commune: CommunePath, id: Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[4])]
) -> Response:
    """Let a list count no more; what counted before it does so again. The list stays on record."""
    with context.reader.session() as connection:
        require_commune(connection, commune)
    with changing(context, caller) as session:
        undo_declared(session, commune, id, undone_by=caller.name)
    return Response(status_code=204)


def _take(
    context: Context,
    caller: Caller,
    commune: str,
    data: bytes,
    provenance: Provenance,
    indicator: str | None,
    operator: str,
    dry_run: bool,
) -> DeclaredTried:
    with context.reader.session() as connection:
        require_commune(connection, commune)
        hamlets = [(hamlet.code, hamlet.name) for hamlet in list_hamlets(connection, commune)]
    try:
        found = declared_lists.read_list(data, hamlets, indicator=indicator, operator=operator)
    except SheetError as error:
        vi, en = error.text.vi, error.text.en
        raise ApiProblem(
            Problem.UNREADABLE_FILE,
            Text(f"{vi[:1].upper()}{vi[1:]}.", f"{en[:1].upper()}{en[1:]}."),
            allowed="CSV, XLSX",
        ) from error
    number = None
    if found.accepted and not dry_run:
        with changing(context, caller) as session:
            number = add_declared(session, commune, provenance, found.declarations, imported_by=caller.name)
    return DeclaredTried(
        accepted=found.accepted,
        import_id=number,
        notes=[Words.of(text) for text in found.notes],
        rows=[_row(row) for row in found.rows],
    )


def _row(row: declared_lists.DeclaredRow) -> DeclaredRowAnswer:
    said = row.declaration
    faults, warnings = ([Words.of(text) for text in texts] for texts in (row.faults, row.warnings))
    if said is None:
        return DeclaredRowAnswer(line=row.line, faults=faults, warnings=warnings)
    return DeclaredRowAnswer(
        line=row.line,
        indicator=said.indicator,
        hamlet=said.hamlet,
        operator=said.operator,
        part=said.part,
        whole=said.whole,
        value=said.value,
        faults=faults,
        warnings=warnings,
    )


def _answer(one: InForce) -> DeclaredAnswer:
    said, source = one.declaration, one.provenance
    indicator = INDICATORS[said.indicator]
    return DeclaredAnswer(
        indicator=said.indicator,
        title=Words.of(indicator.title),
        hamlet=said.hamlet,
        operator=said.operator,
        part=said.part,
        whole=said.whole,
        value=said.value,
        unit=indicator.unit,
        samples=said.samples,
        source=source.source,
        source_date=source.source_date,
        file_name=source.file_name,
        line=one.line,
        import_id=one.import_number,
    )


def _unknown_indicator(name: str) -> ApiProblem:
    return ApiProblem(
        Problem.INVALID_PARAMETER,
        Text(f"Không có chỉ tiêu khai báo {name!r}.", f"Nothing is declared as {name!r}."),
        allowed=list(INDICATORS),
    )
