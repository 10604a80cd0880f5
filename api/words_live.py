"""The words of a device's account and of the live check."""

from __future__ import annotations

from devices.model import Text

LIVE: dict[str, Text] = {
    "account": Text("Tài khoản MQTT", "MQTT account"),
    "account_waiting": Text("Đang chờ tạo trên máy chủ MQTT", "Waiting to be made at the broker"),
    "account_ready": Text("Đã sẵn sàng", "Ready"),
    "account_disabled": Text("Đã khóa", "Disabled"),
    "account_failed": Text("Máy chủ MQTT từ chối, hệ thống sẽ thử lại", "The broker refused; it is tried again"),
    "account_needs_password": Text("Chưa có mật khẩu", "Has no password"),
    "broker_address": Text("Máy chủ", "Broker"),
    "broker_port": Text("Cổng", "Port"),
    "broker_port_tls": Text("Cổng TLS", "TLS port"),
    "username": Text("Tên đăng nhập", "User name"),
    "client_id": Text("Client ID", "Client id"),
    "password": Text("Mật khẩu", "Password"),
    "password_once": Text(
        "Chỉ hiện một lần. Nhập vào thiết bị hoặc chụp lại ngay.",
        "Shown only once. Type it into the device or take a picture now.",
    ),
    "topic_telemetry": Text("Chủ đề gửi số đo (QoS 1)", "Topic of readings (QoS 1)"),
    "topic_event": Text("Chủ đề gửi sự kiện (QoS 1)", "Topic of events (QoS 1)"),
    "topic_status": Text("Chủ đề gửi trạng thái (QoS 1, retain)", "Topic of its status (QoS 1, retained)"),
    "topic_error": Text("Chủ đề nghe báo lỗi", "Topic on which it is told of faults"),
    "other_topics": Text("Các chủ đề khác", "Other topics"),
    "copy": Text("Chép", "Copy"),
    "copied": Text("Đã chép", "Copied"),
    "account_qr": Text("Mã QR của tài khoản", "QR code of the account"),
    "show_qr": Text("Hiện mã QR", "Show the QR code"),
    "new_password": Text("Cấp mật khẩu mới", "Give a new password"),
    "new_password_sure": Text(
        "Mật khẩu cũ hết hiệu lực ngay và thiết bị bị ngắt. Cấp mật khẩu mới?",
        "The old password ends at once and the device is cut off. Give a new one?",
    ),
    "seconds": Text("{n} giây", "{n} s"),
    "minutes": Text("{n} phút", "{n} min"),
    "live_title": Text("Kiểm tra trực tiếp", "Live check"),
    "live_start": Text("Đang bắt đầu…", "Starting…"),
    "live_waiting": Text("Đang chờ bản tin đầu tiên", "Waiting for the first message"),
    "live_waiting_for": Text("Đã chờ {n} giây", "{n} s so far"),
    "live_account": Text("Đang tạo tài khoản trên máy chủ MQTT", "The account is being made at the broker"),
    "live_received": Text("Đã nhận số liệu", "Data is coming in"),
    "live_partly": Text("Đã nhận, nhưng có chỗ cần sửa", "Data is coming in, with something to mend"),
    "live_wrong": Text("Chưa nhận được số liệu", "No data is coming in"),
    "live_lost": Text("Mất kết nối với máy chủ; đang thử lại", "The server does not answer; trying again"),
    "live_times": Text("{n} lần", "{n} times"),
    "live_online": Text("Thiết bị báo đã lên mạng.", "The device says it is online."),
    "live_offline": Text("Thiết bị báo rời mạng.", "The device says it is offline."),
    "live_event": Text("Sự kiện: {name}", "Event: {name}"),
    "live_duplicate": Text(
        "Nhận được bản tin trùng lặp: số đo cùng thời điểm đã có. Hãy gửi ts mới cho mỗi lần đo.",
        "A duplicate came in: the reading of that time is there already. Send a new ts with every measurement.",
    ),
    "check_title": Text("Chưa nghe thấy gì. Kiểm tra lần lượt:", "Nothing heard. Check one after the other:"),
    "check_power": Text("Thiết bị có điện, đèn báo mạng sáng.", "The device has power and its network light is on."),
    "check_network": Text(
        "Thiết bị có mạng: SIM còn dung lượng, hoặc đúng Wi-Fi.",
        "It has a network: data on its SIM, or the right Wi-Fi.",
    ),
    "check_broker": Text(
        "Địa chỉ máy chủ và cổng đúng như trên; cổng TLS cần bật TLS và nạp chứng chỉ CA.",
        "Broker and port are as above; the TLS port needs TLS and the CA certificate.",
    ),
    "check_account": Text(
        "Tên đăng nhập và Client ID giống hệt nhau, không có dấu cách.",
        "User name and client id are exactly the same, without spaces.",
    ),
    "check_interval": Text(
        "Thiết bị gửi mỗi {interval}; có thể phải chờ, hoặc khởi động lại nó.",
        "It reports every {interval}; wait for it, or restart it.",
    ),
}
