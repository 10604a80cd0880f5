"""The pages of reports: what there is, and each report as it is printed, with its files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.access import Caller, needs
from api.context import PREFIX, Context, Ctx
from api.documents import made, unknown_document
from api.errors import ApiProblem
from api.page_templates import language_of, page
from api.words_reports import REPORTS
from devices.people import Role
from reports.documents.make import DocumentKind, Form
from storage import fleet
from storage.arrivals import LOCAL_TIME

router = APIRouter(include_in_schema=False)

Viewer = Annotated[Caller, needs(Role.VIEWER)]
Word = Annotated[str, Query(max_length=63)]
KindPath = Annotated[str, Path(max_length=63)]


def periods_at(now: datetime) -> list[str]:
    """Periods that somebody may want at a moment: the last that ended and those that run, shortest first."""
    local = now.astimezone(LOCAL_TIME)
    months = local.year * 12 + local.month - 1
    month, last_month = (f"{count // 12}-{count % 12 + 1:02}" for count in (months, months - 1))
    quarter, last_quarter = (f"{count // 4}-Q{count % 4 + 1}" for count in (months // 3, months // 3 - 1))
    half, last_half = (f"{count // 2}-H{count % 2 + 1}" for count in (months // 6, months // 6 - 1))
    return [last_month, month, last_quarter, quarter, last_half, half, str(local.year - 1), str(local.year)]


@router.get("/reports")
def reports_page(request: Request, context: Ctx, caller: Viewer, commune: Word = "", period: Word = "") -> HTMLResponse:
    """Which report, of which commune and period."""
    return _page(request, context, caller, DocumentKind.ENVIRONMENT, commune, period or periods_at(context.now())[0])


@router.get("/reports/{kind}")
def report_page(
    request: Request, context: Ctx, caller: Viewer, kind: KindPath, commune: Word = "", period: Word = ""
) -> HTMLResponse:
    """One report as it is printed, with its files; without commune or period what can be chosen."""
    if kind not in set(DocumentKind):
        raise unknown_document(kind)
    if not commune or not period:
        return _page(request, context, caller, kind, commune, period or periods_at(context.now())[0])
    # The pictures of the page take matplotlib, which takes a second to import.
    from reports.documents.html_writer import write_html  # noqa: PLC0415

    try:
        content = write_html(made(context, kind, commune, period).document)
    except ApiProblem as problem:
        reason = problem.reason.en if language_of(request, caller) == "en" else problem.reason.vi
        return _page(request, context, caller, kind, commune, period, refusal=reason, status=problem.problem.status)
    return _page(request, context, caller, kind, commune, period, content=content)


def _page(
    request: Request,
    context: Context,
    caller: Caller,
    kind: str,
    commune: str,
    period: str,
    *,
    content: Markup | None = None,
    refusal: str = "",
    status: int = 200,
) -> HTMLResponse:
    with context.reader.session() as connection:
        communes = [(known.code, known.name) for known in fleet.list_communes(connection)]
    english = language_of(request, caller) == "en"
    asked = urlencode({"commune": commune, "period": period})
    return page(
        request,
        "reports.html",
        caller,
        REPORTS,
        status_code=status,
        kinds=[(one.value, one.words.en if english else one.words.vi) for one in DocumentKind],
        kind=kind,
        communes=communes,
        chosen=commune,
        period=period,
        periods=periods_at(context.now()),
        content=content,
        refusal=refusal,
        files=[(form.value, f"{PREFIX}/documents/{kind}.{form.value}?{asked}") for form in Form],
    )
