"""The report on the environment: air, rain, water levels, irrigation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from reports.documents.air_section import air_facts, air_section
from reports.documents.charts import Map, Mark
from reports.documents.letter import Letter
from reports.documents.model import Annex, Block, Document, Heading, Number, Paragraph, Picture, Style
from reports.documents.places import hamlet_labels, hamlet_outlines
from reports.documents.sources import Sources
from reports.documents.tables import data_table, method_table, rules_table
from reports.documents.water_section import irrigation_section, level_section, rain_section, water_facts
from reports.documents.words import unbroken, write_moment, write_period
from reports.sources import Scope
from storage.fleet import CommuneRow

KINDS = {
    "environment": ("Trạm quan trắc môi trường", "#2E8B57", "o"),
    "water_level": ("Trạm đo mực nước", "#2F6DB5", "s"),
    "irrigation": ("Bộ điều khiển tưới", "#D9822B", "^"),
}
GROUNDS = (
    "Căn cứ Quyết định số 1459/QĐ-TCMT ngày 12 tháng 11 năm 2019 của Tổng cục Môi trường về việc ban hành Hướng dẫn kỹ "
    "thuật tính toán và công bố chỉ số chất lượng không khí Việt Nam (VN_AQI)",
    "Căn cứ QCVN 05:2023/BTNMT Quy chuẩn kỹ thuật quốc gia về chất lượng không khí",
    "Căn cứ Quyết định số 18/2021/QĐ-TTg của Thủ tướng Chính phủ quy định về dự báo, cảnh báo, truyền tin thiên tai và "
    "cấp độ rủi ro thiên tai",
)
SHEETS = {
    "air": "Dữ liệu VN_AQI",
    "exceedances": "Dữ liệu vượt quy chuẩn",
    "rain": "Dữ liệu mưa",
    "water": "Dữ liệu mực nước",
    "et0": "Dữ liệu ET0",
    "irrigation": "Dữ liệu tưới",
}


class HasPeriod(Protocol):
    """What a first sentence needs to know."""

    @property
    def scope(self) -> Scope:
        """The moment up to which the data go is its `now`."""

    @property
    def period(self) -> str:
        """The period as it is asked for."""

    @property
    def commune(self) -> CommuneRow:
        """Whose report it is."""


def environment_document(sources: Sources, letter: Letter) -> Document:
    """The document of a period, from its reports."""
    reports = sources.reports
    return Document(
        kind="environment",
        commune=sources.commune.code,
        period=sources.period,
        at=sources.at,
        letter=letter,
        subject=f"Kết quả giám sát môi trường {unbroken(write_period(sources.period))}",
        blocks=(*grounds(letter, GROUNDS), *_blocks(sources)),
        annexes=(
            Annex(
                "Phương pháp tính và các con số áp dụng", (method_table(reports.values()), rules_table(_rules(sources)))
            ),
        ),
        data=tuple(data_table(sources, reports[name], sheet) for name, sheet in SHEETS.items() if reports[name].rows),
        facts=(*air_facts(sources), *water_facts(sources)),
    )


def grounds(letter: Letter, usual: tuple[str, ...]) -> Iterator[Paragraph]:
    """Căn cứ: those of the report, then those of the commune; each ends with a semicolon, the last with a full stop."""
    lines = [line.rstrip(" .;,") for line in (*usual, *letter.grounds)]
    for place, line in enumerate(lines, 1):
        yield Paragraph(f"{line}{'.' if place == len(lines) else ';'}", Style.GROUND)


def opening(sources: HasPeriod, what: str) -> str:
    """The first sentence of a report."""
    sample = " Vị trí, ranh giới và số liệu của xã này là dữ liệu mẫu." if sources.commune.is_sample else ""
    return (
        f"Ủy ban nhân dân {sources.commune.name[0].lower()}{sources.commune.name[1:]} báo cáo {what} "
        f"{write_period(sources.period)}; số liệu tính đến {write_moment(sources.scope.now)}.{sample}"
    )


def _blocks(sources: Sources) -> Iterator[Block]:
    yield Paragraph(opening(sources, "kết quả giám sát môi trường"))
    yield Heading("Mạng lưới giám sát")
    devices = [device for device in sources.devices if device.kind in KINDS and device.code in sources.active]
    counts = ", ".join(
        f"{sum(device.kind == kind for device in devices)} {words[0].lower()}" for kind, words in KINDS.items()
    )
    yield Paragraph(f"Mạng lưới giám sát môi trường của xã có {counts}.")
    placed = [device for device in devices if device.longitude is not None and device.latitude is not None]
    if placed:
        marks = tuple(
            Mark((device.longitude, device.latitude), colour, words, device.code, shape)
            for device in placed
            if device.longitude is not None and device.latitude is not None
            for words, colour, shape in (KINDS[device.kind],)
        )
        chart = Map(marks=marks, outlines=hamlet_outlines(sources.hamlets), labels=hamlet_labels(sources.hamlets))
        yield Picture("Vị trí các thiết bị giám sát môi trường", chart, f"Bản đồ {len(marks)} thiết bị theo loại.")
    yield from air_section(sources)
    yield from rain_section(sources)
    yield from level_section(sources)
    yield from irrigation_section(sources)


def _rules(sources: Sources) -> Iterator[tuple[str, Number | str, str]]:
    rules = sources.scope.rules
    yield "Tỷ lệ số đo tối thiểu của một giờ", Number(rules.completeness.hour, 0, share=True), ""
    yield "Tỷ lệ số giờ tối thiểu của trung bình 8 giờ, ngày, năm", Number(rules.completeness.long, 0, share=True), ""
    yield "Ngày có mưa khi lượng mưa từ", Number(rules.rain.rainy_day_mm, 1), "mm"
    yield "Phần mưa hữu ích", Number(rules.irrigation.rain_share, 0, share=True), ""
    yield "Hiệu suất tưới", Number(rules.irrigation.efficiency, 0, share=True), ""
    yield "Độ cao của xã", Number(rules.irrigation.elevation_m, 1), "m"
    reference = ", ".join(sorted(rules.air.reference_stations)) or "không có"
    yield "Trạm đạt chuẩn kiểm định", reference, ""
