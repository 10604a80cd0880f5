"""Security camera: its health only. Never an image, a plate or a face."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, counter, gauge, state

KIND = Kind(
    name="camera",
    title=Text("Camera giám sát an ninh", "Security camera"),
    meaning=Text(
        "Tình trạng hoạt động của camera; không có hình ảnh, biển số hay khuôn mặt",
        "How well the camera works; never an image, a plate or a face",
    ),
    domain=Text("An ninh trật tự", "Public security and order"),
    interval_seconds=60,
    own_fields=(
        gauge(
            "bitrate",
            units.KILOBIT_PER_SECOND,
            0,
            100_000,
            Text("Tốc độ luồng hình", "Bit rate"),
            Text("Tốc độ bit của luồng hình chính", "Bit rate of the main video stream"),
            decimals=0,
        ),
        gauge(
            "frame_rate",
            units.FRAME_PER_SECOND,
            0,
            120,
            Text("Tốc độ khung hình", "Frame rate"),
            Text("Số khung hình mỗi giây của luồng chính", "Frames a second of the main video stream"),
        ),
        counter(
            "frames_lost",
            units.COUNT,
            1e12,
            Text("Số khung hình bị mất", "Frames lost"),
            Text("Tổng số khung hình bị mất, chỉ tăng", "Frames lost in total, which only rises"),
        ),
        state(
            "recording",
            Text("Đang ghi hình", "Recording"),
            Text("Camera đang ghi hình vào bộ nhớ", "The camera is recording to its storage"),
        ),
        gauge(
            "storage_used",
            units.PERCENT,
            0,
            100,
            Text("Bộ nhớ đã dùng", "Storage used"),
            Text("Phần bộ nhớ ghi hình đã dùng", "Share of the recording storage that is in use"),
        ),
        gauge(
            "retention_days",
            units.DAY,
            0,
            3650,
            Text("Số ngày lưu hình", "Days kept"),
            Text("Số ngày từ bản ghi cũ nhất còn lưu đến nay", "Age of the oldest recording that is still kept"),
        ),
        state(
            "tamper",
            Text("Bị can thiệp", "Tampering"),
            Text("Camera bị che, xoay hoặc phá", "The camera was covered, turned or damaged"),
        ),
        state(
            "signal_loss",
            Text("Mất tín hiệu hình", "Signal loss"),
            Text("Không có tín hiệu hình từ camera", "No video signal comes from the camera"),
        ),
        gauge(
            "clock_offset",
            units.SECOND,
            -86_400,
            86_400,
            Text("Độ lệch đồng hồ", "Clock offset"),
            Text(
                "Đồng hồ camera trừ giờ chuẩn; dương là chạy nhanh",
                "The camera's clock minus the true time; positive when it is fast",
            ),
        ),
        gauge(
            "temperature",
            units.CELSIUS,
            -40,
            120,
            Text("Nhiệt độ camera", "Camera temperature"),
            Text("Nhiệt độ bên trong vỏ camera", "Temperature inside the camera's housing"),
        ),
    ),
)
