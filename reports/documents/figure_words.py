"""The figures of reports in the words of Vietnamese tables: a title with its unit, decimals, whether it is a share."""

from __future__ import annotations

from dataclasses import dataclass

from devices.catalogue import KINDS
from reports.air_quality import POLLUTANTS
from reports.data_quality import MEASURES
from reports.documents.model import Number
from reports.figures import Figure
from reports.lighting import FAULTS
from reports.water_level_report import ALARMS


@dataclass(frozen=True, slots=True)
class FigureWords:
    """How a figure is shown."""

    title: str
    decimals: int = 0
    share: bool = False


FIGURE_WORDS: dict[str, FigureWords] = {
    "vn_aqi": FigureWords("VN_AQI"),
    **{
        f"aqi_{pollutant.value}": FigureWords(f"AQI {KINDS['environment'].by_name[pollutant].title.vi}")
        for pollutant in POLLUTANTS
    },
    "exceedances": FigureWords("Số lần vượt"),
    "largest": FigureWords("Lớn nhất (µg/m³)", 1),
    "limit": FigureWords("Giới hạn (µg/Nm³)"),
    **{f"rain_{hours}h": FigureWords(f"Mưa {hours} giờ cuối kỳ (mm)", 1) for hours in (1, 3, 24)},
    **{f"largest_{hours}h": FigureWords(f"Mưa {hours} giờ lớn nhất (mm)", 1) for hours in (1, 3, 24)},
    "rain_total": FigureWords("Tổng lượng mưa (mm)", 1),
    "days_of_rain_before": FigureWords("Số ngày mưa liên tiếp trước 24 giờ cuối"),
    "rainy_days": FigureWords("Số ngày mưa"),
    "landslide_level": FigureWords("Cấp rủi ro lũ quét, sạt lở cao nhất"),
    "et0": FigureWords("ET0 (mm)", 2),
    "etc": FigureWords("ETc (mm)", 2),
    "rain": FigureWords("Mưa (mm)", 1),
    "effective_rain": FigureWords("Mưa hữu ích (mm)", 1),
    "irrigation": FigureWords("Nước đã tưới (mm)", 1),
    "depletion": FigureWords("Thiếu hụt nước vùng rễ (mm)", 1),
    "need": FigureWords("Lượng nước cần tưới (mm)", 1),
    "zones_due": FigureWords("Số khu cần tưới"),
    "level_mean": FigureWords("Mực nước trung bình (cm)", 1),
    "level_lowest": FigureWords("Mực nước thấp nhất (cm)", 1),
    "level_highest": FigureWords("Mực nước cao nhất (cm)", 1),
    **{f"alarm_{alarm}": FigureWords(f"Báo động {alarm} (cm)", 1) for alarm in ALARMS},
    **{f"hours_alarm_{alarm}": FigureWords(f"Số giờ từ báo động {alarm}") for alarm in ALARMS},
    "energy": FigureWords("Điện năng (kWh)", 1),
    "baseline": FigureWords("Điện năng đèn cũ (kWh)", 1),
    "saving": FigureWords("Tiết kiệm", 1, share=True),
    "availability": FigureWords("Độ sẵn sàng", 1, share=True),
    "availability_known": FigureWords("Độ sẵn sàng khi có số liệu", 1, share=True),
    "hours_required": FigureWords("Số giờ phải sáng", 1),
    "hours_lit": FigureWords("Số giờ sáng", 1),
    "hours_lit_by_day": FigureWords("Số giờ sáng ban ngày", 1),
    **{f"fault_{cause}": FigureWords(f"Số giờ hỏng: {name.vi}", 1) for cause, name in FAULTS.items()},
    **{measure: FigureWords(name.vi.capitalize(), 1, share=True) for measure, name in MEASURES.items()},
    "opened": FigureWords("Phát sinh"),
    "closed": FigureWords("Kết thúc"),
    "open": FigureWords("Còn mở"),
    "acknowledged": FigureWords("Đã tiếp nhận"),
    "hours_open": FigureWords("Thời gian kéo dài, trung vị (giờ)", 2),
}


def cell_of(name: str, figure: Figure | None) -> Number:
    """A figure in a cell; an unknown number where it is not there."""
    words = FIGURE_WORDS[name]
    return Number(None if figure is None else figure.value, words.decimals, words.share)
