"""The words of the pages on mobile coverage."""

from __future__ import annotations

from devices.model import Text

COVERAGE: dict[str, Text] = {
    "coverage_title": Text("Phủ sóng di động", "Mobile coverage"),
    "coverage_commune": Text("Xã", "Commune"),
    "coverage_period": Text("Kỳ", "Period"),
    "coverage_operator": Text("Nhà mạng", "Operator"),
    "coverage_any": Text("Mọi nhà mạng", "Any operator"),
    "coverage_technology": Text("Công nghệ", "Technology"),
    "coverage_surroundings": Text("Nơi đo", "Surroundings"),
    "coverage_profile": Text("Mức đạt", "What counts"),
    "coverage_target": Text("Chỉ tiêu, %", "Target, %"),
    "coverage_show": Text("Xem", "Show"),
    "coverage_area": Text("Diện tích", "Area"),
    "coverage_population": Text("Dân số", "People"),
    "coverage_sites": Text("Điểm ưu tiên", "Priority sites"),
    "coverage_between": Text(
        "ít nhất {lower}, nhiều nhất {upper}; đo được {measured}",
        "at least {lower}, at most {upper}; measured {measured}",
    ),
    "coverage_interval": Text("khoảng quyết định {low} – {high}", "deciding interval {low} – {high}"),
    "coverage_known": Text("biết {judged} / {parts}", "{judged} of {parts} known"),
    "coverage_nothing": Text("Không có gì để tính.", "There is nothing to count."),
    "coverage_samples": Text(
        "{received} mẫu nhận được, {used} được dùng, {thinned} sau khi làm thưa",
        "{received} samples received, {used} used, {thinned} after thinning",
    ),
    "coverage_left_out": Text("Mẫu bị loại", "Samples left out"),
    "coverage_legend": Text("Chú giải", "Legend"),
    "coverage_spot_served": Text("Dân cư: có sóng", "People: with a signal"),
    "coverage_spot_dead": Text("Dân cư: không có sóng", "People: without any signal"),
    "coverage_spot_unknown": Text("Dân cư: chưa biết", "People: not known"),
    "coverage_site_covered": Text("Điểm ưu tiên: được phủ", "Priority site: covered"),
    "coverage_site_not_covered": Text("Điểm ưu tiên: chưa được phủ", "Priority site: not covered"),
    "coverage_site_unknown": Text("Điểm ưu tiên: chưa biết", "Priority site: not known"),
    "coverage_model": Text("Ước lượng nơi chưa đo", "Estimate what was not measured"),
    "coverage_model_told": Text(
        "Chấm nét đứt là mô hình, không phải số đo, và không dùng để kết luận. Sai số khi bỏ từng ô đã đo: {error} dB.",
        "Dashed dots are a model and no measurement; no verdict rests on them. Error with each measured cell left out: "
        "{error} dB.",
    ),
    "coverage_model_none": Text("Đo được quá ít ô để ước lượng.", "Too few cells are measured to estimate the others."),
    "coverage_modelled_cell": Text(
        "Ước lượng {level} dBm, cách ô đã đo gần nhất {distance} m",
        "Estimated {level} dBm, {distance} m from the nearest measured cell",
    ),
    "coverage_files": Text("Tải về", "Download"),
    "coverage_cells_file": Text("Các ô", "Cells"),
    "coverage_sites_file": Text("Điểm ưu tiên", "Priority sites"),
    "coverage_spots_file": Text("Điểm lõm sóng", "Dead spots"),
    "coverage_report": Text("Báo cáo để ký", "Report to sign"),
    "coverage_drive": Text("Đo tiếp ở đâu", "Where to measure next"),
    "coverage_cell_told": Text(
        "{passed} / {samples} mẫu đạt, {slots} lượt 15 phút",
        "{passed} of {samples} samples pass, in {slots} quarters of an hour",
    ),
    "coverage_no_commune": Text("Chưa có xã nào được đăng ký.", "No commune is registered yet."),
    "coverage_map": Text("Bản đồ phủ sóng", "Map of coverage"),
    "fit": Text("Xem toàn bộ", "Show all"),
    "zoom_in": Text("Phóng to", "Zoom in"),
    "zoom_out": Text("Thu nhỏ", "Zoom out"),
    "east": Text("Đ", "E"),
    "north": Text("B", "N"),
}
DRIVE: dict[str, Text] = {
    "drive_intro": Text(
        "Các ô cần đo để sớm kết luận được chỉ tiêu, theo thứ tự nên đi. Đứng hoặc đi chậm trong ô đến khi đủ mẫu.",
        "The cells that would settle the verdict soonest, in the order of a drive. Stay in each, or drive slowly, "
        "until it has its samples.",
    ),
    "drive_expected": Text(
        "Dự kiến kết luận {verdict} sau {count} ô; cả chuyến {km} km đường chim bay, dịch cận {gain}.",
        "{verdict} is expected after {count} cells; {km} km in straight lines, moving the bound by {gain}.",
    ),
    "drive_not_enough": Text(
        "{count} trong {unknown} ô chưa biết còn chưa đủ để kết luận; "
        "cả chuyến {km} km đường chim bay, dịch cận {gain}.",
        "{count} of the {unknown} cells that are not known are not enough to settle it; "
        "{km} km in straight lines, moving the bound by {gain}.",
    ),
    "drive_none": Text("Không còn ô nào phải đo.", "No cell is left to measure."),
    "drive_locate": Text("Theo vị trí của tôi", "Follow my position"),
    "drive_from_here": Text("Xếp lại từ chỗ tôi đứng", "Order from where I am"),
    "drive_away": Text("cách {distance}, hướng {direction}", "{distance} away, to the {direction}"),
    "drive_inside": Text("Bạn đang trong ô {number}", "You are in cell {number}"),
    "drive_next": Text("Tiếp theo: ô {number}", "Next: cell {number}"),
    "drive_missing": Text(
        "còn thiếu {samples} mẫu, {slots} lượt 15 phút · dịch cận {gain}",
        "{samples} samples and {slots} quarters of an hour missing · moves the bound by {gain}",
    ),
    "drive_no_position": Text("Không lấy được vị trí: {reason}", "There is no position: {reason}"),
    "drive_back": Text("Về bản đồ phủ sóng", "Back to the map of coverage"),
    "drive_directions": Text(
        "bắc|đông bắc|đông|đông nam|nam|tây nam|tây|tây bắc",
        "north|north-east|east|south-east|south|south-west|west|north-west",
    ),
}
