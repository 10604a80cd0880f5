"""The words of registering a device, with signal and without."""

from __future__ import annotations

from devices.model import Text

REGISTER: dict[str, Text] = {
    "register_title": Text("Đăng ký thiết bị", "Register a device"),
    "choose_kind": Text("Chọn loại thiết bị", "Choose the kind"),
    "code": Text("Mã thiết bị", "Code"),
    "code_hint": Text(
        "Chữ thường không dấu, số, dấu - và _. Đã gợi ý mã kế tiếp.",
        "a-z, 0-9, - and _. The next free code is suggested.",
    ),
    "name": Text("Tên dễ nhớ", "Name"),
    "name_hint": Text("Ví dụ: Đèn trước cổng chợ", "Such as: lamp at the market gate"),
    "place": Text("Vị trí", "Place"),
    "use_gps": Text("Lấy vị trí của tôi", "Use my position"),
    "gps_waiting": Text("Đang tìm vệ tinh…", "Looking for satellites…"),
    "gps_found": Text("Đã lấy vị trí, sai số khoảng {n} m.", "Position taken, to within about {n} m."),
    "gps_denied": Text(
        "Trình duyệt không được phép dùng vị trí. Hãy chạm vào bản đồ để đặt vị trí.",
        "The browser may not use the position. Tap the map instead.",
    ),
    "gps_failed": Text(
        "Chưa bắt được vị trí. Ra chỗ thoáng rồi thử lại, hoặc chạm vào bản đồ.",
        "No position yet. Try in the open, or tap the map.",
    ),
    "tap_map": Text("Hoặc chạm vào bản đồ; kéo ghim để chỉnh.", "Or tap the map; drag the pin to correct it."),
    "place_map": Text("Bản đồ để đặt vị trí", "Map to set the place"),
    "centre_pin": Text("Đặt ghim ở giữa bản đồ", "Put the pin at the centre of the map"),
    "latitude": Text("Vĩ độ", "Latitude"),
    "longitude": Text("Kinh độ", "Longitude"),
    "in_hamlet": Text("Thuộc {name}", "In {name}"),
    "outside": Text("Nằm ngoài mọi thôn đã vẽ ranh giới.", "Outside every hamlet whose boundary is known."),
    "hamlet_choice": Text("Thôn, xóm", "Hamlet"),
    "hamlet_by_place": Text("Theo vị trí", "By the place"),
    "serial": Text("Số sê-ri", "Serial number"),
    "scan": Text("Quét mã", "Scan"),
    "stop_scan": Text("Dừng quét", "Stop"),
    "scanning": Text("Đưa mã QR hoặc mã vạch vào giữa khung hình.", "Hold the QR code or barcode in the frame."),
    "scanned": Text("Đã đọc: {text}", "Read: {text}"),
    "scan_failed": Text(
        "Không mở được máy ảnh. Hãy gõ số sê-ri ghi trên thiết bị.",
        "The camera cannot be opened. Type the serial number of the device.",
    ),
    "serial_as_code": Text("Dùng làm mã: {code}", "Use as code: {code}"),
    "more_details": Text("Thêm chi tiết", "More details"),
    "maker": Text("Hãng sản xuất", "Maker"),
    "model": Text("Kiểu máy", "Model"),
    "height": Text("Độ cao so với mặt đất (m)", "Height above the ground (m)"),
    "interval": Text("Chu kỳ gửi (giây)", "Interval (seconds)"),
    "note": Text("Ghi chú", "Note"),
    "photo": Text("Ảnh lắp đặt", "Photo"),
    "take_photo": Text("Chụp hoặc chọn ảnh", "Take or choose a photo"),
    "photo_hint": Text("Không bắt buộc. Ảnh được thu nhỏ trên máy.", "Optional. It is made smaller on this phone."),
    "photo_chosen": Text("Đã có ảnh ({n} KB).", "There is a photo ({n} KB)."),
    "photo_failed": Text("Không đọc được ảnh này. Hãy chọn ảnh khác.", "This photo cannot be read. Take another."),
    "photo_not_sent": Text(
        "Thiết bị đã được đăng ký, nhưng ảnh chưa gửi được: {reason}",
        "The device is registered, but its photo was not sent: {reason}",
    ),
    "submit": Text("Đăng ký", "Register"),
    "sending": Text("Đang gửi…", "Sending…"),
    "choose_first": Text("Hãy chọn loại thiết bị.", "Choose the kind of the device."),
    "code_wrong": Text(
        "Mã phải có 2 đến 63 ký tự: chữ thường không dấu, số, dấu - và _.",
        "A code has 2 to 63 characters of a-z, 0-9, - and _.",
    ),
    "no_communes": Text(
        "Chưa có xã nào được đăng ký, hoặc máy chưa lưu danh sách xã. Hãy mở trang này một lần khi có sóng.",
        "No commune is registered, or this phone has no list of them yet. Open this page once with signal.",
    ),
    "queue_title": Text("Chờ gửi", "Waiting to be sent"),
    "queue_meaning": Text(
        "Lưu trên máy này. Tự gửi khi có sóng; giữ nguyên trình duyệt và đừng xóa dữ liệu trang.",
        "Kept on this phone. Sent by itself when there is signal; do not clear the site's data before.",
    ),
    "queue_kept": Text(
        "Chưa có sóng: đã lưu {code} trên máy. Thiết bị sẽ tự gửi khi có sóng, tài khoản được cấp sau đó.",
        "No signal: {code} is kept on this phone and will be sent by itself; its account comes after that.",
    ),
    "queue_waiting": Text("chờ gửi", "waits"),
    "queue_sent": Text("đã đăng ký", "registered"),
    "queue_problem": Text("cần sửa", "needs a change"),
    "queue_signed_out": Text(
        "Phiên đăng nhập đã hết nên chưa gửi được. Đăng nhập lại, các mục dưới đây sẽ tự gửi.",
        "You are signed out, so nothing was sent. Sign in again and the entries below are sent by themselves.",
    ),
    "queue_other_person": Text(
        "Do {person} nhập. Đăng nhập bằng người đó, hoặc bấm Gửi để gửi thay.",
        "Entered by {person}. Sign in as that person, or press Send to send it in your name.",
    ),
    "send_now": Text("Gửi", "Send"),
    "edit_entry": Text("Sửa", "Edit"),
    "remove_entry": Text("Bỏ", "Discard"),
    "remove_sure": Text(
        "Bỏ mục {code} chưa gửi? Không lấy lại được.", "Discard {code}? It was not sent and cannot be brought back."
    ),
    "open_device": Text("Mở thiết bị, lấy tài khoản", "Open the device, get its account"),
    "done_entry": Text("Xong", "Done"),
    "registered_title": Text("Đã đăng ký {code}", "{code} is registered"),
    "already_registered": Text(
        "Thiết bị đã được đăng ký ở lần gửi trước. Mật khẩu chỉ hiện một lần; hãy cấp mật khẩu mới.",
        "It was registered by the sending before. A password is shown only once; give it a new one.",
    ),
    "next_device": Text("Đăng ký thiết bị khác", "Register another device"),
    "open_page": Text("Trang của thiết bị", "Page of the device"),
}
