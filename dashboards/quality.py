"""Whether what is shown can be trusted: data quality by kind, the ledger, what was set aside, ingest and the broker."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.colours import ALWAYS_GOOD, BAD, CAUTION, GOOD, NONE_IS_GOOD, SHARES, Limit
from dashboards.common import AGO, COMMUNES, MOMENT
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import units
from dashboards.statements import statement

LAG = (Limit(None, GOOD), Limit(60, CAUTION), Limit(300, BAD))
SHARE = Column(unit=units.PercentUnit, decimals=1, limits=SHARES)


def _stat(title: str, description: str, column: str, limits: tuple[Limit, ...]) -> Panel:
    sql = statement("ledger_sum", column=column)
    return Panel(title, description, Shape.STAT, sql, width=5, height=4, decimals=0, limits=limits)


def _now() -> tuple[Panel, ...]:
    return (
        Panel(
            "Lần ghi gần nhất cách đây",
            "Số giây từ khi một phiên nhận tin ghi lần cuối; lâu quá là tiến trình nhận tin đã dừng.",
            Shape.STAT,
            statement("ingest_lag"),
            units.Seconds,
            width=4,
            height=4,
            limits=LAG,
        ),
        _stat("Bản tin đã nhận", "Số bản tin đã nhận trong những ngày đã chọn.", "received", ALWAYS_GOOD),
        _stat("Đã lưu", "Số bản tin đã lưu trong những ngày đã chọn.", "stored", ALWAYS_GOOD),
        _stat("Trùng", "Số bản tin đã có sẵn, nhận lại lần nữa.", "duplicate", ALWAYS_GOOD),
        _stat("Để riêng", "Số bản tin không lưu được, để riêng chờ xử lý.", "dead_lettered", NONE_IS_GOOD),
    )


def _quality() -> tuple[Panel, ...]:
    return (
        Panel(
            "Chất lượng dữ liệu theo loại",
            "Sống: tỷ lệ thiết bị đang hoạt động. Đủ: số liệu của ngày hôm qua so với chu kỳ gửi tin. "
            "Sạch: phần số liệu hôm qua không bị để riêng.",
            Shape.TABLE,
            statement("quality_by_kind"),
            width=12,
            height=10,
            columns={"Sống": SHARE, "Đủ": SHARE, "Sạch": SHARE},
        ),
        Panel(
            "Sổ đối soát theo ngày",
            "Mỗi bản tin đã nhận là đã lưu, trùng hoặc để riêng; ngày tính theo giờ Việt Nam.",
            Shape.TIMES,
            statement("ledger_by_day"),
            "short",
            width=12,
            height=10,
            decimals=0,
            bars=True,
        ),
    )


def _set_aside() -> tuple[Panel, ...]:
    return (
        Panel(
            "Bản tin để riêng theo lý do",
            "Vì sao không lưu được và còn bao nhiêu chưa xử lý.",
            Shape.TABLE,
            statement("dead_letters_by_reason"),
            width=12,
            columns={"Gần nhất": Column(unit=AGO)},
        ),
        Panel(
            "Bản tin để riêng theo thời gian",
            "Số bản tin hoặc số liệu bị để riêng trong từng khoảng.",
            Shape.TIMES,
            statement("dead_letters_over_time"),
            "short",
            width=12,
            decimals=0,
            interval="5m",
            bars=True,
        ),
    )


def _machines() -> tuple[Panel, ...]:
    return (
        Panel(
            "Các phiên nhận tin",
            "Mỗi tiến trình nhận tin: ghi lần cuối khi nào, đang giữ bao nhiêu bản tin chưa ghi, chờ lâu nhất bao lâu.",
            Shape.TABLE,
            statement("ingest_sessions"),
            columns={"Ghi lần cuối": Column(unit=AGO), "Chờ lâu nhất": Column(unit=units.Seconds, limits=LAG)},
        ),
        Panel(
            "Máy chủ MQTT",
            "Số đếm của máy chủ MQTT: bản tin đang chờ, bản tin đã bỏ, phiên vắng mặt.",
            Shape.TABLE,
            statement("brokers"),
            columns={
                "Xem lúc": Column(unit=AGO),
                "Chạy từ": Column(unit=MOMENT),
                "Dung lượng chờ": Column(unit=units.BytesIEC),
                "Đã bỏ": Column(limits=(Limit(None, "transparent"), Limit(1, BAD))),
            },
        ),
        Panel(
            "Máy chủ MQTT bỏ bản tin",
            "Những lần số bản tin bị bỏ tăng lên; trống là không mất bản tin nào.",
            Shape.TABLE,
            statement("broker_drops"),
            columns={"Lúc": Column(unit=MOMENT)},
        ),
    )


def board() -> Board:
    """Data quality and ingest health."""
    return Board(
        "commune-quality",
        "Chất lượng dữ liệu và nhận tin",
        "Dữ liệu có đủ, sạch và sống không; việc nhận tin có đều không.",
        (COMMUNES,),
        (
            Row("Nhận tin", _now()),
            Row("Chất lượng dữ liệu", _quality()),
            Row("Để riêng", _set_aside()),
            Row("Máy móc", _machines()),
        ),
        since="now-7d",
    )
