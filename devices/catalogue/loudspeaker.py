"""Smart loudspeaker of the commune's radio. Bulletin priorities are those of TT 39/2020/TT-BTTTT."""

from __future__ import annotations

from devices import units
from devices.model import Kind, Text, gauge, label, state

BULLETIN_PRIORITIES = ("thong_thuong", "uu_tien", "khan_cap")

KIND = Kind(
    name="loudspeaker",
    title=Text("Cụm loa truyền thanh thông minh", "Smart loudspeaker"),
    meaning=Text(
        "Cụm loa phát bản tin của đài truyền thanh xã và tình trạng của nó",
        "Loudspeaker that plays the commune's bulletins, and its condition",
    ),
    domain=Text("Truyền thanh thông minh", "Smart public address"),
    interval_seconds=60,
    own_fields=(
        gauge(
            "volume",
            units.PERCENT,
            0,
            100,
            Text("Âm lượng", "Volume"),
            Text("Âm lượng đang đặt", "Volume that is set"),
            decimals=0,
        ),
        state(
            "playing",
            Text("Đang phát", "Playing"),
            Text("Loa đang phát bản tin", "The loudspeaker is playing a bulletin"),
        ),
        label(
            "bulletin_id",
            Text("Mã bản tin", "Bulletin"),
            Text("Mã của bản tin đang phát", "Identifier of the bulletin that is being played"),
        ),
        label(
            "bulletin_priority",
            Text("Mức ưu tiên của bản tin", "Bulletin priority"),
            Text(
                "thong_thuong: thông thường; uu_tien: ưu tiên; khan_cap: khẩn cấp, phát ngay",
                "thong_thuong: ordinary; uu_tien: priority; khan_cap: urgent, played at once",
            ),
            BULLETIN_PRIORITIES,
        ),
        state(
            "mains_power",
            Text("Có điện lưới", "Mains power"),
            Text("Cụm loa đang dùng điện lưới", "The loudspeaker runs on mains power"),
        ),
        gauge(
            "storage_free",
            units.PERCENT,
            0,
            100,
            Text("Bộ nhớ còn trống", "Storage free"),
            Text("Phần bộ nhớ còn trống", "Share of the storage that is free"),
        ),
        gauge(
            "temperature",
            units.CELSIUS,
            -40,
            120,
            Text("Nhiệt độ bộ thu", "Receiver temperature"),
            Text("Nhiệt độ bên trong bộ thu và âm ly", "Temperature inside receiver and amplifier"),
        ),
        state(
            "amplifier_fault",
            Text("Âm ly hỏng", "Amplifier fault"),
            Text("Âm ly báo lỗi hoặc mất tải loa", "The amplifier reports a fault, or the speaker load is missing"),
        ),
    ),
)
