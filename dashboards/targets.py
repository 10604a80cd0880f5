"""The targets of the plans: which are reached, which are not, on which nothing can be said yet, and how they went."""

from __future__ import annotations

from dashboards.board import Board, Row, Variable
from dashboards.colours import ALWAYS_GOOD, BAD, CAUTION, GOOD, NONE_IS_GOOD, Limit
from dashboards.common import AGO
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import units
from dashboards.statements import statement

OUTCOMES = {
    "dat": ("Đạt", GOOD),
    "chua_dat": ("Chưa đạt", BAD),
    "chua_du_can_cu": ("Chưa đủ căn cứ", CAUTION),
}
"""What a target came to, in words and colour."""
DAY = "time:DD/MM/YYYY"

COMMUNE = Variable("commune", "Nơi", "Xã, hoặc tỉnh cộng các xã lại", statement("target_places"), several=False)
PROFILES = Variable("profile", "Kế hoạch", "Kế hoạch của xã, của tỉnh, mục tiêu quốc gia", statement("target_profiles"))
_MEANINGS = {
    "dat": ("Số chỉ tiêu đã chứng minh là đạt.", ALWAYS_GOOD),
    "chua_dat": ("Số chỉ tiêu đã chứng minh là chưa đạt.", NONE_IS_GOOD),
    "chua_du_can_cu": ("Số chỉ tiêu chưa đủ số liệu để kết luận.", (Limit(None, GOOD), Limit(1, CAUTION))),
}


def _now() -> tuple[Panel, ...]:
    counts = (
        Panel(
            OUTCOMES[outcome][0],
            meaning,
            Shape.STAT,
            statement("target_count", outcome=outcome),
            width=5,
            height=4,
            decimals=0,
            limits=limits,
        )
        for outcome, (meaning, limits) in _MEANINGS.items()
    )
    return (
        *counts,
        Panel(
            "Quá hạn",
            "Số chỉ tiêu đã qua thời hạn mà chưa chứng minh được là đạt.",
            Shape.STAT,
            statement("target_overdue"),
            width=5,
            height=4,
            decimals=0,
            limits=NONE_IS_GOOD,
        ),
        Panel("Tính lúc", "Lần cuối các chỉ tiêu được tính.", Shape.STAT, statement("target_counted"), AGO, 4, 4),
    )


TABLE = Panel(
    "Các chỉ tiêu",
    "Mỗi dòng là một chỉ tiêu với giá trị mới nhất, cận dưới và cận trên, mức phải đạt, thời hạn và văn bản.",
    Shape.TABLE,
    statement("targets"),
    width=24,
    height=12,
    columns={
        "Kết luận": Column(words=OUTCOMES, width=140),
        "Giá trị": Column(decimals=1, width=100),
        "Cận dưới": Column(decimals=1, width=100),
        "Cận trên": Column(decimals=1, width=100),
        "Mức phải đạt": Column(width=130),
        "Thời hạn": Column(unit=DAY, width=120),
        "Tính ngày": Column(unit=DAY, width=120),
    },
)
TRENDS = (
    Panel(
        "Các tỷ lệ theo ngày",
        "Giá trị đã thấy của từng chỉ tiêu tính theo phần trăm; thời hạn ghi cạnh tên.",
        Shape.TIMES,
        statement("target_shares"),
        units.Percent,
        width=12,
        height=10,
        decimals=1,
        interval="1d",
        bounds=(0, 100),
    ),
    Panel(
        "Các số đếm theo ngày",
        "Giá trị đã thấy của từng chỉ tiêu đếm được, như số lĩnh vực có thiết bị hoạt động.",
        Shape.TIMES,
        statement("target_counts"),
        "short",
        width=12,
        height=10,
        decimals=0,
        interval="1d",
    ),
)


def board() -> Board:
    """Targets."""
    return Board(
        "commune-targets",
        "Chỉ tiêu của kế hoạch",
        "Chỉ tiêu nào đã đạt, chưa đạt, chưa đủ căn cứ; giá trị từng ngày là giá trị đã thấy hôm đó.",
        (COMMUNE, PROFILES),
        (Row("Lúc này", _now()), Row("Từng chỉ tiêu", (TABLE,)), Row("Diễn biến", TRENDS)),
        since="now-90d",
    )
