"""The words of the page on which many devices are imported from a file."""

from __future__ import annotations

from devices.model import Text
from devices.sheets.columns import COLUMN

IMPORT: dict[str, Text] = {
    "import_title": Text("Nhập nhiều thiết bị từ tệp", "Import many devices from a file"),
    "import_intro": Text(
        "Excel (.xlsx) hoặc CSV. Tệp được chạy thử trước: mỗi dòng có một kết luận, chưa ghi gì.",
        "Excel (.xlsx) or CSV. The file is tried first: a verdict for each row, and nothing is written.",
    ),
    "import_commune": Text("Xã", "Commune"),
    "import_file": Text("Chọn tệp", "Choose a file"),
    "import_again": Text("Chạy thử lại", "Try it again"),
    "import_files": Text("Tệp mẫu và danh sách hiện có", "Templates, and what is registered"),
    "template_xlsx": Text("Tệp mẫu Excel", "Excel template"),
    "template_csv": Text("Tệp mẫu CSV", "CSV template"),
    "export_xlsx": Text("Xuất danh sách (Excel)", "Export the list (Excel)"),
    "export_csv": Text("Xuất danh sách (CSV)", "Export the list (CSV)"),
    "import_trying": Text("Đang chạy thử {name}…", "Trying {name}…"),
    "import_writing": Text("Đang nhập… đừng đóng trang", "Importing… do not close the page"),
    "import_through": Text("{through} / {rows} dòng", "{through} of {rows} rows"),
    "import_none": Text("Mọi thiết bị trong tệp đã đúng như vậy rồi.", "Every device is as the file says already."),
    "import_refused": Text(
        "{n} dòng bị từ chối, nên chưa nhập được dòng nào. Hãy sửa tệp rồi chọn lại.",
        "{n} rows are refused, so none can be imported. Mend the file and choose it again.",
    ),
    "import_ready": Text(
        "Tệp dùng được: {added} thiết bị mới, {changed} thay đổi, {unchanged} giữ nguyên.",
        "The file is in order: {added} new devices, {changed} changed, {unchanged} unchanged.",
    ),
    "import_confirm": Text("Nhập {n} thiết bị", "Import {n} devices"),
    "import_done": Text(
        "Đã nhập: {added} thiết bị mới, {changed} thay đổi, {unchanged} giữ nguyên.",
        "Imported: {added} new devices, {changed} changed, {unchanged} unchanged.",
    ),
    "import_cut": Text(
        "Mất kết nối trước khi có kết quả. Hãy chạy thử lại tệp này: dòng nào đã nhập sẽ là «giữ nguyên», và mật khẩu "
        "của những thiết bị ấy phải đổi mới.",
        "The connection was lost before the end. Try the file again: rows that were imported are “unchanged” then, "
        "and the passwords of those devices must be given anew.",
    ),
    "accounts_title": Text("Tài khoản MQTT của thiết bị mới", "MQTT accounts of the new devices"),
    "accounts_once": Text(
        "Mật khẩu chỉ có trên trang này, lần này. Hãy tải tệp về trước khi rời trang; sau đó chỉ có thể đổi mật khẩu "
        "mới.",
        "The passwords are on this page only, this once. Save the file before you leave; later they can only be "
        "given anew.",
    ),
    "accounts_wait": Text(
        "Broker nhận lần lượt từng tài khoản: 1.000 tài khoản mất khoảng nửa phút, 5.000 mất khoảng mười phút, lâu hơn "
        "khi máy bận. Thiết bị nào có tài khoản thì gửi được ngay.",
        "The broker takes the accounts one after another: 1,000 take about half a minute, 5,000 some ten minutes, "
        "longer on a busy machine. Each device can speak as soon as its own account is there.",
    ),
    "accounts_without": Text(
        "Máy chủ này chưa có khoá để cấp mật khẩu; hãy cấp ở trang của từng thiết bị.",
        "This server has no key to give passwords with; give them on each device's page.",
    ),
    "accounts_save": Text("Tải {name}", "Save {name}"),
    "verdicts_title": Text("Kết luận từng dòng", "Verdicts"),
    "verdict_line": Text("Dòng", "Row"),
    "verdict_device": Text("Thiết bị", "Device"),
    "verdict_outcome": Text("Kết luận", "Verdict"),
    "verdict_why": Text("Chi tiết", "Details"),
    "outcome_all": Text("Tất cả", "All"),
    "outcome_added": Text("Mới", "New"),
    "outcome_changed": Text("Thay đổi", "Changed"),
    "outcome_unchanged": Text("Giữ nguyên", "Unchanged"),
    "outcome_refused": Text("Từ chối", "Refused"),
    "outcome_warned": Text("Lưu ý", "Warned"),
    "change": Text("{field}: {before} → {after}", "{field}: {before} → {after}"),
    "nothing": Text("(trống)", "(empty)"),
    "more_rows": Text("Hiện thêm {n} dòng", "Show {n} more rows"),
    "drop_here": Text("hoặc thả tệp vào đây", "or drop a file here"),
    **{f"field_{name}": column.title for name, column in COLUMN.items()},
}
