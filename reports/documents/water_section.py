"""The parts of a document about rain, water levels and irrigation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from devices.model import Text
from devices.rain_risk import RISK_COLOURS
from reports.documents.charts import Bar, Bars, DayLines, Limit
from reports.documents.figure_words import FIGURE_WORDS, cell_of
from reports.documents.model import Align, Block, Cell, Column, Fact, Heading, Number, Paragraph, Picture, Table
from reports.documents.sources import Sources
from reports.documents.tables import NUMBER, counted, right
from reports.documents.words import write_day, write_number
from reports.figures import Report, Row
from reports.water_level_report import ALARMS
from storage.arrivals import LOCAL_TIME

RAIN_FIGURES = ("rain_total", "rainy_days", "largest_1h", "largest_3h", "largest_24h", "landslide_level")


def day_of(row: Row) -> date:
    """The local day of a row of a day."""
    assert row.time is not None
    return row.time.astimezone(LOCAL_TIME).date()


def known(row: Row, name: str) -> float | None:
    """The value of a figure of a row."""
    return row.figures[name].value


def largest(rows: list[Row], name: str) -> Row | None:
    """The row with the largest value of a figure; None where none is known."""
    return max(
        (row for row in rows if known(row, name) is not None), key=lambda row: known(row, name) or 0, default=None
    )


def total(rows: list[Row], name: str) -> float | None:
    """The sum of what is known of a figure; None where nothing is."""
    values = [value for row in rows if (value := known(row, name)) is not None]
    return sum(values) if values else None


def water_facts(sources: Sources) -> Iterator[Fact]:
    """The figures of rain, levels and evapotranspiration."""
    rain = sources.reports["rain"].rows
    for name, title in (
        ("rain_total", Text("Tổng lượng mưa lớn nhất tại một điểm đo", "Largest total rain of a gauge")),
        ("largest_24h", Text("Mưa 24 giờ lớn nhất", "Largest rain in 24 hours")),
        ("landslide_level", Text("Cấp rủi ro lũ quét, sạt lở cao nhất", "Highest risk of landslide")),
    ):
        row = largest(rain, name)
        unit = "" if name == "landslide_level" else "mm"
        yield Fact(f"rain_{name}", title, None if row is None else known(row, name), unit)
    water = largest(sources.reports["water"].rows, "level_highest")
    title = Text("Mực nước cao nhất", "Highest water level")
    yield Fact("water_highest", title, None if water is None else known(water, "level_highest"), "cm")
    et0 = total(sources.reports["et0"].rows, "et0")
    rounded = None if et0 is None else round(et0, 2)
    yield Fact("et0_total", Text("Tổng bốc thoát hơi tham chiếu ET0", "Total reference ET0"), rounded, "mm")


def rain_section(sources: Sources) -> Iterator[Block]:
    """Rain by gauge, and the risk that it brought."""
    yield Heading("Mưa và nguy cơ lũ quét, sạt lở")
    rows = sources.reports["rain"].rows
    most = largest(rows, "rain_total")
    if most is None:
        yield Paragraph("Trong kỳ không có điểm đo mưa nào có số liệu.")
        return
    level = int(max(known(row, "landslide_level") or 0 for row in rows))
    risk = f"cấp {level} (màu {RISK_COLOURS[level].vi.lower()})" if level else "chưa đến cấp 1"
    yield Paragraph(
        f"Có {len(rows)} điểm đo mưa. Tổng lượng mưa lớn nhất là {write_number(known(most, 'rain_total'), 1)} mm, tại "
        f"{sources.name_of(most.place.device)}. Cấp độ rủi ro lũ quét, sạt lở đất cao nhất trong kỳ: {risk}."
    )
    bars = tuple(Bar(sources.name_of(row.place.device), known(row, "rain_total")) for row in rows)
    words = f"Biểu đồ thanh tổng lượng mưa của {len(rows)} điểm đo."
    yield Picture("Tổng lượng mưa trong kỳ theo điểm đo", Bars(bars, "mm"), words)
    columns = (NUMBER, Column("Điểm đo", 2.6), *(right(FIGURE_WORDS[name].title, 1.2) for name in RAIN_FIGURES))
    body = counted(
        (sources.name_of(row.place.device), *(cell_of(name, row.figures.get(name)) for name in RAIN_FIGURES))
        for row in rows
    )
    rainy = write_number(sources.scope.rules.rain.rainy_day_mm, 1)
    note = f"Ngày mưa là ngày có từ {rainy} mm trở lên. Cấp rủi ro theo QĐ 18/2021/QĐ-TTg; 0 là chưa đến cấp 1."
    yield Table("Lượng mưa theo điểm đo", columns, body, sheet="Mưa theo điểm đo", note=note)


def level_section(sources: Sources) -> Iterator[Block]:
    """Water levels by gauge, beside their alarm levels."""
    yield Heading("Mực nước")
    report = sources.reports["water"]
    gauges = [code for code in dict.fromkeys(row.place.device for row in report.rows) if code in sources.active]
    if not gauges:
        yield Paragraph("Trong kỳ, xã không có trạm đo mực nước nào được tính.")
        return
    highest = largest(report.rows, "level_highest")
    reached = sum(known(row, "hours_alarm_1") or 0 for row in report.rows)
    alarmed = any(known(row, "alarm_1") is not None for row in report.rows)
    if highest is None:
        yield Paragraph(f"Xã có {len(gauges)} trạm đo mực nước; trong kỳ chưa trạm nào có số liệu.")
        return
    top = write_number(known(highest, "level_highest"), 1)
    over = f"Số giờ từ báo động 1 trở lên: {write_number(reached)}." if alarmed else "Chưa trạm nào đặt mức báo động."
    yield Paragraph(
        f"Xã có {len(gauges)} trạm đo mực nước. Mực nước cao nhất là {top} cm, tại "
        f"{sources.name_of(highest.place.device)}, ngày {write_day(day_of(highest))}. {over}"
    )
    if len(sources.scope.period.days) > 1:
        yield _levels_picture(sources, report, gauges)
    yield _levels_table(sources, report, gauges)


def _levels_picture(sources: Sources, report: Report, gauges: Sequence[str]) -> Picture:
    days = tuple(dict.fromkeys(day_of(row) for row in report.rows))
    series = {
        sources.name_of(gauge): tuple(known(row, "level_highest") for row in report.rows if row.place.device == gauge)
        for gauge in gauges
        if any(known(row, "level_highest") is not None for row in report.rows if row.place.device == gauge)
    }
    limits: tuple[Limit, ...] = ()
    if len(gauges) == 1:
        last = report.rows[-1]
        limits = tuple(
            Limit(value, f"báo động {alarm}", colour)
            for alarm, colour in zip(ALARMS, ("#C9A227", "#D9822B", "#C0392B"), strict=True)
            if (value := known(last, f"alarm_{alarm}")) is not None
        )
    chart = DayLines(days, series, "cm", limits)
    return Picture("Mực nước cao nhất từng ngày", chart, f"Biểu đồ đường mực nước của {len(gauges)} trạm.")


def _levels_table(sources: Sources, report: Report, gauges: Sequence[str]) -> Table:
    columns = (
        NUMBER,
        Column("Trạm", 2.4),
        right("Thấp nhất (cm)", 1.1),
        right("Cao nhất (cm)", 1.1),
        Column("Ngày cao nhất", 1.7, Align.CENTRE),
        *(right(f"Báo động {alarm} (cm)", 1.0) for alarm in ALARMS),
        *(right(f"Số giờ từ BĐ{alarm}", 0.9) for alarm in ALARMS),
    )
    body: list[tuple[Cell, ...]] = []
    for gauge in gauges:
        rows = [row for row in report.rows if row.place.device == gauge]
        top = largest(rows, "level_highest")
        lows = [value for row in rows if (value := known(row, "level_lowest")) is not None]
        body.append(
            (
                sources.name_of(gauge),
                Number(min(lows, default=None), 1),
                Number(None if top is None else known(top, "level_highest"), 1),
                "" if top is None else write_day(day_of(top)),
                *(Number(known(rows[-1], f"alarm_{alarm}"), 0) for alarm in ALARMS),
                *(Number(total(rows, f"hours_alarm_{alarm}")) for alarm in ALARMS),
            )
        )
    note = "Mực nước tính từ điểm 0 của thước đo. Mức báo động là mức đặt cho từng trạm; –: chưa đặt."
    return Table("Mực nước theo trạm", columns, counted(body), sheet="Mực nước theo trạm", note=note)


def irrigation_section(sources: Sources) -> Iterator[Block]:
    """Evapotranspiration, and what each zone needed."""
    yield Heading("Bốc thoát hơi và nước tưới")
    days, report = sources.reports["et0"].rows, sources.reports["irrigation"]
    sum_ = total(days, "et0")
    told = [row for row in days if known(row, "et0") is not None]
    if sum_ is None:
        yield Paragraph("Số liệu trong kỳ chưa đủ để tính bốc thoát hơi tham chiếu ET0.")
    else:
        mean = write_number(sum_ / len(told), 2)
        yield Paragraph(
            f"Bốc thoát hơi tham chiếu ET0 của {len(told)} ngày có đủ số liệu là {write_number(sum_, 1)} mm, "
            f"trung bình {mean} mm/ngày."
        )
        if len(days) > 1:
            chart = DayLines(tuple(map(day_of, days)), {"ET0": tuple(known(row, "et0") for row in days)}, "mm/ngày")
            yield Picture("ET0 từng ngày", chart, f"Biểu đồ đường ET0 của {len(told)} ngày, trung bình {mean} mm.")
    zones = list(dict.fromkeys((row.place.device, row.place.part) for row in report.rows))
    if not zones:
        yield Paragraph("Trong kỳ không có khu tưới nào có số liệu.")
        return
    columns = (
        NUMBER,
        Column("Khu tưới", 2.6),
        right("ETc (mm)", 1.1),
        right("Mưa hữu ích (mm)", 1.1),
        right("Nước đã tưới (mm)", 1.1),
        right("Số ngày cần tưới", 1.1),
        right("Số ngày có số liệu", 1.1),
    )
    body: list[tuple[Cell, ...]] = []
    for zone in zones:
        rows = [row for row in report.rows if (row.place.device, row.place.part) == zone]
        due = sum((known(row, "need") or 0) > 0 for row in rows)
        there = sum(known(row, "need") is not None for row in rows)
        amounts = (Number(total(rows, name), 1) for name in ("etc", "effective_rain", "irrigation"))
        name = f"{sources.name_of(zone[0])}{f', khu {zone[1]}' if zone[1] else ''}"
        body.append((name, *amounts, Number(due), Number(there)))
    note = "–: chưa đủ số liệu, hoặc chưa khai diện tích khu tưới nên lượng nước không quy ra mm được."
    yield Table("Nước của từng khu tưới trong kỳ", columns, counted(body), sheet="Khu tưới", note=note)
