"""The reference page of payloads: what a message may hold, rule by rule."""

from __future__ import annotations

from commune.markdown import page, table
from devices.codec import AHEAD_SECONDS, MAX_SEQ
from devices.faults import MAX_LISTED
from devices.fields import ALWAYS_SENTINELS, SENTINELS
from devices.model import Text
from devices.notes import MAX_NAME
from devices.payloads import MAX_BYTES, MAX_NOTE_BYTES, MAX_READINGS

_KIB = MAX_BYTES // 1024


def _number(value: float) -> str:
    return f"`{value:.10g}`"


RULES: tuple[tuple[str, Text], ...] = (
    (
        "size",
        Text(
            f"Tối đa {_KIB} KiB và {MAX_READINGS} số đo mỗi bản tin; lớn hơn bị từ chối, không đọc.",
            f"At most {_KIB} KiB and {MAX_READINGS} readings a message; what is larger is refused unread.",
        ),
    ),
    (
        "`ts`",
        Text(
            "RFC 3339 có múi giờ, hoặc số giây Unix (được có phần lẻ), trong các năm 2000 đến 2099."
            " Mili giây bị từ chối.",
            "RFC 3339 with an offset, or Unix seconds (a fraction is allowed), in the years 2000 to 2099."
            " Milliseconds are refused.",
        ),
    ),
    (
        "no `ts`",
        Text(
            "Lấy giờ nhận, và ghi rõ như vậy. Trong một mảng, các số đo cách nhau một micro giây.",
            "The time of receipt, and the reading says so. In an array such readings lie a microsecond apart.",
        ),
    ),
    (
        "clock ahead",
        Text(
            f"Đồng hồ nhanh hơn {AHEAD_SECONDS} giây không được tin: lưu theo giờ nhận, giữ giờ của thiết bị bên cạnh."
            " Trong một mảng, khoảng cách giữa các số đo được giữ nguyên.",
            f"A clock that is ahead by more than {AHEAD_SECONDS} seconds is not believed: the time of receipt is"
            " stored, and the device's beside it. In an array the spacing of such readings is kept.",
        ),
    ),
    (
        "old readings",
        Text(
            "Luôn được nhận, dù cũ đến đâu.",
            "Welcome at any age: store them while you are off the line, and send them.",
        ),
    ),
    (
        "`seq`",
        Text(
            f"Không bắt buộc; số nguyên từ 0 đến {MAX_SEQ}, mỗi lần tăng 1; chỗ thiếu được đếm.",
            f"Optional; a whole number from 0 to {MAX_SEQ} that rises by one; gaps are counted.",
        ),
    ),
    (
        "numbers",
        Text(
            "Là số JSON trong khoảng cho phép, không đặt trong dấu nháy, không kèm đơn vị.",
            "JSON numbers in the range of the field; not in quotes, and without a unit.",
        ),
    ),
    (
        "states",
        Text("`true`, `false`, hoặc `1`, `0`.", "`true`, `false`, or `1`, `0`."),
    ),
    (
        "labels, keys",
        Text(
            "Chữ, hoặc số nguyên (được lưu thành chữ); không có ký tự điều khiển.",
            "Text, or a whole number, which is kept as text; no control characters.",
        ),
    ),
    ("`null`", Text("Coi như không gửi.", "As good as not sent.")),
    (
        "error codes",
        Text(
            f"{', '.join(map(_number, sorted(ALWAYS_SENTINELS)))} không bao giờ là số đo của một gauge;"
            f" {', '.join(map(_number, sorted(SENTINELS - ALWAYS_SENTINELS)))} được nhận ra khi ngoài khoảng.",
            f"{', '.join(map(_number, sorted(ALWAYS_SENTINELS)))} are never a measurement of a gauge;"
            f" {', '.join(map(_number, sorted(SENTINELS - ALWAYS_SENTINELS)))} are recognised out of range.",
        ),
    ),
    (
        "repeated names",
        Text(
            "Một tên hai lần với cùng giá trị thì được; khác giá trị thì không tin giá trị nào.",
            "A name twice with one value is fine; with two values neither is believed.",
        ),
    ),
    (
        "bad fields",
        Text(
            f"Một trường sai bị để riêng, phần còn lại vẫn lưu. Mỗi bản tin liệt kê tối đa {MAX_LISTED}"
            f" trường và {MAX_LISTED} số đo sai, phần còn lại được đếm chung.",
            f"A bad field is set aside and the rest is stored. At most {MAX_LISTED} bad fields and"
            f" {MAX_LISTED} bad readings of a message are listed one by one; the others are counted together.",
        ),
    ),
    (
        "personal data",
        Text(
            "Số thuê bao, IMSI, IMEI, địa chỉ MAC, biển số, khuôn mặt: giá trị bị che và không lưu ở đâu cả.",
            "Phone numbers, IMSI, IMEI, MAC addresses, plates, faces: the value is masked and kept nowhere.",
        ),
    ),
)

_TELEMETRY = """    {"ts": "2026-11-20T03:15:00Z", "seq": 4711, "pm25": 31.4, "pm10": 52.0, "temperature": 24.6}

or an array of such objects, as a gateway sends them, or a device that was off the line. /
hoặc một mảng các đối tượng như vậy:

    [{"ts": 1795144440, "seq": 4710, "pm25": 30.8}, {"ts": 1795144500, "seq": 4711, "pm25": 31.4}]"""

_NOTES = f"""    {{"state": "online", "ts": "2026-11-20T03:15:00Z", "uplink": "4G"}}

or the bare text `online` or `offline`, as a last will has it. / hoặc chỉ một từ `online` hay `offline`.

## event

    {{"event": "door_opened", "ts": "2026-11-20T03:15:00Z", "cabinet": 2}}

`event` is a name of 1 to {MAX_NAME} characters; other members are kept as they are. /
`event` là tên dài từ 1 đến {MAX_NAME} ký tự; các trường khác được giữ nguyên.

An event or a status may have {MAX_NOTE_BYTES // 1024} KiB. /
Sự kiện và trạng thái tối đa {MAX_NOTE_BYTES // 1024} KiB."""


def payloads_page() -> str:
    """What a message may hold."""
    return page(
        "Payloads",
        "Nội dung bản tin",
        "JSON in UTF-8. What cannot be believed is set aside with one of the [reasons](reasons.md), never lost.",
        "## telemetry",
        "One object: / Một đối tượng:",
        _TELEMETRY,
        "`ts`, `seq`, and the fields of the [kind](kinds.md) in its units. / `ts`, `seq` và các trường của loại thiết"
        " bị, theo đơn vị đã định.",
        table(("rule", "tiếng Việt", "English"), [(name, text.vi, text.en) for name, text in RULES]),
        "## status",
        _NOTES,
    )
