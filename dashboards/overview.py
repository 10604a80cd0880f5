"""The wall: what is on, what is off, what needs a person now."""

from __future__ import annotations

from dataclasses import replace

from dashboards.board import Board, Row
from dashboards.colours import BAD, CAUTION, GOOD, NO_DATA, Limit
from dashboards.common import (
    COMMUNES,
    DEVICE_COLUMN,
    HAMLETS,
    HEALTH_COLUMN,
    HIDDEN,
    MOMENT,
    SEEN,
    SEVERITY_COLUMN,
    TO_KIND,
    alert_count,
    counts,
)
from dashboards.panels import Column, Panel, Shape
from dashboards.statements import statement

MAP = Panel(
    "Bản đồ thiết bị",
    "Vị trí từng thiết bị: xanh là hoạt động, vàng là chậm, đỏ là mất liên lạc, xám là chưa có tin.",
    Shape.MAP,
    statement("map"),
    width=12,
    height=14,
    limits=(Limit(None, GOOD), Limit(2, CAUTION), Limit(3, BAD), Limit(4, NO_DATA)),
    columns={"Nhận tin lúc": SEEN},
)
KINDS = Panel(
    "Tình trạng theo loại thiết bị",
    "Số thiết bị của mỗi loại theo tình trạng. Bấm vào tên loại để mở bảng của loại đó.",
    Shape.TABLE,
    statement("state_by_kind"),
    width=12,
    height=14,
    columns={
        "Loại thiết bị": Column(link=TO_KIND),
        "Mã loại": HIDDEN,
        "Mất liên lạc": Column(limits=(Limit(None, "transparent"), Limit(1, BAD))),
        "Chậm": Column(limits=(Limit(None, "transparent"), Limit(1, CAUTION))),
        "Chưa có tin": Column(limits=(Limit(None, "transparent"), Limit(1, NO_DATA))),
    },
)
ALERTS = Panel(
    "Các cảnh báo đang mở",
    "Việc cần người xử lý, nghiêm trọng nhất ở trên cùng.",
    Shape.TABLE,
    statement("open_alerts"),
    width=12,
    height=10,
    columns={
        "Mở lúc": Column(unit=MOMENT, width=150),
        "Mức": replace(SEVERITY_COLUMN, width=115),
        "Thôn": Column(width=130),
        "Xử lý": Column(width=150),
    },
)
SILENT = Panel(
    "Thiết bị không nghe thấy",
    "Thiết bị nào đang im lặng, ở đâu và từ bao giờ. Bấm vào tên để mở bảng của thiết bị.",
    Shape.TABLE,
    statement("silent_devices"),
    width=12,
    height=10,
    columns={
        "Thiết bị": DEVICE_COLUMN,
        "Mã": HIDDEN,
        "Xã": HIDDEN,
        "Tình trạng": HEALTH_COLUMN,
        "Nhận tin lúc": SEEN,
    },
)


def board() -> Board:
    """The overview."""
    return Board(
        "commune-overview",
        "Tổng quan xã thông minh",
        "Tình trạng mọi thiết bị, cảnh báo đang mở và bản đồ.",
        (COMMUNES, HAMLETS),
        (
            Row("Lúc này", (*counts("count_health"), alert_count(statement("open_alerts_count")))),
            Row("Cần người xử lý", (ALERTS, SILENT)),
            Row("Theo loại và theo nơi", (KINDS, MAP)),
        ),
    )
