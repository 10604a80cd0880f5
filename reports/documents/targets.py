"""The report on the targets of a plan: each with its value, its evidence, the verdict and the outlook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.model import Text
from devices.profile import Origin
from reports.coverage.words import OUTCOME_NAMES, Outcome
from reports.documents.charts import Bar, Bars, DayLines, Limit
from reports.documents.coverage_facts import plan_grounds
from reports.documents.environment import grounds, opening
from reports.documents.letter import Letter
from reports.documents.model import (
    Align,
    Annex,
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Heading,
    Number,
    Paragraph,
    Picture,
    Strong,
    Style,
    Table,
)
from reports.documents.tables import NUMBER, counted, right, rules_table
from reports.documents.words import UNKNOWN, unbroken, write_day, write_number, write_period
from reports.sources import Scope
from reports.targets_told import rounded, sentence, summary
from reports.targets_types import TargetResult, TargetsReport
from storage.fleet import CommuneRow

ORIGINS = {
    Origin.MEASURED: "đo được",
    Origin.COUNTED: "đếm từ danh bạ thiết bị",
    Origin.DECLARED: "đơn vị khác kê khai",
}
COLOURS = {Outcome.MET: "#2E8B57", Outcome.NOT_MET: "#C0392B", Outcome.UNDECIDED: "#E3B23C"}
METHOD = (
    "Mỗi chỉ tiêu được xét từ đúng nguồn của nó: đo được, đếm từ danh bạ thiết bị, hoặc do đơn vị khác kê khai; số "
    "liệu khác nguồn không trộn lẫn. Phần chưa biết nằm giữa cận dưới và cận trên.",
    "Kết luận: ĐẠT khi cận bất lợi hơn vẫn đạt mức của chỉ tiêu; CHƯA ĐẠT khi cận thuận lợi hơn cũng không đạt; còn "
    "lại là CHƯA ĐỦ CĂN CỨ.",
    "Triển vọng là đường thẳng qua giá trị cuối các tháng (trung vị các độ dốc, Theil–Sen) với khoảng 95%; nó chỉ cho "
    "biết nếu tiếp tục như vừa qua thì đến đâu, không biết kế hoạch hay kinh phí.",
    "Số thiết bị đang hoạt động là số tại thời điểm lập báo cáo; các tỷ lệ lấy số liệu trong khoảng ngày nêu ở bảng "
    "quy tắc, tính ngược từ ngày cuối kỳ.",
)


@dataclass(frozen=True, slots=True)
class TargetSources:
    """The judged targets of a commune at the end of a period, or up to now."""

    scope: Scope
    period: str
    commune: CommuneRow
    report: TargetsReport


def targets_document(sources: TargetSources, letter: Letter) -> Document:
    """The document of a period."""
    report = sources.report
    return Document(
        kind="targets",
        commune=sources.commune.code,
        period=sources.period,
        at=sources.scope.now,
        letter=letter,
        subject=f"Kết quả thực hiện các chỉ tiêu phát triển hạ tầng số {unbroken(write_period(sources.period))}",
        blocks=(*grounds(letter, plan_grounds(report.profile)), *_blocks(sources)),
        annexes=(
            Annex(
                "Căn cứ của từng kết luận và phương pháp",
                (*map(Paragraph, METHOD), _evidence_table(report), rules_table(_rules(sources))),
            ),
        ),
        data=(_trend_table(report),),
        facts=tuple(_facts(report)),
    )


def _facts(report: TargetsReport) -> Iterator[Fact]:
    for outcome, count in report.counts.items():
        name = OUTCOME_NAMES[outcome]
        yield Fact(f"count_{outcome.value}", Text(f"Số chỉ tiêu {name.vi}", f"Targets: {name.en}"), count, "chỉ tiêu")
    for one in (*report.results, *report.national):
        goal = sentence(one)
        title = Text(f"{one.target.title.vi} ({goal.vi})", f"{one.target.title.en} ({goal.en})")
        yield Fact(f"{one.plan}_{one.target.id}", title, rounded(one.found.value), one.target.unit)
        yield Fact(f"{one.plan}_{one.target.id}_verdict", title, OUTCOME_NAMES[one.outcome].vi)


def _blocks(sources: TargetSources) -> Iterator[Block]:
    report = sources.report
    yield Paragraph(opening(sources, "kết quả thực hiện các chỉ tiêu phát triển hạ tầng số"))
    for note in report.notes:
        yield Paragraph(note.vi, Style.NOTE)
    yield Heading("Kết quả chung")
    yield Paragraph(f"Kế hoạch có {len(report.results)} chỉ tiêu: {summary(report.counts).vi}.")
    overdue = [one for one in report.results if one.is_overdue]
    if overdue:
        names = "; ".join(f"{one.target.title.vi} ({sentence(one).vi})" for one in overdue)
        yield Paragraph(f"Quá hạn mà chưa kết luận được là đạt: {names}.")
    yield Heading("Từng chỉ tiêu của kế hoạch")
    yield _results_table(report.results, f"Kết quả các chỉ tiêu: {report.profile.name}", "Chỉ tiêu của xã")
    shares = [one for one in report.results if one.target.unit == "%" and one.found.high is not None]
    if shares:
        yield _picture(shares)
    yield from _outlooks(report)
    if report.national:
        yield Heading("Mục tiêu quốc gia, để đối chiếu")
        yield _results_table(report.national, "Kết quả của xã so với mục tiêu quốc gia", "Mục tiêu quốc gia")


def _results_table(results: tuple[TargetResult, ...], caption: str, sheet: str) -> Table:
    columns = (
        NUMBER,
        Column("Chỉ tiêu", 3.0),
        Column("Mức, thời hạn", 1.7),
        right("Giá trị", 1.0),
        Column("Cận dưới – cận trên", 1.4, Align.CENTRE),
        Column("Nguồn", 1.3),
        Column("Kết luận", 1.6, Align.CENTRE),
    )
    rows = counted(
        (
            one.target.title.vi,
            sentence(one).vi,
            Number(rounded(one.found.value), _decimals(one)),
            _bounds(one),
            ORIGINS[one.origin],
            Strong(OUTCOME_NAMES[one.outcome].vi),
        )
        for one in results
    )
    note = "Giá trị và cận tính theo đơn vị của chỉ tiêu (% hoặc số lượng). –: chưa biết."
    return Table(caption, columns, rows, sheet=sheet, note=note)


def _decimals(result: TargetResult) -> int:
    return 1 if result.target.unit == "%" else 0


def _bounds(result: TargetResult) -> str:
    found = result.found
    if found.low is None and found.high is None:
        return UNKNOWN
    low, high = (write_number(rounded(value), _decimals(result)) for value in (found.low, found.high))
    return low if low == high else f"{low} – {high}"


def _picture(shares: list[TargetResult]) -> Picture:
    bars = tuple(
        Bar(
            f"{_short(one.target.title.vi)}\n({sentence(one).vi})",
            None if one.found.value is None else one.found.value / 100,
            None if one.found.low is None else one.found.low / 100,
            None if one.found.high is None else one.found.high / 100,
            COLOURS[one.outcome],
        )
        for one in shares
    )
    words = f"Biểu đồ thanh {len(bars)} chỉ tiêu tính bằng phần trăm, với cận dưới và cận trên."
    return Picture("Giá trị các chỉ tiêu tính bằng phần trăm, kèm cận", Bars(bars, "", share=True), words)


def _short(title: str, longest: int = 38) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1].rsplit(' ', 1)[0]}…"


def _outlooks(report: TargetsReport) -> Iterator[Block]:
    told = [one for one in report.results if one.outlook is not None]
    yield Heading("Xu hướng và triển vọng")
    if not told:
        yield Paragraph("Không có chỉ tiêu nào còn hạn mà phải dự báo.")
        return
    for one in told:
        assert one.outlook is not None
        title = f"{one.target.title.vi} ({sentence(one).vi})"
        yield Paragraph(f"{title}: {one.outlook.reason.vi.rstrip('.')}.", Style.ITEM)
    for one in told:
        if len(one.trend) > 1:
            days = tuple(point.day for point in one.trend)
            goal = Limit(one.target.threshold, sentence(one).vi)
            series = {_short(one.target.title.vi, 60): tuple(point.value for point in one.trend)}
            chart = DayLines(days, series, one.target.unit, (goal,))
            yield Picture(f"Diễn biến: {one.target.title.vi}", chart, f"Biểu đồ đường {len(days)} giá trị cuối tháng.")


def _evidence_table(report: TargetsReport) -> Table:
    columns = (NUMBER, Column("Chỉ tiêu", 2.6), Column("Lý do của kết luận", 3.4), Column("Căn cứ", 3.6))
    rows = counted(
        (
            f"{one.target.title.vi} ({sentence(one).vi})",
            one.reason.vi,
            "; ".join(f"{piece.title.vi}: {piece.value.vi}" for piece in one.found.evidence) or UNKNOWN,
        )
        for one in (*report.results, *report.national)
    )
    return Table("Căn cứ của từng kết luận", columns, rows, sheet="Căn cứ")


def _trend_table(report: TargetsReport) -> Table:
    columns = (Column("Chỉ tiêu", 4), Column("Mức, thời hạn", 2.4), Column("Ngày", 1.4), right("Giá trị", 1.2))
    rows: list[tuple[Cell, ...]] = [
        (one.target.title.vi, sentence(one).vi, write_day(point.day), Number(rounded(point.value), 2))
        for one in (*report.results, *report.national)
        for point in one.trend
    ]
    return Table("Số liệu: giá trị cuối các tháng", columns, tuple(rows), sheet="Dữ liệu diễn biến")


def _rules(sources: TargetSources) -> Iterator[tuple[str, Number | str, str]]:
    rules = sources.scope.rules.targets
    yield "Phủ sóng: mẫu đo của", Number(rules.coverage_days), "ngày"
    yield "Chất lượng dữ liệu: số liệu của", Number(rules.quality_days), "ngày"
    yield "Xu hướng: giá trị của", Number(rules.history_months), "tháng"
    yield "Số kê khai cũ hơn thì ghi là cũ", Number(rules.declared_months), "tháng"
