"""Tables that documents share: rows of a report as they are, methods of its figures, rules of the commune."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reports.documents.figure_words import FIGURE_WORDS, cell_of
from reports.documents.method_words import METHOD_WORDS, source_words
from reports.documents.model import Align, Cell, Column, Number, Table
from reports.documents.sources import Sources
from reports.documents.words import UNKNOWN, write_clock
from reports.figures import Method, Report

NUMBER = Column("STT", 0.55, Align.CENTRE)


def counted(rows: Iterable[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Rows with their number before them."""
    return tuple((str(place), *row) for place, row in enumerate(rows, 1))


def right(title: str, weight: float = 1.0) -> Column:
    """A column of numbers."""
    return Column(title, weight, Align.RIGHT)


def data_table(sources: Sources, report: Report, title: str) -> Table:
    """Every row of a report, under the names of its figures, with how complete each is."""
    names = list(dict.fromkeys(name for row in report.rows for name in row.figures))
    timed = any(row.time is not None for row in report.rows)
    parted = any(row.place.part is not None for row in report.rows)
    columns = [Column("Thời gian", 1.6)] * timed + [Column("Thôn", 1.4), Column("Thiết bị", 1.6)]
    columns += [Column("Phần", 1.6)] * parted
    columns += [right(FIGURE_WORDS[name].title, 1.2) for name in names]
    columns += [right("Mức đầy đủ (của số liệu đầu tiên)", 1.2)] * bool(names)
    rows: list[tuple[Cell, ...]] = []
    for row in report.rows:
        cells: list[Cell] = [write_clock(row.time) if row.time else UNKNOWN] * timed
        cells += [sources.hamlet_name(row.place.hamlet), row.place.device or row.place.kind or UNKNOWN]
        cells += [row.place.part or UNKNOWN] * parted
        cells += [cell_of(name, row.figures.get(name)) for name in names]
        if names:
            first = row.figures.get(names[0])
            cells.append(Number(None if first is None else first.completeness, 1, share=True))
        rows.append(tuple(cells))
    return Table(f"Số liệu: {title}", tuple(columns), tuple(rows), sheet=title)


def method_table(reports: Iterable[Report]) -> Table:
    """Every method that a figure of the reports names: what it is called, how it is made, the document behind it."""
    methods: dict[str, Method] = {}
    for report in reports:
        used = {figure.method for row in report.rows for figure in row.figures.values()}
        methods |= {name: method for name, method in report.methods.items() if name in used}
    rows = counted(
        (method.name.vi, METHOD_WORDS[name], source_words(method.source)) for name, method in methods.items()
    )
    columns = (NUMBER, Column("Số liệu", 1.8), Column("Cách tính", 4.6), Column("Căn cứ", 2.4))
    return Table("Phương pháp tính các số liệu", columns, rows, sheet="Phương pháp")


def rules_table(rows: Iterable[tuple[str, Any, str]]) -> Table:
    """The numbers that no law fixes, as this installation sets them: what, how much, in which unit."""
    columns = (NUMBER, Column("Quy tắc", 4), right("Giá trị", 1.5), Column("Đơn vị", 1.2))
    return Table(
        "Các con số do xã đặt",
        columns,
        counted((what, value if isinstance(value, (Number, str)) else str(value), unit) for what, value, unit in rows),
        sheet="Quy tắc",
        note="Những con số này không do văn bản nào quy định; xã thay đổi được trong tệp quy tắc báo cáo.",
    )
