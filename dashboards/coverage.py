"""Mobile coverage: the verdict on each cell of the grid, by operator, and how the signal went.

The verdicts are those of the last count (`commune coverage update`); the report is made from the counts themselves.
"""

from __future__ import annotations

from dashboards.board import Board, Row, Variable
from dashboards.colours import ALWAYS_GOOD, BAD, CAUTION, GOOD, NO_DATA, SHARES, Limit
from dashboards.common import AGO
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import units
from dashboards.statements import statement

VERDICTS = {
    "covered": ("Có phủ sóng", GOOD),
    "insufficient": ("Chưa đủ mẫu", CAUTION),
    "not_covered": ("Không phủ sóng", BAD),
    "unmeasured": ("Chưa đo", NO_DATA),
}
"""The verdict on a cell, in words and colour, in the order of the map."""
COVERED = "'covered'"
NOT_EXCLUDED = "'covered', 'insufficient', 'unmeasured'"
OPEN = "'insufficient', 'unmeasured'"
SHARE = Column(unit=units.PercentUnit, decimals=1, limits=SHARES)
SOME_TO_DRIVE = (Limit(None, GOOD), Limit(1, CAUTION))
SOME_WITHOUT = (Limit(None, GOOD), Limit(1, BAD))

_VARIABLES = tuple(
    Variable(name, label, description, statement(query), several=False)
    for name, label, description, query in (
        ("commune", "Xã", "Xã cần xem", "coverage_communes"),
        ("operator", "Nhà mạng", "Nhà mạng cần xem, hoặc bất kỳ nhà mạng nào", "coverage_operators"),
        ("technology", "Công nghệ", "Thế hệ mạng cần xem", "coverage_technologies"),
        ("surroundings", "Nơi đo", "Ngoài trời hay trong nhà", "coverage_surroundings"),
    )
)


def _share(title: str, description: str, states: str) -> Panel:
    sql = statement("coverage_share", states=states)
    return Panel(title, description, Shape.STAT, sql, units.PercentUnit, width=4, height=4, decimals=1, limits=SHARES)


def _count(title: str, description: str, states: str, limits: tuple[Limit, ...]) -> Panel:
    sql = statement("coverage_count", states=states)
    return Panel(title, description, Shape.STAT, sql, width=4, height=4, decimals=0, limits=limits)


def _now() -> tuple[Panel, ...]:
    every = ", ".join(f"'{verdict}'" for verdict in VERDICTS)
    return (
        _share("Phủ sóng ít nhất", "Tỷ lệ số ô đã chứng minh là có phủ sóng trên tất cả các ô của xã.", COVERED),
        _share("Phủ sóng nhiều nhất", "Tỷ lệ khi mọi ô chưa kết luận được hóa ra là có phủ sóng.", NOT_EXCLUDED),
        _count("Ô của lưới", "Số ô H3 cấp 9 có tâm trong địa giới xã.", every, ALWAYS_GOOD),
        _count("Ô không phủ sóng", "Số ô đã chứng minh là không có phủ sóng.", "'not_covered'", SOME_WITHOUT),
        _count("Ô còn phải đo", "Số ô chưa đo hoặc chưa đủ mẫu, chưa kết luận được.", OPEN, SOME_TO_DRIVE),
        Panel(
            "Đánh giá",
            "Lần cuối các ô được đánh giá lại từ số đo.",
            Shape.STAT,
            statement("coverage_judged"),
            AGO,
            width=4,
            height=4,
        ),
    )


MAP = Panel(
    "Bản đồ các ô",
    "Tâm từng ô của lưới: xanh là có phủ sóng, vàng là chưa đủ mẫu, đỏ là không phủ sóng, xám là chưa đo. "
    "Không có vị trí của người đo.",
    Shape.MAP,
    statement("coverage_map"),
    width=12,
    height=16,
    limits=tuple(
        Limit(place if place > 1 else None, colour) for place, (_, colour) in enumerate(VERDICTS.values(), start=1)
    ),
    columns={"Tỷ lệ đạt": Column(unit=units.PercentUnit), "RSRP trung bình": Column(unit=units.DecibelMilliWatt)},
)
BY_OPERATOR = Panel(
    "Theo nhà mạng",
    "Số ô theo kết luận của từng nhà mạng, với tỷ lệ ít nhất và nhiều nhất.",
    Shape.TABLE,
    statement("coverage_by_operator"),
    width=24,
    height=7,
    columns={"Ít nhất": SHARE, "Nhiều nhất": SHARE},
)
TO_DRIVE = Panel(
    "Cần đến đâu",
    "Các ô không phủ sóng, chưa đủ mẫu hoặc chưa đo, với tọa độ của tâm ô.",
    Shape.TABLE,
    statement("coverage_to_drive"),
    width=12,
    height=16,
    columns={
        "Kết luận": Column(words=VERDICTS),
        "RSRP trung bình": Column(unit=units.DecibelMilliWatt, decimals=0),
        "Vĩ độ": Column(decimals=5),
        "Kinh độ": Column(decimals=5),
    },
)


def _trends() -> tuple[Panel, ...]:
    return (
        Panel(
            "Mức tín hiệu 5G theo nhà mạng",
            "SS-RSRP trung bình từng ngày của mọi đầu đo trong xã; đây không phải kết luận về phủ sóng.",
            Shape.TIMES,
            statement("coverage_signal"),
            units.DecibelMilliWatt,
            width=12,
            decimals=0,
            interval="1d",
        ),
        Panel(
            "Tốc độ tải xuống theo nhà mạng",
            "Tốc độ tải xuống trung bình từng ngày của mọi đầu đo trong xã.",
            Shape.TIMES,
            statement("coverage_download"),
            units.MegabitsPerSecond,
            width=12,
            interval="1d",
        ),
    )


def board() -> Board:
    """Coverage."""
    return Board(
        "commune-coverage",
        "Phủ sóng di động",
        "Ô nào của xã có phủ sóng, của nhà mạng nào, và còn phải đo ở đâu.",
        _VARIABLES,
        (
            Row("Lúc này", _now()),
            Row("Ở đâu", (MAP, TO_DRIVE, BY_OPERATOR)),
            Row("Diễn biến", _trends()),
        ),
        since="now-30d",
    )
