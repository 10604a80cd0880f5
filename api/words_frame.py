"""The words that every page has: its frame, and what the scripts that all pages share say."""

from __future__ import annotations

from devices.model import Text

FRAME: dict[str, Text] = {
    "skip_to_content": Text("Tới nội dung chính", "Skip to the content"),
    "main_navigation": Text("Trang chính", "Main pages"),
    "nav_overview": Text("Tổng quan", "Overview"),
    "nav_operations": Text("Điều hành", "Operations"),
    "nav_devices": Text("Thiết bị", "Devices"),
    "nav_register": Text("Đăng ký", "Register"),
    "nav_coverage": Text("Phủ sóng", "Coverage"),
    "nav_reports": Text("Báo cáo", "Reports"),
    "nav_account": Text("Tài khoản", "Account"),
    "nav_docs": Text("Tài liệu API", "API documentation"),
    "other_language": Text("English", "Tiếng Việt"),
    "needs_scripts": Text(
        "Trang này cần JavaScript. Hãy bật JavaScript trong trình duyệt.",
        "This page needs JavaScript. Switch it on in your browser.",
    ),
    "yes": Text("Có", "Yes"),
    "no": Text("Không", "No"),
    "close": Text("Đóng", "Close"),
    "cancel": Text("Hủy", "Cancel"),
    "loading": Text("Đang tải…", "Loading…"),
    "never_seen": Text("chưa bao giờ", "never"),
    "just_now": Text("vừa xong", "just now"),
    "seconds_ago": Text("{n} giây trước", "{n} s ago"),
    "minutes_ago": Text("{n} phút trước", "{n} min ago"),
    "hours_ago": Text("{n} giờ trước", "{n} h ago"),
    "days_ago": Text("{n} ngày trước", "{n} d ago"),
    "on": Text("Hoạt động", "On"),
    "late": Text("Trễ số liệu", "Late"),
    "off": Text("Mất tín hiệu", "Off"),
    "never": Text("Chưa gửi", "Never heard"),
    "offline_notice": Text(
        "Không có sóng. Bạn đang xem bản lưu trên máy; việc đăng ký vẫn làm được.",
        "No signal. You see what this phone has kept; registering still works.",
    ),
    "waiting_entries": Text("{n} thiết bị đang chờ gửi", "{n} devices wait to be sent"),
    "network_failed": Text(
        "Không kết nối được với máy chủ. Kiểm tra sóng rồi thử lại.",
        "The server cannot be reached. Check the signal and try again.",
    ),
    "signed_out": Text("Phiên đăng nhập đã hết.", "You are signed out."),
    "sign_in_again": Text("Đăng nhập lại", "Sign in again"),
    "failed_words": Text("Chưa làm được: {reason}", "Not done: {reason}"),
}
