"""The rules of alerts: what calls for a person, and what this person is to do. Data, with the defaults.

The threshold of each rule is ours unless a source is named: the flood levels báo động 1 to 3 are set for each gauge
(QĐ 05/2020/QĐ-TTg), the levels of risk of landslide and flash flood are those of QĐ 18/2021/QĐ-TTg.
"""

from __future__ import annotations

from devices.alert_rules import HOUR, Limits, Measure, Rule, Severity, Side
from devices.catalogue import KINDS
from devices.model import Text

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
COVERAGE_LOSS = Rule(
    "coverage_loss",
    Severity.WARNING,
    Text("Vùng phủ sóng kém đi", "Coverage has become worse"),
    Text(
        "Xem ô nào mất phủ trên bản đồ vùng phủ, cho xe đo lại, rồi báo nhà mạng kèm số liệu.",
        "See on the coverage map which cells were lost, drive them again, then tell the operator with the figures.",
    ),
    limits=Limits(3.0),
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


def _landslide(level: int, severity: Severity, advice: Text) -> Rule:
    return Rule(
        f"landslide_level_{level}",
        severity,
        Text(f"Nguy cơ lũ quét, sạt lở đất cấp {level}", f"Risk of landslide and flash flood, level {level}"),
        advice,
        RAIN,
        "rainfall",
        Measure.LANDSLIDE,
        (4 * 24 + 5) * HOUR,
        limits=Limits(float(level)),
        together=True,
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
        together=True,
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
    COVERAGE_LOSS,
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
    _landslide(
        1,
        Severity.WARNING,
        Text(
            "Cử người xem sườn dốc, ta luy, khe suối; báo các hộ dưới chân dốc sẵn sàng đi; cấm qua ngầm tràn.",
            "Have slopes, cuttings and stream beds watched; warn those who live below them; close the fords.",
        ),
    ),
    _landslide(
        2,
        Severity.SERIOUS,
        Text(
            "Sơ tán các hộ ở nơi nguy cơ cao trước khi trời tối, cấm đường qua điểm sạt lở, trực ban 24/24.",
            "Evacuate the most exposed before dark, close roads at known slides, man the duty room day and night.",
        ),
    ),
    _landslide(
        3,
        Severity.CRITICAL,
        Text(
            "Sơ tán ngay theo phương án và lệnh của Ban chỉ huy phòng thủ dân sự; báo cáo cấp trên, xin lực lượng.",
            "Evacuate at once by the plan, on the order of the civil defence command; report, and ask for help.",
        ),
    ),
    Rule(
        "flood_forecast",
        Severity.SERIOUS,
        Text("Dự báo nước sẽ tới mức báo động", "The water is expected to reach its alarm level"),
        Text(
            "Còn vài giờ: kiểm tra cống, bơm, kê cao tài sản ở vùng trũng, báo trưởng thôn. Đây là ước tính từ mưa đo"
            " được và đà nước lên, không thay bản tin của đài khí tượng thủy văn.",
            "Some hours are left: look at sluices and pumps, raise goods in low places, tell the hamlets. It is an"
            " estimate from measured rain and the rise so far, and replaces no bulletin of the weather service.",
        ),
        GAUGE,
        "level",
        Measure.FORECAST,
        6 * HOUR,
        limits=Limits(None, margin=10.0),
    ),
    Rule(
        "sequence_gap",
        Severity.WARNING,
        Text("Thiết bị bị mất bản tin trên đường truyền", "Messages of a device are lost on their way"),
        Text(
            "Số thứ tự bị nhảy: xem sóng, SIM và bộ nhớ của thiết bị; thiết bị có lưu lại thì số đo sẽ tới muộn.",
            "Its sequence numbers jump: look at signal, SIM and memory of the device; what it has stored comes later.",
        ),
        tuple(KINDS),
        measure=Measure.MISSING,
        window_seconds=24 * HOUR,
        limits=Limits(10.0, margin=5.0),
        together=True,
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
        together=True,
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
