"""What went wrong with what a device sent, and what a person beside it can do: a sentence each, in both languages."""

from __future__ import annotations

from api.errors import close_to
from devices.model import Field, Kind, Text
from devices.reasons import REASONS, Reason
from devices.refusals import Refusal

ADVICE: dict[Reason, Text] = {
    Reason.BAD_TOPIC: Text(
        "Chép lại đúng chủ đề ghi ở phần tài khoản, không thêm dấu / ở đầu hay cuối.",
        "Copy the topic from the account exactly, without a / before or after it.",
    ),
    Reason.UNKNOWN_DEVICE: Text(
        "Kiểm tra mã xã và mã thiết bị trong chủ đề.", "Check the codes of the commune and the device in the topic."
    ),
    Reason.WRONG_KIND: Text(
        "Sửa phần loại trong chủ đề cho đúng loại đã đăng ký, hoặc sửa loại trong hồ sơ thiết bị.",
        "Put the registered kind into the topic, or correct the kind in the registry.",
    ),
    Reason.NOT_IN_SERVICE: Text(
        "Chuyển thiết bị sang «đã đăng ký» ở mục Vòng đời, rồi gửi lại.",
        "Set the device to `registered` under its life cycle, then send again.",
    ),
    Reason.TOO_LARGE: Text(
        "Chia thành nhiều bản tin nhỏ hơn.",
        "Split it into several smaller messages.",
    ),
    Reason.NOT_JSON: Text(
        "Kiểm tra dấu ngoặc, dấu phẩy và dấu nháy kép; số thập phân viết bằng dấu chấm.",
        "Check brackets, commas and double quotes; decimals are written with a point.",
    ),
    Reason.NOT_AN_OBJECT: Text(
        'Gửi dạng {"tên trường": giá trị}, hoặc một mảng gồm các đối tượng như vậy.',
        'Send {"field": value}, or an array of such objects.',
    ),
    Reason.EMPTY: Text(
        "Gửi ít nhất một trường đo hợp lệ; các trường bị từ chối được nêu riêng.",
        "Send at least one valid field; those that were refused are named on their own.",
    ),
    Reason.BAD_TIME: Text(
        "Gửi ts theo giây Unix hoặc RFC 3339 có múi giờ, ví dụ 2026-11-20T10:15:00+07:00; hoặc bỏ hẳn ts.",
        "Send ts as Unix seconds or RFC 3339 with an offset, such as 2026-11-20T10:15:00+07:00; or leave it out.",
    ),
    Reason.BAD_KEY: Text(
        "Gửi kèm trường khóa với một giá trị trong danh mục của loại thiết bị.",
        "Send the key field with a value that the catalogue of the kind allows.",
    ),
    Reason.BAD_SEQ: Text(
        "Gửi seq là số nguyên tăng dần từ 0, hoặc bỏ hẳn seq.",
        "Send seq as a whole number that rises from 0, or leave it out.",
    ),
    Reason.CONFLICT: Text(
        "Mỗi lần đo phải có ts khác nhau; kiểm tra rằng không có hai thiết bị dùng chung một mã.",
        "Every measurement needs a ts of its own; see that no two devices share one code.",
    ),
    Reason.REFUSED: Text(
        "Báo cho người quản trị; bản tin vẫn được giữ nguyên.",
        "Tell the administrator; the message is kept as it came.",
    ),
    Reason.BAD_STATUS: Text(
        'Gửi {"state": "online"} hoặc {"state": "offline"} tới chủ đề status.',
        'Send {"state": "online"} or {"state": "offline"} to the status topic.',
    ),
    Reason.BAD_EVENT: Text(
        'Gửi {"event": "tên sự kiện"} tới chủ đề event.',
        'Send {"event": "its name"} to the event topic.',
    ),
    Reason.DUPLICATE_NAME: Text("Chỉ gửi mỗi trường một lần trong một số đo.", "Send each field once in a reading."),
    Reason.UNKNOWN_FIELD: Text(
        "Sửa tên trường cho đúng danh mục; các trường khác trong bản tin vẫn được lưu.",
        "Use the name of the catalogue; the other fields of the message are stored.",
    ),
    Reason.WRONG_TYPE: Text(
        "Gửi số không có dấu nháy và không kèm đơn vị; trạng thái là true hoặc false.",
        "Send numbers without quotes and without a unit; states are true or false.",
    ),
    Reason.NOT_A_NUMBER: Text(
        "Khi không đo được thì bỏ hẳn trường đó, đừng gửi NaN.",
        "Leave the field out when there is nothing to measure; do not send NaN.",
    ),
    Reason.OUT_OF_RANGE: Text(
        "Kiểm tra đơn vị, vị trí dấu thập phân và cảm biến.",
        "Check the unit, the decimal point and the sensor.",
    ),
    Reason.SENTINEL: Text(
        "Cảm biến báo lỗi: kiểm tra dây nối và nguồn của cảm biến; khi không đo được thì bỏ hẳn trường đó.",
        "The sensor reports a fault: check its wiring and supply; leave the field out when nothing is measured.",
    ),
    Reason.NOT_A_CHOICE: Text("Dùng đúng một từ trong danh mục.", "Use one of the words of the catalogue."),
    Reason.PERSONAL_DATA: Text(
        "Tắt việc gửi trường này trong cấu hình thiết bị.", "Switch this field off in the device's configuration."
    ),
}
"""What to do about each reason."""

REFUSAL_ADVICE: dict[Refusal, Text] = {
    Refusal.WRONG_PASSWORD: Text(
        "Nhập lại mật khẩu và tên đăng nhập; nếu đã mất, bấm «Cấp mật khẩu mới».",
        "Type password and user name again; if it is lost, press “Give a new password”.",
    ),
    Refusal.WRONG_CLIENT_ID: Text(
        "Đặt Client ID giống hệt tên đăng nhập.", "Set the client id to exactly the user name."
    ),
    Refusal.ACCOUNT_WAITING: Text(
        "Chờ đến khi tài khoản sẵn sàng rồi để thiết bị kết nối lại.",
        "Wait until the account is ready, then let the device connect again.",
    ),
    Refusal.ACCOUNT_DISABLED: Text(
        "Kiểm tra mục Vòng đời, rồi bấm «Cấp mật khẩu mới» để mở lại tài khoản.",
        "Look at the life cycle, then press “Give a new password” to open the account again.",
    ),
    Refusal.NO_PASSWORD: Text("Bấm «Cấp mật khẩu mới» ở mục Tài khoản.", "Press “Give a new password” under Account."),
    Refusal.WRONG_TOPIC: Text(
        "So chủ đề trong thiết bị với chủ đề ở mục Tài khoản, từng chữ một.",
        "Compare the topic in the device with the one under Account, letter by letter.",
    ),
    Refusal.TAKEN_OVER: Text(
        "Tắt thiết bị kia, hoặc đăng ký cho nó một mã riêng.",
        "Switch the other one off, or register it under a code of its own.",
    ),
    Refusal.TOO_LARGE: Text("Chia thành nhiều bản tin nhỏ hơn.", "Split it into several smaller messages."),
    Refusal.BAD_PROTOCOL: Text(
        "Chọn MQTT 3.1.1 hoặc 5 trong cấu hình thiết bị.", "Choose MQTT 3.1.1 or 5 in its configuration."
    ),
    Refusal.BAD_TLS: Text(
        "Kiểm tra cổng TLS, chứng chỉ CA và giờ của thiết bị.",
        "Check the TLS port, the CA certificate and the device's clock.",
    ),
}
"""What to do about each refusal of the broker."""


def about_field(kind: Kind, reason: Reason, name: str, value: str | None) -> Text:
    """What was wrong with one field, with what would have been right."""
    field = kind.by_name.get(name)
    shown = "" if value is None else f" = {value}"
    if reason is Reason.UNKNOWN_FIELD or field is None:
        alike = close_to(name, kind.by_name)
        vi = f" Có phải «{alike[0]}»?" if alike else ""
        en = f" Did you mean `{alike[0]}`?" if alike else ""
        return Text(
            f"Loại «{kind.title.vi}» không có trường «{name}».{vi}",
            f"The kind “{kind.title.en}” has no field `{name}`.{en}",
        )
    allowed = _allowed(field)
    vi, en = f"«{field.title.vi}» ({name}){shown}", f"“{field.title.en}” ({name}){shown}"
    if reason is Reason.OUT_OF_RANGE and allowed:
        return Text(f"{vi}: ngoài khoảng cho phép {allowed}.", f"{en}: outside the allowed range {allowed}.")
    if reason is Reason.NOT_A_CHOICE and field.choices:
        words = ", ".join(field.choices)
        return Text(f"{vi}: phải là một trong {words}.", f"{en}: must be one of {words}.")
    return Text(f"{vi}: {_of(reason).vi}.", f"{en}: {_of(reason).en}.")


def about_message(reason: Reason, detail: str) -> Text:
    """What was wrong with a message or a reading; the detail, which is in English, goes with it."""
    words = _of(reason)
    return Text(f"{words.vi}.", f"{words.en}: {detail}.")


def offset_words(seconds: float) -> Text:
    """A length of time as people say it: in days, hours, minutes or seconds, rounded."""
    for size, vi, en in ((86_400, "ngày", "d"), (3600, "giờ", "h"), (60, "phút", "min")):
        if seconds >= size * 0.95:
            number = round(seconds / size, 1)
            whole = f"{number:g}"
            return Text(f"{whole.replace('.', ',')} {vi}", f"{whole} {en}")
    return Text(f"{round(seconds)} giây", f"{round(seconds)} s")


def _allowed(field: Field) -> str:
    if field.minimum is None or field.maximum is None:
        return ""
    symbol = f" {field.unit.symbol}" if field.unit and field.unit.symbol else ""
    return f"{field.minimum:g}…{field.maximum:g}{symbol}"


def _of(reason: Reason) -> Text:
    return REASONS[reason][1]
