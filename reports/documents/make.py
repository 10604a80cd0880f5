"""Documents by kind and form: what is asked for, gathered, laid out, written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from devices.model import Text
from reports.as_json import written_time
from reports.coverage.told import coverage_members
from reports.documents.coverage import coverage_document
from reports.documents.coverage_sources import coverage_address, gather_coverage
from reports.documents.environment import environment_document
from reports.documents.json_writer import document_members, write_json
from reports.documents.letter import Letter, make_letter
from reports.documents.model import Document
from reports.documents.operations import operations_document
from reports.documents.sources import (
    ENVIRONMENT,
    OPERATIONS,
    Asked,
    Progress,
    Sources,
    gather,
    ledger_of,
    settled_moment,
    sources_members,
)
from reports.documents.targets import TargetSources, targets_document
from reports.documents.words import write_clock
from reports.errors import BadPeriod, NoPlan, UnknownCommune
from reports.periods import parse_period
from reports.rules import ReportRules
from reports.sources import Scope
from reports.targets import Asked as JudgedAt
from reports.targets import commune_targets
from reports.targets_told import report_members
from storage.connect import Session
from storage.fleet import CommuneRow, list_communes


class DocumentKind(StrEnum):
    """What a document is about."""

    COVERAGE = "coverage"
    ENVIRONMENT = "environment"
    OPERATIONS = "operations"
    TARGETS = "targets"

    @property
    def words(self) -> Text:
        """Its name on pages and in help."""
        return _WORDS[self]


class Form(StrEnum):
    """A form of file, by its ending."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """Its media type."""
        office = "application/vnd.openxmlformats-officedocument"
        return {
            Form.DOCX: f"{office}.wordprocessingml.document",
            Form.PDF: "application/pdf",
            Form.XLSX: f"{office}.spreadsheetml.sheet",
            Form.JSON: "application/json",
        }[self]


_WORDS = {
    DocumentKind.COVERAGE: Text("Phủ sóng 5G", "5G coverage"),
    DocumentKind.ENVIRONMENT: Text("Giám sát môi trường", "Environment"),
    DocumentKind.OPERATIONS: Text("Vận hành hệ thống", "Operations"),
    DocumentKind.TARGETS: Text("Chỉ tiêu kế hoạch", "Targets of the plan"),
}
_ASKED: dict[DocumentKind, dict[str, Asked]] = {
    DocumentKind.ENVIRONMENT: ENVIRONMENT,
    DocumentKind.OPERATIONS: OPERATIONS,
}
_LAY_OUT: dict[DocumentKind, Callable[[Sources, Letter], Document]] = {
    DocumentKind.ENVIRONMENT: environment_document,
    DocumentKind.OPERATIONS: operations_document,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A document that is asked for: of which commune and period, by which rules, at which moment."""

    kind: DocumentKind
    commune: str
    period: str
    rules: ReportRules
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and the members of its JSON."""

    document: Document
    members: dict[str, Any]


def _silent(_: str) -> None:
    """Tell nobody."""


def make_document(session: Session, question: Question, progress: Progress = _silent) -> Made:
    """Gather what a document needs and lay it out.

    The data go up to the end of the period, or to the whole hour before now. Raises BadPeriod for what is no period or
    has not begun, UnknownCommune, TooLarge, NoGround, NoPlan.
    """
    period = parse_period(question.period)
    at = settled_moment(question.now, period.end)
    if at <= period.start:
        begins = write_clock(period.start)
        raise BadPeriod(
            Text(
                f"Kỳ {question.period} chưa bắt đầu, hoặc chưa được một giờ: kỳ bắt đầu lúc {begins}.",
                f"The period {question.period} has not begun, or not for an hour: it begins at {begins} (UTC+7).",
            )
        )
    commune = _commune(session, question.commune)
    scope = Scope(question.commune, period, question.rules, at)
    letter = make_letter(commune.name, commune.province, at, question.rules.documents.get(commune.code))
    if question.kind is DocumentKind.COVERAGE:
        document, reports = _coverage(session, scope, question.period, commune, letter, progress)
    elif question.kind is DocumentKind.TARGETS:
        document, reports = _targets(session, scope, question, commune, letter, progress)
    else:
        document, reports = _from_reports(session, scope, question, commune, letter, progress)
    start, end = written_time(period.start), written_time(period.end)
    return Made(document, document_members(document, reports, start, end))


def _coverage(
    session: Session, scope: Scope, period: str, commune: CommuneRow, letter: Letter, progress: Progress
) -> tuple[Document, dict[str, Any]]:
    sources = gather_coverage(session, scope, period, commune, progress)
    progress("Đang dựng văn bản")
    named = dict(sources.reports) | {f"operator_{code}": report for code, report in sources.operators.items()}
    reports = {
        name: {"address": coverage_address(report.subject, period), "report": coverage_members(report)}
        for name, report in named.items()
    }
    return coverage_document(sources, letter), reports


def _targets(
    session: Session, scope: Scope, question: Question, commune: CommuneRow, letter: Letter, progress: Progress
) -> tuple[Document, dict[str, Any]]:
    progress("Đang xét các chỉ tiêu")
    # The end of a period belongs to the day after it, of which nothing is meant.
    asked = JudgedAt(scope.rules, scope.now - timedelta(microseconds=1))
    report = commune_targets(session, commune.code, asked)
    if report is None:
        raise NoPlan(commune.code)
    progress("Đang dựng văn bản")
    document = targets_document(TargetSources(scope, question.period, commune, report), letter)
    return document, {"targets": {"report": report_members(report)}}


def _from_reports(
    session: Session, scope: Scope, question: Question, commune: CommuneRow, letter: Letter, progress: Progress
) -> tuple[Document, dict[str, Any]]:
    asked = _ASKED[question.kind]
    sources = gather(session, scope, question.period, commune, asked, progress)
    if question.kind is DocumentKind.OPERATIONS:
        sources = replace(sources, ledger=ledger_of(session, scope))
    progress("Đang dựng văn bản")
    return _LAY_OUT[question.kind](sources, letter), sources_members(sources, asked)


def write_document(made: Made, form: Form) -> bytes:
    """The document as a file. The same data give the same bytes."""
    # The writers and matplotlib take a second to import, and most who import this write nothing.
    if form is Form.JSON:
        return write_json(made.members)
    if form is Form.DOCX:
        from reports.documents.docx_writer import write_docx  # noqa: PLC0415

        return write_docx(made.document)
    if form is Form.PDF:
        from reports.documents.pdf_writer import write_pdf  # noqa: PLC0415

        return write_pdf(made.document)
    from reports.documents.xlsx_writer import write_xlsx  # noqa: PLC0415

    return write_xlsx(made.document)


def _commune(session: Session, code: str) -> CommuneRow:
    communes = list_communes(session)
    found = next((commune for commune in communes if commune.code == code), None)
    if found is None:
        raise UnknownCommune(code, [commune.code for commune in communes])
    return found
