"""Water-level gauge on a river, canal or reservoir, with the rain beside it."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, gauge

KIND = Kind(
    name="water_level",
    title=Text("Trạm đo mực nước", "Water-level gauge"),
    meaning=Text(
        "Đo mực nước, lưu lượng và mưa trên sông, kênh, hồ chứa để cảnh báo lũ, ngập",
        "Measures level, flow and rain at a river, canal or reservoir, for flood warning",
    ),
    domain=Text("Cảnh báo thiên tai", "Disaster warning"),
    interval_seconds=300,
    own_fields=(
        gauge(
            "level",
            units.CENTIMETRE,
            -1000,
            5000,
            Text("Mực nước", "Water level"),
            Text("Mực nước so với số 0 của thước đo", "Height of the water above the gauge's zero"),
        ),
        gauge(
            "rainfall",
            units.MILLIMETRE,
            0,
            100,
            Text("Lượng mưa", "Rainfall"),
            Text("Lượng mưa trong chu kỳ đo vừa qua", "Rain fallen in the interval since the last reading"),
            additive=True,
        ),
        gauge(
            "flow",
            units.CUBIC_METRE_PER_SECOND,
            0,
            50_000,
            Text("Lưu lượng dòng chảy", "Discharge"),
            Text("Lưu lượng nước qua mặt cắt đo", "Flow of water through the measured cross-section"),
            decimals=2,
        ),
        gauge(
            "water_temperature",
            units.CELSIUS,
            0,
            50,
            Text("Nhiệt độ nước", "Water temperature"),
            Text("Nhiệt độ nước tại điểm đo", "Temperature of the water at the gauge"),
        ),
    ),
)
