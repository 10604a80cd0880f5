"""LED notice board (bảng tin điện tử)."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, gauge, label, state

KIND = Kind(
    name="notice_board",
    title=Text("Bảng tin điện tử công cộng", "Public notice board"),
    meaning=Text(
        "Bảng LED hiển thị thông tin cho người dân và tình trạng của nó",
        "LED board that shows news to residents, and its condition",
    ),
    domain=Text("Bảng tin điện tử", "Public notice boards"),
    interval_seconds=300,
    own_fields=(
        state(
            "power_on",
            Text("Bảng đang bật", "Power on"),
            Text("Màn hình LED đang được cấp điện", "The LED screen is powered"),
        ),
        gauge(
            "brightness",
            units.PERCENT,
            0,
            100,
            Text("Độ sáng màn hình", "Brightness"),
            Text("Độ sáng màn hình đang đặt", "Brightness of the screen that is set"),
            decimals=0,
        ),
        gauge(
            "ambient_light",
            units.LUX,
            0,
            200_000,
            Text("Ánh sáng xung quanh", "Ambient light"),
            Text("Độ rọi tại vị trí đặt bảng", "Illuminance where the board stands"),
            decimals=0,
        ),
        gauge(
            "temperature",
            units.CELSIUS,
            -40,
            120,
            Text("Nhiệt độ tủ điều khiển", "Cabinet temperature"),
            Text("Nhiệt độ bên trong tủ của bảng", "Temperature inside the board's cabinet"),
        ),
        gauge(
            "faulty_modules",
            units.COUNT,
            0,
            10_000,
            Text("Số mô-đun LED hỏng", "Faulty modules"),
            Text("Số mô-đun LED đang hỏng", "How many LED modules are faulty now"),
            decimals=0,
        ),
        label(
            "content_id",
            Text("Mã nội dung", "Content"),
            Text("Mã của nội dung đang hiển thị", "Identifier of what is being shown"),
        ),
        state(
            "content_ok",
            Text("Nội dung hiển thị đúng", "Content correct"),
            Text("Nội dung đang hiển thị khớp với nội dung được giao", "What is shown is what was sent to be shown"),
        ),
        state(
            "door_open",
            Text("Cửa tủ đang mở", "Door open"),
            Text("Cửa tủ của bảng đang mở", "The door of the board's cabinet is open"),
        ),
    ),
)
