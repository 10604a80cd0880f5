"""Why the MQTT broker refuses a device, as far as it can be told from outside."""

from __future__ import annotations

from enum import StrEnum

from devices.model import Text


class Refusal(StrEnum):
    """A reason for which a client does not get in, or in and not heard."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a reason
    WRONG_CLIENT_ID = "wrong_client_id"
    ACCOUNT_WAITING = "account_waiting"
    ACCOUNT_DISABLED = "account_disabled"
    NO_PASSWORD = "no_password"  # noqa: S105 - the name of a reason
    WRONG_TOPIC = "wrong_topic"
    TAKEN_OVER = "taken_over"
    TOO_LARGE = "too_large"
    BAD_PROTOCOL = "bad_protocol"
    BAD_TLS = "bad_tls"


REFUSALS: dict[Refusal, Text] = {
    Refusal.WRONG_PASSWORD: Text(
        "Sai mật khẩu hoặc tên đăng nhập.", "The password or the username is wrong."
    ),
    Refusal.WRONG_CLIENT_ID: Text(
        "Có thiết bị bị từ chối vì client id không phải của thiết bị nào: client id phải giống hệt tên đăng nhập.",
        "Somebody was refused under a client id that is no device's: it must be the same as the username.",
    ),
    Refusal.ACCOUNT_WAITING: Text(
        "Tài khoản chưa có ở máy chủ MQTT; thử lại sau vài giây.",
        "The broker does not have the account yet; try again in a few seconds.",
    ),
    Refusal.ACCOUNT_DISABLED: Text(
        "Tài khoản đã bị khóa hoặc thiết bị đã ngừng sử dụng.",
        "The account is disabled, or the device is retired.",
    ),
    Refusal.NO_PASSWORD: Text(
        "Tài khoản chưa có mật khẩu: hãy cấp mật khẩu mới.",
        "The account has no password: give it a new one.",
    ),
    Refusal.WRONG_TOPIC: Text(
        "Đã kết nối đúng tài khoản nhưng chưa có bản tin nào tới đúng chủ đề: sai chủ đề, hoặc thiết bị chưa gửi.",
        "Connected with the right account, yet nothing has come under its topics: the topic is wrong, or it has sent "
        "nothing.",
    ),
    Refusal.TAKEN_OVER: Text(
        "Kết nối bị một kết nối khác cùng client id thay thế: hai thiết bị đang dùng chung một tài khoản.",
        "The connection was taken over by another of the same client id: two devices share one account.",
    ),
    Refusal.TOO_LARGE: Text(
        "Bản tin lớn hơn giới hạn của máy chủ MQTT nên kết nối bị ngắt.",
        "A message was above the broker's limit, so the connection was cut.",
    ),
    Refusal.BAD_PROTOCOL: Text(
        "Thiết bị nói không đúng giao thức MQTT 3.1.1 hoặc 5.",
        "It does not speak MQTT 3.1.1 or 5 as the standard says.",
    ),
    Refusal.BAD_TLS: Text(
        "Kết nối TLS không thành: sai cổng, sai chứng chỉ CA, hoặc phiên bản TLS cũ hơn 1.2.",
        "No TLS connection: the wrong port, the wrong CA certificate, or a TLS older than 1.2.",
    ),
}  # fmt: skip
"""What each means, for the person beside the device."""
