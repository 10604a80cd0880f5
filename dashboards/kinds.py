"""One dashboard a kind, made from the catalogue: how its devices stand, what they say now, and how each value went."""

from __future__ import annotations

from dashboards.board import Board, Row, Variable
from dashboards.colours import NONE_IS_GOOD, Limit, limits_of
from dashboards.common import (
    COMMUNES,
    DEVICE_COLUMN,
    HAMLETS,
    HEALTH_COLUMN,
    HIDDEN,
    OPERATORS,
    SEEN,
    alert_count,
    counts,
)
from dashboards.panels import Column, Panel, Shape
from dashboards.sdk import units
from dashboards.statements import statement
from devices.model import Behaviour, Field, Kind
from storage.wall_queries import has_operators, label_counts, latest_table, shown_values, trend

WHOLE = frozenset({units.DecibelMilliWatt})
"""Units that Grafana scales by magnitude, so that decimals would mislead."""
STATE_WORDS = {"1": ("có", "transparent"), "0": ("không", "transparent")}

_MEANING = {
    Behaviour.GAUGE: "Trung bình, nhỏ nhất và lớn nhất của các thiết bị đã chọn.",
    Behaviour.COUNTER: "Phần tăng thêm trong từng giờ hoặc từng ngày, cộng các thiết bị đã chọn.",
    Behaviour.STATE: "Tỷ lệ số lần đo mà trạng thái này đúng, trung bình các thiết bị đã chọn.",
    Behaviour.LABEL: "Số thiết bị theo giá trị mới nhất.",
}


def board(kind: Kind) -> Board:
    """The dashboard of a kind."""
    devices = Variable(
        "device", "Thiết bị", "Các thiết bị thuộc loại này", statement("devices_of_kind", kind=kind.name)
    )
    now = (*counts("kind_health", kind=kind.name), alert_count(statement("kind_alerts", kind=kind.name)), _latest(kind))
    fields = sorted(shown_values(kind), key=lambda field: field.behaviour is Behaviour.LABEL)
    return Board(
        f"commune-kind-{kind.name}",
        kind.title.vi,
        f"{kind.meaning.vi}.",
        (COMMUNES, HAMLETS, devices, *((OPERATORS,) if has_operators(kind) else ())),
        (Row("Lúc này", now), Row("Diễn biến", tuple(_trend(kind, field) for field in fields))),
    )


def _latest(kind: Kind) -> Panel:
    columns = {
        "Thiết bị": DEVICE_COLUMN,
        "Mã": HIDDEN,
        "Xã": HIDDEN,
        "Tình trạng": HEALTH_COLUMN,
        "Nhận tin lúc": SEEN,
        **({} if kind.keys else {"Phần": HIDDEN}),
        **{
            field.title.vi: _column(kind, field)
            for field in shown_values(kind)
            if field.behaviour is not Behaviour.LABEL
        },
    }
    return Panel(
        "Giá trị mới nhất",
        "Mỗi dòng là một thiết bị với giá trị mới nhất của từng thông số.",
        Shape.TABLE,
        latest_table(kind),
        width=24,
        height=10,
        columns=columns,
    )


def _column(kind: Kind, field: Field) -> Column:
    if field.behaviour is Behaviour.STATE:
        return Column(words=STATE_WORDS)
    limits = limits_of(kind, field)
    return Column(unit_of(field), decimals_of(field), limits=limits if len(limits) > 1 else ())


def unit_of(field: Field) -> str:
    """Grafana's identifier for the unit of a field; a state is a share of its readings."""
    if field.behaviour is Behaviour.STATE:
        return units.PercentUnit
    return field.unit.grafana if field.unit else units.NoUnit


def decimals_of(field: Field) -> int | None:
    """How many decimals to show; None leaves it to Grafana."""
    if not field.is_number or field.unit is None:
        return None
    return 0 if field.unit.grafana in WHOLE else field.decimals


def _trend(kind: Kind, field: Field) -> Panel:
    meaning = f"{field.meaning.vi}. {_MEANING[field.behaviour]}"
    if field.behaviour is Behaviour.LABEL:
        return Panel(field.title.vi, meaning, Shape.TABLE, label_counts(kind, field))
    if field.additive:
        meaning = f"{field.meaning.vi}. Tổng từng khoảng, trung bình một thiết bị."
    is_state = field.behaviour is Behaviour.STATE
    limits: tuple[Limit, ...] = limits_of(kind, field) if field.behaviour is Behaviour.GAUGE else NONE_IS_GOOD[:1]
    return Panel(
        field.title.vi,
        meaning,
        Shape.TIMES,
        trend(kind, field),
        unit_of(field),
        decimals=None if is_state else decimals_of(field),
        limits=limits,
        interval=f"{kind.interval_seconds}s",
        bars=field.additive or field.behaviour is Behaviour.COUNTER,
        bounds=(0, 1) if is_state else (None, None),
    )
