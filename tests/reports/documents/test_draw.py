"""Pictures: the same bytes for the same values, whatever is missing in them."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from matplotlib.ft2font import FT2Font
from PIL import Image

from reports.documents.charts import Area, Bar, Bars, Chart, DayBars, DayLines, Limit, Map, Mark
from reports.documents.draw import FONTS, WIDTH_MM, draw
from tests.reports.documents.sample import BARS, CHART, DAYS

RING = ((106.29, 20.86), (106.31, 20.86), (106.31, 20.88), (106.29, 20.88), (106.29, 20.86))
MAP = Map(
    areas=(Area((RING[:3],), "#2E8B57", "đã phủ"), Area((RING[2:],), "#DDDDDD", "mô hình", hatch=True)),
    marks=(Mark((106.3, 20.87), "#C0392B", "Trạm", "env-01"), Mark((106.3, 20.865), "#C0392B", "Trạm")),
    outlines=(RING,),
    labels=(((106.295, 20.875), "Thôn Ổ"),),
)
LINES = DayLines(DAYS, {"A": tuple(float(day) for day in range(20)), "B": (None,) * 20}, "cm", (Limit(9, "báo động"),))
MANY = DayLines(DAYS, {f"Trạm có tên rất dài số {n}": (1.0,) * 20 for n in range(9)}, "cm")
YEAR = DayBars(
    tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(365)), (50.0,) * 365, ("#FFFF00",) * 365, "VN_AQI"
)
EMPTY = (
    DayBars((DAYS[0],), (None,), ("#FFFFFF",), "VN_AQI"),
    DayLines(DAYS, {"A": (None,) * 20}, "mm"),
    Bars((Bar("Không có", None),), "mm"),
    Map(),
)


@pytest.mark.parametrize("chart", [CHART, BARS, LINES, MANY, YEAR, MAP, *EMPTY])
def test_every_chart_is_a_picture_of_the_width_of_a_page(chart: Chart) -> None:
    picture = Image.open(io.BytesIO(draw(chart)))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(WIDTH_MM / 25.4 * 200, abs=2)
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) >= 2 or chart == Map()


@pytest.mark.parametrize("chart", [CHART, BARS, LINES, MAP])
def test_the_same_values_are_the_same_bytes(chart: Chart) -> None:
    first = draw(chart)
    assert draw(chart) == first
    assert b"Software" not in first
    assert b"tIME" not in first


def test_pictures_may_be_asked_for_at_once() -> None:
    alone = [draw(chart) for chart in (CHART, BARS)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(draw, [CHART, BARS] * 2))
    assert together == alone * 2


@pytest.mark.parametrize("file", sorted(FONTS.glob("*.ttf")), ids=lambda file: file.stem)
def test_the_font_has_every_letter_of_vietnamese(file: Path) -> None:
    letters = FT2Font(str(file)).get_charmap()
    vietnamese = {*range(0x1EA0, 0x1EFA), *map(ord, "ĂăÂâĐđÊêÔôƠơƯưÀÁÃàáãÈÉèéÌÍĨìíĩÒÓÕòóõÙÚŨùúũÝý")}
    assert sorted(vietnamese - letters.keys()) == []
    assert sorted({*map(ord, "–≥≤±×√°²³µ…“”Σθ−₃")} - letters.keys()) == []
