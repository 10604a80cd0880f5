"""Irrigation controller: soil, valve, pump and tank, for one or several zones.

FIWARE's soilMoistureVwc is 0 to 1; here soil moisture is 0 to 100 percent of volume.
"""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, counter, gauge, key, state

KIND = Kind(
    name="irrigation",
    title=Text("Bộ điều khiển tưới tiêu", "Irrigation controller"),
    meaning=Text(
        "Theo dõi đất, van, máy bơm và bể chứa của một hay nhiều khu tưới",
        "Watches soil, valve, pump and tank of one or several irrigated zones",
    ),
    domain=Text("Tưới tiêu nông nghiệp", "Irrigation in agriculture"),
    interval_seconds=300,
    own_fields=(
        key(
            "zone",
            Text("Khu tưới", "Zone"),
            Text(
                "Tên hoặc số của khu tưới; bỏ trống khi thiết bị chỉ có một khu",
                "Name or number of the irrigated zone; left out where the controller has only one",
            ),
        ),
        gauge(
            "soil_moisture",
            units.PERCENT,
            0,
            100,
            Text("Độ ẩm đất", "Soil moisture"),
            Text("Hàm lượng nước trong đất theo thể tích", "Volumetric water content of the soil"),
        ),
        gauge(
            "soil_temperature",
            units.CELSIUS,
            -20,
            70,
            Text("Nhiệt độ đất", "Soil temperature"),
            Text("Nhiệt độ đất ở độ sâu đặt đầu đo", "Temperature of the soil at the depth of the probe"),
        ),
        gauge(
            "soil_ec",
            units.MICROSIEMENS_PER_CENTIMETRE,
            0,
            20_000,
            Text("Độ dẫn điện của đất", "Soil conductivity"),
            Text(
                "Độ dẫn điện (EC) của đất, cho biết độ mặn và lượng phân bón",
                "Electrical conductivity of the soil, a sign of salt and fertiliser",
            ),
            decimals=0,
        ),
        state(
            "valve_open",
            Text("Van đang mở", "Valve open"),
            Text("Van tưới đang mở", "The irrigation valve is open"),
        ),
        gauge(
            "flow_rate",
            units.LITRE_PER_MINUTE,
            0,
            10_000,
            Text("Lưu lượng tưới", "Flow rate"),
            Text("Lưu lượng nước đang tưới", "Flow of irrigation water now"),
        ),
        counter(
            "water_total",
            units.CUBIC_METRE,
            1e9,
            Text("Tổng lượng nước tưới", "Water used in total"),
            Text("Chỉ số đồng hồ nước, chỉ tăng", "Reading of the water meter, which only rises"),
            decimals=3,
        ),
        state(
            "pump_on",
            Text("Máy bơm đang chạy", "Pump on"),
            Text("Máy bơm đang chạy", "The pump is running"),
        ),
        gauge(
            "pump_power",
            units.WATT,
            0,
            100_000,
            Text("Công suất máy bơm", "Pump power"),
            Text("Công suất điện máy bơm đang tiêu thụ", "Electrical power that the pump draws now"),
            decimals=0,
        ),
        gauge(
            "line_pressure",
            units.KILOPASCAL,
            0,
            2000,
            Text("Áp suất đường ống", "Line pressure"),
            Text("Áp suất nước trong đường ống tưới", "Pressure of the water in the irrigation line"),
        ),
        gauge(
            "tank_level",
            units.PERCENT,
            0,
            100,
            Text("Mức nước bể chứa", "Tank level"),
            Text("Mức nước trong bể so với khi đầy", "Filling of the tank, 100 when it is full"),
        ),
        gauge(
            "field_tube_level",
            units.CENTIMETRE,
            -100,
            50,
            Text("Mực nước trong ống đo ruộng", "Field-tube level"),
            Text(
                "Mực nước trong ống đo so với mặt ruộng, dùng khi tưới ướt khô xen kẽ cho lúa",
                "Water in the field tube relative to the soil surface, for rice under alternate wetting and drying",
            ),
        ),
    ),
)
