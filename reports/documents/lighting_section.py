"""The part of a document about public lighting: energy, saving, hours lit, faults."""

from __future__ import annotations

from collections.abc import Iterator

from devices.model import Text
from reports.documents.charts import Bar, Bars
from reports.documents.figure_words import cell_of
from reports.documents.model import Block, Column, Fact, Heading, Number, Paragraph, Picture, Table
from reports.documents.sources import Sources
from reports.documents.tables import NUMBER, counted, right
from reports.documents.words import write_number, write_share
from reports.figures import Row
from reports.lighting import FAULTS


def lighting_facts(sources: Sources) -> Iterator[Fact]:
    """The figures of the lamps of the commune."""
    for row in sources.reports["lighting_commune"].rows:
        for name, title, unit in (
            ("energy", Text("Điện năng chiếu sáng", "Energy of lighting"), "kWh"),
            ("saving", Text("Tiết kiệm so với đèn cũ", "Saving against the old lamps"), ""),
            ("availability", Text("Độ sẵn sàng của đèn", "Availability of lamps"), ""),
        ):
            yield Fact(f"lighting_{name}", title, row.figures[name].value, unit)
        yield Fact("lighting_fault_hours", Text("Số giờ đèn hỏng", "Lamp hours of failure"), fault_hours(row), "giờ")


def fault_hours(row: Row) -> float:
    """The hours of all faults."""
    return round(sum(row.figures[f"fault_{cause}"].value or 0 for cause in FAULTS), 2)


def lighting_section(sources: Sources) -> Iterator[Block]:
    """What the lamps used and saved, and when they were dark."""
    yield Heading("Chiếu sáng công cộng")
    rows = sources.reports["lighting_commune"].rows
    if not rows:
        yield Paragraph("Trong kỳ, xã không có đèn nào được tính.")
        return
    (commune,) = rows
    energy, saving = commune.figures["energy"], commune.figures["saving"]
    saved = (
        f"tiết kiệm {write_share(saving.value)} so với đèn cũ"
        if saving.value is not None
        else "chưa tính được tiết kiệm vì chưa khai công suất đèn cũ"
    )
    yield Paragraph(
        f"Các đèn dùng {write_number(energy.value, 1)} kWh, {saved}; độ sẵn sàng "
        f"{write_share(commune.figures['availability'].value)} số giờ phải sáng; tổng số giờ đèn hỏng là "
        f"{write_number(fault_hours(commune), 1)}."
    )
    hamlets = [row for row in sources.reports["lighting_hamlets"].rows if row.figures["hours_required"].value]
    bars = tuple(Bar(_name(sources, row), row.figures["availability"].value) for row in hamlets)
    words = f"Biểu đồ thanh độ sẵn sàng của đèn ở {len(bars)} nơi."
    yield Picture("Độ sẵn sàng của đèn theo thôn", Bars(bars, "", share=True), words)
    columns = (
        NUMBER,
        Column("Thôn", 2.2),
        right("Điện năng (kWh)", 1.2),
        right("Tiết kiệm", 1.0),
        right("Độ sẵn sàng", 1.1),
        right("Số giờ phải sáng", 1.3),
        right("Số giờ sáng", 1.3),
        right("Số giờ sáng ban ngày", 1.3),
        right("Số giờ hỏng", 1.1),
    )
    names = ("energy", "saving", "availability", "hours_required", "hours_lit", "hours_lit_by_day")
    body = counted(
        (_name(sources, row), *(cell_of(name, row.figures[name]) for name in names), Number(fault_hours(row), 1))
        for row in hamlets
    )
    yield Table("Chiếu sáng theo thôn", columns, body, sheet="Chiếu sáng theo thôn")
    faults = [(words.vi, commune.figures[f"fault_{cause}"].value or 0) for cause, words in FAULTS.items()]
    if any(hours for _, hours in faults):
        body = counted((cause, Number(hours, 1)) for cause, hours in faults if hours)
        causes = (NUMBER, Column("Nguyên nhân", 4), right("Số giờ", 2))
        yield Table("Số giờ đèn hỏng theo nguyên nhân", causes, body, sheet="Nguyên nhân hỏng đèn")


def _name(sources: Sources, row: Row) -> str:
    return sources.hamlet_name(row.place.hamlet) or "Không thuộc thôn nào"
