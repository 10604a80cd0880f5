"""Public Wi-Fi point: numbers only, never a client's address."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, counter, gauge, key, label

KIND = Kind(
    name="wifi",
    title=Text("Điểm phát wifi công cộng", "Public Wi-Fi point"),
    meaning=Text(
        "Lượng dùng và chất lượng của điểm phát wifi; không lưu địa chỉ của người dùng",
        "Use and quality of a Wi-Fi point; no user's address is kept",
    ),
    domain=Text("Wifi công cộng", "Public Wi-Fi"),
    interval_seconds=60,
    own_fields=(
        key(
            "radio",
            Text("Bộ phát", "Radio"),
            Text(
                "Tên bộ phát, ví dụ 2.4GHz hoặc 5GHz; bỏ trống khi thiết bị chỉ có một bộ phát",
                "Name of the radio, such as 2.4GHz or 5GHz; left out where the point has only one",
            ),
        ),
        gauge(
            "clients",
            units.COUNT,
            0,
            10_000,
            Text("Số máy đang kết nối", "Clients"),
            Text("Số máy đang kết nối; chỉ là con số", "How many clients are connected; a number only"),
            decimals=0,
        ),
        counter(
            "rx_bytes_total",
            units.BYTE,
            1e15,
            Text("Tổng dữ liệu nhận", "Received in total"),
            Text("Số byte nhận từ người dùng, chỉ tăng", "Bytes received from users, which only rises"),
        ),
        counter(
            "tx_bytes_total",
            units.BYTE,
            1e15,
            Text("Tổng dữ liệu gửi", "Sent in total"),
            Text("Số byte gửi tới người dùng, chỉ tăng", "Bytes sent to users, which only rises"),
        ),
        gauge(
            "channel_utilisation",
            units.PERCENT,
            0,
            100,
            Text("Mức chiếm dụng kênh", "Channel utilisation"),
            Text("Phần thời gian kênh vô tuyến bận", "Share of time in which the radio channel is busy"),
        ),
        gauge(
            "noise_floor",
            units.DECIBEL_MILLIWATT,
            -120,
            0,
            Text("Nền nhiễu", "Noise floor"),
            Text("Mức nhiễu nền trên kênh vô tuyến", "Noise floor of the radio channel"),
            decimals=0,
        ),
        gauge(
            "backhaul_rtt",
            units.MILLISECOND,
            0,
            10_000,
            Text("Độ trễ đường truyền", "Backhaul round trip"),
            Text("Thời gian khứ hồi trên đường truyền ra Internet", "Round-trip time on the link to the Internet"),
        ),
        gauge(
            "backhaul_loss",
            units.PERCENT,
            0,
            100,
            Text("Mất gói đường truyền", "Backhaul loss"),
            Text("Tỷ lệ mất gói trên đường truyền ra Internet", "Packet loss on the link to the Internet"),
        ),
        label(
            "channel",
            Text("Kênh vô tuyến", "Channel"),
            Text("Số kênh vô tuyến đang dùng, ví dụ 36", "Number of the radio channel in use, such as 36"),
        ),
    ),
)
