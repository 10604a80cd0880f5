"""Tables of a document on coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from devices.catalogue.signal_probe import OPERATOR_NAMES
from reports.coverage.rules import CoverageRules
from reports.coverage.summary import CoverageReport, ShareFigure
from reports.coverage.words import LEFT_OUT_NAMES, PROFILE_NAMES, SPOT_NAMES, STATE_NAMES, SignalProfile
from reports.documents.coverage_sources import CoverageSources
from reports.documents.model import Align, Cell, Column, Number, Strong, Table
from reports.documents.tables import NUMBER, counted, right
from reports.documents.words import UNKNOWN, write_number, write_share

UNITS = {"km2": "km²", "persons": "người", "sites": "điểm"}
SHARE_COLUMNS = (
    right("Được phủ", 1.1),
    right("Chưa phủ", 1.1),
    right("Chưa đủ mẫu", 1.0),
    right("Chưa đo", 1.1),
    right("Cận dưới", 1.0),
    right("Tỷ lệ đo được", 1.0),
    right("Cận trên", 1.0),
    Column("Khoảng 95%", 1.85, Align.CENTRE),
)


def operator_name(code: str) -> str:
    """An operator as people call it."""
    return f"{OPERATOR_NAMES[code]} ({code})" if code in OPERATOR_NAMES else code


def share(value: float | None) -> Number:
    """A share in a cell, in percent with one decimal."""
    return Number(value, 1, share=True)


def span(figure: ShareFigure) -> str:
    """The interval that the verdict is given by."""
    return f"{write_share(figure.interval.low)} – {write_share(figure.interval.high)}"


def share_cells(figure: ShareFigure) -> tuple[Cell, ...]:
    """The amounts and shares of a figure, under `SHARE_COLUMNS`."""
    decimals = 2 if figure.unit == "km2" else 0
    amounts = (figure.covered, figure.not_covered, figure.insufficient, figure.unmeasured)
    shares = (figure.lower, figure.measured, figure.upper)
    return (*(Number(round(amount, 6), decimals) for amount in amounts), *map(share, shares), span(figure))


def shares_table(report: CoverageReport) -> Table:
    """Area, people and priority sites of one report."""
    named = (("Diện tích", report.area), ("Dân số", report.population), ("Điểm ưu tiên", report.sites))
    rows = tuple(
        (f"{name} ({UNITS.get(figure.unit, figure.unit)})", *share_cells(figure))
        for name, figure in named
        if figure is not None and figure.total > 0
    )
    note = (
        "Cận dưới coi mọi nơi chưa biết là không có sóng, cận trên coi là có sóng; tỷ lệ đo được chỉ tính nơi đã đủ "
        "mẫu. Kết luận lấy theo khoảng 95%."
    )
    return Table(
        "Phủ sóng 5G ngoài trời, bất kỳ nhà mạng", (Column("Tính theo", 1.6), *SHARE_COLUMNS), rows, "Phủ sóng", note
    )


def operators_table(sources: CoverageSources) -> Table:
    """The area that each operator covers."""
    rows = tuple((operator_name(code), *share_cells(report.area)) for code, report in sources.operators.items())
    columns = (Column("Nhà mạng", 1.9), *SHARE_COLUMNS)
    return Table("Diện tích phủ sóng 5G ngoài trời theo nhà mạng (km²)", columns, rows, "Theo nhà mạng")


def others_table(sources: CoverageSources) -> Table:
    """The area by other technologies, indoors, and by stricter levels."""
    reports = sources.reports
    named = (
        ("4G trở lên", reports["4g"]),
        ("Bất kỳ công nghệ", reports["any"]),
        ("5G trong nhà", reports["indoor"]),
        *((f"5G, mức {PROFILE_NAMES[level].vi.lower()}", reports[level.value]) for level in list(SignalProfile)[1:]),
    )
    rows = tuple((name, *share_cells(report.area)) for name, report in named)
    return Table(
        "Diện tích theo công nghệ, nơi đo và mức thu (km²)", (Column("Xét", 1.6), *SHARE_COLUMNS), rows, "Khác"
    )


def hamlets_table(report: CoverageReport) -> Table:
    """Every hamlet: area and people."""
    columns = (
        NUMBER,
        Column("Thôn", 2.2),
        right("Diện tích (km²)", 1.2),
        right("Cận dưới", 1.0),
        right("Tỷ lệ đo được", 1.1),
        right("Cận trên", 1.0),
        right("Ô đã đủ mẫu / số ô", 1.3),
        right("Dân số", 1.0),
        right("Dân số có sóng, cận dưới", 1.3),
    )
    rows = counted(
        (
            one.name,
            Number(round(one.area.total, 6), 2),
            share(one.area.lower),
            share(one.area.measured),
            share(one.area.upper),
            f"{one.area.judged}/{one.area.parts}",
            Number(None if one.population is None else round(one.population.total, 6)),
            share(None if one.population is None else one.population.lower),
        )
        for one in report.hamlets
    )
    return Table("Phủ sóng 5G ngoài trời theo thôn", columns, rows, sheet="Theo thôn")


def sites_table(report: CoverageReport) -> Table:
    """Every priority site."""
    columns = (
        NUMBER,
        Column("Điểm ưu tiên", 3.4),
        Column("Kết quả", 2.0),
        right("Mẫu đạt / số mẫu", 1.4),
        Column("Xét theo", 1.6),
    )
    basis = {"nearby": "mẫu đo gần đó", "cell": "ô lưới của điểm"}
    rows = counted(
        (
            one.name or one.code,
            STATE_NAMES[one.state].vi,
            f"{one.passed}/{one.samples}",
            basis.get(one.basis or "", UNKNOWN),
        )
        for one in report.site_verdicts
    )
    return Table("Sóng 5G tại các điểm ưu tiên", columns, rows, sheet="Điểm ưu tiên")


def spots_table(report: CoverageReport) -> Table:
    """The places where people live that have no signal, or are not known to have one."""
    columns = (
        NUMBER,
        Column("Điểm dân cư", 3.2),
        Column("Kết quả", 2.0),
        right("Mẫu có sóng / số mẫu", 1.6),
        Column("Vị trí (vĩ độ, kinh độ)", 2.2, Align.CENTRE),
    )
    rows = counted(
        (
            one.name,
            Strong(SPOT_NAMES[one.state].vi) if one.state.is_dead else SPOT_NAMES[one.state].vi,
            f"{one.served}/{one.samples}",
            f"{one.latitude:.5f}; {one.longitude:.5f}".replace(".", ","),
        )
        for one in report.dead_spots
    )
    return Table("Sóng di động tại các điểm dân cư, mọi công nghệ", columns, rows, sheet="Điểm dân cư")


def service_table(report: CoverageReport) -> Table:
    """The indicators of QCVN 126."""
    columns = (
        NUMBER,
        Column("Chỉ tiêu", 3.6),
        right("Kết quả", 1.3),
        right("Mức quy định", 1.4),
        right("Số mẫu", 1.1),
        Column("Đánh giá", 1.8, Align.CENTRE),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in report.service:
        is_share, is_count = not one.unit and one.limit <= 1, one.name == "samples"
        sign = "≥" if one.comparison == ">=" else "≤"
        limit = write_share(one.limit, 0) if is_share else f"{write_number(one.limit)} {one.unit}".strip()
        met = {True: "ĐẠT", False: "CHƯA ĐẠT", None: "CHƯA ĐỦ CĂN CỨ"}[one.is_met]
        value = share(one.value) if is_share else Number(one.value, 0 if is_count else 1)
        title = f"{one.title.vi} ({one.unit})" if one.unit else one.title.vi
        rows.append((title, value, f"{sign} {limit}", Number(one.samples), Strong(met)))
    return Table("Chất lượng dịch vụ truy nhập Internet 5G (QCVN 126:2021/BTTTT)", columns, counted(rows), "QCVN 126")


def samples_table(report: CoverageReport) -> Table:
    """What became of the samples."""
    counts = report.counts
    rows: list[tuple[Cell, ...]] = [("Mẫu đã nhận", Number(counts.received)), ("Mẫu dùng được", Number(counts.used))]
    rows += [(f"Bỏ: {LEFT_OUT_NAMES[cause].vi.lower()}", Number(count)) for cause, count in counts.left_out.items()]
    rows.append(("Mẫu được tính sau khi thưa bớt", Number(counts.thinned)))
    return Table("Các mẫu đo", (NUMBER, Column("Khoản mục", 4), right("Số mẫu", 1.5)), counted(rows), sheet="Mẫu đo")


def cells_table(report: CoverageReport) -> Table:
    """Every cell of the grid."""
    columns = (
        Column("Ô H3", 2.0),
        right("Vĩ độ"),
        right("Kinh độ"),
        Column("Thôn", 1.4),
        right("Diện tích (km²)"),
        Column("Kết quả", 1.6),
        right("Số mẫu"),
        right("Mẫu đạt"),
        right("Số khoảng thời gian"),
        right("Dân số", 0.8),
        right("RSRP trung bình (dBm)"),
    )
    rows = tuple(
        (
            one.cell,
            Number(one.latitude, 5),
            Number(one.longitude, 5),
            one.hamlet or "",
            Number(one.area_km2, 4),
            STATE_NAMES[one.state].vi,
            Number(one.samples),
            Number(one.passed),
            Number(one.slots),
            Number(one.population, 1),
            Number(one.mean_rsrp_dbm, 1),
        )
        for one in report.cells
    )
    return Table("Số liệu: các ô lưới, 5G ngoài trời, bất kỳ nhà mạng", columns, rows, sheet="Dữ liệu ô lưới")


def rule_rows(rules: CoverageRules) -> Iterator[tuple[str, Number | str, str]]:
    """Every number of the method."""
    yield "Bỏ mẫu có sai số định vị lớn hơn", Number(rules.accuracy_m), "m"
    yield "Bỏ mẫu đo khi di chuyển nhanh hơn", Number(rules.speed_km_h), "km/h"
    yield "Khoảng cách tối thiểu giữa hai mẫu của một thiết bị", Number(rules.spacing_seconds), "giây"
    yield "Ô lưới H3, cấp", Number(rules.resolution), ""
    yield "Thưa bớt: một mẫu trong mỗi ô H3 cấp", Number(rules.thinning_resolution), ""
    for level, threshold in rules.thresholds.items():
        name = PROFILE_NAMES[level].vi.lower()
        yield f"Mức {name}: SS-RSRP (5G), RSRP (4G) từ", f"{threshold.rsrp_dbm:g}; {threshold.lte_rsrp_dbm:g}", "dBm"
        yield f"Mức {name}: SS-SINR (5G), SINR (4G) từ", f"{threshold.sinr_db:g}; {threshold.lte_sinr_db:g}", "dB"
    yield "Mức dịch vụ: tốc độ tải xuống từ", Number(rules.service_download_mbit_s), "Mbit/s"
    yield "Số mẫu tối thiểu của một ô", Number(rules.least_samples), "mẫu"
    yield "Số khoảng thời gian tối thiểu của một ô", f"{rules.least_slots} × {rules.slot_minutes}", "phút"
    yield "Ô được phủ khi tỷ lệ mẫu đạt từ", share(rules.covered_share), ""
    yield "Số mẫu tính như một mẫu độc lập", Number(rules.design_effect, 1), "mẫu"
    yield "Bán kính xét điểm ưu tiên", Number(rules.site_radius_m), "m"
    yield "Bán kính xét điểm dân cư", Number(rules.dead_spots.radius_m), "m"
    yield "Điểm dân cư có sóng khi tỷ lệ mẫu có sóng từ", share(rules.dead_spots.served_share), ""
    yield "Số lần lấy mẫu lại; hạt giống", f"{rules.resamples}; {rules.seed}", ""


def drive_table(report: CoverageReport, cells: Sequence[str]) -> Table:
    """The cells that are still to be driven, the ones that lack least first."""
    by_code = {cell.cell: cell for cell in report.cells}
    columns = (NUMBER, Column("Ô H3", 2), right("Vĩ độ"), right("Kinh độ"), Column("Thôn", 1.4), right("Số mẫu đã có"))
    found: Iterable[tuple[Cell, ...]] = (
        (code, Number(one.latitude, 5), Number(one.longitude, 5), one.hamlet or "", Number(one.samples))
        for code in cells
        if (one := by_code.get(code)) is not None
    )
    return Table("Số liệu: các ô cần đo thêm", columns, counted(found), sheet="Ô cần đo thêm")
