"""Probe of the mobile network: what a handset would see at one place. Never an IMSI, an IMEI or a phone number.

Ranges of SS-RSRP, SS-RSRQ and SS-SINR: 3GPP TS 38.133 tables 10.1.6.1-1, 10.1.11.1-1, 10.1.16.1-1. A handset's
"unavailable" (2147483647) is a fault, never a number.
"""

from __future__ import annotations

from devices import units
from devices.model import Field, Kind, Text, gauge, key, label, state

OPERATOR_NAMES = {"452-01": "MobiFone", "452-02": "VinaPhone", "452-04": "Viettel", "452-05": "Vietnamobile"}
"""Names of operators by MCC-MNC."""
OPERATORS = tuple(OPERATOR_NAMES)

TECHNOLOGIES = ("NR_SA", "NR_NSA", "LTE", "UMTS", "GSM", "NONE")

SURROUNDINGS = ("outdoor", "indoor", "vehicle")

_KEYS = (
    key(
        "operator",
        Text("Nhà mạng", "Operator"),
        Text(
            "Mã MCC-MNC của nhà mạng: 452-01 MobiFone, 452-02 VinaPhone, 452-04 Viettel, 452-05 Vietnamobile",
            "MCC-MNC of the operator: 452-01 MobiFone, 452-02 VinaPhone, 452-04 Viettel, 452-05 Vietnamobile",
        ),
        OPERATORS,
        required=True,
    ),
    key(
        "technology",
        Text("Công nghệ mạng", "Technology"),
        Text(
            "Công nghệ đang bắt được: NR_SA, NR_NSA (5G), LTE (4G), UMTS (3G), GSM (2G), NONE khi không có sóng",
            "Technology in service: NR_SA, NR_NSA (5G), LTE (4G), UMTS (3G), GSM (2G), NONE without a signal",
        ),
        TECHNOLOGIES,
        required=True,
    ),
)

_PLACE = (
    gauge(
        "latitude",
        units.DEGREE,
        -90,
        90,
        Text("Vĩ độ", "Latitude"),
        Text("Vĩ độ của điểm đo, hệ WGS 84", "Latitude of the sample, WGS 84"),
        decimals=6,
    ),
    gauge(
        "longitude",
        units.DEGREE,
        -180,
        180,
        Text("Kinh độ", "Longitude"),
        Text("Kinh độ của điểm đo, hệ WGS 84", "Longitude of the sample, WGS 84"),
        decimals=6,
    ),
    gauge(
        "gnss_accuracy",
        units.METRE,
        0,
        10_000,
        Text("Sai số định vị", "Position accuracy"),
        Text("Sai số ước tính của vị trí vệ tinh", "Estimated error of the satellite position"),
    ),
    gauge(
        "speed",
        units.METRE_PER_SECOND,
        0,
        150,
        Text("Tốc độ di chuyển", "Speed"),
        Text("Tốc độ di chuyển của đầu đo", "Speed of the probe over the ground"),
    ),
)


def _level(name: str, low: float, high: float, title: Text, meaning: Text) -> Field:
    """A received power in dBm."""
    return gauge(name, units.DECIBEL_MILLIWATT, low, high, title, meaning)


def _ratio(name: str, low: float, high: float, title: Text, meaning: Text) -> Field:
    """A quality in dB."""
    return gauge(name, units.DECIBEL, low, high, title, meaning)


_RADIO = (
    label(
        "band",
        Text("Băng tần", "Band"),
        Text("Tên băng tần, ví dụ n41 hoặc B3", "Name of the frequency band, such as n41 or B3"),
    ),
    _level(
        "ss_rsrp",
        -156,
        -31,
        Text("Mức thu 5G (SS-RSRP)", "5G received power (SS-RSRP)"),
        Text("Công suất thu tín hiệu đồng bộ 5G NR", "Received power of the 5G NR synchronisation signal"),
    ),
    _ratio(
        "ss_rsrq",
        -43,
        20,
        Text("Chất lượng thu 5G (SS-RSRQ)", "5G received quality (SS-RSRQ)"),
        Text("Chất lượng thu tín hiệu đồng bộ 5G NR", "Received quality of the 5G NR synchronisation signal"),
    ),
    _ratio(
        "ss_sinr",
        -23,
        40,
        Text("Tỷ số tín hiệu trên nhiễu 5G (SS-SINR)", "5G signal to noise (SS-SINR)"),
        Text(
            "Tỷ số tín hiệu trên nhiễu và tạp âm của 5G NR",
            "Signal to interference and noise of the 5G NR synchronisation signal",
        ),
    ),
    _level(
        "rsrp",
        -156,
        -44,
        Text("Mức thu 4G (RSRP)", "4G received power (RSRP)"),
        Text("Công suất thu tín hiệu tham chiếu LTE", "Received power of the LTE reference signal"),
    ),
    _ratio(
        "rsrq",
        -34,
        3,
        Text("Chất lượng thu 4G (RSRQ)", "4G received quality (RSRQ)"),
        Text("Chất lượng thu tín hiệu tham chiếu LTE", "Received quality of the LTE reference signal"),
    ),
    _ratio(
        "sinr",
        -23,
        40,
        Text("Tỷ số tín hiệu trên nhiễu 4G (SINR)", "4G signal to noise (SINR)"),
        Text("Tỷ số tín hiệu trên nhiễu và tạp âm của LTE", "Signal to interference and noise of LTE"),
    ),
)

_SERVICE = (
    gauge(
        "download",
        units.MEGABIT_PER_SECOND,
        0,
        10_000,
        Text("Tốc độ tải xuống", "Download"),
        Text("Tốc độ tải xuống đo được", "Measured download rate"),
    ),
    gauge(
        "upload",
        units.MEGABIT_PER_SECOND,
        0,
        10_000,
        Text("Tốc độ tải lên", "Upload"),
        Text("Tốc độ tải lên đo được", "Measured upload rate"),
    ),
    gauge(
        "latency",
        units.MILLISECOND,
        0,
        10_000,
        Text("Độ trễ", "Latency"),
        Text("Thời gian trễ khứ hồi đo được", "Measured round-trip time"),
    ),
    state(
        "access_ok",
        Text("Truy nhập được", "Access succeeded"),
        Text("Lần truy nhập mạng khi đo đã thành công", "The attempt to use the network succeeded"),
    ),
    label(
        "surroundings",
        Text("Môi trường đo", "Surroundings"),
        Text(
            "outdoor: ngoài trời; indoor: trong nhà; vehicle: trên xe",
            "outdoor: in the open; indoor: in a building; vehicle: in a vehicle",
        ),
        SURROUNDINGS,
    ),
)

KIND = Kind(
    name="signal_probe",
    title=Text("Đầu đo sóng di động", "Mobile signal probe"),
    meaning=Text(
        "Đo vùng phủ và chất lượng mạng 4G, 5G của từng nhà mạng; không có số thuê bao hay số máy",
        "Measures 4G and 5G coverage and quality of each operator; never a subscriber's or a handset's identity",
    ),
    domain=Text("Phủ sóng di động", "Mobile coverage"),
    interval_seconds=30,
    own_fields=_KEYS + _PLACE + _RADIO + _SERVICE,
)
