"""One device: how it stands, what it says, when it was there, what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.board import Board, Row, Variable
from dashboards.colours import HEALTH
from dashboards.common import AGO, MOMENT, SEVERITY_COLUMN
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import units
from dashboards.statements import statement
from devices.lifecycle import STATE_WORDS
from devices.model import Kind
from storage.wall_queries import device_latest, device_trend, field_choices

LIFE = {state.value: (words.vi, "transparent") for state, words in STATE_WORDS.items()}
PRESENCE = {"1": HEALTH["on"], "0": HEALTH["off"]}


def _now(kinds: Mapping[str, Kind]) -> tuple[Panel, ...]:
    def stat(title: str, description: str, query: str, unit: str, words: Mapping[str, tuple[str, str]] | None) -> Panel:
        return Panel(title, description, Shape.STAT, statement(query), unit, width=4, height=4, words=words)

    return (
        stat("Tình trạng", "Thiết bị đang hoạt động, chậm hay mất liên lạc.", "device_health", "none", HEALTH),
        stat("Nhận tin", "Lần cuối nhận được tin của thiết bị.", "device_seen", AGO, None),
        stat("Chu kỳ gửi tin", "Thiết bị phải gửi tin sau mỗi khoảng này.", "device_interval", units.Seconds, None),
        Panel(
            "Thiết bị",
            "Những gì sổ đăng ký biết về thiết bị.",
            Shape.TABLE,
            statement("device_card"),
            width=12,
            height=4,
            columns={"Đăng ký lúc": Column(unit=MOMENT), "Vòng đời": Column(words=LIFE)},
        ),
        Panel(
            "Giá trị mới nhất",
            "Giá trị mới nhất của từng thông số và lúc đo.",
            Shape.TABLE,
            device_latest(kinds.values()),
            width=10,
            height=12,
            columns={"Đo lúc": Column(unit=AGO)},
        ),
        Panel(
            "Diễn biến của thông số đã chọn",
            "Số liệu theo giờ, với khoảng dài hơn 14 ngày thì theo ngày; đơn vị ghi ở ô chọn thông số. "
            "Số đếm: phần tăng thêm. Trạng thái: tỷ lệ số lần đo.",
            Shape.TIMES,
            device_trend(kinds.values()),
            width=14,
            height=12,
        ),
    )


def _past() -> tuple[Panel, ...]:
    return (
        Panel(
            "Có mặt",
            "Lúc thiết bị báo có mặt và lúc thiết bị hoặc máy chủ MQTT báo vắng mặt.",
            Shape.STATES,
            statement("device_presence"),
            width=24,
            height=5,
            words=PRESENCE,
        ),
        Panel(
            "Bản tin theo ngày",
            "Bản tin của thiết bị theo ngày nhận: đã lưu, trùng hoặc để riêng.",
            Shape.TIMES,
            statement("device_ledger"),
            "short",
            width=12,
            decimals=0,
            bars=True,
        ),
        Panel(
            "Cảnh báo của thiết bị",
            "Cảnh báo mở trong khoảng thời gian đã chọn.",
            Shape.TABLE,
            statement("device_alerts"),
            width=12,
            columns={
                "Mở lúc": Column(unit=MOMENT),
                "Hết lúc": Column(unit=MOMENT),
                "Mức": SEVERITY_COLUMN,
            },
        ),
    )


def board(kinds: Mapping[str, Kind]) -> Board:
    """The dashboard of one device, of any of these kinds."""
    variables = (
        Variable("commune", "Xã", "Xã của thiết bị", statement("communes"), several=False),
        Variable("device", "Thiết bị", "Thiết bị cần xem", statement("devices"), several=False),
        Variable("kind", "Loại", "Loại của thiết bị", statement("kind_of_device"), several=False, hidden=True),
        Variable("field", "Thông số", "Thông số cần xem", field_choices(kinds.values()), several=False),
    )
    return Board(
        "commune-device",
        "Một thiết bị",
        "Tình trạng, giá trị, bản tin và cảnh báo của một thiết bị.",
        variables,
        (Row("Lúc này", _now(kinds)), Row("Đã qua", _past())),
        since="now-7d",
    )
