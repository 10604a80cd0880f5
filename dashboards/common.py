"""What the dashboards share: variables, columns, links, counts of devices."""

from __future__ import annotations

from dashboards.board import Variable
from dashboards.colours import ALWAYS_GOOD, BAD, CAUTION, GOOD, HEALTH, NO_DATA, NONE_IS_GOOD, SEVERITY, Limit
from dashboards.panels import Column, Panel, Shape
from dashboards.statements import statement

COMMUNES = Variable("commune", "Xã", "Các xã cần xem", statement("communes"))
HAMLETS = Variable("hamlet", "Thôn", "Các thôn của những xã đã chọn", statement("hamlets"))
OPERATORS = Variable("operator", "Nhà mạng", "Các nhà mạng đã được đo", statement("operators"))
KEEP_RANGE = "${__url_time_range}"
TO_DEVICE = (
    "Mở bảng của thiết bị",
    '/d/commune-device?var-commune=${__data.fields["Xã"]}&var-device=${__data.fields["Mã"]}&' + KEEP_RANGE,
)
TO_KIND = (
    "Mở bảng của loại thiết bị",
    '/d/commune-kind-${__data.fields["Mã loại"]}?${commune:queryparam}&' + KEEP_RANGE,
)
AGO = "dateTimeFromNow"
MOMENT = "dateTimeAsIso"

HEALTH_COLUMN = Column(words=HEALTH)
SEVERITY_COLUMN = Column(words={severity.value: words for severity, words in SEVERITY.items()})
DEVICE_COLUMN = Column(link=TO_DEVICE)
HIDDEN = Column(hidden=True)
SEEN = Column(unit=AGO)

_COUNTS = (
    ("Hoạt động", "'on'", "Thiết bị đang gửi tin đúng chu kỳ", (Limit(None, GOOD),)),
    ("Chậm", "'late'", "Thiết bị im lặng quá 2 chu kỳ gửi tin", (Limit(None, GOOD), Limit(1, CAUTION))),
    ("Mất liên lạc", "'off'", "Thiết bị im lặng quá 5 chu kỳ hoặc đã báo ngắt", (Limit(None, GOOD), Limit(1, BAD))),
    ("Chưa có tin", "'never'", "Thiết bị chưa bao giờ gửi tin", (Limit(None, GOOD), Limit(1, NO_DATA))),
)


def counts(query: str, **names: str) -> tuple[Panel, ...]:
    """How many devices there are, and how many of them stand in each way."""
    every = ", ".join(f"'{health}'" for health in HEALTH)
    described = (("Thiết bị", every, "Số thiết bị không kể thiết bị đã ngừng sử dụng", ALWAYS_GOOD), *_COUNTS)
    return tuple(
        Panel(
            title,
            f"{meaning}.",
            Shape.STAT,
            statement(query, health=health, **names),
            width=4,
            height=4,
            decimals=0,
            limits=limits,
        )
        for title, health, meaning, limits in described
    )


def alert_count(sql: str) -> Panel:
    """How many alerts are open."""
    return Panel(
        "Cảnh báo đang mở",
        "Số cảnh báo chưa kết thúc, kể cả cảnh báo đã có người nhận.",
        Shape.STAT,
        sql,
        width=4,
        height=4,
        decimals=0,
        limits=NONE_IS_GOOD,
    )
