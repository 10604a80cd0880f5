"""A file of devices, CSV, XLSX or JSON, read into rows with what is wrong with each.

Columns may come in any order and bear English or Vietnamese names, with or without accents. A cell that is empty (in
JSON: a member that is absent or null) is not given, so an import never empties what is registered already.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from devices.errors import SheetError
from devices.model import Text
from devices.sheets.columns import COLUMNS, plain
from devices.sheets.rows import EXAMPLE, Home, SheetRow, read_row
from devices.sheets.tables import MOST_ROWS, NumberedRow, find_header, is_blank, require, too_many_rows
from devices.sheets.texts import decode, read_csv
from devices.sheets.workbooks import is_old_workbook, is_workbook, read_workbook

__all__ = [
    "COLUMNS",
    "EXAMPLE",
    "MOST_BYTES",
    "Sheet",
    "SheetRow",
    "parse_csv",
    "parse_file",
    "parse_json",
    "plain",
    "within",
]

MOST_BYTES = 8 * 1024 * 1024
"""Largest file that is read: some 10,000 rows with long notes have half of it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, a word on each column that nothing was read from, and notes on the file as a whole."""

    rows: tuple[SheetRow, ...]
    unused: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


def parse_file(data: bytes, *, commune: str | None = None, commune_name: str = "") -> Sheet:
    """Read the bytes of a file, whichever form it has; its name does not matter. See `parse_csv`.

    A row may say `commune_name` for `commune`.

    Raises SheetError for a file that is larger than `MOST_BYTES`, broken, or in no encoding that can be known.
    """
    if len(data) > MOST_BYTES:
        raise SheetError(_too_large())
    if is_old_workbook(data):
        raise SheetError(
            Text(
                "tệp .xls kiểu cũ hoặc có mật khẩu; hãy bỏ mật khẩu và lưu lại thành .xlsx",
                "an old .xls file, or one with a password; remove the password and save it as .xlsx",
            )
        )
    home = None if commune is None else Home(commune, commune_name)
    notes: tuple[Text, ...]
    if is_workbook(data):
        title, rows = read_workbook(data)
        notes = (Text(f"đã đọc trang tính {title!r}", f"the sheet {title!r} was read"),)
        sheet = _table(rows, home)
    else:
        text, notes = decode(data)
        is_json = text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")
        sheet = _json(text, home) if is_json else _table(read_csv(text), home)
    if not sheet.rows:
        raise SheetError(Text("dưới dòng tên cột không có thiết bị nào", "there is no device below the header"))
    return replace(sheet, notes=notes)


def parse_csv(text: str, *, commune: str | None = None) -> Sheet:
    """Read a CSV text in which a row names the columns; separated by comma, semicolon or tab.

    `commune` is the commune of rows that name none. Raises SheetError when no row can be read at all.
    """
    return _table(read_csv(text), None if commune is None else Home(commune))


def parse_json(text: str, *, commune: str | None = None) -> Sheet:
    """Read a JSON array of objects, or an object whose `devices` is one. See `parse_csv`."""
    return _json(text, None if commune is None else Home(commune))


def _json(text: str, home: Home | None) -> Sheet:
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SheetError(Text(f"tệp JSON hỏng: {error}", f"broken JSON: {error}")) from error
    items = document.get("devices") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise SheetError(Text("cần một mảng JSON các thiết bị", "expected a JSON array of devices"))
    if len(items) > MOST_ROWS:
        raise too_many_rows()
    rows: list[SheetRow] = []
    unused: dict[str, Text] = {}
    for line, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise SheetError(Text(f"phần tử {line} không phải là đối tượng", f"item {line} is not an object"))
        header = find_header([(line, list(item))])
        unused |= {word.en: word for word in header.unused}
        rows.append(read_row(line, list(zip(header.names, item.values(), strict=True)), home))
    return Sheet(_once(rows), tuple(unused.values()))


def within(sheet: Sheet, commune: str) -> Sheet:
    """The same rows, with a fault on each that names another commune than this one."""

    def judged(row: SheetRow) -> SheetRow:
        if not row.device.commune or row.device.commune == commune:
            return row
        named = row.device.commune
        fault = Text(
            f"dòng này là của xã {named!r}; đang nhập vào xã {commune}",
            f"this row is of commune {named!r}; the import is into {commune}",
        )
        return replace(row, faults=(*row.faults, fault))

    return replace(sheet, rows=tuple(map(judged, sheet.rows)))


def _table(rows: Sequence[NumberedRow], home: Home | None) -> Sheet:
    header = find_header(rows)
    require(header, has_commune=home is not None)
    last = max(header.rows, default=0)
    below = [row for row in rows if row[0] > last]
    if len(below) > MOST_ROWS:
        raise too_many_rows()
    return Sheet(_once([_row_of(row, header.names, home) for row in below]), header.unused)


def _row_of(row: NumberedRow, names: Sequence[str | None], home: Home | None) -> SheetRow:
    line, cells = row
    surplus = any(not is_blank(cell) for cell in cells[len(names) :])
    faults = [_surplus(len(cells), len(names))] if surplus else []
    return read_row(line, list(zip(names, cells, strict=False)), home, faults)


def _surplus(cells: int, columns: int) -> Text:
    return Text(f"có {cells} ô cho {columns} cột", f"{cells} cells for {columns} columns")


def _once(rows: list[SheetRow]) -> tuple[SheetRow, ...]:
    """The same rows, with a fault on each that repeats an earlier one, and a warning where only the serial does."""
    codes: dict[tuple[str, str], int] = {}
    serials: dict[tuple[str, str], int] = {}
    judged = []
    for row in rows:
        device = row.device
        line = codes.setdefault((device.commune, device.code), row.line) if device.code else row.line
        same = serials.setdefault((device.maker, device.serial), row.line) if device.serial else row.line
        if line != row.line:
            fault = Text(f"lặp lại thiết bị của dòng {line}", f"repeats the device of line {line}")
            row = replace(row, faults=(*row.faults, fault))  # noqa: PLW2901
        elif same != row.line:
            odd = Text(
                f"số sê-ri {device.serial!r} đã có ở dòng {same}",
                f"the serial number {device.serial!r} is that of line {same} too",
            )
            row = replace(row, warnings=(*row.warnings, odd))  # noqa: PLW2901
        judged.append(row)
    return tuple(judged)


def _too_large() -> Text:
    return Text(
        f"tệp lớn hơn {MOST_BYTES // 1024 // 1024} MiB; hãy chia thành nhiều tệp",
        f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB; part it into several",
    )
