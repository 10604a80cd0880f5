"""Why a message, a reading or a field is set aside: a small, closed set, explained in Vietnamese and English."""

from __future__ import annotations

from enum import StrEnum

from devices.model import Text


class Level(StrEnum):
    """How much is set aside for a reason."""

    MESSAGE = "message"
    READING = "reading"
    FIELD = "field"


class Reason(StrEnum):
    """The reason of a dead letter."""

    BAD_TOPIC = "bad_topic"
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_KIND = "wrong_kind"
    NOT_IN_SERVICE = "not_in_service"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    EMPTY = "empty"
    BAD_TIME = "bad_time"
    BAD_KEY = "bad_key"
    BAD_SEQ = "bad_seq"
    CONFLICT = "conflict"
    REFUSED = "refused"
    BAD_STATUS = "bad_status"
    BAD_EVENT = "bad_event"
    DUPLICATE_NAME = "duplicate_name"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    SENTINEL = "sentinel"
    NOT_A_CHOICE = "not_a_choice"
    PERSONAL_DATA = "personal_data"


REASONS: dict[Reason, tuple[Level, Text]] = {
    Reason.BAD_TOPIC: (
        Level.MESSAGE,
        Text(
            "Chủ đề MQTT không đúng dạng xa/{xã}/{loại}/{thiết bị}/{kênh}",
            "The topic is not of the form xa/{commune}/{kind}/{device}/{channel}",
        ),
    ),
    Reason.UNKNOWN_DEVICE: (
        Level.MESSAGE,
        Text("Thiết bị chưa được đăng ký", "The device is not registered"),
    ),
    Reason.NOT_IN_SERVICE: (
        Level.MESSAGE,
        Text("Thiết bị chưa đưa vào hoặc đã ngừng sử dụng", "The device is not yet, or no longer, in service"),
    ),
    Reason.WRONG_KIND: (
        Level.MESSAGE,
        Text(
            "Loại trong chủ đề không phải loại đã đăng ký của thiết bị",
            "The kind in the topic is not the one the device is registered as",
        ),
    ),
    Reason.TOO_LARGE: (
        Level.MESSAGE,
        Text(
            "Bản tin quá lớn: số đo tối đa 256 KiB, sự kiện và trạng thái tối đa 16 KiB",
            "The message is too large: readings may have 256 KiB, an event or a status 16 KiB",
        ),
    ),
    Reason.NOT_JSON: (
        Level.MESSAGE,
        Text("Nội dung không phải JSON đọc được", "The payload is not readable JSON"),
    ),
    Reason.NOT_AN_OBJECT: (
        Level.READING,
        Text("Số đo phải là một đối tượng JSON", "A reading must be a JSON object"),
    ),
    Reason.EMPTY: (
        Level.READING,
        Text("Bản tin không có trường đo hợp lệ nào", "There is no usable field in it"),
    ),
    Reason.BAD_TIME: (
        Level.READING,
        Text(
            "Thời gian ts không đọc được hoặc là mili giây",
            "The time ts cannot be read, or is in milliseconds",
        ),
    ),
    Reason.BAD_KEY: (Level.READING, Text("Trường khóa thiếu hoặc sai", "A key field is missing or wrong")),
    Reason.BAD_SEQ: (
        Level.FIELD,
        Text(
            "Số thứ tự seq phải là số nguyên không âm",
            "The sequence number seq must be a whole number, not negative",
        ),
    ),
    Reason.CONFLICT: (
        Level.READING,
        Text(
            "Trái với số đo đã lưu cùng thiết bị, cùng thời điểm",
            "It contradicts the reading stored for the same device and time",
        ),
    ),
    Reason.REFUSED: (
        Level.READING,
        Text("Cơ sở dữ liệu không nhận số đo này", "The database does not accept this reading"),
    ),
    Reason.BAD_STATUS: (
        Level.MESSAGE,
        Text("Trạng thái phải là online hoặc offline", "A status must say online or offline"),
    ),
    Reason.BAD_EVENT: (
        Level.MESSAGE,
        Text(
            "Sự kiện phải có tên event dài từ 1 đến 64 ký tự",
            "An event must have a name event of 1 to 64 characters",
        ),
    ),
    Reason.DUPLICATE_NAME: (
        Level.FIELD,
        Text(
            "Tên trường xuất hiện hai lần với giá trị khác nhau, không biết tin giá trị nào",
            "The name occurs twice with different values, and neither can be believed",
        ),
    ),
    Reason.UNKNOWN_FIELD: (
        Level.FIELD,
        Text("Loại thiết bị này không có trường đó", "This kind of device has no such field"),
    ),
    Reason.WRONG_TYPE: (Level.FIELD, Text("Giá trị sai kiểu", "The value has the wrong type")),
    Reason.NOT_A_NUMBER: (Level.FIELD, Text("Giá trị là NaN hoặc vô cùng", "The value is NaN or infinite")),
    Reason.OUT_OF_RANGE: (
        Level.FIELD,
        Text("Giá trị ngoài khoảng cho phép", "The value is outside the allowed range"),
    ),
    Reason.SENTINEL: (
        Level.FIELD,
        Text(
            "Giá trị là mã báo lỗi của cảm biến, không phải số đo",
            "The value is a sensor's error code, not a measurement",
        ),
    ),
    Reason.NOT_A_CHOICE: (
        Level.FIELD,
        Text("Giá trị không thuộc danh sách cho phép", "The value is not one of the allowed words"),
    ),
    Reason.PERSONAL_DATA: (
        Level.FIELD,
        Text(
            "Trường chứa dữ liệu cá nhân, đã che và không lưu",
            "The field holds personal data; it was masked and not kept",
        ),
    ),
}
"""Every reason with the level that it sets aside and its explanation."""
