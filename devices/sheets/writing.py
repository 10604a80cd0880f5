"""Files of devices and of their accounts, as CSV and XLSX: what is written is read again without a difference.

A text that a spreadsheet would take for a formula is guarded: in CSV by an apostrophe, which reading takes off again,
in XLSX by its type. So nobody's note becomes a command on the machine of the one who opens the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from devices.accounts import BrokerEndpoint, DeviceAccount
from devices.catalogue import KINDS
from devices.lifecycle import STATE_WORDS
from devices.registry import Device
from devices.sheets.columns import COLUMN, WRITTEN, header_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
Row = Sequence[Value]

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a text begins with that a spreadsheet may take for a formula; an apostrophe, so that the guard is told apart."""
WIDTHS = {"name": 34, "note": 34, "kind": 30, "code": 18, "serial": 18, "hamlet": 18, "site": 22}
HEADER_COLOUR = "0B4F4A"


class Format(StrEnum):
    """A form of file, by its ending."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """Its media type."""
        if self is Format.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


ACCOUNT_HEADER = (
    "Mã xã / Commune",
    "Mã thiết bị / Device code",
    "Loại thiết bị / Kind",
    "Tên thiết bị / Name",
    "Máy chủ MQTT / MQTT host",
    "Cổng / Port",
    "Cổng TLS / TLS port",
    "Tên đăng nhập / Username",
    "Client ID",
    "Mật khẩu / Password",
    "Chủ đề gửi số liệu / Telemetry topic",
)


def devices_file(devices: Iterable[Device], form: Format) -> bytes:
    """The devices under the columns that an import reads. XLSX has kinds and states in Vietnamese, CSV their codes."""
    in_words = form is Format.XLSX
    rows = ([cell_of(device, name, in_words=in_words) for name in WRITTEN] for device in devices)
    header = [header_of(name) for name in WRITTEN]
    widths = [WIDTHS.get(name, 14) for name in WRITTEN]
    return csv_bytes(header, rows) if form is Format.CSV else workbook_bytes("Thiết bị", header, rows, widths)


def accounts_file(
    accounts: Iterable[tuple[DeviceAccount, str | None, str]], broker: BrokerEndpoint | None, form: Format
) -> bytes:
    """The accounts of devices at the broker, each with its password and the name of the device."""
    where = (broker.host, broker.port, broker.tls_port) if broker is not None else (None, None, None)
    rows = (
        (a.commune, a.device, KINDS[a.kind].title.vi, name, *where, a.username, a.client_id, password, a.publishes[0])
        for a, password, name in accounts
    )
    widths = (14, 18, 30, 34, 22, 8, 10, 28, 28, 28, 44)
    if form is Format.CSV:
        return csv_bytes(ACCOUNT_HEADER, rows)
    return workbook_bytes("Tài khoản", ACCOUNT_HEADER, rows, widths)


def cell_of(device: Device, name: str, *, in_words: bool) -> Value:
    """What stands in a column of a device."""
    value: Any = getattr(device, name)
    if name == "tags":
        return ", ".join(value)
    if in_words and name == "kind" and value in KINDS:
        return KINDS[value].title.vi
    if in_words and name == "state":
        return STATE_WORDS[value].vi
    return None if value is None else value if isinstance(value, (int, float)) else str(value)


def csv_bytes(header: Row, rows: Iterable[Row]) -> bytes:
    """RFC 4180 in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([guarded(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def guarded(value: Value) -> Value:
    """A cell of CSV that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def workbook_bytes(title: str, header: Row, rows: Iterable[Row], widths: Sequence[int]) -> bytes:
    """A workbook of one sheet, written row by row."""
    # openpyxl takes a tenth of a second to import, and only those who import devices need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)
    prepare(sheet, widths)
    head = [WriteOnlyCell(sheet, value=value) for value in header]
    for cell in head:
        make_header(cell)
    sheet.append(head)

    def written(value: Value) -> Any:
        if not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        if not text.startswith(DANGEROUS):
            return text
        cell = WriteOnlyCell(sheet, value=text)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell

    for row in rows:
        sheet.append([written(value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def prepare(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Let the header stand still, and give the columns their widths."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def make_header(cell: Any) -> None:
    """Give a cell the look of a header."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=HEADER_COLOUR)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def required_header(name: str) -> str:
    """The header of a column in a template: with a star where it must be filled."""
    return f"{header_of(name)} *" if COLUMN[name].required else header_of(name)
