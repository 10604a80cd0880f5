"""A small document with every kind of block, and with the letters that are hardest to print."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from devices.model import Text
from reports.documents.charts import Bar, Bars, DayBars, Limit
from reports.documents.letter import make_letter
from reports.documents.model import (
    Align,
    Annex,
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

AT = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""Midnight of 1 January 2027 in Viet Nam."""
LETTERS = "Ẵ ẫ ữ ỡ ợ ỳ ỵ ỷ ỹ ặ ẩ ể ỗ ự đ Đ Ổ Ữ"
DAYS = tuple(date(2026, 10, 1) + timedelta(days=day) for day in range(20))
CHART = DayBars(
    DAYS,
    tuple(None if day == 3 else 40.0 + day for day in range(20)),
    tuple("#00E400" if day < 11 else "#FFFF00" for day in range(20)),
    "VN_AQI",
    {"Tốt": "#00E400", "Trung bình": "#FFFF00"},
    (Limit(50, "ngưỡng"),),
)
BARS = Bars((Bar("Viettel", 0.62, 0.5, 0.7), Bar("MobiFone", None, 0.1, 0.9), Bar("–", None)), "Tỷ lệ", share=True)
COLUMNS = (
    Column("STT", 0.5, Align.CENTRE),
    Column("Trạm", 3),
    Column("Số mẫu", 1.2, Align.RIGHT),
    Column("Tỷ lệ", 1.2, Align.RIGHT),
    Column("Kết luận", 1.5),
)
ROWS = tuple(
    (str(row), f"Trạm số {row}", Number(1234.5 + row, 1), Number(0.8731, 1, share=True), Strong("ĐẠT"))
    for row in range(1, 61)
)


def document(**changed: object) -> Document:
    """The document, with something changed."""
    made = Document(
        kind="environment",
        commune="gia-loc",
        period="2026-Q4",
        at=AT,
        letter=make_letter("Xã Gia Lộc", "Hải Phòng", AT),
        subject="Kết quả giám sát môi trường quý IV năm 2026",
        blocks=(
            Paragraph("Căn cứ Quyết định số 1459/QĐ-TCMT.", Style.GROUND),
            Heading("Không khí"),
            Heading("Chỉ số ngày", 2),
            Paragraph(LETTERS),
            Paragraph("ý thứ nhất;", Style.ITEM),
            Picture("Chỉ số của xã", CHART, "Biểu đồ cột"),
            Table("Theo trạm", COLUMNS, ROWS, sheet="Theo trạm", note="Ghi chú của bảng."),
            Heading("Nước"),
            Picture("Nhà mạng", BARS, "Biểu đồ thanh"),
        ),
        annexes=(Annex("Phương pháp", (Heading("Cách tính"), Paragraph("Phương pháp."))),),
        data=(Table("Số liệu", COLUMNS[1:3], (("=1+1", Number(7)),), sheet="Dữ liệu"),),
        facts=(
            Fact("worst", Text("Chỉ số lớn nhất", "Largest index"), 99.0),
            Fact("none", Text("Chưa đo", "Not measured"), None, "mm"),
            Fact("day", Text("Ngày", "Day"), "01/01/2027"),
        ),
    )
    return replace(made, **changed)  # type: ignore[arg-type]
