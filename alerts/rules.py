"""The rules: what calls for a person, and what this person is to do. Data, with the defaults; docs/reference/alerts.md.

A rule about readings measures one field of some kinds of device, and opens an alert where the measure has passed its
threshold for its hold time. It closes where the measure is back by its margin (hysteresis), so that a value which
wavers about the threshold is one alert. A rule without a threshold sleeps until a person sets one for a place: the
flood levels báo động 1 to 3 are set for each gauge (QĐ 05/2020/QĐ-TTg). Defaults are ours unless a source is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from devices.model import Text

HOUR = 3600


class Severity(StrEnum):
    """How grave an alert is; the word that the webhook, the topic and the mail carry."""

    INFO = "info"
    WARNING = "warning"
    SERIOUS = "serious"
    CRITICAL = "critical"


class Measure(StrEnum):
    """What of a field is compared, at each reading."""

    VALUE = "value"
    """The reading itself."""
    MEAN = "mean"
    """The mean over the window."""
    SUM = "sum"
    """What fell in the window."""
    RISE = "rise"
    """The reading less the lowest of the window."""
    STUCK = "stuck"
    """Seconds for which the value has not moved at all, as far as the window reaches."""


class Side(StrEnum):
    """Which way a threshold is passed; the threshold itself counts as passed."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of a rule, in the unit of its measure; `threshold` None: the rule sleeps."""

    threshold: float | None
    margin: float = 0.0
    hold_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """What is set otherwise for a place; None: as the rule has it."""

    enabled: bool = True
    threshold: float | None = None
    margin: float | None = None
    hold_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; its name is the `kind` of the alerts that it opens.

    `field`, `kinds`, `measure` and `limits` are of rules about readings; the others are events that the code tells.
    """

    name: str
    severity: Severity
    title: Text
    advice: Text
    kinds: tuple[str, ...] = ()
    field: str = ""
    measure: Measure = Measure.VALUE
    window_seconds: int = 0
    side: Side = Side.ABOVE
    limits: Limits = Limits(None)

    @property
    def is_about_readings(self) -> bool:
        """Whether the rule compares readings."""
        return bool(self.field)


def limits_with(limits: Limits, override: Override) -> Limits | None:
    """The limits with what is set otherwise; None where the rule is switched off or sleeps."""
    changes = {
        name: value
        for name in ("threshold", "margin", "hold_seconds")
        if (value := getattr(override, name)) is not None
    }
    merged = replace(limits, **changes)
    return merged if override.enabled and merged.threshold is not None else None


GAUGE = ("water_level",)
RAIN = ("environment", "water_level")
OFFLINE = Rule(
    "device_offline",
    Severity.WARNING,
    Text("Thiết bị mất liên lạc", "Device offline"),
    Text(
        "Kiểm tra nguồn điện, sóng và SIM tại chỗ; nếu đang sửa chữa, chuyển thiết bị sang trạng thái bảo trì.",
        "Look at its power, its signal and SIM on site; while it is under repair, set its state to maintenance.",
    ),
    limits=Limits(3.0),
)
PLACE_SILENT = Rule(
    "place_silent",
    Severity.SERIOUS,
    Text("Nhiều thiết bị cùng một nơi mất liên lạc", "Many devices of one place are silent"),
    Text(
        "Thường là mất điện một lộ hoặc một thôn: hỏi điện lực trước, đừng đi từng thiết bị.",
        "Mostly a power cut of a feeder or hamlet: ask the power company first, do not visit device after device.",
    ),
    limits=Limits(0.5, 0.25),
)
SYSTEM_SILENT = Rule(
    "system_silent",
    Severity.CRITICAL,
    Text("Không nhận được dữ liệu từ hầu hết thiết bị", "Next to nothing is received from any device"),
    Text(
        "Kiểm tra máy chủ MQTT, commune ingest và đường truyền của trung tâm; chạy commune doctor.",
        "Look at the MQTT broker, at ingest (commune ingest) and at the line of the centre; run commune doctor.",
    ),
    limits=Limits(0.8, 0.3),
)
BROKER_RESTART = Rule(
    "broker_restart",
    Severity.INFO,
    Text("Máy chủ MQTT vừa khởi động lại", "The MQTT broker has restarted"),
    Text(
        "Không cần làm gì nếu có kế hoạch; nếu không, xem nhật ký của máy chủ. Cảnh báo tự đóng sau một giờ.",
        "Nothing, if it was planned; else read the broker's log. It closes by itself after an hour.",
    ),
)
BROKER_DROP = Rule(
    "broker_drop",
    Severity.CRITICAL,
    Text("Máy chủ MQTT bỏ bản tin", "The MQTT broker drops messages"),
    Text(
        "Xem tiến trình tiếp nhận có chạy không, và có phiên nào bị bỏ quên không: commune doctor.",
        "See whether ingest runs, and whether a session is left behind: commune doctor.",
    ),
)
LEDGER_GAP = Rule(
    "ledger_gap",
    Severity.CRITICAL,
    Text("Sổ đối soát không khớp", "The loss ledger does not add up"),
    Text(
        "Có bản tin không được tính. Chạy commune ledger check và báo cho người phát triển.",
        "A message is not accounted for. Run commune ledger check and tell the developers.",
    ),
)


def _flood(level: int, severity: Severity, advice: Text) -> Rule:
    return Rule(
        f"flood_level_{level}",
        severity,
        Text(f"Mực nước đạt báo động {level}", f"The water has reached flood alarm level {level}"),
        advice,
        GAUGE,
        "level",
        limits=Limits(None, margin=5.0),
    )


def _rain(hours: int, millimetres: float, severity: Severity, advice: Text) -> Rule:
    return Rule(
        f"rain_{hours}h",
        severity,
        Text(f"Mưa lớn trong {hours} giờ", f"Heavy rain within {hours} h"),
        advice,
        RAIN,
        "rainfall",
        Measure.SUM,
        hours * HOUR,
        limits=Limits(millimetres, margin=0.1 * millimetres),
    )


_READY = Text(
    "Thông báo trên loa cho các thôn trũng, kiểm tra cống và trạm bơm, trực ban.",
    "Tell the low hamlets by loudspeaker, look at sluices and pumps, man the duty room.",
)
RULES: tuple[Rule, ...] = (
    OFFLINE,
    PLACE_SILENT,
    SYSTEM_SILENT,
    BROKER_RESTART,
    BROKER_DROP,
    LEDGER_GAP,
    _flood(1, Severity.WARNING, _READY),
    _flood(
        2,
        Severity.SERIOUS,
        Text(
            "Tuần tra đê kè, chuẩn bị phương tiện và nơi sơ tán, thông báo hạn chế qua lại ven sông.",
            "Patrol the dikes, make transport and shelters ready, keep people away from the banks.",
        ),
    ),
    _flood(
        3,
        Severity.CRITICAL,
        Text(
            "Thực hiện phương án sơ tán theo lệnh của Ban chỉ huy phòng thủ dân sự; báo cáo cấp trên ngay.",
            "Evacuate by the plan, on the order of the civil defence command; report to the province at once.",
        ),
    ),
    Rule(
        "level_rise",
        Severity.SERIOUS,
        Text("Nước lên nhanh", "The water rises fast"),
        _READY,
        GAUGE,
        "level",
        Measure.RISE,
        HOUR,
        limits=Limits(30.0, margin=10.0),
    ),
    _rain(1, 30.0, Severity.WARNING, _READY),
    _rain(3, 50.0, Severity.SERIOUS, _READY),
    _rain(
        24,
        100.0,
        Severity.SERIOUS,
        Text(
            "Mưa rất to: kiểm tra điểm sạt lở, ngầm tràn; cắm biển và cử người gác.",
            "Very heavy rain: look at slopes and fords; put up signs and guards.",
        ),
    ),
    Rule(
        "pm25_high",
        Severity.WARNING,
        Text("Bụi mịn PM2.5 cao", "Fine dust PM2.5 is high"),
        Text(
            "Khuyên người già, trẻ em và người có bệnh hô hấp ở trong nhà; tìm nơi đốt rơm rạ, rác.",
            "Advise the old, children and the ill to stay inside; look for burning straw or waste.",
        ),
        ("environment",),
        "pm25",
        Measure.MEAN,
        HOUR,
        limits=Limits(150.0, margin=15.0, hold_seconds=1800),
    ),
    Rule(
        "level_stuck",
        Severity.WARNING,
        Text("Mực nước đứng yên bất thường", "The water level has not moved at all"),
        Text(
            "Cảm biến có thể bị kẹt hoặc bám rác: đối chiếu với thước nước tại chỗ.",
            "The sensor may be stuck or fouled: compare it with the staff gauge on site.",
        ),
        GAUGE,
        "level",
        Measure.STUCK,
        13 * HOUR,
        limits=Limits(12.0 * HOUR),
    ),
    Rule(
        "battery_low",
        Severity.WARNING,
        Text("Pin yếu", "The battery is low"),
        Text("Kiểm tra tấm pin mặt trời, bộ sạc, thay pin.", "Look at solar panel and charger; change the battery."),
        ("camera", "environment", "lighting", "loudspeaker", "notice_board", "water_level"),
        "battery",
        side=Side.BELOW,
        limits=Limits(20.0, margin=10.0, hold_seconds=1800),
    ),
)
"""Every rule, those of events first."""
BY_NAME = {rule.name: rule for rule in RULES}
