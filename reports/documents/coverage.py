"""The report on mobile coverage: what was measured, what follows for the plan's targets, and what is still unknown."""

from __future__ import annotations

from collections.abc import Iterator

from reports.coverage.hexagons import number_of, outline
from reports.coverage.summary import CoverageReport, ShareFigure
from reports.coverage.words import OUTCOME_NAMES, STATE_NAMES, CellState, Outcome, SpotState
from reports.documents import coverage_tables as tables
from reports.documents.charts import Area, Bar, Bars, Limit, Map, Mark
from reports.documents.coverage_facts import METHOD, coverage_facts, goal_words, plan_grounds
from reports.documents.coverage_sources import CoverageSources
from reports.documents.environment import grounds, opening
from reports.documents.letter import Letter
from reports.documents.model import (
    Align,
    Annex,
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Picture,
    Strong,
    Style,
    Table,
)
from reports.documents.places import hamlet_outlines, outer_rings
from reports.documents.tables import NUMBER, counted, right, rules_table
from reports.documents.words import unbroken, write_day, write_number, write_period, write_share

GROUNDS = (
    "Căn cứ QCVN 126:2021/BTTTT Quy chuẩn kỹ thuật quốc gia về chất lượng dịch vụ truy nhập Internet trên mạng viễn "
    "thông di động mặt đất 5G",
)
COLOURS = {
    CellState.COVERED: "#2E8B57",
    CellState.NOT_COVERED: "#C0392B",
    CellState.INSUFFICIENT: "#E3B23C",
    CellState.UNMEASURED: "#D5DCDA",
}


def coverage_document(sources: CoverageSources, letter: Letter) -> Document:
    """The document of a period, from its reports."""
    main = sources.main
    undecided = [cell for _, verdict in sources.targets() for cell in verdict.to_drive]
    return Document(
        kind="coverage",
        commune=sources.commune.code,
        period=sources.period,
        at=sources.scope.now,
        letter=letter,
        subject=f"Kết quả đo kiểm phủ sóng di động 5G {unbroken(write_period(sources.period))}",
        blocks=(*grounds(letter, (*plan_grounds(sources.profile), *GROUNDS)), *_blocks(sources)),
        annexes=(
            Annex(
                "Phương pháp đo, tính và các con số áp dụng",
                (
                    *(Paragraph(text) for text in METHOD),
                    rules_table(tables.rule_rows(main.rules)),
                    tables.samples_table(main),
                    *(Paragraph(note.vi, Style.NOTE) for note in main.notes),
                ),
            ),
        ),
        data=(tables.cells_table(main), tables.drive_table(main, list(dict.fromkeys(undecided)))),
        facts=tuple(coverage_facts(sources)),
    )


def _blocks(sources: CoverageSources) -> Iterator[Block]:
    main = sources.main
    yield Paragraph(opening(sources, "kết quả đo kiểm phủ sóng di động 5G"))
    yield Heading("Kết quả chung")
    counts = main.counts
    yield Paragraph(
        f"Trong kỳ hệ thống nhận {write_number(counts.received)} mẫu đo, dùng được {write_number(counts.used)} mẫu. "
        + _share_sentence(main.area)
    )
    yield from _targets(sources)
    yield Heading("Phủ sóng 5G trên địa bàn")
    yield tables.shares_table(main)
    yield _map(sources)
    yield from _operators(sources)
    if main.hamlets:
        yield tables.hamlets_table(main)
    yield tables.others_table(sources)
    yield from _places(main)
    yield Heading("Chất lượng dịch vụ")
    yield tables.service_table(main)
    yield from _change(sources)
    yield from _next(sources)


def _share_sentence(figure: ShareFigure) -> str:
    if figure.measured is None:
        return "Chưa ô lưới nào đủ mẫu để kết luận."
    return (
        f"Đã đủ mẫu ở {figure.judged}/{figure.parts} ô lưới. Diện tích được phủ sóng 5G ngoài trời là "
        f"{write_share(figure.measured)} phần đã đủ mẫu; tính trên toàn địa bàn là từ {write_share(figure.lower)} đến "
        f"{write_share(figure.upper)}, khoảng 95% là {tables.span(figure)}."
    )


def _targets(sources: CoverageSources) -> Iterator[Block]:
    judged = sources.targets()
    if not judged:
        yield Paragraph("Xã chưa có chỉ tiêu phủ sóng nào trong hồ sơ kế hoạch.")
        return
    columns = (
        NUMBER,
        Column("Chỉ tiêu", 2.6),
        right("Mức", 1.1),
        Column("Thời hạn", 1.5, Align.CENTRE),
        Column("Kết luận", 1.8, Align.CENTRE),
        Column("Lý do", 3.6),
    )
    rows = counted(
        (
            target.title.vi,
            tables.share(verdict.target),
            write_day(target.deadline) if target.deadline else "",
            Strong(OUTCOME_NAMES[verdict.outcome].vi),
            verdict.reason.vi,
        )
        for target, verdict in judged
    )
    yield Table("Kết luận theo chỉ tiêu của kế hoạch", columns, rows, sheet="Chỉ tiêu")


def _map(sources: CoverageSources) -> Picture:
    main = sources.main
    areas = tuple(
        Area((tuple(outline(number_of(cell.cell))),), COLOURS[state], STATE_NAMES[state].vi)
        for state in CellState
        for cell in main.cells
        if cell.state is state
    )
    marks = tuple(
        Mark((site.longitude, site.latitude), COLOURS[site.state], "Điểm ưu tiên", shape="s")
        for site in main.site_verdicts
    )
    boundary = sources.profile.places.boundary if sources.profile else None
    outlines = (*hamlet_outlines(sources.hamlets), *outer_rings(boundary))
    counts = ", ".join(
        f"{sum(cell.state is state for cell in main.cells)} ô {STATE_NAMES[state].vi.lower()}" for state in CellState
    )
    chart = Map(areas=areas, marks=marks, outlines=outlines)
    return Picture("Phủ sóng 5G ngoài trời đo được theo ô lưới, bất kỳ nhà mạng", chart, f"Bản đồ: {counts}.")


def _operators(sources: CoverageSources) -> Iterator[Block]:
    if not sources.operators:
        return
    reports = {tables.operator_name(code): report for code, report in sources.operators.items()}
    bars = [
        Bar(name, report.area.measured, report.area.interval.low, report.area.interval.high)
        for name, report in ({"Bất kỳ nhà mạng": sources.main} | reports).items()
    ]
    shares = sorted({verdict.target for _, verdict in sources.targets()})
    limits = tuple(Limit(value, f"chỉ tiêu {write_share(value, 0)}") for value in shares)
    words = f"Biểu đồ thanh tỷ lệ đo được của {len(bars)} nhà mạng với khoảng 95%."
    yield Picture(
        "Tỷ lệ diện tích đo được có sóng 5G theo nhà mạng, kèm khoảng 95% của toàn địa bàn",
        Bars(tuple(bars), "Tỷ lệ diện tích", share=True, limits=limits),
        words,
    )
    yield tables.operators_table(sources)


def _places(main: CoverageReport) -> Iterator[Block]:
    yield Heading("Điểm ưu tiên và điểm lõm sóng")
    if main.site_verdicts:
        covered = sum(site.state is CellState.COVERED for site in main.site_verdicts)
        yield Paragraph(f"Có sóng 5G đã được đo kiểm tại {covered}/{len(main.site_verdicts)} điểm ưu tiên.")
        yield tables.sites_table(main)
    spots = main.dead_spots
    if not spots:
        yield Paragraph("Chưa khai báo điểm dân cư nào để xét lõm sóng.")
        return
    dead = [spot for spot in spots if spot.state.is_dead]
    unknown = sum(spot.state in (SpotState.INSUFFICIENT, SpotState.UNMEASURED) for spot in spots)
    names = f" ({', '.join(spot.name for spot in dead)})" if dead else ""
    yield Paragraph(
        f"Xét {len(spots)} điểm dân cư, mọi nhà mạng và công nghệ: {len(dead)} điểm không có sóng{names}, {unknown} "
        "điểm chưa đủ mẫu để kết luận."
    )
    yield tables.spots_table(main)


def _change(sources: CoverageSources) -> Iterator[Block]:
    yield Heading("Thay đổi so với kỳ trước")
    change = sources.change
    if change is None:
        yield Paragraph(f"Kỳ trước ({sources.before}) không có mẫu đo để so sánh.")
        return
    yield Paragraph(
        f"So với kỳ trước ({sources.before}): thêm {len(change.won)} ô được phủ "
        f"({write_number(change.won_km2, 2)} km²), mất {len(change.lost)} ô ({write_number(change.lost_km2, 2)} km²), "
        f"{len(change.newly_measured)} ô lần đầu đủ mẫu, {len(change.no_longer_measured)} ô không còn đủ mẫu."
    )


def _next(sources: CoverageSources) -> Iterator[Block]:
    yield Heading("Việc cần làm tiếp")
    open_ = [(target, verdict) for target, verdict in sources.targets() if verdict.outcome is Outcome.UNDECIDED]
    if not open_:
        yield Paragraph("Không có chỉ tiêu nào chờ đo thêm mới kết luận được.")
        return
    for target, verdict in open_:
        yield Paragraph(
            f"{goal_words(target, verdict)}: còn {len(verdict.to_drive)} ô chưa đủ mẫu; danh sách có trong tệp XLSX.",
            Style.ITEM,
        )
