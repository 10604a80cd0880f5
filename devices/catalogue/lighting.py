"""Street-light controller. The set of values is what a D4i lamp reports (DALI parts 251, 252, 253)."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, counter, gauge, label, state

FAILURE_CAUSES = ("none", "bus_power", "unreachable", "gear", "lamp_open", "lamp_short", "thermal")

KIND = Kind(
    name="lighting",
    title=Text("Đèn chiếu sáng công cộng", "Street light"),
    meaning=Text(
        "Bộ điều khiển đèn đường: bật tắt, độ sáng, điện năng và hư hỏng",
        "Street-light controller: switching, dimming, energy and failures",
    ),
    domain=Text("Chiếu sáng công cộng", "Public lighting"),
    interval_seconds=300,
    own_fields=(
        state(
            "lamp_on",
            Text("Đèn đang sáng", "Lamp on"),
            Text("Đèn đang được bật", "The lamp is switched on"),
        ),
        gauge(
            "dimming",
            units.PERCENT,
            0,
            100,
            Text("Mức sáng đặt", "Dimming level"),
            Text("Mức sáng đang đặt, 100 là sáng hết cỡ", "Light level that is set, 100 for full light"),
            decimals=0,
        ),
        gauge(
            "voltage",
            units.VOLT,
            0,
            480,
            Text("Điện áp", "Voltage"),
            Text("Điện áp lưới tại đèn", "Mains voltage at the lamp"),
        ),
        gauge(
            "current",
            units.AMPERE,
            0,
            100,
            Text("Dòng điện", "Current"),
            Text("Dòng điện qua đèn", "Current that the lamp draws"),
            decimals=3,
        ),
        gauge(
            "active_power",
            units.WATT,
            0,
            100_000,
            Text("Công suất tác dụng", "Active power"),
            Text("Công suất tác dụng đèn đang tiêu thụ", "Active power that the lamp draws now"),
        ),
        gauge(
            "power_factor",
            units.RATIO,
            0,
            1,
            Text("Hệ số công suất", "Power factor"),
            Text("Tỷ số giữa công suất tác dụng và công suất biểu kiến", "Ratio of active to apparent power"),
            decimals=2,
        ),
        counter(
            "energy_total",
            units.KILOWATT_HOUR,
            1e9,
            Text("Tổng điện năng", "Energy in total"),
            Text("Chỉ số công tơ điện, chỉ tăng", "Reading of the energy meter, which only rises"),
            decimals=3,
        ),
        counter(
            "burning_time",
            units.HOUR,
            1e6,
            Text("Số giờ chiếu sáng", "Burning time"),
            Text("Tổng số giờ đèn đã sáng", "Hours that the lamp has been lit in total"),
            decimals=2,
        ),
        state(
            "lamp_failure",
            Text("Đèn hỏng", "Lamp failure"),
            Text("Đèn không sáng được như yêu cầu", "The lamp does not light as it should"),
        ),
        label(
            "failure_cause",
            Text("Nguyên nhân hỏng", "Cause of failure"),
            Text(
                "none: không hỏng; bus_power: mất nguồn bus điều khiển; unreachable: bộ nguồn đèn không trả lời;"
                " gear: hỏng bộ nguồn đèn; lamp_open: hở mạch đèn; lamp_short: chập mạch đèn; thermal: quá nhiệt",
                "none: no failure; bus_power: the control bus has no power; unreachable: the gear does not answer;"
                " gear: the gear is faulty; lamp_open: open circuit; lamp_short: short circuit; thermal: too hot",
            ),
            FAILURE_CAUSES,
        ),
        gauge(
            "illuminance",
            units.LUX,
            0,
            200_000,
            Text("Độ rọi", "Illuminance"),
            Text("Độ rọi của ánh sáng xung quanh tại đèn", "Ambient illuminance at the lamp"),
        ),
        gauge(
            "case_temperature",
            units.CELSIUS,
            -40,
            150,
            Text("Nhiệt độ vỏ đèn", "Case temperature"),
            Text("Nhiệt độ vỏ bộ nguồn hoặc vỏ đèn", "Temperature of the case of gear or luminaire"),
        ),
    ),
)
