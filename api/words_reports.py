"""The words of the pages of reports."""

from __future__ import annotations

from devices.model import Text

REPORTS: dict[str, Text] = {
    "reports_title": Text("Báo cáo", "Reports"),
    "reports_intro": Text(
        "Văn bản theo thể thức NĐ 30/2020/NĐ-CP; số, ngày và chữ ký để trống. Số liệu đúng bằng số liệu của API.",
        "Documents in the layout of NĐ 30/2020/NĐ-CP, in Vietnamese; number, day and signature are left open. "
        "The figures are those of the API.",
    ),
    "report_kind": Text("Nội dung", "About"),
    "report_commune": Text("Xã", "Commune"),
    "report_period": Text("Kỳ báo cáo", "Period"),
    "report_period_hint": Text("Ví dụ: 2026-10, 2026-Q4, 2026-H2, 2026", "Such as 2026-10, 2026-Q4, 2026-H2 or 2026"),
    "report_show": Text("Lập báo cáo", "Make the report"),
    "report_download": Text("Tải về", "Download"),
    "report_docx": Text("Word (DOCX)", "Word (DOCX)"),
    "report_pdf": Text("PDF", "PDF"),
    "report_xlsx": Text("Excel có đủ số liệu (XLSX)", "Excel with all data (XLSX)"),
    "report_json": Text("JSON", "JSON"),
    "report_no_commune": Text("Chưa có xã nào được đăng ký.", "No commune is registered yet."),
    "report_takes": Text("Báo cáo dài có thể mất vài chục giây.", "A long report may take some ten seconds."),
}
