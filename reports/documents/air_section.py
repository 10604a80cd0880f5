"""The part of a document about air quality: days of VN_AQI by level, and what exceeded QCVN 05:2023/BTNMT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.model import Text
from reports.air_levels import LEVELS, level_of
from reports.air_quality_report import INDICATIVE
from reports.documents.charts import DayBars, Limit
from reports.documents.model import Align, Block, Cell, Column, Fact, Heading, Number, Paragraph, Picture, Style, Table
from reports.documents.sources import Sources
from reports.documents.tables import NUMBER, counted, right
from reports.documents.words import write_day, write_number
from reports.figures import Report, Row
from storage.arrivals import LOCAL_TIME

POOR = 100
"""Above this index the air is poor (Kém) or worse."""


@dataclass(frozen=True, slots=True)
class AirDays:
    """The days of one station, or of the commune: how many have an index, how many are in each level, the worst."""

    code: str | None
    days: int
    told: int
    levels: Counter[str]
    worst: Row | None

    @property
    def poor_days(self) -> int:
        """How many days are above 100."""
        return sum(count for name, count in self.levels.items() if name not in (LEVELS[0].name.en, LEVELS[1].name.en))


def air_days(report: Report) -> list[AirDays]:
    """The days of each station of a report by day, or of the commune."""
    found = []
    for code in dict.fromkeys(row.place.device for row in report.rows):
        rows = [row for row in report.rows if row.place.device == code]
        known = [row for row in rows if row.figures["vn_aqi"].value is not None]
        levels = Counter(level_of(index_of(row)).name.en for row in known)
        worst = max(known, key=index_of, default=None)
        found.append(AirDays(code, len(rows), len(known), levels, worst))
    return found


def index_of(row: Row) -> float:
    """The index of a day that has one."""
    value = row.figures["vn_aqi"].value
    assert value is not None
    return value


def air_facts(sources: Sources) -> Iterator[Fact]:
    """The figures of air quality."""
    for commune in air_days(sources.reports["air_commune"]):
        yield Fact("air_days_told", Text("Số ngày có VN_AQI", "Days with a VN_AQI"), commune.told, "ngày")
        for level in LEVELS:
            name = level.name.en.lower().replace(" ", "_")
            title = Text(f"Số ngày VN_AQI mức {level.name.vi}", f"Days of level {level.name.en}")
            yield Fact(f"air_days_{name}", title, commune.levels[level.name.en], "ngày")
        worst = commune.worst
        yield Fact(
            "air_worst_index",
            Text("VN_AQI ngày lớn nhất", "Largest daily VN_AQI"),
            None if worst is None else index_of(worst),
        )
        if worst is not None and worst.time is not None:
            day = write_day(worst.time.astimezone(LOCAL_TIME).date())
            yield Fact("air_worst_day", Text("Ngày có VN_AQI lớn nhất", "Day of the largest"), day)
    rows = sources.reports["exceedances_commune"].rows
    count = sum(row.figures["exceedances"].value or 0 for row in rows)
    judged = any(row.figures["exceedances"].inputs for row in rows)
    title = Text("Số lần vượt QCVN 05:2023/BTNMT", "Exceedances of QCVN 05:2023/BTNMT")
    yield Fact("air_exceedances", title, count if judged else None, "lần")


def air_section(sources: Sources) -> Iterator[Block]:
    """Headings, sentences, the chart of days and the tables of stations and exceedances."""
    yield Heading("Chất lượng không khí")
    stations = [one for one in air_days(sources.reports["air"]) if one.code in sources.active]
    communes = air_days(sources.reports["air_commune"])
    if not stations:
        yield Paragraph("Trong kỳ, xã không có trạm quan trắc môi trường nào được tính.")
        return
    (commune,) = communes
    yield Heading("Chỉ số chất lượng không khí VN_AQI ngày", 2)
    yield Paragraph(_sentence(commune, len(stations)))
    if commune.told and commune.days > 1:
        yield _picture(sources.reports["air_commune"])
    yield _stations_table(sources, stations)
    yield Heading("Vượt giới hạn của QCVN 05:2023/BTNMT", 2)
    yield from _exceedances(sources)


def _sentence(commune: AirDays, stations: int) -> str:
    begin = f"Xã có {stations} trạm quan trắc; {commune.told}/{commune.days} ngày của kỳ có chỉ số VN_AQI"
    worst = commune.worst
    if worst is None or worst.time is None:
        return f"{begin}: số liệu chưa đủ để tính chỉ số ngày nào."
    counts = ", ".join(
        f"{commune.levels[level.name.en]} ngày mức {level.name.vi}" for level in LEVELS if commune.levels[level.name.en]
    )
    day = write_day(worst.time.astimezone(LOCAL_TIME).date())
    main = worst.words["main_pollutant"].vi
    return (
        f"{begin}, lấy theo trạm có chỉ số lớn nhất: {counts}. VN_AQI ngày lớn nhất là "
        f"{write_number(index_of(worst))} ({level_of(index_of(worst)).name.vi}), ngày {day}, do {main}."
    )


def _picture(report: Report) -> Picture:
    rows = [row for row in report.rows if row.time is not None]
    days = tuple(row.time.astimezone(LOCAL_TIME).date() for row in rows if row.time)
    values = tuple(row.figures["vn_aqi"].value for row in rows)
    colours = tuple("#FFFFFF" if value is None else level_of(value).rgb for value in values)
    shown = {level.name.vi: level.rgb for level in LEVELS if level.rgb in colours}
    chart = DayBars(days, values, colours, "VN_AQI", shown, (Limit(POOR, "ngưỡng mức Kém (trên 100)"),))
    known = [value for value in values if value is not None]
    return Picture(
        "VN_AQI ngày của xã (trạm có chỉ số lớn nhất)",
        chart,
        f"Biểu đồ cột VN_AQI của {len(known)} ngày, từ {write_number(min(known))} đến {write_number(max(known))}.",
    )


def _stations_table(sources: Sources, stations: Sequence[AirDays]) -> Table:
    columns = (
        NUMBER,
        Column("Trạm", 2.6),
        right("Số ngày có chỉ số", 1.05),
        *(right(level.name.vi, 1.05) for level in LEVELS),
        right("Lớn nhất", 0.95),
        Column("Ngày lớn nhất", 1.75, Align.CENTRE),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in stations:
        worst = one.worst
        day = write_day(worst.time.astimezone(LOCAL_TIME).date()) if worst is not None and worst.time else ""
        rows.append(
            (
                sources.name_of(one.code),
                Number(one.told),
                *(Number(one.levels[level.name.en]) for level in LEVELS),
                Number(None if worst is None else index_of(worst)),
                day,
            )
        )
    note = f"Số ngày theo từng mức VN_AQI (QĐ 1459/QĐ-TCMT). {INDICATIVE.vi}"
    reference = sources.scope.rules.air.reference_stations
    if all(f"{sources.commune.code}/{one.code}" in reference for one in stations):
        note = "Số ngày theo từng mức VN_AQI (QĐ 1459/QĐ-TCMT)."
    return Table("VN_AQI ngày theo trạm", columns, counted(rows), sheet="VN_AQI theo trạm", note=note)


def _exceedances(sources: Sources) -> Iterator[Block]:
    report = sources.reports["exceedances_commune"]
    judged = [row for row in report.rows if row.figures["exceedances"].inputs]
    if not judged:
        yield Paragraph("Số liệu trong kỳ chưa đủ để xét giá trị trung bình nào.")
        return
    over = [row for row in judged if row.figures["exceedances"].value]
    total = sum(row.figures["exceedances"].value or 0 for row in over)
    means = sum(row.figures["exceedances"].inputs for row in judged)
    if over:
        yield Paragraph(f"Có {write_number(total)} lần vượt giới hạn trong {write_number(means)} giá trị được xét.")
    else:
        yield Paragraph(f"Không có lần nào vượt giới hạn trong {write_number(means)} giá trị trung bình được xét.")
    columns = (
        NUMBER,
        Column("Thông số", 1.3),
        Column("Giá trị xét", 2.6),
        right("Giới hạn (µg/Nm³)", 1.3),
        right("Lớn nhất (µg/m³)", 1.3),
        right("Số giá trị được xét", 1.2),
        right("Số lần vượt", 1.0),
    )
    rows = counted(
        (
            (row.place.part or "").split(" ")[0].upper().replace("PM25", "PM2,5"),
            row.words["averaging"].vi,
            Number(row.figures["limit"].value),
            Number(row.figures["largest"].value, 1),
            Number(row.figures["exceedances"].inputs),
            Number(row.figures["exceedances"].value),
        )
        for row in judged
    )
    note = " ".join(note.vi for note in report.notes)
    yield Table("Các giá trị trung bình so với quy chuẩn, mọi trạm của xã", columns, rows, "Vượt quy chuẩn", note)
    events = sum(len(row.evidence) for row in sources.reports["exceedances"].rows)
    if events:
        yield Paragraph("Thời điểm của từng lần vượt có trong tệp số liệu kèm theo.", Style.NOTE)
