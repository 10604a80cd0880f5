"""How figures are made, in Vietnamese, by the names of the methods of reports; their sources stand in the methods."""

from __future__ import annotations

METHOD_WORDS: dict[str, str] = {
    "vn_aqi_daily": "Lớn nhất trong các AQI thông số; PM theo trung bình 24 giờ; SO2, NO2, CO theo trung bình 1 giờ "
    "lớn nhất trong ngày; O3 theo giá trị lớn hơn giữa 1 giờ và 8 giờ. Nhiều trạm: lấy trạm có chỉ số lớn nhất.",
    "sub_index": "Nội suy tuyến tính giữa các ngưỡng của bảng 2, không quá 500.",
    "exceedances": "Số giá trị trung bình lớn hơn giới hạn; trung bình 8 giờ lấy giá trị lớn nhất kết thúc trong ngày.",
    "limit": "Theo quy chuẩn; là giới hạn áp dụng ở cuối kỳ.",
    "largest_mean": "Giá trị lớn nhất trong các giá trị trung bình được xét.",
    "rain_sum": "Tổng lượng mưa của các giờ nêu tên; nhiều điểm đo: lấy điểm lớn nhất.",
    "rain_days": "Ngày có lượng mưa từ ngưỡng ngày mưa của xã trở lên: liên tiếp trước 24 giờ cuối, hoặc trong kỳ.",
    "landslide": "Cấp cao nhất trong kỳ theo lượng mưa 24 giờ, số ngày mưa trước đó và mức nhạy cảm của nơi đo.",
    "level": "Trung bình, thấp nhất, cao nhất của các số đo trong ngày, tính từ điểm 0 của thước đo.",
    "alarm": "Mức đã đặt cho trạm, cho thôn hoặc cho xã; lấy mức cụ thể nhất.",
    "alarm_hours": "Số giờ trong ngày có số đo cao nhất từ mức báo động trở lên.",
    "penman_monteith": "Phương trình Penman–Monteith FAO-56 từ nhiệt độ, độ ẩm, gió, bức xạ.",
    "hargreaves": "0,0023 (Ttb + 17,8) √(Tmax − Tmin) Ra, khi thiếu bức xạ, độ ẩm hoặc gió.",
    "mean_of_stations": "Trung bình ET0 của các trạm.",
    "et0": "Trung bình các trạm của xã.",
    "rain": "Trung bình các điểm đo mưa của xã; mưa hữu ích là phần không chảy đi và không vượt nhu cầu.",
    "crop": "ETc = Kc × ET0.",
    "metered": "Mức tăng của đồng hồ nước chia cho diện tích khu tưới.",
    "balance": "1000 (θFC − θ) Zr theo độ ẩm đất cuối ngày; không có số đo thì cân bằng tiếp từ ngày trước.",
    "need": "Lượng thiếu hụt chia cho hiệu suất tưới; cần tưới khi thiếu hụt đạt RAW = p × TAW.",
    "wetting_and_drying": "Tưới lại khi mực nước trong ống ruộng xuống đến mức đặt trước (tưới ướt khô xen kẽ).",
    "zones": "Số khu cần tưới và nhu cầu trung bình của các khu.",
    "energy": "Mức tăng của công tơ, có tính đến việc công tơ đặt lại.",
    "saving": "1 − E / E_cũ, với E_cũ = Σ công suất đèn cũ × số giờ sáng, của những đèn đã biết công suất đèn cũ.",
    "lamp_hours": "Phải sáng: từ lúc mặt trời lặn đến lúc mọc, hoặc theo lịch; sáng và hỏng: theo tỷ lệ số đo mỗi giờ.",
    "availability": "Số giờ mọi điều kiện của loại thiết bị đều đạt chia cho số giờ phải làm việc; giờ không có "
    "số liệu tính là không sẵn sàng.",
    "availability_known": "Như độ sẵn sàng, nhưng chỉ chia cho số giờ có số liệu.",
    "valid": "Số đo được nhận / (được nhận + số đo và trường bị để riêng).",
    "complete": "Σ min(số đo nhận được, số đo phải có) / Σ số đo phải có, theo giờ.",
    "clean": "(Được nhận − trùng lặp) / (được nhận + mâu thuẫn).",
    "live": "Số giờ có số đo đến kịp thời / số giờ.",
    "on_time": "Số đo đến trong hai chu kỳ kể từ lúc đo (ít nhất 120 giây) / số đo.",
    "alive": "Số giờ có số đo bất kỳ / số giờ.",
    "score": "Nhỏ nhất trong bốn tỷ lệ đúng, đủ, sạch, sống.",
    "counts": "Phát sinh và kết thúc trong kỳ; còn mở ở cuối kỳ.",
    "acknowledged": "Cảnh báo phát sinh trong kỳ và có người tiếp nhận trước khi hết kỳ.",
    "duration": "Trung vị thời gian từ lúc phát sinh đến lúc kết thúc của các cảnh báo kết thúc trong kỳ.",
}

SOURCE_WORDS: dict[str, str] = {
    "measured": "số đo của thiết bị",
    "measured rainfall": "lượng mưa đo được",
    "measured level": "mực nước đo được",
    "rules of the commune": "quy tắc của xã",
    "QĐ 18/2021/QĐ-TTg, article 46; levels as in the rules of the commune": "QĐ 18/2021/QĐ-TTg, Điều 46; mức theo quy "
    "tắc của xã",
    "QĐ 05/2020/QĐ-TTg; rules of alerts of the commune": "QĐ 05/2020/QĐ-TTg; mức đặt trong quy tắc cảnh báo",
    "definition of the report": "định nghĩa của báo cáo",
    "1709/BKHCN-CĐSQG: dữ liệu đúng, đủ, sạch, sống; definition of the report": "1709/BKHCN-CĐSQG; cách tính riêng",
    "meter of the lamp": "công tơ của đèn",
    "sun by astral; DALI parts 251 to 253 (D4i)": "giờ mặt trời lặn, mọc tính theo vị trí; DALI phần 251–253 (D4i)",
    "book of alerts": "sổ cảnh báo",
}
"""The sources that are told in English, in Vietnamese."""


def source_words(source: str) -> str:
    """The source of a method in Vietnamese; the names of documents are the same in both."""
    told = SOURCE_WORDS.get(source, source)
    return told.replace("chapter", "chương").replace(" to ", " đến ").replace("eq.", "công thức")
