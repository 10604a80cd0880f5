"""The routes of documents: reports as files to sign, print and archive, and the same as pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import needs
from api.context import PREFIX, SLUG_PATTERN, Context, Ctx, check_parameter_names, problems, require_commune
from api.errors import ApiProblem, Problem, close_to, shown
from api.schemas_documents import DocumentAnswer
from devices.model import Text
from devices.people import Role
from reports.documents.make import DocumentKind, Form, Made, Question, make_document, write_document
from reports.errors import BadPeriod, NoGround, NoPlan, TooLarge
from reports.figures import MOST_ROWS
from reports.periods import FORM
from storage.reader import ReadConnection

router = APIRouter(
    prefix=f"{PREFIX}/documents", tags=["reports"], dependencies=[needs(Role.VIEWER), Depends(check_parameter_names)]
)

CommuneOfDocument = Annotated[
    str, Query(pattern=SLUG_PATTERN, description="Code of the commune.", examples=["gia-loc"])
]
PeriodOfDocument = Annotated[
    str, Query(description=f"Day, month, quarter, half-year or year of Viet Nam: {FORM}.", examples=["2026-Q4"])
]
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            form.media_type: {"schema": {"type": "string", "format": "binary"}}
            for form in Form
            if form is not Form.JSON
        }
    }
}

WITHOUT_BOUNDARY = Text(
    "Xã chưa có ranh giới, nên chưa tính được tỷ lệ phủ sóng. Hãy nhập ranh giới của xã hoặc của các thôn.",
    "The commune has no boundary, so there is no share to tell. Import the boundary of the commune or of its hamlets.",
)


def made(context: Context, kind: str, commune: str, period: str) -> Made:
    """A document, laid out. Raises ApiProblem for what is unknown, for what is no period, and for too much."""
    if kind not in set(DocumentKind):
        raise unknown_document(kind)
    question = Question(DocumentKind(kind), commune, period, context.report_rules, context.now())
    with context.reader.session() as connection:
        require_commune(connection, commune)
        return _made(connection, question)


def unknown_document(name: str) -> ApiProblem:
    """There is no document of this kind, or not in this form."""
    kinds, forms = ", ".join(DocumentKind), ", ".join(Form)
    return ApiProblem(
        Problem.UNKNOWN_DOCUMENT,
        Text(
            f"Không có văn bản {shown(name)!r}. Có: {kinds}; dạng: {forms}.",
            f"There is no document {shown(name)!r}. There are: {kinds}; as {forms}.",
        ),
        allowed={"kind": kinds, "form": forms},
        did_you_mean=close_to(name, list(DocumentKind)),
    )


def _made(connection: ReadConnection, question: Question) -> Made:
    try:
        return make_document(connection, question)
    except BadPeriod as error:
        raise ApiProblem(Problem.BAD_RANGE, error.reason, allowed={"period": FORM}) from error
    except NoPlan as error:
        raise ApiProblem(Problem.NO_PLAN, error.reason, allowed={"commune": "one with a plan"}) from error
    except NoGround as error:
        raise ApiProblem(Problem.NO_GROUND, WITHOUT_BOUNDARY, allowed={"commune": "one with a boundary"}) from error
    except TooLarge as error:
        raise ApiProblem(Problem.REPORT_TOO_LARGE, error.reason, allowed={"rows": f"at most {MOST_ROWS}"}) from error


@router.get("/{kind}.{form}", responses={**problems(404, 422), **FILES}, response_model=DocumentAnswer)
def document(
    context: Ctx,
    kind: Annotated[str, Path(description=f"One of {', '.join(DocumentKind)}.", examples=["environment"])],
    form: Annotated[str, Path(description=f"One of {', '.join(Form)}.", examples=["json"])],
    commune: CommuneOfDocument,
    period: PeriodOfDocument,
) -> Response:
    """A report as a document in the layout of NĐ 30/2020/NĐ-CP, or as JSON with the figures and reports behind it.

    Data go up to the end of the period, or to the whole hour before now. The same data give the same bytes.
    """
    if form not in set(Form):
        raise unknown_document(f"{kind}.{form}")
    one, chosen = made(context, kind, commune, period), Form(form)
    headers = {"Cache-Control": "no-cache"}
    if chosen is not Form.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{one.document.name}.{form}"'
    return Response(write_document(one, chosen), media_type=chosen.media_type, headers=headers)
