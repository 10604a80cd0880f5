"""The six levels of VN_AQI, with their names, colours, effects on health and what people should do.

Source: QĐ 1459/QĐ-TCMT (12/11/2019), tables 1, 4 and 5; the advice is told in shorter words.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.model import Text


@dataclass(frozen=True, slots=True)
class AirLevel:
    """One level: its largest index, name, colour in words and as RGB, effect, and advice for all and for the sensitive.

    Sensitive are children, old people, and those with diseases of lungs or heart.
    """

    upper: int
    name: Text
    colour: Text
    rgb: str
    effect: Text
    advice: Text
    advice_sensitive: Text


LEVELS = (
    AirLevel(
        50,
        Text("Tốt", "Good"),
        Text("Xanh", "Green"),
        "#00E400",
        Text("Không ảnh hưởng tới sức khỏe.", "No effect on health."),
        Text("Tự do hoạt động ngoài trời.", "Be active outdoors as you like."),
        Text("Tự do hoạt động ngoài trời.", "Be active outdoors as you like."),
    ),
    AirLevel(
        100,
        Text("Trung bình", "Moderate"),
        Text("Vàng", "Yellow"),
        "#FFFF00",
        Text(
            "Chấp nhận được; người nhạy cảm có thể chịu tác động nhất định.",
            "Acceptable; sensitive people may feel some effect.",
        ),
        Text("Tự do hoạt động ngoài trời.", "Be active outdoors as you like."),
        Text(
            "Theo dõi các triệu chứng như ho, khó thở; vẫn có thể hoạt động ngoài trời.",
            "Watch for coughing or short breath; outdoor activity is still possible.",
        ),
    ),
    AirLevel(
        150,
        Text("Kém", "Poor"),
        Text("Da cam", "Orange"),
        "#FF7E00",
        Text(
            "Người nhạy cảm gặp vấn đề về sức khỏe; người bình thường ít bị ảnh hưởng.",
            "Sensitive people are affected; others hardly.",
        ),
        Text(
            "Nếu đau mắt, ho hoặc đau họng, nên giảm hoạt động ngoài trời; học sinh giảm tập thể dục kéo dài.",
            "With sore eyes, cough or a sore throat do less outdoors; pupils should avoid long exercise.",
        ),
        Text(
            "Giảm hoạt động mạnh và thời gian ở ngoài trời; người hen suyễn có thể cần dùng thuốc thường xuyên hơn.",
            "Less effort and less time outdoors; people with asthma may need their medicine more often.",
        ),
    ),
    AirLevel(
        200,
        Text("Xấu", "Bad"),
        Text("Đỏ", "Red"),
        "#FF0000",
        Text(
            "Người bình thường bắt đầu bị ảnh hưởng; người nhạy cảm có thể bị nặng hơn.",
            "Everybody begins to be affected, sensitive people more seriously.",
        ),
        Text(
            "Giảm hoạt động mạnh ngoài trời, tránh tập thể dục kéo dài, nghỉ trong nhà nhiều hơn.",
            "Less effort outdoors, no long exercise, more rest indoors.",
        ),
        Text(
            "Nên ở trong nhà và giảm hoạt động mạnh; khi phải ra ngoài, đeo khẩu trang đạt chuẩn.",
            "Stay indoors and avoid effort; if you must go out, wear a proper mask.",
        ),
    ),
    AirLevel(
        300,
        Text("Rất xấu", "Very bad"),
        Text("Tím", "Purple"),
        "#8F3F97",
        Text("Mọi người bị ảnh hưởng nghiêm trọng hơn.", "Everybody is affected more seriously."),
        Text(
            "Hạn chế tối đa hoạt động ngoài trời, chuyển vào trong nhà; khi phải ra ngoài, đeo khẩu trang đạt chuẩn.",
            "Avoid being outdoors, move activities inside; if you must go out, wear a proper mask.",
        ),
        Text("Ở trong nhà và giảm hoạt động mạnh.", "Stay indoors and avoid effort."),
    ),
    AirLevel(
        500,
        Text("Nguy hại", "Hazardous"),
        Text("Nâu", "Brown"),
        "#7E0023",
        Text("Khẩn cấp: toàn bộ dân cư bị ảnh hưởng nghiêm trọng.", "Emergency: everybody is affected seriously."),
        Text(
            "Ở trong nhà, đóng cửa; khi phải ra ngoài, đeo khẩu trang đạt chuẩn.",
            "Stay indoors with doors and windows closed; if you must go out, wear a proper mask.",
        ),
        Text(
            "Ở trong nhà, đóng cửa; khi phải ra ngoài, đeo khẩu trang đạt chuẩn.",
            "Stay indoors with doors and windows closed; if you must go out, wear a proper mask.",
        ),
    ),
)


def level_of(index: float) -> AirLevel:
    """The level of a rounded index, 0 to 500."""
    return next(level for level in LEVELS if index <= level.upper)
